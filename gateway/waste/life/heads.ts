/**
 * Where something is that several nodes moved, some of them cut off: the moves that no other move
 * follows. Clocks decide only among moves that follow each other in a circle.
 */
import type { Stamp } from "../../../sync/entry.ts";
import { byTime, type EventPlace } from "../entry/event.ts";

export interface Move {
  readonly id: string;
  readonly place: string;
  readonly time: Stamp;
  readonly told?: EventPlace["told"];
  /** `null`: from nowhere. */
  readonly from: string | null;
  readonly to: string;
  /** Ids of those that it follows, as far as its writer knew them. */
  readonly after: readonly string[];
}

/** The last moves, one each for every place that it may be at; in an order of their own. */
export function headsOf<M extends Move>(moves: readonly M[]): M[] {
  const next = followers(moves);
  const reached = new Map(moves.map((move) => [move, reachedFrom(move, next)]));
  const isLast = (move: M) =>
    [...reached.get(move) ?? []].every((later) => reached.get(later)?.has(move) === true);
  const heads = new Map<string, M>();
  for (const move of moves.filter(isLast).sort(byTime)) {
    const circle = [...reached.get(move) ?? []].sort(byTime);
    const head = circle.at(-1) ?? move;
    const last = byTime(head, move) > 0 ? head : move;
    heads.set(last.to, last);
  }
  return [...heads.values()].sort(byTime);
}

/** Says of the ids of two of these whether neither follows the other: only then they disagree. */
export function apart<M extends Move>(
  moves: readonly M[],
): (one: string, other: string) => boolean {
  const next = followers(moves);
  const reached = new Map(moves.map((move) => [move, reachedFrom(move, next)]));
  const follows = (later: M, earlier: M) => reached.get(earlier)?.has(later) === true;
  const named = (id: string) => moves.filter((move) => move.id === id);
  return (one, other) =>
    named(one).some((a) => named(other).some((b) => a !== b && !follows(a, b) && !follows(b, a)));
}

/**
 * Which moves follow which: by their writer's word; of a writer who knew of none of them, when one
 * begins where the other ended.
 */
function followers<M extends Move>(moves: readonly M[]): Map<M, M[]> {
  const ids = new Set(moves.map(({ id }) => id));
  const next = new Map<M, M[]>(moves.map((move) => [move, []]));
  for (const later of moves) {
    const after = new Set(later.after.filter((id) => ids.has(id)));
    for (const earlier of moves) {
      const follows = after.size > 0
        ? after.has(earlier.id)
        : later.from !== null && later.from === earlier.to;
      if (follows && earlier !== later) next.get(earlier)?.push(later);
    }
  }
  return next;
}

/** All moves that follow this one, directly or through others. */
function reachedFrom<M extends Move>(move: M, next: ReadonlyMap<M, readonly M[]>): Set<M> {
  const reached = new Set<M>();
  const waiting = [...next.get(move) ?? []];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (reached.has(one)) continue;
    reached.add(one);
    waiting.push(...next.get(one) ?? []);
  }
  return reached;
}
