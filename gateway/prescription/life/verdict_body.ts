/** What rules say of a prescription, with all that they rest on (P6). */
import * as z from "zod";
import { HISTORY_MAX } from "../facts.ts";
import { historyLine, reviewedFacts } from "../pack/facts_form.ts";
import { finding, OUTCOMES } from "../verdict.ts";
import { compactToken, MODES } from "./pass.ts";
import { code, subject } from "./subject.ts";

/** A pack's rules that fire on one prescription; more is a fault of the pack. */
const FINDINGS_MAX = 500;
/** Hashes of as many packs as a node keeps, or of a mapping and a drug list, with `+` between. */
const VERSIONS_LENGTH_MAX = 16 * 72;

const versions = z.string().min(1).max(VERSIONS_LENGTH_MAX);

/** What a centre had not heard of the other one when it took the snapshot of a history (P11). */
export const unheard = z.object({
  node: code,
  /** Until when all that it had was here; `null`: that was never so since the start. */
  untilMs: z.int().nullable(),
  /** The last that was here of what it tells this site, in its latest life; `null`: nothing. */
  place: z.object({ origin: code, stream: code, seq: z.int().nonnegative() }).nullable(),
});
export type Unheard = z.infer<typeof unheard>;

/** A county has two centres. */
const UNHEARD_MAX = 1;

/** Body of a `verdict`; `id` = H(rule set, subject, input position). Times in ms since 1970. */
export const verdictBody = subject.extend({
  id: code,
  mode: z.enum(MODES),
  /** As of when it was reviewed: with it the same comes out again. */
  atMs: z.int().optional(),
  outcome: z.enum(OUTCOMES),
  findings: z.array(finding).max(FINDINGS_MAX),
  /** Identities of the rule packs; versions of the site's mapping and of the drug list. */
  pack: versions,
  mapping: versions,
  /** The snapshot that was used; `null`: it could not be had. */
  history: z.array(historyLine).max(HISTORY_MAX).nullable(),
  /** Of whom that snapshot may lack what was told lately; absent: of nobody. */
  unheard: z.array(unheard).max(UNHEARD_MAX).optional(),
  /** What rules saw; with the history it gives the same findings again, whatever is mapped now. */
  facts: reviewedFacts.optional(),
  /** Where it lets the prescription pass. */
  token: compactToken.optional(),
});
export type VerdictBody = z.infer<typeof verdictBody>;
