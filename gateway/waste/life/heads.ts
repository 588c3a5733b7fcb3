/**
 * Where something is that several nodes moved, some of them cut off: the moves that no other move
 * follows. Clocks decide only among moves that follow each other in a circle.
 */
import type { Stamp } from "../../../sync/entry.ts";
import { byTime } from "../entry/event.ts";

export interface Move {
  readonly id: string;
  readonly place: string;
  readonly time: Stamp;
  /** `null`: from nowhere. */
  readonly from: string | null;
  readonly to: string;
  /** Ids of those that it follows, as far as its writer knew them. */
  readonly after: readonly string[];
}

/** The last moves, one each for every place that it may be at; in an order of their own. */
export function headsOf<M extends Move>(moves: readonly M[]): M[] {
  const reached = new Map(moves.map((move) => [move, reachedFrom(move, moves)]));
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

/** All moves that follow this one, directly or through others. */
function reachedFrom<M extends Move>(move: M, moves: readonly M[]): Set<M> {
  const reached = new Set<M>();
  const waiting = [move];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const from = next;
    for (const later of moves) {
      if (later === from || reached.has(later) || !follows(later, from, moves)) continue;
      reached.add(later);
      waiting.push(later);
    }
  }
  return reached;
}

/**
 * Whether a move follows another: by its writer's word; of a writer who knew of none of them,
 * when it begins where the other ended.
 */
function follows<M extends Move>(later: M, earlier: M, moves: readonly M[]): boolean {
  if (later.after.includes(earlier.id)) return true;
  const knewNone = !moves.some(({ id }) => later.after.includes(id));
  return knewNone && later.from !== null && later.from === earlier.to;
}
