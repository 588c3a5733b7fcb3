/**
 * Gaps: where entries are not to be had any more, their origin says so under its signature, so
 * that the stream goes on behind them. Whoever stores a gap writes an alarm.
 */
import { isGap } from "./block.ts";
import type { Stamp } from "./entry.ts";
import { gapStatement, type NodeKey } from "./identity.ts";
import type { Journal } from "./journal.ts";
import { isSignedGap } from "./reception.ts";
import { HASH_TAG_BYTES, type SignedRun } from "./run.ts";
import { ONE_BLOCK, streamKey } from "./segments.ts";

/** Entries that are not to be had, and the hash with which the chain goes on. */
export interface Gap {
  readonly origin: string;
  readonly stream: string;
  readonly first: number;
  readonly last: number;
  readonly hash: Uint8Array;
}

/** Hash of the last of lost entries: of one that is not here, what the entry behind it hangs on. */
export async function hashOfLost(
  journal: Pick<Journal, "hashAt" | "read">,
  origin: string,
  stream: string,
  last: number,
): Promise<Uint8Array | null> {
  const hash = await journal.hashAt(origin, stream, last);
  if (hash !== null) return hash;
  const behind = await journal.read(origin, stream, last, ONE_BLOCK);
  return behind.kind === "run" ? behind.run.previous : null;
}

/** A gap as its origin ships it. */
export function signGap({ origin, stream, first, last, hash }: Gap, key: NodeKey): SignedRun {
  return {
    origin,
    stream,
    first,
    last,
    contents: new Uint8Array(),
    previousTag: new Uint8Array(HASH_TAG_BYTES),
    hashTag: hash.slice(0, HASH_TAG_BYTES),
    hash,
    signature: key.sign(gapStatement(first, { origin, stream, seq: last, hash })),
  };
}

/**
 * Writes the alarm of a gap before the gap itself is stored: after a crash between the two it
 * comes again, and the key keeps the alarm from being written twice. Returns whether it wrote
 * one; a run that is no gap, or will not be stored, gives none.
 */
export async function tellGap(
  { journal, stamp }: { readonly journal: Journal; readonly stamp: () => Stamp },
  run: SignedRun,
  publicKeys: readonly string[],
): Promise<boolean> {
  const { origin, stream, first, last } = run;
  const held = journal.position(origin, stream)?.seq ?? 0;
  if (!isGap(run) || first !== held + 1 || !isSignedGap(run, publicKeys)) return false;
  const id = `${origin} ${stream} ${first}`;
  const key = { channel: "gap", id, digest: new Uint8Array(32), windowMs: null };
  const body = JSON.stringify({ origin, stream, first, last });
  const time = stamp();
  const entry = { kind: "entry", stream: "alarm", entryKind: "gap", time, body } as const;
  const [outcome] = await journal.append([{ ...entry, key }], time);
  return outcome.kind === "stored";
}

/** What the link to another centre knows of it. */
export interface OtherCentre {
  /** Whether an operator has declared it lost. */
  readonly lost: boolean;
  /** Whether it has said where it stands. */
  readonly heard: boolean;
  /** The last entry that it holds. */
  readonly seq: (origin: string, stream: string) => number;
}

/** What a link tells of its peer to the others. */
interface OtherLink {
  readonly heard: boolean;
  readonly peerPositions: ReadonlyMap<string, { readonly seq: number }>;
}

/** The centres that a node has links to, but for one; `lost`: those an operator declared so. */
export function otherCentres(
  links: ReadonlyMap<string, OtherLink>,
  but: string,
  lost: ReadonlySet<string> = new Set(),
): OtherCentre[] {
  return Array.from(links).filter(([centre]) => centre !== but).map(([centre, link]) => ({
    lost: lost.has(centre),
    heard: link.heard,
    seq: (origin, stream) => link.peerPositions.get(streamKey(origin, stream))?.seq ?? 0,
  }));
}

/** Another centre has so long to hand on what it has, and to come back, milliseconds. */
export const GAP_AFTER_MS = 10 * 60_000;

/** Which streams are stuck for want of entries, and since when. */
export class StuckStreams {
  readonly #afterMs: number;
  readonly #since = new Map<string, number>();

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  free(key: string): void {
    this.#since.delete(key);
  }

  /**
   * Whether the time has come to say that nobody has what follows entry `held`: no other centre
   * holds more, each is lost or has said so, and there was time enough for all.
   */
  isLost(
    key: string,
    { origin, stream, held }: { origin: string; stream: string; held: number },
    others: readonly OtherCentre[],
    nowMs: number,
  ): boolean {
    const someHasMore = others.some((other) =>
      !other.lost && (!other.heard || other.seq(origin, stream) > held)
    );
    const sinceMs = this.#since.get(key) ?? nowMs;
    this.#since.set(key, someHasMore ? nowMs : sinceMs);
    return !someHasMore && nowMs - sinceMs >= this.#afterMs;
  }
}
