/** An alarm is switched off for a while, by a person with a reason (C8). */
import * as z from "zod";
import { code, person, timeMs, unitFields, words } from "./subject.ts";

export const SUPPRESSION_HOURS_MAX = 24;
const HOUR_MS = 3_600_000;

const suppressionFields = { id: code, ...unitFields, fromMs: timeMs, reason: words, by: person };

/**
 * Body of a `cold-suppression`: `for-a-while` has an end within 24 hours; `under-repair` ends when
 * somebody says so.
 */
export const suppressionBody = z.discriminatedUnion("state", [
  z.object({ ...suppressionFields, state: z.literal("for-a-while"), untilMs: timeMs }),
  z.object({ ...suppressionFields, state: z.literal("under-repair") }),
]).refine(
  (body) => body.state === "under-repair" || body.untilMs > body.fromMs,
  { path: ["untilMs"], error: "it ends before it begins; give a later end" },
).refine(
  (body) =>
    body.state === "under-repair" ||
    body.untilMs - body.fromMs <= SUPPRESSION_HOURS_MAX * HOUR_MS,
  {
    path: ["untilMs"],
    error: `at most ${SUPPRESSION_HOURS_MAX} hours; for longer, say that it is under repair`,
  },
);
export type SuppressionBody = z.infer<typeof suppressionBody>;

/** Body of a `cold-suppression-ended`: before its time, or the repair is done. */
export const suppressionEndedBody = z.object({
  id: code,
  ...unitFields,
  suppression: code,
  endedMs: timeMs,
  by: person,
});
export type SuppressionEndedBody = z.infer<typeof suppressionEndedBody>;
