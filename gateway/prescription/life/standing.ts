/**
 * Where one prescription stands, folded from all events of its (site, number). The same whatever
 * order they came in, however often, at whichever node (P11): nothing is read from a clock, and
 * nothing from a standing of before.
 */
import type { ContactBody } from "./contact_body.ts";
import { dueContact, type Ended, LATE_CAUSES, objectionTo } from "./contact.ts";
import {
  counts,
  decide,
  type Decided,
  type DecidedState,
  isUnheard,
  rulingOf,
  STRICTNESS,
} from "./decide.ts";
import type { AnswerBody } from "./decision_body.ts";
import { doubleUseOf, goodsOfVersion, versionOf } from "./double_use.ts";
import { type Due, dueOf, passOf } from "./due.ts";
import { type LifeEvent, numberOf } from "./event.ts";
import { type Goods, isOut } from "./goods.ts";
import type { Pass } from "./pass.ts";
import { severityOf } from "./queue_order.ts";
import { type Side, sidesOf } from "./sides.ts";
import { ofKind, sorted, type ToldOfVersion, toldOfVersion } from "./told.ts";

/** `conflict`: one version says two things, so that none of them may be dispensed. */
export type State = DecidedState | "conflict" | "cancelled" | "superseded";

export interface AnswerShown {
  readonly ids: readonly string[];
  readonly answer: AnswerBody["answer"];
  readonly to: string;
  /** Whether it is the prescriber's own. */
  readonly counts: boolean;
}

export interface VersionStanding {
  readonly version: number;
  /** More than one is a conflict. */
  readonly hashes: readonly string[];
  readonly state: State;
  readonly by: Decided["by"] | "his";
  /** On what it may be dispensed now; `null`: it may not. */
  readonly pass: Pass | null;
  readonly goods: Goods;
  /** All that was decided, with what became of it (P11). */
  readonly sides: readonly Side[];
  /** An insistence also goes to the comment pool (P10). */
  readonly answers: readonly AnswerShown[];
  /** As queues order by it: see `queue_order.ts`. */
  readonly severity: number;
  readonly receivedMs: number | null;
}

export interface Standing extends VersionStanding {
  readonly site: string;
  readonly prescription: string;
  /** What has to be done next, of all versions. */
  readonly due: readonly Due[];
  /** Cases of a patient to be called, opened and not closed. */
  readonly openCases: readonly ContactBody[];
  /** Versions before, the latest first. */
  readonly earlier: readonly VersionStanding[];
}

/** `events` are one prescription's, at least one of them; throws where they are not. */
export function standingOf(events: readonly LifeEvent[]): Standing {
  const own = onceEach(events);
  const number = oneNumber(own);
  const voids = ofKind(own, "prescription-void");
  const numbers = own.map(versionOf).filter((version) => version !== null);
  if (numbers.length === 0) throw new Error(`Cannot tell where "${number.prescription}" stands`);
  const latest = Math.max(...numbers);
  const opened = ofKind(own, "contact-case").map(({ body }) => body);
  const versions = [...new Set(numbers)].sort((a, b) => b - a).map((version) => {
    const told = toldOfVersion(version, own.filter((event) => versionOf(event) === version));
    const ended = {
      supersededBy: version < latest ? latest : null,
      voids: sorted(voids.flatMap(({ body }) => body.version >= version ? [body.id] : [])),
    };
    return ofVersion(told, ended, number, opened);
  });
  const raised = new Set(ofKind(own, "prescription-double-use").map(({ body }) => body.id));
  const closed = new Set(ofKind(own, "contact-case-closed").map(({ body }) => body.case));
  return {
    ...number,
    ...versions[0].standing,
    due: versions.flatMap(({ due }) => due)
      .filter((one) => one.do !== "alarm-double-use" || !raised.has(one.body.id)),
    openCases: [...new Map(opened.map((one) => [one.id, one])).values()]
      .filter(({ id }) => !closed.has(id)),
    earlier: versions.slice(1).map(({ standing }) => standing),
  };
}

function onceEach(events: readonly LifeEvent[]): LifeEvent[] {
  return [...new Map(events.map((event) => [event.place, event])).values()];
}

function oneNumber(events: readonly LifeEvent[]): { site: string; prescription: string } {
  const keys = new Map(events.map(numberOf).map((one) => [JSON.stringify(one), one]));
  const [first, ...others] = keys.values();
  if (first === undefined || others.length > 0) {
    throw new Error(`Cannot tell where a prescription stands: events of ${keys.size} of them`);
  }
  return first;
}

function ofVersion(
  told: ToldOfVersion,
  ended: Ended,
  { site, prescription }: { readonly site: string; readonly prescription: string },
  opened: readonly ContactBody[],
): { readonly standing: VersionStanding; readonly due: Due[] } {
  const decided = decide(told);
  const goods = goodsOfVersion(told);
  const answers = told.answers.filter((answer) => counts(answer, told));
  const objection = isOut(goods) ? objectionTo(told, decided, ended) : null;
  const isLate = objection !== null && LATE_CAUSES.has(objection.cause);
  const state = stateOf(told, decided, ended);
  const standing: VersionStanding = {
    version: told.version,
    hashes: told.hashes,
    state,
    by: state === decided.state ? decided.by : "his",
    pass: state === decided.state ? passOf(told, decided) : null,
    goods,
    sides: sidesOf(told, decided, answers, isLate),
    answers: told.answers.map((one) => ({
      ids: one.ids,
      answer: one.body.answer,
      to: one.body.to,
      counts: answers.includes(one),
    })),
    severity: severityOf(rulingOf(told.verdicts).flatMap(({ body }) => body.findings)),
    receivedMs: told.receivedMs,
  };
  const due: Due[] = state === decided.state ? dueOf(told, decided, goods) : [];
  if (state === "conflict") due.push({ do: "change", because: told.hashes });
  if (isReviewOwed(told)) due.push({ do: "after-review", version: told.version });
  if (state === decided.state && wasPassedUnheard(told, decided)) {
    due.push({ do: "after-split", version: told.version });
  }
  if (objection !== null) {
    const body = dueContact(told, objection, site, prescription, opened);
    if (body !== null) due.push({ do: "open-contact-case", body });
  }
  const twice = doubleUseOf(told, goods);
  if (twice !== null) due.push({ do: "alarm-double-use", body: twice });
  return { standing, due };
}

function stateOf(told: ToldOfVersion, decided: Decided, { supersededBy, voids }: Ended): State {
  if (supersededBy !== null) return "superseded";
  if (voids.length > 0) return "cancelled";
  return told.hashes.length > 1 ? "conflict" : decided.state;
}

/** The site decided alone, and the county has not looked since (P12). */
function isReviewOwed({ verdicts }: ToldOfVersion): boolean {
  return verdicts.length > 0 && verdicts.every(({ body }) => body.mode === "degraded");
}

/**
 * It may be given out, whoever let it, and no rule has looked with all that the other centre had of
 * the patient (P11). What comes out then is covered by what a person saw, or waits for one again.
 */
function wasPassedUnheard({ verdicts }: ToldOfVersion, { state }: Decided): boolean {
  return STRICTNESS[state] === 0 && isUnheard(verdicts);
}
