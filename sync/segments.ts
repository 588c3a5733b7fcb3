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
  /** Hash of the entry before the first: with it a block proves itself, whatever else is lost. */
  readonly previous: Uint8Array;
  /** The origin's signature over the head that the last entry is; `null` for own entries. */
  readonly signature: Uint8Array | null;
}

/** A block as a store keeps it that has other means against damage than to salvage. */
export type PlainBlock = Omit<Block, "previous">;

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

/** Nothing was written (the disk is full): the segment is as it was and may be written further. */
export class CommitRefused extends Error {
  override name = "CommitRefused";
}

/** The disk could not do it, for whatever reason; `cause` has it. */
export class StorageFailed extends Error {
  override name = "StorageFailed";
}

/** What a segment holds cannot be read as it must be: it is to be salvaged and set aside. */
export class DamagedSegment extends Error {
  override name = "DamagedSegment";
}

export interface Segment {
  /** Bytes on disk, nearly. */
  bytes(): number;
  /**
   * Returns when all of it is durable, changes nothing when it throws. After {@link CommitRefused}
   * the segment may be written further. After {@link StorageFailed} it must not be: a disk that
   * could not sync forgets what it was given, and the next sync may succeed without it.
   */
  commit(changes: readonly Change[]): void;
  /**
   * Moves what has gathered to its final place, now and then. After an error all that was
   * committed is still durable and can be read, but the segment must not be written any more.
   */
  settle(): void;
  state(): SegmentState;
  /** Blocks that end at `from` or later, in order, until a limit is reached (at least one). */
  blocks(origin: string, stream: string, from: number, limits: ReadLimits): Block[];
  key(channel: string, id: string): KeyState | undefined;
  /** Whether the channel has an id that was claimed after `order`. */
  hasClaims(channel: string, order: number): boolean;
  /** Every key, in the order of their claims. */
  keys(): Iterable<KeyState>;
  /** So many keys behind one, by channel and id; `""` and `""` are before all. */
  keysBehind(channel: string, id: string, max: number): KeyState[];
  /** Moves everything to its final place; for errors see `settle`. */
  seal(): void;
  close(): void;
  /** Lets go of it as it is: nothing is written to it, not even by the close. */
  abandon(): void;
}

/** What could be read of a damaged segment; whether it holds is for who takes it to prove. */
export interface Remains {
  /** Positions that it named; of each stream perhaps more than one. */
  readonly streams: readonly StreamState[];
  /** Blocks of any stream in any order, perhaps more than one of a kind. */
  blocks(): Iterable<Remnant>;
  readonly keys: readonly KeyState[];
  readonly receipts: readonly Receipt[];
  readonly meta: readonly (readonly [name: string, value: string])[];
}

export interface Remnant {
  /** Of which (origin, stream) it can be: one at best, none where that is lost. */
  readonly owners: readonly { readonly origin: string; readonly stream: string }[];
  readonly block: Block;
}

/** A segment that is being written, and is not in the row yet. */
export interface Draft {
  /** Adds changes; nothing has to be durable yet. */
  add(changes: readonly Change[]): void;
  /** Puts it into the row under its name, whole and durable. */
  publish(): Segment;
  /** Drops it; does nothing once it was published. */
  discard(): void;
}

/** What the disk cannot do throws {@link StorageFailed}. */
export interface Segments {
  /** Names of all that is there whole, in any order. */
  names(): string[];
  draft(name: string): Draft;
  /** Throws {@link DamagedSegment}; other errors say that it cannot be known. */
  open(name: string): Segment;
  /**
   * Takes other at-rest keys into use, the newest first: what is new is under the first. A key that
   * a segment is under has to be among them.
   */
  useKeys(keys: readonly string[]): void;
  /** Whether it should be written anew, being encrypted with a key that is to go. */
  isOutdated(name: string): boolean;
  /** Reads what is left of a segment that is closed, abandoned or was never opened. */
  salvage(name: string): Remains;
  /**
   * Takes a segment out of the row, untouched, and keeps it for people to look at: for as long as
   * there is room where it is `copied`, that is where the row holds all of it elsewhere.
   */
  setAside(name: string, why: { readonly reason: string; readonly copied: boolean }): void;
  /** Removes a segment for good. It is closed. */
  unlink(name: string): void;
}

/** Makes a segment that holds all of `contents`, durably; nothing is there when it throws. */
export function createSegment(
  segments: Segments,
  name: string,
  contents: Iterable<readonly Change[]>,
): Segment {
  const draft = segments.draft(name);
  try {
    for (const changes of contents) draft.add(changes);
    return draft.publish();
  } finally {
    draft.discard();
  }
}

export function streamKey(origin: string, stream: string): string {
  return `${origin} ${stream}`;
}

export function receiptKey(
  { centre, origin, stream }: Pick<Receipt, "centre" | "origin" | "stream">,
): string {
  return `${centre} ${streamKey(origin, stream)}`;
}
