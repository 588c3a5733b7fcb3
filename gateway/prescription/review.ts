/** Rules at work on one prescription: the verdict, as its entry has it, with all it rests on. */
import { entryId } from "../collected_entry.ts";
import { canonicalHash } from "./canonical_hash.ts";
import { HISTORY_MAX, type HistoryLine } from "./facts.ts";
import { factsOf } from "./facts_of.ts";
import { automaticPass, type Mode } from "./life/pass.ts";
import { type Subject } from "./life/subject.ts";
import { type TokenClaims, validityOf } from "./life/token.ts";
import type { Unheard, VerdictBody } from "./life/verdict_body.ts";
import type { Prescription } from "./prescription.ts";
import { mappingFor, type ReviewSources } from "./review_sources.ts";
import { dayOf } from "./shanghai_day.ts";
import { type Finding, outcomeOf } from "./verdict.ts";

export interface Reviewable {
  readonly site: string;
  readonly prescription: Prescription;
  /** Of the normalised prescription, hexadecimal. */
  readonly hash: string;
}

export interface Circumstances {
  readonly mode: Mode;
  /** The patient's unexpired medicines; `null`: they could not be had. */
  readonly history: readonly HistoryLine[] | null;
  /** Wall clock, milliseconds since 1970 UTC. */
  readonly atMs: number;
  /** Of whom that history may lack what was told lately. */
  readonly unheard?: readonly Unheard[];
}

/** An entry holds so many with their inputs; the gravest are kept, and decide. */
const FINDINGS_MAX = 200;

/** Pure: the same sources, content and circumstances give the same verdict (P6). */
export function verdictOf(
  sources: ReviewSources,
  { site, prescription, hash }: Reviewable,
  { mode, history, atMs, unheard = [] }: Circumstances,
): VerdictBody {
  const { drugs, patientKey, registry, shelf } = sources;
  const { id: prescriber } = prescription.prescriber;
  const { history: used, ...facts } = factsOf(prescription, {
    site,
    mapping: mappingFor(sources, site),
    drugs,
    patientKey,
    history: history !== null && history.length > HISTORY_MAX ? null : history,
    reach: mode === "degraded" ? "own-site" : unheard.length > 0 ? "heard" : "county",
    // A county without a registry knows no prescriber, and nobody's rights (P14).
    prescriber: registry?.prescriber(prescriber, site, dayOf(Date.parse(prescription.issuedAt))) ??
      { id: prescriber, registered: null, rights: null, title: null },
  });
  const { packs, findings } = shelf.review({ ...facts, history: used }, atMs, sources.packs);
  const { mapping } = facts;
  const { id: number, version } = prescription;
  const verdict = {
    site,
    prescription: number,
    version,
    hash,
    mode,
    atMs,
    outcome: outcomeOf(findings),
    findings: gravest(findings),
    pack: packs.length === 0 ? "none" : packs.join("+"),
    mapping,
    history: used === null ? null : [...used],
    ...(unheard.length === 0 ? {} : { unheard: [...unheard] }),
    facts,
  };
  return { id: verdictId(verdict, packs), ...verdict };
}

/**
 * H(mode, subject, rule set, input): two centres that find the same by the same history give one
 * verdict; where one had another history, or comes to something else, theirs are two (P11).
 */
export function verdictId(verdict: Omit<VerdictBody, "id">, packs: readonly string[]): string {
  const { mode, site, prescription, version, hash, mapping, history, findings } = verdict;
  // As each centre happened to read it, the same history has another order.
  const past = (history ?? []).map((line) => canonicalHash(line)).sort();
  const seen = canonicalHash([history === null ? null : past, findings]);
  return entryId("verdict", mode, site, prescription, version, hash, ...packs, mapping, seen);
}

/** As many as an entry holds. Of several packs they follow each other, each's gravest first. */
export function gravest(findings: readonly Finding[]): Finding[] {
  if (findings.length <= FINDINGS_MAX) return [...findings];
  return GRAVITY.flatMap((level) => findings.filter((one) => one.level === level))
    .slice(0, FINDINGS_MAX);
}

const GRAVITY = ["black", "could-not-check", "red", "orange", "yellow", "blue"] as const;

/** The same with a token, where the rules alone let it pass (P9). */
export function withToken(
  verdict: VerdictBody,
  prescription: Prescription,
  sign: (claims: TokenClaims) => string,
): VerdictBody {
  const pass = automaticPass(verdict.outcome, verdict.mode, prescription.rescue);
  if (pass === null) return verdict;
  const { id, site, prescription: number, version, hash } = verdict;
  const subject: Subject = { site, prescription: number, version, hash };
  const token = sign({ ...subject, id, outcome: pass, ...validityOf(prescription) });
  return { ...verdict, token };
}
