/** Alarms of sterile supply: what somebody has to look after, until a person closes it. */
import * as z from "zod";
import type { Severity } from "../../notifications/notification.ts";
import { USE_DOUBTS } from "../supply/unsterile_use.ts";

const code = z.string().min(1).max(64);
const words = z.string().min(1).max(500);

export const ALARMS = [
  "cycle-failed",
  "cycle-undetermined",
  "bowie-dick-failed",
  "biological-failed",
  "biological-overdue",
  /** Of an implant that was released early. */
  "early-result",
  "recall",
  /** On a patient, of a pack that was not to be used. */
  "unsterile-use",
] as const;
export type AlarmName = typeof ALARMS[number];

/** How urgent each is: a warning comes no further than to the institution. */
export const SEVERITY: Readonly<Record<AlarmName, Severity>> = {
  "cycle-failed": "critical",
  "cycle-undetermined": "warning",
  "bowie-dick-failed": "critical",
  "biological-failed": "critical",
  "biological-overdue": "warning",
  "early-result": "critical",
  "recall": "critical",
  "unsterile-use": "critical",
};

export const sterileAlarmBody = z.strictObject({
  id: code,
  site: code,
  alarm: z.enum(ALARMS),
  /** `null`: the pack of an `unsterile-use` was in none, or a supplier's in that of a `recall`. */
  steriliser: code.nullable(),
  /** Cycle, load, recall or pack that it is about, or the steriliser itself. */
  subject: code,
  /** When the cycle began, the recall was found, the test was due: ms since 1970 UTC. */
  sinceMs: z.int().min(0),
  /** What speaks against the pack, of `unsterile-use`; of others that clocks were in doubt. */
  why: z.array(z.enum(USE_DOUBTS)).min(1).optional(),
});
export type SterileAlarmBody = z.infer<typeof sterileAlarmBody>;

export const sterileAlarmClosedBody = z.strictObject({
  id: code,
  site: code,
  alarm: code,
  /** What was found and done. */
  comment: words,
  by: z.strictObject({ id: code, name: words.optional() }),
});
export type SterileAlarmClosedBody = z.infer<typeof sterileAlarmClosedBody>;

/** Whom it comes to when nobody has closed it: the institution, the regulator. */
export const ESCALATION_LEVELS = [2, 3] as const;

/** The highest that an alarm comes to. */
export function topLevel(alarm: AlarmName): 2 | 3 {
  return SEVERITY[alarm] === "critical" ? 3 : 2;
}

export const sterileAlarmLevelBody = z.strictObject({
  id: code,
  site: code,
  alarm: code,
  level: z.literal(ESCALATION_LEVELS),
});
export type SterileAlarmLevelBody = z.infer<typeof sterileAlarmLevelBody>;

/** As people read it. */
export const ALARM_TEXTS: Readonly<
  Record<AlarmName, { readonly zh: string; readonly en: string }>
> = {
  "cycle-failed": { zh: "灭菌失败", en: "Sterilisation failed" },
  "cycle-undetermined": { zh: "灭菌结果无法判定", en: "Sterilisation cannot be judged" },
  "bowie-dick-failed": { zh: "B-D 试验不合格", en: "Bowie-Dick test failed" },
  "biological-failed": { zh: "生物监测不合格", en: "Biological test failed" },
  "biological-overdue": { zh: "生物监测已超期", en: "A biological test is overdue" },
  "early-result": {
    zh: "提前放行植入物的生物监测结果未出",
    en: "An implant released early: its biological result is overdue",
  },
  "recall": { zh: "灭菌物品需召回", en: "Sterile goods have to come back" },
  "unsterile-use": {
    zh: "使用了不得使用的灭菌包",
    en: "A pack was used that was not to be used",
  },
};
