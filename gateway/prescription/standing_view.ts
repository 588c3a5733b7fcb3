/** Where a prescription stands, for whoever asks for it by its number. */
import * as z from "zod";
import type { Input } from "../api_route.ts";
import type { LifeEvent } from "./life/event.ts";
import { standingOf } from "./life/standing.ts";
import { reviewedOf } from "./reviewed_of.ts";
import { answerJson, verdictView } from "./reviewed.ts";

type Rights = Input["actor"]["rights"];

const goodsLine = z.strictObject({
  line: z.int(),
  unit: z.string(),
  prescribed: z.string(),
  out: z.string().describe("What left less what came back"),
});

const verdictOfNow = verdictView.extend({
  findings: verdictView.shape.findings.nullable().describe(
    "For who sends, prescribes or reviews; null: not told, since they tell of the patient's health",
  ),
});

export const standingView = z.strictObject({
  site: z.string(),
  id: z.string(),
  version: z.int().describe("The latest: those before do not hold any more"),
  state: z.string().describe(
    "screening, passed, noticed, rescue, approved: may be dispensed; queued, signing, asked: " +
      "waits for a person; intercepted, refused, withdrawn, cancelled, conflict: may not be",
  ),
  by: z.string().nullable().describe("Who decided: rules, pharmacists, prescriber, his"),
  pass: z.string().nullable().describe("On what it may be dispensed; null: it may not"),
  verdict: verdictOfNow.nullable().describe(
    "As answered when it was sent, with the token of now, for who may dispense or has sent it",
  ),
  toAnswer: z.array(z.string())
    .describe(
      "Ids of verdicts and decisions that the prescriber answers: one of them, and then of what " +
        "is named still; of two verdicts with red findings each is answered",
    ),
  needsSignature: z.boolean().describe("To keep to it takes a reason and a second signature"),
  sides: z.array(z.strictObject({
    ids: z.array(z.string()),
    choice: z.string(),
    mode: z.string().nullable(),
    person: z.string().nullable(),
    node: z.string(),
    at: z.iso.datetime(),
    role: z.string(),
  })).describe("All that was decided, with what became of it"),
  goods: z.strictObject({
    state: z.string().describe("none, partly, wholly, returned"),
    lines: z.array(goodsLine),
    parts: z.array(z.int()),
  }),
  openCases: z.int().describe("Patients that have to be called about it"),
});
export type StandingView = z.infer<typeof standingView>;

/** `events` are one prescription's; `null` where none of them tells a version. */
export function standingViewOf(events: readonly LifeEvent[]): StandingView | null {
  if (events.every(({ kind }) => kind === "contact-case-closed")) return null;
  const standing = standingOf(events);
  const { site, prescription: id, version, hashes, state, by, pass, goods, due } = standing;
  const reviewed = reviewedOf(events, { version, hash: hashes[0] ?? "" });
  const answers = due.filter((one) => one.do === "answer");
  return {
    site,
    id,
    version,
    state,
    by,
    pass,
    verdict: reviewed === null || hashes.length > 1 ? null : answerJson(reviewed),
    toAnswer: [...new Set(answers.flatMap(({ to }) => to))],
    needsSignature: answers.some(({ needsSignature }) => needsSignature),
    sides: standing.sides.map(({ ids, timeMs, choice, mode, person, node, role }) => ({
      ids: [...ids],
      choice,
      mode,
      person,
      node,
      at: new Date(timeMs).toISOString(),
      role,
    })),
    goods: {
      state: goods.state,
      lines: goods.lines.map((line) => ({ ...line })),
      parts: goods.parts.map(({ part }) => part),
    },
    openCases: standing.openCases.length,
  };
}

/** What who only looks on is told: a token lets goods leave, whoever shows it (P9). */
export function withoutToken(view: StandingView): StandingView {
  return view.verdict === null ? view : { ...view, verdict: { ...view.verdict, token: null } };
}

/** What of a prescription somebody is told beside where it stands and its outcome. */
export interface Insight {
  readonly token: boolean;
  readonly findings: boolean;
}

/**
 * A token is for who gives out, and for the HIS that sends (P9); findings, with the patient's
 * diagnoses, allergies or age in them, for who works on prescriptions (X5).
 */
export function insightOf(rights: Rights): Insight {
  const isHis = rights.has("prescription.submit") || rights.has("fhir");
  return {
    token: isHis || rights.has("prescription.dispense"),
    findings: isHis || rights.has("prescription.review") || rights.has("prescription.prescribe"),
  };
}

export function seenBy(view: StandingView, { token, findings }: Insight): StandingView {
  const { verdict } = token ? view : withoutToken(view);
  if (verdict === null) return view;
  return { ...view, verdict: findings ? verdict : { ...verdict, findings: null } };
}
