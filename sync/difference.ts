/** Where two chains of one (origin, stream) part: found by few questions, however long they are. */
import { sameBytes } from "./octets.ts";

/** Hashes of single entries, in the order asked; `null` where that entry is not held. */
export type HashesAt = (seqs: readonly number[]) => Promise<readonly (Uint8Array | null)[]>;

/** Places looked at in one question: 64 find one of a thousand million in five. */
const PROBES = 64;

/**
 * The first entry behind `after` and up to `to` whose hash is not the same at both, or that only
 * one holds; `null` where all looked at are alike. A hash covers all before it, so behind the
 * first that differs all do: places in between are looked at, not every entry.
 */
export async function firstDifference(
  here: HashesAt,
  there: HashesAt,
  after: number,
  to: number,
): Promise<number | null> {
  let same = after;
  let different: number | null = null;
  for (let end = to; same < end; end = (different ?? end + 1) - 1) {
    const seqs = probes(same, end);
    const [own, others] = await Promise.all([here(seqs), there(seqs)]);
    const at = seqs.findIndex((_, index) => !isSame(own[index], others[index]));
    if (at < 0) return different;
    different = seqs[at];
    same = at === 0 ? same : seqs[at - 1];
  }
  return different;
}

/** Places spread over (after, to], the last one always. */
function probes(after: number, to: number): number[] {
  const count = Math.min(PROBES, to - after);
  return Array.from(
    { length: count },
    (_, index) => after + Math.ceil((to - after) * (index + 1) / count),
  );
}

/** What neither holds is no difference between them. */
function isSame(a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean {
  if (a === null || a === undefined || b === null || b === undefined) {
    return (a ?? null) === (b ?? null);
  }
  return sameBytes(a, b);
}
