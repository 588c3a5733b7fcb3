/** The page of notifications: first who could not be told, then what waits, then the rest. */
import { html } from "hono/html";
import type { Text } from "../../drivers/profile_parts.ts";
import { type Column, dataTable } from "../console/data_table.ts";
import type { Page } from "../console/page.ts";
import {
  age,
  badge,
  durationText,
  type Html,
  moment,
  type Tone,
  type View,
} from "../console/view.ts";
import { type NotificationsView, type ShownParts, viewOf } from "./notification_view.ts";

const TEXTS = {
  tab: { zh: "通知", en: "Notifications" },
  undelivered: { zh: "未能通知", en: "Not told" },
  undeliveredHint: {
    zh: "以下人员没有收到通知，请用其他方式告知（最近7天）。",
    en: "These were not reached: tell them in another way (last seven days).",
  },
  nobody: { zh: "没有对应的联系人", en: "no contact fits" },
  channels: { zh: "通道", en: "Channels" },
  noChannels: { zh: "本机未配置通道。", en: "This node has no channel." },
  works: { zh: "正常", en: "works" },
  fails: { zh: "不可用", en: "does not work" },
  waiting: { zh: "等待发送", en: "Waiting" },
  nothingWaits: { zh: "没有等待发送的通知。", en: "Nothing waits." },
  latest: { zh: "最近的通知", en: "Latest" },
  none: { zh: "还没有通知。", en: "There is none yet." },
  contact: { zh: "联系人", en: "Contact" },
  channel: { zh: "通道", en: "Channel" },
  reason: { zh: "原因", en: "Reason" },
  node: { zh: "节点", en: "Node" },
  time: { zh: "时间", en: "Time" },
  age: { zh: "已等待", en: "Waits for" },
  attempts: { zh: "失败次数", en: "Failures" },
  next: { zh: "下次尝试", en: "Next try" },
  now: { zh: "现在", en: "now" },
  what: { zh: "内容", en: "What" },
  where: { zh: "位置", en: "Where" },
  state: { zh: "状态", en: "State" },
  planned: { zh: "待发送", en: "waiting" },
  "handed-over": { zh: "已转交县中心", en: "handed over to the county" },
  expired: { zh: "过期未送达", en: "nobody took it in time" },
  refused: { zh: "被拒绝", en: "refused" },
  delivered: { zh: "已送达", en: "delivered" },
} as const satisfies Readonly<Record<string, Text>>;
type Key = keyof typeof TEXTS;

const TONES: Readonly<Record<NotificationsView["latest"][number]["state"], Tone>> = {
  planned: "idle",
  "handed-over": "warn",
  expired: "bad",
  refused: "bad",
  delivered: "good",
};

export function notificationPage(parts: ShownParts): Page {
  return {
    path: "/notifications",
    tab: TEXTS.tab,
    render: async (view) => {
      const shown = await viewOf(parts);
      return html`${undelivered(view, shown)} ${waiting(view, shown)} ${channels(view, shown)}
        ${latest(view, shown)}`;
    },
  };
}

function undelivered(view: View, { undelivered: all }: NotificationsView): Html {
  if (all.length === 0) return html``;
  const rows = all.map(({ contact, channel, reason, node, time }) => [
    contact ?? text(view, "nobody"),
    channel ?? "–",
    reason,
    node,
    moment(view, time),
  ]);
  const columns = heads(view, "contact", "channel", "reason", "node", "time");
  return html`<section class="panel alert">
    <h2>${text(view, "undelivered")}</h2>
    <p>${text(view, "undeliveredHint")}</p>
    ${dataTable(columns, rows)}
  </section>`;
}

function waiting(view: View, { waiting: all }: NotificationsView): Html {
  const rows = all.map(({ contact, channel, reason, ageSeconds, attempts, nextSeconds }) => [
    contact,
    channel,
    reason ?? "–",
    durationText(view.language, ageSeconds),
    attempts,
    nextSeconds === 0 ? text(view, "now") : durationText(view.language, nextSeconds),
  ]);
  const columns = heads(view, "contact", "channel", "reason", "age", "attempts", "next");
  return panel(view, "waiting", "nothingWaits", columns, rows);
}

function channels(view: View, { channels: all }: NotificationsView): Html {
  const rows = all.map(({ channel, reason }) => [
    channel,
    reason === null ? badge("good", text(view, "works")) : badge("bad", text(view, "fails")),
    reason ?? "–",
  ]);
  return panel(view, "channels", "noChannels", heads(view, "channel", "state", "reason"), rows);
}

function latest(view: View, { latest: all }: NotificationsView): Html {
  const rows = all.map(({ what, where, contact, channel, state, detail, node, time }) => [
    what[view.language],
    where[view.language],
    contact,
    channel,
    html`${badge(TONES[state], text(view, state))} ${detail}`,
    node,
    age(view, time),
  ]);
  const columns = heads(view, "what", "where", "contact", "channel", "state", "node", "time");
  return panel(view, "latest", "none", columns, rows);
}

function panel(
  view: View,
  title: Key,
  empty: Key,
  columns: readonly Column[],
  rows: Parameters<typeof dataTable>[1],
): Html {
  return html`<section class="panel"><h2>${text(view, title)}</h2>
    ${rows.length === 0 ? html`<p>${text(view, empty)}</p>` : dataTable(columns, rows)}
  </section>`;
}

function heads(view: View, ...keys: readonly Key[]): Column[] {
  return keys.map((key) => ({ head: text(view, key), number: key === "attempts" }));
}

function text({ language }: View, key: Key): string {
  return TEXTS[key][language];
}
