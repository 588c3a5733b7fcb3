/** What a receiver makes of a run: stored, already there, a gap, a fork or no good at all. */
import { Chain, firstHash, type HashName } from "./chain.ts";
import { contentEnds, HASH_BYTES } from "./entry.ts";
import { headStatement, signedBy } from "./identity.ts";
import { OctetsError } from "./octets.ts";
import { HASH_TAG_BYTES, type SignedRun } from "./run.ts";
import type { Block, StreamState } from "./segments.ts";

export type Reception =
  /** All of it is here now; `block` is what was new, `null` where nothing was. */
  | {
    readonly kind: "stored";
    readonly seq: number;
    readonly hash: Uint8Array;
    readonly block: Block | null;
  }
  /** It begins behind what is held: entries after `seq` are wanted first. */
  | { readonly kind: "gap"; readonly seq: number; readonly hash: Uint8Array }
  /** It and what is held have different hashes at `seq`: one of them was changed. */
  | { readonly kind: "fork"; readonly seq: number; readonly hash: Uint8Array }
  /** Its contents do not hash to what its origin signed. */
  | { readonly kind: "altered"; readonly reason: string };

export interface Held {
  readonly hashName: HashName;
  /** Hash of an entry of this (origin, stream), `null` where it is not held any more. */
  readonly hashAt: (seq: number) => Uint8Array | null;
}

export function receiveRun(
  run: SignedRun,
  publicKey: string,
  state: StreamState,
  held: Held,
): Reception {
  const { seq, hash } = state;
  if (run.first > seq + 1) return { kind: "gap", seq, hash };
  if (run.last <= seq) {
    const known = held.hashAt(run.last);
    const same = known === null || startsWith(known, run.hashTag);
    return same
      ? { kind: "stored", seq, hash, block: null }
      : { kind: "fork", seq: run.last, hash };
  }
  const before = run.first === 1 ? firstHash() : held.hashAt(run.first - 1);
  if (before !== null && !startsWith(before, run.previousTag)) {
    return { kind: "fork", seq: run.first - 1, hash };
  }
  let ends: number[];
  try {
    ends = contentEnds(run.contents);
  } catch (error) {
    if (error instanceof OctetsError) return { kind: "altered", reason: error.message };
    throw error;
  }
  if (ends.length !== run.last - run.first + 1) {
    return { kind: "altered", reason: `it has ${ends.length} entries, not as many as it says` };
  }
  const skipped = seq + 1 - run.first;
  const block = chainOn(run, ends, skipped, state, held.hashName);
  const last = block.hashes.subarray(-HASH_BYTES);
  const head = { origin: run.origin, stream: run.stream, seq: run.last, hash: last };
  if (!signedBy(publicKey, headStatement(head), run.signature)) {
    if (startsWith(last, run.hashTag)) {
      return { kind: "altered", reason: "the head's signature is not that of its origin" };
    }
    // With nothing skipped the chain begins where both agree, so the contents are to blame.
    return skipped > 0
      ? { kind: "fork", seq, hash }
      : { kind: "altered", reason: "the contents do not hash to the head" };
  }
  return { kind: "stored", seq: run.last, hash: last, block };
}

/** Hashes the entries that are not held yet, in continuation of those that are. */
function chainOn(
  run: SignedRun,
  ends: readonly number[],
  skipped: number,
  state: StreamState,
  hashName: HashName,
): Block {
  const chain = new Chain(run.origin, run.stream, state.seq, state.hash, hashName);
  const start = skipped === 0 ? 0 : ends[skipped - 1];
  const hashes = new Uint8Array((ends.length - skipped) * HASH_BYTES);
  let from = start;
  for (let index = skipped; index < ends.length; index++) {
    const hash = chain.next(run.contents.subarray(from, ends[index]));
    hashes.set(hash, (index - skipped) * HASH_BYTES);
    from = ends[index];
  }
  return {
    first: state.seq + 1,
    last: run.last,
    contents: start === 0 ? run.contents : run.contents.slice(start),
    hashes,
    signature: run.signature,
  };
}

function startsWith(hash: Uint8Array, tag: Uint8Array): boolean {
  for (let index = 0; index < HASH_TAG_BYTES; index++) {
    if (hash[index] !== tag[index]) return false;
  }
  return true;
}
