/** Alarms of a unit, level by level, and what persons say to them (C4, C9). */
import * as z from "zod";
import { RULES_CHANGED } from "../series/told.ts";
import {
  celsius,
  code,
  doseCode,
  newerCode,
  person,
  timeMs,
  unitFields,
  words,
} from "./subject.ts";

/** `high`, `low`: by the rules of temperatures; the rest by plans of their own. */
export const ALARM_CAUSES = [
  "high",
  "low",
  "sensor-fault",
  "no-data",
  "power-off",
  "offline",
  "late-vial",
] as const;
export type AlarmCause = typeof ALARM_CAUSES[number];

/**
 * One time out of range, with all its levels: `episode` is their common id. This program writes
 * none but {@link ALARM_CAUSES}; it reads those of newer nodes too.
 */
const episodeFields = {
  ...unitFields,
  episode: code,
  cause: z.enum(ALARM_CAUSES).or(newerCode),
};

/** Body of a `cold-alarm`: an episode has come to a level. */
export const alarmBody = z.object({
  id: code,
  ...episodeFields,
  level: z.int().min(1).max(9),
  /** Rule of the level. */
  rule: code,
  /** Wall clock: when it began, and when it came to this level. */
  sinceMs: timeMs,
  alarmMs: timeMs,
  /** It was over when it was found, in a logger's file: nobody is called. */
  afterwards: z.boolean().optional(),
  /** Of a `late-vial`: which it is. Its unit is the whole site, whatever place it is in. */
  vial: z.object({ product: code, lot: code, code: doseCode }).optional(),
});
export type AlarmBody = z.infer<typeof alarmBody>;

/** Body of a `cold-alarm-ended`. */
export const alarmEndedBody = z.object({
  id: code,
  ...episodeFields,
  endedMs: timeMs,
  worstCelsius: celsius.nullable(),
  /**
   * The rules are others and no value was in range: somebody has to look (C8). Of a newer node's
   * reason nobody here knows that it is over either.
   */
  because: z.literal(RULES_CHANGED).or(newerCode).optional(),
});
export type AlarmEndedBody = z.infer<typeof alarmEndedBody>;

/** What was found to be the cause, as statistics count it. */
export const FOUND_CAUSES = [
  "door-open",
  "power-cut",
  "unit-failed",
  "probe-failed",
  "loading",
  "defrosting",
  "setting",
  "weather",
  "line-failed",
  "unknown",
  "other",
] as const;

/** Body of a `cold-acknowledgement` of all levels up to `level` (C9). */
export const acknowledgementBody = z.object({
  id: code,
  ...episodeFields,
  level: z.int().min(1).max(9),
  /** Of a newer node it may be another word. */
  found: z.enum(FOUND_CAUSES).or(newerCode),
  comment: words,
  /** The person saw that it was told of no more since its rules are others (C8). */
  rulesChanged: z.literal(true).optional(),
  by: person,
});
export type AcknowledgementBody = z.infer<typeof acknowledgementBody>;
