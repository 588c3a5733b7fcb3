/** What a journal takes, and what becomes of it. */
import type { Stamp } from "./entry.ts";
import type { KeyClaim, KeyRelease } from "./journal_keys.ts";
import type { Stream } from "./stream.ts";

/** Something new for this node's own streams. */
export interface NewEntry {
  readonly kind: "entry";
  readonly stream: Stream;
  readonly entryKind: string;
  readonly time: Stamp;
  /** JSON; at most `BODY_BYTES_MAX` (entry.ts) bytes of UTF-8. */
  readonly body: string;
  /** What its sender named it, where it did (rule T2). */
  readonly key?: Omit<KeyClaim, "item">;
  /** What else it was named: stored under both names, or refused under either. */
  readonly otherKey?: Omit<KeyClaim, "item">;
}

/** Forgets an idempotency key; `id: ""` forgets all that the channel has claimed. */
export interface NewRelease {
  readonly kind: "release";
  readonly channel: string;
  readonly id: string;
}

export type Append = NewEntry | NewRelease;

export type Appended =
  | { readonly kind: "stored"; readonly seq: number }
  | { readonly kind: "released" }
  /** The same id with the same bytes is there already. */
  | { readonly kind: "duplicate" }
  /** The same id is there with other bytes. */
  | { readonly kind: "conflict" };

/** Items to append, in the order they came, packed for the way between threads. */
export interface AppendBatch {
  /** Names of the streams that `streamOf` counts in. */
  readonly streams: readonly string[];
  readonly streamOf: Uint16Array;
  /** Contents back to back, and where each ends. */
  readonly contents: Uint8Array<ArrayBuffer>;
  readonly ends: Uint32Array;
  readonly claims: readonly KeyClaim[];
  readonly releases: readonly KeyRelease[];
  /** The moment of the hand-over: what key windows are measured by. */
  readonly stamp: Stamp;
}

/** For each item its sequence number, or one of the codes below. */
export type AppendResult = Float64Array;
/** The item's key is there with the same bytes: nothing was stored. */
export const DUPLICATE = 0;
/** The item's key is there with other bytes: nothing was stored. */
export const CONFLICT = -1;
