/**
 * What the journal's core asks of its storage: a row of segments, each able to commit a list of
 * changes all or nothing and durably. The core never sees a file or a query, so that a
 * simulated storage can lose what was not yet synced.
 */

/** Entries of one (origin, stream) that were stored together, in order and without a gap. */
export interface Block {
  /** Sequence number of the first entry. */
  readonly first: number;
  readonly last: number;
  /** The entries' contents, back to back (see entry.ts). */
  readonly contents: Uint8Array;
  /** The entries' hashes, 32 bytes each. */
  readonly hashes: Uint8Array;
  /** The origin's signature over the head that the last entry is; `null` for own entries. */
  readonly signature: Uint8Array | null;
}

/** Where one (origin, stream) stands. */
export interface StreamState {
  readonly origin: string;
  readonly stream: string;
  /** Last entry held; 0 for none. */
  readonly seq: number;
  /** Its hash; 32 zero bytes for none. */
  readonly hash: Uint8Array;
  /** Lowest entry still held, when any is: those below were pruned. */
  readonly floor: number;
  /** Hash of the entry before the floor: what the chain that is left hangs on. */
  readonly floorHash: Uint8Array;
}

/** An idempotency key: what a sender named, so that the same thing is not stored twice (T2). */
export interface KeyState {
  readonly channel: string;
  /** `""` stands for the whole channel: a release of all that was claimed before. */
  readonly id: string;
  /** Hash of the bytes that came with the id; `null` once it was released. */
  readonly digest: Uint8Array | null;
  /** Journal time at which it was claimed, see `JournalClock`. */
  readonly atMs: number;
  /** How long it is held against repeats; `null` until it is released. */
  readonly windowMs: number | null;
  /** Counts claims and releases: tells which of two came later. */
  readonly order: number;
}

/** A position that a centre signed after its own fsync. */
export interface Receipt {
  readonly centre: string;
  readonly origin: string;
  readonly stream: string;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
}

export type Change =
  | { readonly kind: "block"; readonly origin: string; readonly stream: string; block: Block }
  | { readonly kind: "stream"; readonly state: StreamState }
  | { readonly kind: "key"; readonly key: KeyState }
  | { readonly kind: "receipt"; readonly receipt: Receipt }
  | { readonly kind: "meta"; readonly name: string; readonly value: string };

/** All that a segment knows apart from its blocks and keys. */
export interface SegmentState {
  readonly streams: readonly StreamState[];
  readonly receipts: readonly Receipt[];
  readonly meta: ReadonlyMap<string, string>;
  /** First and last entry of each (origin, stream) that has blocks in this segment. */
  readonly ranges: readonly Range[];
  readonly keys: KeySummary;
}

/** What must be known of a segment's keys without reading them. */
export interface KeySummary {
  readonly count: number;
  /** Highest `order` and latest `atMs`; 0 where there is no key. */
  readonly order: number;
  readonly atMs: number;
}

export interface Range {
  readonly origin: string;
  readonly stream: string;
  readonly first: number;
  readonly last: number;
}

/** A read ends with the block that reaches one of these. */
export interface ReadLimits {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/** One block. */
export const ONE_BLOCK: ReadLimits = { entriesMax: 1, bytesMax: 1 };

export interface Segment {
  /** Bytes on disk, nearly. */
  bytes(): number;
  /** Returns when all of it is durable; throws when none of it is to be relied on. */
  commit(changes: readonly Change[]): void;
  state(): SegmentState;
  /** Blocks that end at `from` or later, in order, until a limit is reached (at least one). */
  blocks(origin: string, stream: string, from: number, limits: ReadLimits): Block[];
  key(channel: string, id: string): KeyState | undefined;
  /** Whether the channel has an id that was claimed after `order`. */
  hasClaims(channel: string, order: number): boolean;
  /** Every key, in the order of their claims. */
  keys(): Iterable<KeyState>;
  /** Moves everything to its final place: nothing is written to this segment afterwards. */
  seal(): void;
  close(): void;
}

export interface Segments {
  /** Names in the order of their creation. */
  names(): string[];
  create(name: string): Segment;
  /** `null`: the power failed before the segment was made, so that it holds nothing. */
  open(name: string): Segment | null;
  /** Removes a segment for good. It is closed. */
  unlink(name: string): void;
}

export function streamKey(origin: string, stream: string): string {
  return `${origin} ${stream}`;
}

export function receiptKey(
  { centre, origin, stream }: Pick<Receipt, "centre" | "origin" | "stream">,
): string {
  return `${centre} ${streamKey(origin, stream)}`;
}
