/** That prescriptions cannot be decided, and somebody has to look (T10). */
import * as z from "zod";
import { numberFields } from "../life/subject.ts";

export const PRESCRIPTION_STUCK = "prescription-stuck";

/** What a node owes them: a review by rules, a second look after a split, tokens and cases. */
export const STUCK_AT = ["review", "after-split", "todo"] as const;
export type StuckAt = typeof STUCK_AT[number];

/** So many are named in one alarm, or on a page; the others are counted. */
export const STUCK_NAMED_MAX = 20;
export const REASON_LENGTH_MAX = 300;

/** Body of a `prescription-stuck`; moments in milliseconds since 1970 UTC. */
export const stuckBody = z.object({
  id: z.string(),
  at: z.enum(STUCK_AT),
  /** All that are stuck there now. */
  count: z.int().min(1),
  /** Those that were not told of before. */
  prescriptions: z.array(z.object({
    ...numberFields,
    since: z.int(),
    reason: z.string().max(REASON_LENGTH_MAX),
  })).min(1).max(STUCK_NAMED_MAX),
  rule: z.literal("T10"),
});
export type StuckBody = z.infer<typeof stuckBody>;
