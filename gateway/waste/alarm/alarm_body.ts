/** What is told to whom (rule W9): body of the alarm `waste-alarm`; nothing personal is in it. */
import * as z from "zod";
import type { Text } from "../../../drivers/profile_parts.ts";
import { code, subject } from "../entry/subject.ts";

export const LEVELS = ["site", "institution", "regulator"] as const;
export type Level = typeof LEVELS[number];

export const ALARMS = [
  ...["warning", "breach", "missing-bag", "conflict", "store-full"] as const,
  ...["not-received", "receipt", "receipt-overdue", "receipt-weight", "epidemic"] as const,
  /** A county's word of a breach at a site that it does not hear. */
  "unheard",
] as const;
export type AlarmName = typeof ALARMS[number];

export const alarmBody = z.object({
  ...subject,
  rule: z.string().regex(/^W\d{1,2}$/),
  alarm: z.enum(ALARMS),
  level: z.enum(LEVELS),
  /** A bag, a store, a manifest, or the site itself. */
  subject: code,
  /** What it follows from: an entry, a conflict; the same wherever it is decided. */
  basis: code,
  /** Of the limit that was reached: of `warning`, `breach`, `unheard` and `receipt-overdue`. */
  hours: z.number().positive().optional(),
  /** Whether the clocks that say so could be believed. */
  isCertain: z.boolean(),
});
export type AlarmBody = z.infer<typeof alarmBody>;

/** Body of a `waste-alarm-over`: what the alarm was about is no more. */
export const alarmOverBody = z.object({ ...subject, alarm: code });
export type AlarmOverBody = z.infer<typeof alarmOverBody>;

export function alarmText({ alarm, subject, hours, isCertain }: AlarmBody): Text {
  const doubt = isCertain ? { zh: "", en: "" } : { zh: "（时钟存疑）", en: " (clocks in doubt)" };
  switch (alarm) {
    case "warning":
    case "breach":
      return {
        zh: `医疗废物 ${subject} 封装已满 ${hours ?? "?"} 小时${doubt.zh}，请尽快交接`,
        en: `Waste ${subject} was sealed ${hours ?? "?"} hours ago${doubt.en}: hand it on`,
      };
    case "unheard":
      return {
        zh: `据本中心所知，医疗废物 ${subject} 封装已满 ${hours ?? "?"} 小时${doubt.zh}；` +
          "该站点无音讯，可能已交接而未报，请向站点核实",
        en:
          `By what is known here waste ${subject} was sealed ${hours ?? "?"} hours ago${doubt.en}` +
          "; its site is not heard, and may have handed it on: ask there",
      };
    case "missing-bag":
      return {
        zh: `医疗废物 ${subject} 已收集但未入库`,
        en: `Waste ${subject} was collected and did not reach the store`,
      };
    case "conflict":
      return {
        zh: `医疗废物 ${subject} 的记录相互矛盾，请核实`,
        en: `Entries about waste ${subject} disagree: look at it`,
      };
    case "store-full":
      return { zh: `暂存间 ${subject} 即将装满`, en: `Store ${subject} is nearly full` };
    case "not-received":
      return {
        zh: `医疗废物 ${subject} 已交运，接收单上没有`,
        en: `Waste ${subject} left, and the receipt does not name it`,
      };
    case "receipt":
      return {
        zh: `联单 ${subject} 的接收或处置与交运记录不符，请核实`,
        en: `What the disposer says of manifest ${subject} does not fit what left: look at it`,
      };
    case "receipt-overdue":
      return {
        zh: `联单 ${subject} 交运已满 ${hours ?? "?"} 小时未见接收${doubt.zh}，请追查`,
        en: `Manifest ${subject} left ${hours ?? "?"} hours ago${doubt.en} and nobody received ` +
          "it: find out where it is",
      };
    case "receipt-weight":
      return {
        zh: `联单 ${subject} 的接收重量与封装重量不符`,
        en: `The weight received on manifest ${subject} is not that of its bags`,
      };
    case "epidemic":
      return { zh: "医疗废物疫情模式已开启", en: "The epidemic mode of medical waste is on" };
  }
}
