/** What came of a prescription, and the answer to whoever sent it as plain JSON. */
import * as z from "zod";
import { HISTORY_REACHES, type HistoryReach } from "./facts.ts";
import type { Mark } from "./intake.ts";
import type { SameKeyMark } from "./life/same_key.ts";
import type { Prescription } from "./prescription.ts";
import { type Finding, finding, type Outcome, OUTCOMES } from "./verdict.ts";

/** A recorded prescription with its verdict. */
export interface Reviewed {
  readonly site: string;
  readonly prescription: Prescription;
  /** Of the normalised prescription, as `receive` tells it (P9). */
  readonly hash: string;
  readonly marks: readonly (Mark | SameKeyMark)[];
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  /** Version of the rules that decided (P6). */
  readonly pack: string;
  /** Decided by the site alone, with the line down (P12). */
  readonly degraded: boolean;
  /** Of the patient's history that was used; `null`: it was not told then. */
  readonly historyReach: HistoryReach | null;
  /** When it was recorded, and when this verdict was given, milliseconds since 1970 UTC. */
  readonly recordedMs: number;
  readonly decidedMs: number;
  /** With it the prescription may be dispensed; `null`: it may not, or not yet. */
  readonly token: string | null;
}

/** The answer in plain JSON, as OpenAPI describes it. */
export const verdictView = z.strictObject({
  site: z.string(),
  id: z.string().describe("The HIS's own number of the prescription"),
  version: z.int(),
  hash: z.string().describe("SHA-256 of the normalised prescription (RFC 8785), hexadecimal"),
  outcome: z.enum(OUTCOMES).describe(
    "pass and notice may be dispensed; pharmacist and could-not-check wait for a person; " +
      "intercept goes back to the prescriber",
  ),
  token: z.string().nullable().describe(
    "Shown when it is dispensed; null: it may not be, or not yet",
  ),
  degraded: z.boolean().describe("Decided by the site alone; it is reviewed when the line is back"),
  historyReach: z.enum(HISTORY_REACHES).nullable().describe(
    "Whose prescriptions were seen of the patient's: county, all sites'; heard, of those what this " +
      "centre had heard while it could not hear the other one; own-site, this site's, " +
      "since the number is its own or it decided alone; none: nobody can say who it is, or the " +
      "history could not be had; null: it was decided before this was told",
  ),
  pack: z.string().describe("Version of the rules"),
  recordedAt: z.iso.datetime(),
  decidedAt: z.iso.datetime(),
  marks: z.array(z.strictObject({ code: z.string(), field: z.string(), detail: z.string() }))
    .describe(
      "What was taken all the same and should be looked at: issued-in-future; same-key, another " +
        "prescription came first under its Idempotency-Key, at a node that was out of reach",
    ),
  findings: z.array(finding).describe("What the rules found, and which of them could not check"),
});
export type VerdictView = z.infer<typeof verdictView>;

export function answerJson(reviewed: Reviewed): VerdictView {
  const { site, prescription: { id, version }, hash, outcome, token, pack } = reviewed;
  const { degraded, historyReach } = reviewed;
  return {
    site,
    id,
    version,
    hash,
    outcome,
    token,
    degraded,
    historyReach,
    pack,
    recordedAt: new Date(reviewed.recordedMs).toISOString(),
    decidedAt: new Date(reviewed.decidedMs).toISOString(),
    marks: [...reviewed.marks],
    findings: [...reviewed.findings],
  };
}
