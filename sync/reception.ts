/** What a receiver makes of a run: stored, already there, a gap, a fork or no good at all. */
import { isGap } from "./block.ts";
import { Chain, firstHash, type HashName } from "./chain.ts";
import { HASH_BYTES, Names, readContent } from "./entry.ts";
import { gapStatement, headStatement, signedBy } from "./identity.ts";
import { isJsonLine } from "./json_line.ts";
import { OctetReader, OctetsError } from "./octets.ts";
import { HASH_TAG_BYTES, type SignedRun } from "./run.ts";
import type { Block, StreamState } from "./segments.ts";

const KIND = /^[a-z][a-z0-9-]{0,63}$/;

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
  publicKeys: readonly string[],
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
  if (isGap(run)) return receiveGap(run, publicKeys, state);
  const before = run.first === 1 ? firstHash() : held.hashAt(run.first - 1);
  if (before !== null && !startsWith(before, run.previousTag)) {
    return { kind: "fork", seq: run.first - 1, hash };
  }
  let ends: number[];
  try {
    ends = checkedEnds(run.contents);
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
  const statement = headStatement(head);
  if (!publicKeys.some((key) => signedBy(key, statement, run.signature))) {
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

/**
 * A gap is taken where it begins right behind what is held, and nowhere else: what is held and
 * what its origin can still send come before it.
 */
function receiveGap(
  run: SignedRun,
  publicKeys: readonly string[],
  { seq, hash }: StreamState,
): Reception {
  if (run.first !== seq + 1) return { kind: "gap", seq, hash };
  if (!isSignedGap(run, publicKeys)) {
    return { kind: "altered", reason: "the gap's signature is not that of its origin" };
  }
  const { first, last, contents, hash: hashes = hash, signature } = run;
  const block: Block = { first, last, contents, hashes, previous: hash, signature };
  return { kind: "stored", seq: last, hash: hashes, block };
}

/** Whether it is a gap, and its origin itself says so. */
export function isSignedGap(run: SignedRun, publicKeys: readonly string[]): boolean {
  const { origin, stream, first, last: seq, hash, signature } = run;
  if (!isGap(run) || hash === undefined) return false;
  const statement = gapStatement(first, { origin, stream, seq, hash });
  return publicKeys.some((key) => signedBy(key, statement, signature));
}

/**
 * The end of each content, each of them read as whoever shows it will read it: what a centre
 * stores and hands on is for ever, whoever signed it.
 */
function checkedEnds(contents: Uint8Array): number[] {
  const reader = new OctetReader(contents);
  const names = new Names();
  const ends: number[] = [];
  let known = "";
  while (!reader.done) {
    const { kind, body } = readContent(reader, names);
    const reason = (kind === known ? null : kindFault(kind)) ?? bodyFault(body);
    if (reason !== null) throw new OctetsError(`Cannot store entry ${ends.length + 1}: ${reason}`);
    known = kind;
    ends.push(reader.at);
  }
  return ends;
}

function kindFault(kind: string): string | null {
  return KIND.test(kind) ? null : "its kind is no name";
}

/** So it is stored, and so it is given out. */
function bodyFault(body: Uint8Array): string | null {
  return isJsonLine(body) ? null : "its body is no JSON on one line";
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
    previous: state.hash,
    signature: run.signature,
  };
}

function startsWith(hash: Uint8Array, tag: Uint8Array): boolean {
  for (let index = 0; index < HASH_TAG_BYTES; index++) {
    if (hash[index] !== tag[index]) return false;
  }
  return true;
}
