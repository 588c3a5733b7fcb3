/**
 * Takes out of a damaged segment what holds, and makes of it and of the rest of the row what a
 * journal is: where its streams stand, its keys, its receipts.
 */
import { type BlockOwner, provenParts } from "./block_proof.ts";
import { firstHash, type HashName } from "./chain.ts";
import { HASH_BYTES } from "./entry.ts";
import { META } from "./journal_meta.ts";
import { lifeOf, parseOrigin } from "./origin.ts";
import type { Change, KeyState, Receipt, Remains, SegmentState, StreamState } from "./segments.ts";
import { type Block, receiptKey, type Remnant, streamKey } from "./segments.ts";
import { merged, type Span } from "./spans.ts";

/** What was damaged, what could be taken over, and what is gone. */
export interface Repair {
  /** Name of the segment that was set aside. */
  readonly segment: string;
  readonly reason: string;
  /** Entries taken over. */
  readonly entries: number;
}

/** A segment's remains, proved. */
export interface Taken {
  readonly blocks: ReadonlyMap<string, readonly Block[]>;
  readonly owners: ReadonlyMap<string, BlockOwner>;
  readonly keys: readonly KeyState[];
  readonly receipts: readonly Receipt[];
  /** Of each stream the highest position that was named. */
  readonly streams: readonly StreamState[];
  readonly meta: ReadonlyMap<string, string>;
}

/** Bytes of blocks that go into one commit. */
const COMMIT_BYTES = 1 << 20;
/** Keys and the like that go into one commit. */
const COMMIT_ROWS = 1000;

/** `others`: (origin, stream)s that blocks may be of whose own name is lost. */
export function takeRemains(
  remains: Remains,
  others: readonly BlockOwner[],
  hashName: HashName,
): Taken {
  const pieces = new Map<string, Map<number, Block>>();
  const owners = new Map<string, BlockOwner>();
  const candidates = [...remains.streams, ...others];
  for (const remnant of remains.blocks()) {
    const found = provenOf(remnant, candidates, hashName);
    if (found === null) continue;
    const { owner, parts } = found;
    const key = streamKey(owner.origin, owner.stream);
    owners.set(key, { origin: owner.origin, stream: owner.stream });
    const held = pieces.get(key) ?? new Map<number, Block>();
    pieces.set(key, held);
    for (const part of parts) keepLonger(held, part);
  }
  return {
    blocks: new Map([...pieces].map(([key, held]) => [key, inOrder(held)])),
    owners,
    keys: latest(remains.keys, ({ channel, id }) => `${channel}\n${id}`, ({ order }) => order),
    receipts: latest(remains.receipts, receiptKey, ({ seq }) => seq),
    streams: highest(remains.streams),
    meta: latestMeta(remains.meta),
  };
}

/** Without what is behind these positions, and keys of a higher order. */
export function upTo(
  taken: Taken,
  { streams, keyOrder }: { streams: readonly StreamState[]; keyOrder: number },
): Taken {
  const ends = new Map(streams.map((state) => [streamKey(state.origin, state.stream), state.seq]));
  const blocks = [...taken.blocks].map(([key, held]) =>
    [key, held.filter(({ last }) => last <= (ends.get(key) ?? 0))] as const
  );
  return {
    ...taken,
    blocks: new Map(blocks.filter(([, held]) => held.length > 0)),
    keys: taken.keys.filter(({ order }) => order <= keyOrder),
    streams: taken.streams.filter((state) =>
      state.seq <= (ends.get(streamKey(state.origin, state.stream)) ?? 0)
    ),
  };
}

