/** What a journal takes, and what becomes of it. */
import type { Stamp } from "./entry.ts";
import type { KeyClaim } from "./journal_keys.ts";
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
