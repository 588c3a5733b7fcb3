/** What every part of a page is given, and the small pieces that all of them use. */
import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import type { Text } from "../../drivers/profile_parts.ts";
import type { PointView } from "../devices/device_list.ts";
import { isTextKey, type Language, type TextKey, type Texts, unitText } from "./text.ts";

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface View {
  readonly language: Language;
  readonly t: Texts;
  /** Wall clock, milliseconds since 1970 UTC. */
  readonly nowMs: number;
}

/** What stands for a state: a colour and, for those who do not see it, a shape. */
export type Tone = "good" | "warn" | "bad" | "idle";

export function badge(tone: Tone, text: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** Names and what they are, for a list of facts. */
export function factRows(facts: readonly (readonly [string, Html | string | number])[]): Html {
  return html`${
    facts.map(([name, value]) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )
  }`;
}

/** Text in the reader's language; the name itself where there is none. */
export function titleOf(view: View, title: Text | null, name: string): string {
  return title === null ? name : title[view.language];
}

/** A state's name, or the state itself where it is none of ours. */
export function stateText({ t }: View, state: string): string {
  return isTextKey(state) ? t(state) : state;
}

/** A text that has `{}` where a number belongs, with this number. */
export function counted({ t }: View, key: TextKey, count: number): string {
  return t(key).replace("{}", String(count));
}

/** `3 min` since a moment; the browser keeps it counting. */
export function age(view: View, iso: string | null): Html {
  if (iso === null) return html`–`;
  const seconds = Math.max(0, Math.round((view.nowMs - Date.parse(iso)) / 1000));
  return html`<time datetime="${iso}" data-age>${durationText(view.language, seconds)}</time>`;
}

/** A length of time in its largest unit: people compare, they do not calculate. */
export function durationText(language: Language, seconds: number): string {
  const units = language === "zh"
    ? ["秒", "分钟", "小时", "天"] as const
    : ["s", "min", "h", "d"] as const;
  const text = (value: number, unit: string) => `${Math.floor(value)} ${unit}`;
  if (seconds < 60) return text(seconds, units[0]);
  if (seconds < 3600) return text(seconds / 60, units[1]);
  if (seconds < 48 * 3600) return text(seconds / 3600, units[2]);
  return text(seconds / 86_400, units[3]);
}

const MOMENT = { dateStyle: "short", timeStyle: "medium", timeZone: "Asia/Shanghai" } as const;
/** To make one takes far longer than to write a moment with it, and a list has thousands. */
const MOMENTS = {
  zh: new Intl.DateTimeFormat("zh-CN", MOMENT),
  // As ISO 8601 writes it: 05/03 is two days, by where its reader comes from.
  en: new Intl.DateTimeFormat("sv-SE", MOMENT),
} as const;

/** A moment in the hospital's own time zone, to the second. */
export function moment(view: View, iso: string): Html {
  return html`<time datetime="${iso}">${momentText(view, iso)}</time>`;
}

/** The same within a sentence. */
export function momentText({ language }: View, iso: string): string {
  return MOMENTS[language].format(new Date(iso));
}

export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A value as people read it, without its unit. */
export function valueText(
  { t, language }: View,
  { value, label }: Pick<PointView, "value" | "label">,
): string {
  if (label !== null) return label[language];
  if (value === null) return "—";
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  return String(value);
}

export function unit(point: PointView): string {
  return unitText(point.unit);
}

/** How a point is to be shown: a stale value is marked, a fault has no number. */
export function pointTone(point: PointView): Tone {
  if (point.quality === "fault") return "bad";
  if (point.stale || point.quality === "uncertain") return "warn";
  return "good";
}

export function pointState(view: View, point: PointView): string {
  if (point.quality === "fault") return view.t("fault");
  if (point.stale) return view.t("stale");
  return stateText(view, point.quality);
}

export function shortHash(hash: string): Html {
  return html`<code title="${hash}">${hash.slice(0, 8)}…</code>`;
}
