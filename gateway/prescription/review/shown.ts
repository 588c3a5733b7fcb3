/** What a pharmacist sees of one that waits: all that a decision rests on, masked (X5). */
import * as z from "zod";
import { maskName, maskNumber, maskResidentId } from "../../people/masking.ts";
import { historyLine, reviewedFacts } from "../pack/facts_form.ts";
import { decide, rulingOf } from "../life/decide.ts";
import { versionOf } from "../life/double_use.ts";
import type { LifeEvent } from "../life/event.ts";
import { sameKeyMarks } from "../life/same_key.ts";
import { standingOf } from "../life/standing.ts";
import { verdictToReview } from "../life/to_review.ts";
import { ofKind, type Told, toldOfVersion } from "../life/told.ts";
import type { VerdictBody } from "../life/verdict_body.ts";
import type { Prescription } from "../prescription.ts";
import { standingView, standingViewOf, withoutToken } from "../standing_view.ts";
import { finding, OUTCOMES } from "../verdict.ts";

const said = { id: z.string(), by: z.string(), at: z.iso.datetime(), node: z.string() };

const verdictShown = z.object({
  id: z.string(),
  node: z.string(),
  outcome: z.enum(OUTCOMES),
  mode: z.string(),
  pack: z.string(),
  mapping: z.string(),
  at: z.iso.datetime(),
  findings: z.array(finding),
});
export type VerdictShown = z.infer<typeof verdictShown>;

export const shownView = z.object({
  site: z.string(),
  id: z.string(),
  version: z.int(),
  hash: z.string(),
  receivedAt: z.iso.datetime(),
  prescription: z.looseObject({}).describe("As it was sent; personal fields are masked"),
  marks: z.array(z.object({ code: z.string(), field: z.string(), detail: z.string() })),
  verdict: verdictShown.nullable().describe(
    "The rules' that is decided on, which a decision names; null: none has come",
  ),
  beside: z.array(verdictShown).describe(
    "Others of the rules that count, such as the other centre's by another history: each is " +
      "decided on by itself",
  ),
  facts: reviewedFacts.nullable().describe("What rules saw, in base units"),
  history: z.array(historyLine).nullable()
    .describe("The patient's unexpired medicines that were used; null: they could not be had"),
  unheard: z.array(z.object({ node: z.string(), until: z.iso.datetime().nullable() }))
    .describe("Centres that could not be heard: what they had since then is not in the history"),
  identity: z.enum(["known", "uncertain"])
    .describe("uncertain: nobody can say who the patient is, so that no history was found"),
  standing: standingView,
  decisions: z.array(z.object({
    ...said,
    decision: z.string(),
    comment: z.string().nullable(),
    role: z.string().describe("What became of it: stands, answered, lost, …"),
  })),
  answers: z.array(z.object({
    ...said,
    answer: z.string(),
    to: z.string(),
    reason: z.string().nullable(),
    counts: z.boolean().describe("Whether it is the prescriber's own"),
    signed: z.enum(["vouched", "pin", "session"]).nullable()
      .describe("How who insists was proved; null: it needs no second signature"),
  })),
  earlier: z.array(z.object({ version: z.int(), state: z.string() })),
});
export type Shown = z.infer<typeof shownView>;

/** `null`: the prescription itself has not come, or has two contents. */
export function shownOf(events: readonly LifeEvent[]): Shown | null {
  if (ofKind(events, "prescription").length === 0) return null;
  const standing = standingOf(events);
  const view = standingViewOf(events);
  const { version } = standing;
  const own = events.filter((event) => versionOf(event) === version);
  const [received] = ofKind(own, "prescription");
  if (received === undefined || view === null) return null;
  const told = toldOfVersion(version, own);
  const ruling = verdictToReview(told, decide(told));
  const { site, hash, prescription, marks } = received.body;
  const roleOf = (id: string) => standing.sides.find(({ ids }) => ids.includes(id))?.role ?? "lost";
  return {
    site,
    id: prescription.id,
    version,
    hash,
    receivedAt: at(received.timeMs),
    prescription: masked(prescription),
    marks: [...marks, ...sameKeyMarks(own, { version, hash })],
    verdict: ruling === null ? null : verdictShownOf(ruling),
    beside: rulingOf(told.verdicts).filter((one) => one !== ruling).map(verdictShownOf),
    facts: ruling?.body.facts ?? null,
    history: ruling?.body.history ?? null,
    unheard: (ruling?.body.unheard ?? []).map(({ node, untilMs }) => ({
      node,
      until: untilMs === null ? null : at(untilMs),
    })),
    identity: (ruling?.body.facts?.patient.key ?? null) === null ? "uncertain" : "known",
    // Whoever reviews gives nothing out.
    standing: withoutToken(view),
    decisions: told.decisions.map(({ body, timeMs, node }) => ({
      id: body.id,
      by: body.by.name ?? body.by.id,
      at: at(timeMs),
      node,
      decision: body.decision,
      comment: body.comment ?? null,
      role: roleOf(body.id),
    })),
    answers: told.answers.map(({ body, timeMs, node }) => ({
      id: body.id,
      by: body.by.name ?? body.by.id,
      at: at(timeMs),
      node,
      answer: body.answer,
      to: body.to,
      reason: body.reason ?? null,
      counts: standing.answers.some(({ ids, counts }) => counts && ids.includes(body.id)),
      signed: body.answer === "insist" ? body.signature.proved : null,
    })),
    earlier: standing.earlier.map(({ version, state }) => ({ version, state })),
  };
}

const at = (ms: number) => new Date(ms).toISOString();

function verdictShownOf({ body, node, timeMs }: Told<VerdictBody>): VerdictShown {
  const { id, outcome, mode, pack, mapping, findings } = body;
  return { id, node, outcome, mode, pack, mapping, at: at(timeMs), findings };
}

/** A patient's name and number, and the prescriber's name. */
function masked(prescription: Prescription): Prescription {
  const { patient, prescriber } = prescription;
  const { id, name } = patient;
  const mask = id?.system === "resident-id" ? maskResidentId : maskNumber;
  return {
    ...prescription,
    patient: {
      ...patient,
      name: maskName(name),
      ...(id === undefined ? {} : { id: { ...id, value: mask(id.value) } }),
    },
    prescriber: {
      ...prescriber,
      ...(prescriber.name === undefined ? {} : { name: maskName(prescriber.name) }),
    },
  };
}
