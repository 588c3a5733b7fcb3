/** That prescriptions wait too long for a pharmacist (P8). */
import * as z from "zod";
import { WAIT_LEVELS } from "./wait_told.ts";

export const REVIEW_WAITING = "review-waiting";

/** Body of a `review-waiting`; times in milliseconds since 1970 UTC, and lengths of time in ms. */
export const waitingBody = z.object({
  id: z.string(),
  level: z.enum(WAIT_LEVELS),
  /** The same of the emergency that waits longest. */
  emergency: z.enum(WAIT_LEVELS),
  waiting: z.int(),
  /** Of these, those past either limit; reviews afterwards are not among them. */
  warned: z.int(),
  escalated: z.int(),
  /** Since when the oldest waits. */
  oldest: z.number().nullable(),
  /** Pharmacists on duty. */
  onDuty: z.int(),
  rule: z.literal("P8"),
  warnMs: z.int(),
  escalateMs: z.int(),
});
export type WaitingBody = z.infer<typeof waitingBody>;
