/** Stock that was out of range is set apart until somebody says what becomes of it (C10). */
import * as z from "zod";
import { code, newerCode, person, timeMs, unitFields, words } from "./subject.ts";

/** Of one entry; more are another. */
export const LOTS_MAX = 200;

const lot = z.object({ product: code, lot: code });
export type LotKey = z.infer<typeof lot>;

/** Why stock is set apart; `other`: a person says it in words. */
export const QUARANTINE_CAUSES = ["out-of-range", "temperature-unknown", "other"] as const;
export type QuarantineCause = typeof QUARANTINE_CAUSES[number];

/** Body of a `cold-quarantine`: by rules, or by a person. */
export const quarantineBody = z.object({
  id: code,
  ...unitFields,
  lots: z.array(lot).min(1).max(LOTS_MAX),
  sinceMs: timeMs,
  /** Ids of the episode or the receipt that it comes of. */
  because: z.array(code).min(1),
  /** None: out of range, as all were once. Of a newer node it may be another word. */
  cause: z.enum(QUARANTINE_CAUSES).or(newerCode).optional(),
  /** In words, where a person says it. */
  reason: words.optional(),
  by: person.nullable(),
});
export type QuarantineBody = z.infer<typeof quarantineBody>;

/** The stricter the later: of two decisions the stricter stands. */
export const QUARANTINE_DECISIONS = ["released", "returned", "destroyed"] as const;
export type QuarantineDecision = typeof QUARANTINE_DECISIONS[number];

/** Body of a `cold-quarantine-decided`: on what it rests, such as the maker's stability data. */
export const quarantineDecidedBody = z.object({
  id: code,
  ...unitFields,
  quarantine: code,
  lots: z.array(lot).min(1).max(LOTS_MAX),
  decision: z.enum(QUARANTINE_DECISIONS),
  basis: words,
  by: person,
});
export type QuarantineDecidedBody = z.infer<typeof quarantineDecidedBody>;
