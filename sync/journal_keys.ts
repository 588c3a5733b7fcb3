/**
 * Idempotency keys (rule T2): (channel, id) with the hash of the bytes that came with it, kept
 * in the entry's own transaction and held against repeats for the window its profile states.
 *
 * Windows are measured in journal time: the sum of what the boot-time clock passed while the
 * journal was open. It never jumps, and it stands still while the power is off, so that a wrong
 * wall clock can make a key live longer, never shorter.
 */
import type { Stamp } from "./entry.ts";
import { sameBytes } from "./octets.ts";
import type { Change, KeyState } from "./segments.ts";

export interface KeyClaim {
  /** Index of the item in its batch. */
  readonly item: number;
  readonly channel: string;
  readonly id: string;
  /** Hash of the bytes that came with the id. */
  readonly digest: Uint8Array;
  /** `null`: until it is released. */
  readonly windowMs: number | null;
}

/** Forgets one id, or (`id: ""`) all that the channel has claimed so far. */
export interface KeyRelease {
  readonly channel: string;
  readonly id: string;
  /** Takes place before the item with this index. */
  readonly before: number;
}

export interface Claimed {
  readonly refusals: ReadonlyMap<number, "duplicate" | "conflict">;
  readonly changes: readonly Change[];
}

/** Where the keys are kept. */
export interface KeyStore {
  key(channel: string, id: string): KeyState | undefined;
  hasClaims(channel: string, order: number): boolean;
}

export class JournalKeys {
  readonly #store: KeyStore;
  #bootId = "";
  #bootMs = 0;
  order: number;
  /** Journal time. */
  nowMs: number;

  constructor(store: KeyStore, order: number, nowMs: number) {
    this.#store = store;
    this.order = order;
    this.nowMs = nowMs;
  }

  /** Says which items of a batch are repeats, and what to store for the others. */
  begin(claims: readonly KeyClaim[], releases: readonly KeyRelease[], stamp: Stamp): Claimed {
    this.#advance(stamp);
    const refusals = new Map<number, "duplicate" | "conflict">();
    const fresh = new Map<string, KeyState>();
    const put = (channel: string, id: string, digest: Uint8Array | null, windowMs: number | null) =>
      fresh.set(freshKey(channel, id), {
        channel,
        id,
        digest,
        windowMs,
        atMs: this.nowMs,
        order: ++this.order,
      });
    let released = 0;
    const releaseUpTo = (item: number) => {
      for (; released < releases.length && releases[released].before <= item; released++) {
        const { channel, id } = releases[released];
        if (this.#claimed(channel, id, fresh)) put(channel, id, null, null);
      }
    };
    for (let from = 0; from < claims.length;) {
      const { item } = claims[from];
      releaseUpTo(item);
      // An item of several names has all of them, or none.
      let to = from + 1;
      while (to < claims.length && claims[to].item === item) to++;
      const own = claims.slice(from, to);
      const refusal = this.#refusalOf(own, fresh);
      if (refusal !== null) refusals.set(item, refusal);
      else for (const { channel, id, digest, windowMs } of own) put(channel, id, digest, windowMs);
      from = to;
    }
    releaseUpTo(Infinity);
    const changes = [...fresh.values()].map((key): Change => ({ kind: "key", key }));
    return { refusals, changes };
  }

  /** Of a segment's keys those that still hold: they must move before the segment goes. */
  *outliving(keys: Iterable<KeyState>): Generator<KeyState> {
    for (const key of keys) {
      if (key.id === "") {
        if (this.#store.key(key.channel, "")?.order === key.order) yield key;
      } else if (this.#store.key(key.channel, key.id)?.order === key.order && this.#holds(key)) {
        yield key;
      }
    }
  }

  #refusalOf(
    claims: readonly KeyClaim[],
    fresh: ReadonlyMap<string, KeyState>,
  ): "duplicate" | "conflict" | null {
    let refusal: "duplicate" | "conflict" | null = null;
    for (const { channel, id, digest } of claims) {
      const held = this.#held(channel, id, fresh);
      if (held === null) continue;
      if (!sameBytes(held, digest)) return "conflict";
      refusal = "duplicate";
    }
    return refusal;
  }

  /** Whether there is anything to release. */
  #claimed(channel: string, id: string, fresh: ReadonlyMap<string, KeyState>): boolean {
    if (id !== "") return this.#held(channel, id, fresh) !== null;
    const before = this.#store.key(channel, "")?.order ?? 0;
    return this.#store.hasClaims(channel, before) ||
      [...fresh.values()].some((key) => key.channel === channel && key.digest !== null);
  }

  #held(channel: string, id: string, fresh: ReadonlyMap<string, KeyState>): Uint8Array | null {
    const key = fresh.get(freshKey(channel, id)) ?? this.#store.key(channel, id);
    if (key === undefined || key.digest === null || !this.#holds(key)) return null;
    const whole = fresh.get(freshKey(channel, "")) ?? this.#store.key(channel, "");
    return whole !== undefined && whole.order > key.order ? null : key.digest;
  }

  #holds(key: KeyState): boolean {
    return key.digest !== null && (key.windowMs === null || key.atMs + key.windowMs >= this.nowMs);
  }

  #advance({ bootId, bootMs }: Stamp): void {
    if (bootId === this.#bootId) this.nowMs += Math.max(0, bootMs - this.#bootMs);
    this.#bootId = bootId;
    this.#bootMs = bootMs;
  }
}

function freshKey(channel: string, id: string): string {
  return `${channel}\n${id}`;
}
