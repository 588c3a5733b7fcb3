/** Puts back what is missing in the middle of a stream, where another node still has it. */
import { isGap, partOf } from "./block.ts";
import { HASH_BYTES } from "./entry.ts";
import { sameBytes } from "./octets.ts";
import { type Held, receiveRun, type Reception } from "./reception.ts";
import type { SignedRun } from "./run.ts";
import type { Block, StreamState } from "./segments.ts";
import type { Span } from "./spans.ts";

export interface HeldAround extends Held {
  /** The hash that the first entry behind a hole hangs on; `null` where that is not known. */
  readonly previousOf: (seq: number) => Uint8Array | null;
}

/** The first hole that a run reaches into. */
export function holeUnder(run: Span, holes: readonly Span[]): Span | undefined {
  return holes.find(({ first, last }) => run.first <= last && run.last >= first);
}

/** What became of a run, and what of it is new: parts that lie in holes, one behind the end. */
export interface Filled {
  readonly reception: Reception;
  readonly blocks: readonly Block[];
}

/**
 * Takes a run as one that goes on from the entry before the hole. What it holds between holes is
 * held already: there its chain has to be the one that is here.
 */
export function fillHole(
  run: SignedRun,
  publicKeys: readonly string[],
  state: StreamState,
  holes: readonly Span[],
  held: HeldAround,
): Filled {
  const hole = holeUnder(run, holes);
  const before = hole === undefined ? null : held.hashAt(hole.first - 1);
  if (hole === undefined || before === null) {
    return { reception: { kind: "gap", seq: state.seq, hash: state.hash }, blocks: [] };
  }
  const standing = { ...state, seq: hole.first - 1, hash: before };
  const reception = receiveRun(run, publicKeys, standing, held);
  if (reception.kind !== "stored" || reception.block === null) return { reception, blocks: [] };
  const { block } = reception;
  for (const { last } of holes) {
    if (last < block.first || last > block.last) continue;
    const wanted = held.previousOf(last + 1);
    const found = hashIn(block, last);
    if (wanted !== null && (found === null || !sameBytes(found, wanted))) {
      return { reception: { kind: "fork", seq: last, hash: wanted }, blocks: [] };
    }
  }
  // What goes on behind the end has to be of the chain that is here.
  if (block.last > state.seq) {
    const found = hashIn(block, state.seq);
    if (found === null || !sameBytes(found, state.hash)) {
      return { reception: { kind: "fork", seq: state.seq, hash: state.hash }, blocks: [] };
    }
  }
  // A gap cannot be divided, and says nothing against what is held.
  if (isGap(block) && block.last > hole.last) {
    return { reception: { kind: "gap", seq: hole.first - 1, hash: before }, blocks: [] };
  }
  if (isGap(block)) return { reception, blocks: [block] };
  const wanted = [...holes, { first: state.seq + 1, last: block.last }];
  const blocks = wanted.flatMap(({ first, last }) => {
    const [from, to] = [Math.max(first, block.first), Math.min(last, block.last)];
    return from <= to ? [partOf(block, from, to)] : [];
  });
  return { reception, blocks };
}

/** Of a gap only the hash of its end is known. */
function hashIn(block: Block, seq: number): Uint8Array | null {
  if (isGap(block)) return seq === block.last ? block.hashes : null;
  const at = (seq - block.first) * HASH_BYTES;
  return block.hashes.subarray(at, at + HASH_BYTES);
}

/** What became of a run that fills no hole: all that is new goes behind the end. */
export function whole(reception: Reception): Filled {
  const block = reception.kind === "stored" ? reception.block : null;
  return { reception, blocks: block === null ? [] : [block] };
}