export function entriesIn({ blocks }: Taken): number {
  return [...blocks.values()].flat().reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** What is held of each stream. */
export function spansIn({ blocks }: Taken): Map<string, Span[]> {
  return new Map([...blocks].map(([key, held]) => [key, merged(held)]));
}

/** The same as a list. */
export function heldIn(taken: Taken): (BlockOwner & Span)[] {
  return [...spansIn(taken)].flatMap(([key, spans]) => {
    const owner = taken.owners.get(key);
    return owner === undefined ? [] : spans.map((span) => ({ ...owner, ...span }));
  });
}

/** What goes into the segment that takes a damaged one's place: `end` last of all. */
export function* contentsOf(taken: Taken, end: readonly Change[]): Generator<Change[]> {
  let commit: Change[] = [];
  let bytes = 0;
  for (const [key, blocks] of taken.blocks) {
    const owner = taken.owners.get(key);
    if (owner === undefined) continue;
    for (const block of blocks) {
      commit.push({ kind: "block", ...owner, block });
      bytes += block.contents.length;
      if (bytes < COMMIT_BYTES) continue;
      yield commit;
      [commit, bytes] = [[], 0];
    }
  }
  if (commit.length > 0) yield commit;
  for (let from = 0; from < taken.keys.length; from += COMMIT_ROWS) {
    yield taken.keys.slice(from, from + COMMIT_ROWS).map((key): Change => ({ kind: "key", key }));
  }
  yield [...end];
}

function provenOf(
  { owners, block }: Remnant,
  candidates: readonly BlockOwner[],
  hashName: HashName,
): { owner: BlockOwner; parts: Block[] } | null {
  for (const owner of owners.length > 0 ? owners : candidates) {
    const parts = provenParts(owner, block, hashName);
    if (parts.length > 0) return { owner, parts };
  }
  return null;
}

/** Of pieces that begin alike the longest counts, or the one that its origin has signed. */
function keepLonger(held: Map<number, Block>, piece: Block): void {
  const other = held.get(piece.first);
  const isBetter = other === undefined || piece.last > other.last ||
    (piece.last === other.last && other.signature === null);
  if (isBetter) held.set(piece.first, piece);
}

/** The pieces in order, but for those that the ones before hold already. */
function inOrder(held: ReadonlyMap<number, Block>): Block[] {
  const result: Block[] = [];
  for (const piece of [...held.values()].sort((a, b) => a.first - b.first)) {
    if (piece.last > (result.at(-1)?.last ?? 0)) result.push(piece);
  }
  return result;
}

/**
 * Where streams stand whose newest segment is damaged: `ends` tells the last entry that the row
 * holds of each, `named` are positions as they were written down, some of them perhaps old.
 */
export function rebuiltStreams(
  named: readonly StreamState[],
  ends: ReadonlyMap<string, { owner: BlockOwner; block: Block }>,
): StreamState[] {
  const states = new Map(
    highest(named).map((state) => [
      streamKey(state.origin, state.stream),
      state,
    ]),
  );
  for (const [key, { owner }] of ends) {
    if (states.has(key)) continue;
    const before = { seq: 0, hash: firstHash(), floor: 1, floorHash: firstHash() };
    states.set(key, { ...owner, ...before });
  }
  return [...states].map(([key, state]) => {
    const end = ends.get(key)?.block;
    if (end !== undefined && end.last >= state.floor) {
      return { ...state, seq: end.last, hash: end.hashes.slice(-HASH_BYTES) };
    }
    return { ...state, seq: state.floor - 1, hash: state.floorHash };
  });
}

/** Of each stream the highest position; its floor is the highest that was ever named. */
function highest(states: readonly StreamState[]): StreamState[] {
  const good = states.filter(({ origin }) => parseOrigin(origin) !== null);
  const groups = Map.groupBy(good, ({ origin, stream }) => streamKey(origin, stream));
  return [...groups.values()].map((group) => {
    const top = group.reduce((a, b) => a.seq >= b.seq ? a : b);
    const { floor, floorHash } = group.reduce((a, b) => a.floor >= b.floor ? a : b);
    return { ...top, floor, floorHash };
  });
}

function latest<T>(all: readonly T[], key: (one: T) => string, rank: (one: T) => number): T[] {
  const found = new Map<string, T>();
  for (const one of all) {
    const other = found.get(key(one));
    if (other === undefined || rank(one) > rank(other)) found.set(key(one), one);
  }
  return [...found.values()].sort((a, b) => rank(a) - rank(b));
}

/** Of what was written more than once, the later: a later life, a higher number, or the first. */
function latestMeta(pairs: Remains["meta"]): Map<string, string> {
  const meta = new Map<string, string>();
  for (const [name, value] of pairs) {
    const known = meta.get(name);
    const rank = (text: string) => name === META.origin ? lifeOf(text) : Number(text);
    if (known === undefined || rank(value) > rank(known)) meta.set(name, value);
  }
  return meta;
}

/** A damaged newest segment's state, from its own remains and the state of the one before. */
export function rebuiltState(
  taken: Taken,
  before: Pick<SegmentState, "meta" | "receipts"> | null,
  streams: readonly StreamState[],
): Pick<SegmentState, "streams" | "receipts" | "meta"> {
  const pairs = [...taken.meta, ...before?.meta ?? []];
  return {
    streams,
    receipts: latest([...before?.receipts ?? [], ...taken.receipts], receiptKey, (one) => one.seq),
    meta: latestMeta(pairs),
  };
}
