/**
 * Rules at work again on what they let pass while the other centre could not be heard: the same
 * facts and packs, with the history that both centres had by then. So whatever comes out otherwise
 * does so by what was missing.
 */
import { HISTORY_MAX, type HistoryLine } from "./facts.ts";
import type { VerdictBody } from "./life/verdict_body.ts";
import type { Shelf } from "./pack/shelf.ts";
import { gravest, verdictId } from "./review.ts";
import { outcomeOf } from "./verdict.ts";

/** A verdict that has what it rests on. */
export interface Repeatable extends VerdictBody {
  readonly facts: NonNullable<VerdictBody["facts"]>;
}

/** By packs of then, or those in force where one of them is not kept any more. Pure. */
export function examinedAgain(
  { unheard: _unheard, token: _token, id: _id, ...verdict }: Repeatable,
  history: readonly HistoryLine[],
  shelf: Shelf,
): VerdictBody {
  const { facts: { historyReach: then, ...rest }, atMs = verdict.facts.issuedMs } = verdict;
  // What was heard of the county is by now what the county has.
  const reach = then === "heard" ? "county" : then;
  const facts = { ...rest, ...(reach === undefined ? {} : { historyReach: reach }) };
  const before = history.filter(({ issuedMs }) => issuedMs <= atMs);
  const used = before.length > HISTORY_MAX ? null : before;
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
