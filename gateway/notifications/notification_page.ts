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
  event: { zh: "进展", en: "Step" },
  state: { zh: "状态", en: "State" },
  planned: { zh: "待发送", en: "waiting" },
  "handed-over": { zh: "已转交县中心", en: "handed over to the county" },
  expired: { zh: "过期未送达", en: "nobody took it in time" },
  refused: { zh: "被拒绝", en: "refused" },
  delivered: { zh: "已送达", en: "delivered" },
  raised: { zh: "报警", en: "raised" },
  escalated: { zh: "升级", en: "escalated" },
  acknowledged: { zh: "已确认", en: "acknowledged" },
  recovered: { zh: "已恢复", en: "recovered" },
} as const satisfies Readonly<Record<string, Text>>;
type Key = keyof typeof TEXTS;

/** Reasons of our own in Chinese; what others say stays as they say it. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^no contact is told of (.*) at level (\d)$/, "没有第$2级、职责为 $1 的联系人"],
  [/^(?:refused: )?there is no such contact, or it is not told so$/, "没有此联系人或此通道"],
  [/^this site has no such channel$/, "本站点没有此通道"],
  [/^(?:refused: )?this county has no such channel$/, "县中心没有此通道"],
  [/^(?:refused: )?the contact has no telephone number$/, "联系人没有电话号码"],
  [/^(?:refused: )?the contact has no mail address$/, "联系人没有邮箱地址"],
  [/^refused: /, "被拒绝："],
  [/^expired: nobody took it in time$/, "过期未送达"],
  [/^expired: /, "过期未送达："],
  [/^it answered (\d+)/, "对方应答 $1"],
  [/^no network: /, "无网络："],
];

function reasonIn({ language }: View, reason: string): string {
  if (language === "en") return reason;
  return REASONS.reduce((text, [pattern, zh]) => text.replace(pattern, zh), reason);
}

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
  const rows = all.map(({ what, where, contact, channel, reason, node, time, notifications }) => [
    html`${what?.[view.language] ?? "–"}${
      notifications.length > 1
        ? html`
          (+${notifications.length - 1})
        `
        : ""
    }`,
    where?.[view.language] ?? "–",
    contact ?? text(view, "nobody"),
    channel ?? "–",
    reasonIn(view, reason),
    node,
    moment(view, time),
  ]);
  const columns = heads(
    view,
    ...["what", "where", "contact", "channel", "reason", "node", "time"] as const,
  );
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
    reason === null ? "–" : reasonIn(view, reason),
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
    reason === null ? "–" : reasonIn(view, reason),
  ]);
  return panel(view, "channels", "noChannels", heads(view, "channel", "state", "reason"), rows);
}

function latest(view: View, { latest: all }: NotificationsView): Html {
  const rows = all.map((one) => [
    one.what[view.language],
    text(view, one.event),
    one.where[view.language],
    one.contact,
    one.channel,
    html`${badge(TONES[one.state], text(view, one.state))} ${reasonIn(view, one.detail)}`,
    one.node,
    age(view, one.time),
  ]);
  const columns = heads(
    view,
    ...["what", "event", "where", "contact", "channel", "state", "node", "time"] as const,
  );
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
