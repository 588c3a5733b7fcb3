/** Nothing is edited: what was wrong is reversed, what two say differently a person resolves. */
import * as z from "zod";
import { confirmation, confirmations } from "./confirmation.ts";
import { code, subject, words } from "./subject.ts";

/** Body of a `waste-reversal` of one entry; it counts once two persons confirmed it (W1, W4). */
export const reversalBody = z.object({ ...subject, of: code, reason: words, confirmations });
export type ReversalBody = z.infer<typeof reversalBody>;

/** What two entries about one bag may say differently. */
export const DISPUTES = ["category", "source", "weight", "custodian", "box"] as const;
export type Dispute = typeof DISPUTES[number];

/** Who holds a bag two persons confirmed each time: one alone does not say otherwise (W4). */
export function needsTwo(about: Dispute): boolean {
  return about === "custodian";
}

const ENTRIES_MAX = 50;

/**
 * Body of a `waste-resolution`: a person saw the entries that disagree, and says which is right.
 * It settles those that it names, and no other that comes later. Of custodians it counts once two
 * persons confirmed it.
 */
export const resolutionBody = z.object({
  ...subject,
  /** A bag; for `box` a bag or a load. */
  subject: code,
  about: z.enum(DISPUTES),
  /** Id of the entry that is right. */
  keeps: code,
  /** Ids of those that are not. */
  against: z.array(code).min(1).max(ENTRIES_MAX),
  /** Ids of earlier resolutions that this one replaces. */
  over: z.array(code).max(ENTRIES_MAX),
  reason: words,
  confirmation,
  /** Who stood beside. */
  second: confirmation.optional(),
}).refine(({ keeps, against }) => !against.includes(keeps), {
  path: ["against"],
  error: "an entry is kept or set aside, not both",
});
export type ResolutionBody = z.infer<typeof resolutionBody>;
