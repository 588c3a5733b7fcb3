/**
 * The words of a message, from templates: what happened, where, since when. All of it is codes and
 * neutral names; whoever reads it looks the rest up on the console.
 */
import type { Language } from "../console/text.ts";
import type { Notification } from "./notification.ts";

const SEVERITY = {
  critical: { zh: "严重", en: "CRITICAL" },
  warning: { zh: "警告", en: "Warning" },
  notice: { zh: "提示", en: "Notice" },
} as const;

/** What stands before the words of what happened. */
const EVENT = {
  raised: { zh: "", en: "" },
  escalated: { zh: "仍未处理：", en: "still open: " },
  acknowledged: { zh: "已确认：", en: "acknowledged: " },
  recovered: { zh: "已恢复：", en: "recovered: " },
} as const;

const TEMPLATE = {
  zh: "[{severity}·{level}级] {place} {where}：{event}{what}{value}，自{since}",
  en: "[{severity} L{level}] {place}, {where}: {event}{what}{value}, since {since}",
} as const;
const COUNT = { zh: "{count}条报警", en: "{count} alarms" } as const;
const MORE = { zh: "另有{count}条，见控制台", en: "{count} more, see the console" } as const;
const TEST = {
  zh: "{place}：测试消息，无需处理",
  en: "{place}: a test message, nothing to be done",
} as const;

/** UCUM codes that people write otherwise. */
const UNITS: Readonly<Record<string, string>> = { Cel: "°C", "[degF]": "°F" };

/** China's time, all year the same (IANA time zone database, rules PRC). */
const OFFSET_MS = 8 * 3_600_000;

/** One notification on one line. */
export function lineOf(notification: Notification, language: Language): string {
  const { severity, level, place, where, what, event, value, sinceMs } = notification;
  return filled(TEMPLATE[language], {
    severity: SEVERITY[severity][language],
    level,
    place: place[language],
    where: where[language],
    what: what[language],
    event: EVENT[event][language],
    value: value === null ? "" : ` ${value.number} ${UNITS[value.unit] ?? value.unit}`.trimEnd(),
    since: timeOf(sinceMs),
  });
}

/**
 * All of them, most severe first, of each subject what was told last. Within `lengthMax` UTF-16
 * units; what does not fit is counted, and one that alone is too long is cut.
 */
export function messageText(
  notifications: readonly Notification[],
  language: Language,
  lengthMax: number,
): string {
  const latest = latestOfEach(notifications);
  const lines = latest.map((one) => lineOf(one, language));
  if (lines.length === 1) return cut(lines[0], lengthMax);
  const head = filled(COUNT[language], { count: lines.length });
  for (let shown = lines.length; shown > 0; shown--) {
    const left = lines.length - shown;
    const more = left === 0 ? [] : [filled(MORE[language], { count: left })];
    const text = [head, ...lines.slice(0, shown), ...more].join("\n");
    if (text.length <= lengthMax) return text;
  }
  const more = filled(MORE[language], { count: lines.length - 1 });
  const room = lengthMax - head.length - more.length - 2;
  return [head, ...(room > 0 ? [cut(lines[0], room)] : []), more].join("\n");
}

/** What stands in the subject of a letter: the first of them, and how many there are. */
export function subjectText(
  notifications: readonly Notification[],
  language: Language,
): string {
  const [first, ...others] = latestOfEach(notifications);
  const line = lineOf(first, language);
  return others.length === 0 ? line : `${line} (+${others.length})`;
}

/** For trying a channel. */
export function testText(place: { readonly zh: string; readonly en: string }, language: Language) {
  return filled(TEST[language], { place: place[language] });
}

function latestOfEach(notifications: readonly Notification[]): Notification[] {
  const latest = new Map<string, Notification>();
  for (const one of notifications) {
    const known = latest.get(one.subject);
    if (known === undefined || known.number < one.number) latest.set(one.subject, one);
  }
  return [...latest.values()];
}

/** `11-29 08:03` */
function timeOf(ms: number): string {
  return new Date(ms + OFFSET_MS).toISOString().slice(5, 16).replace("T", " ");
}

function filled(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

/** Never between the halves of a character. */
function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  return `${text.slice(0, Math.max(0, lengthMax - 1)).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
