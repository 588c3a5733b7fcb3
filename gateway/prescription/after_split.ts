/**
 * Rules at work again on what they let pass while the other centre could not be heard: the same
 * facts and packs, with the history that both centres had by then. So whatever comes out otherwise
 * does so by what was missing.
 */
import { entryId } from "../collected_entry.ts";
import { HISTORY_MAX, type HistoryLine } from "./facts.ts";
import type { VerdictBody } from "./life/verdict_body.ts";
import type { Shelf } from "./pack/shelf.ts";
import { gravest } from "./review.ts";
import { outcomeOf } from "./verdict.ts";

/** A verdict that has what it rests on. */
export interface Repeatable extends VerdictBody {
  readonly facts: NonNullable<VerdictBody["facts"]>;
}

/** By packs of then, or those in force where one of them is not kept any more. Pure. */
export function examinedAgain(
  { unheard: _unheard, token: _token, ...verdict }: Repeatable,
  history: readonly HistoryLine[],
  shelf: Shelf,
): VerdictBody {
  const { site, prescription, version, hash, mapping, facts, atMs = facts.issuedMs } = verdict;
  const before = history.filter(({ issuedMs }) => issuedMs <= atMs);
  const used = before.length > HISTORY_MAX ? null : before;
  const then = verdict.pack === "none" ? [] : verdict.pack.split("+");
  const isKept = then.every((identity) => shelf.get(identity) !== undefined);
  const identities = isKept ? then : shelf.inForce;
  const { packs, findings } = shelf.review({ ...facts, history: used }, atMs, identities);
  const mode = "after-split";
  return {
    ...verdict,
    id: entryId("verdict", mode, site, prescription, version, hash, ...packs, mapping),
    mode,
    outcome: outcomeOf(findings),
    findings: gravest(findings),
    pack: packs.length === 0 ? "none" : packs.join("+"),
    history: used,
  };
}
