/**
 * Rules at work again on what passed while the other centre could not be heard: the same facts and
 * packs, with the history that both centres had. So whatever comes out otherwise does so by what
 * was missing.
 */
import { HISTORY_MAX, type HistoryLine } from "./facts.ts";
import { isUnheard } from "./life/decide.ts";
import { versionOf } from "./life/double_use.ts";
import type { LifeEvent } from "./life/event.ts";
import { isOwed } from "./life/owed.ts";
import { medicineOf } from "./life/patient_medicines.ts";
import { standingOf } from "./life/standing.ts";
import { ofKind, toldOfVersion } from "./life/told.ts";
import type { VerdictBody } from "./life/verdict_body.ts";
import type { Shelf } from "./pack/shelf.ts";
import { nameOf } from "./record/stored_events.ts";
import { gravest, verdictId } from "./review.ts";
import { outcomeOf } from "./verdict.ts";

/** A verdict that has what it rests on. */
export interface Repeatable extends VerdictBody {
  readonly facts: NonNullable<VerdictBody["facts"]>;
}

/** What rules had, and will have, when they look at another prescription of the patient. */
export interface Look {
  /** Histories by which they looked at it. */
  readonly histories: readonly (readonly HistoryLine[])[];
  /** Whether they will look at it, or again, here, where the one at hand is by then. */
  readonly isToCome: boolean;
}

/** `events` are one prescription's; `isHome`: what is owed of it is this centre's to do. */
export function lookOf(events: readonly LifeEvent[], isHome: boolean): Look {
  const histories = ofKind(events, "verdict").flatMap(({ body: { history } }) =>
    history === null ? [] : [history]
  );
  const { version, due } = standingOf(events);
  const own = events.filter((event) => versionOf(event) === version);
  const isToCome = isHome &&
    (due.some(isOwed) || isUnheard(toldOfVersion(version, own).verdicts));
  return { histories, isToCome };
}

/**
 * What of a history that both centres had counts for one that is examined again, by the looks at
 * the prescriptions that it is of (`nameOf`). Of two that overlap, and neither of which was seen
 * with the other, one at least has the other: the one that was issued later, or whichever is
 * examined last. No clock has to be right for that; but one of both must have been decided while
 * the other centre was known to be unheard. Two that were given at both centres within the seconds
 * that entries take from one to the other, or before its silence was noticed, are not examined.
 *
 * Another one counts if this one was seen with it before. It does not if it was seen with this one
 * itself. Else it does if it was issued before, or before this one was decided; and of those issued
 * later each that will not be seen with this one here: what the other centre is about to examine it
 * may look at before this one, or what came of it, is there.
 */
export function historyAgain(
  { site, prescription, version, atMs, history: seen, facts }: Repeatable,
  history: readonly HistoryLine[],
  looks: ReadonlyMap<string, Look>,
): HistoryLine[] {
  const own = facts.lines.map((line) => medicineOf(facts, version, line));
  const untilMs = Math.max(...own.map((line) => line.untilMs));
  const seenNames = new Set((seen ?? []).map(nameOfLine));
  const place = [facts.issuedMs, nameOf({ site, number: prescription })] as const;
  return history.filter((line) => {
    const name = nameOfLine(line);
    const look = looks.get(name);
    if (seenNames.has(name)) return true;
    if (line.issuedMs >= untilMs || look !== undefined && hasSeen(look, own, line)) return false;
    const isBefore = isOrdered([line.issuedMs, name], place) ||
      line.issuedMs <= (atMs ?? facts.issuedMs);
    return isBefore || look?.isToCome !== true;
  });
}

/** Whether rules looked at another one with all of `own` that had not run out by then. */
function hasSeen(
  { histories }: Look,
  own: readonly HistoryLine[],
  { issuedMs }: HistoryLine,
): boolean {
  const wanted = own.filter(({ untilMs }) => untilMs > issuedMs).map(keyOf);
  return histories.some((history) => {
    const had = new Set(history.map(keyOf));
    return wanted.every((key) => had.has(key));
  });
}

function keyOf({ site, prescription, issuedMs, untilMs, drug }: HistoryLine): string {
  return JSON.stringify([site, prescription, issuedMs, untilMs, drug]);
}

function nameOfLine({ site, prescription }: HistoryLine): string {
  return nameOf({ site, number: prescription });
}

/** By the time of issue as both have it, and then by name: the same order at both centres. */
function isOrdered(
  [oneMs, one]: readonly [number, string],
  [otherMs, other]: readonly [number, string],
): boolean {
  return oneMs === otherMs ? one < other : oneMs < otherMs;
}

/**
 * By packs of then, or those in force where one of them is not kept any more; `history` is what
 * counts. Pure.
 */
export function examinedAgain(
  { unheard: _unheard, token: _token, id: _id, ...verdict }: Repeatable,
  history: readonly HistoryLine[],
  shelf: Shelf,
): VerdictBody {
  const { facts: { historyReach: then, ...rest }, atMs = verdict.facts.issuedMs } = verdict;
  // What was heard of the county is by now what the county has.
  const reach = then === "heard" ? "county" : then;
  const facts = { ...rest, ...(reach === undefined ? {} : { historyReach: reach }) };
  const used = history.length > HISTORY_MAX ? null : [...history];
  const packsThen = verdict.pack === "none" ? [] : verdict.pack.split("+");
  const isKept = packsThen.every((identity) => shelf.get(identity) !== undefined);
  const identities = isKept ? packsThen : shelf.inForce;
  const { packs, findings } = shelf.review({ ...facts, history: used }, atMs, identities);
  const again = {
    ...verdict,
    mode: "after-split" as const,
    outcome: outcomeOf(findings),
    findings: gravest(findings),
    pack: packs.length === 0 ? "none" : packs.join("+"),
    history: used,
    facts,
  };
  return { id: verdictId(again, packs), ...again };
}
