/**
 * What leaves next: the receiver states its positions, the sender sends what follows. The same
 * few lines serve site → county, county ↔ county and county → site.
 */
import type { RunAnswer, Standing } from "./answers.ts";
import { firstHash } from "./chain.ts";
import { readContent } from "./entry.ts";
import { headStatement, type NodeKey } from "./identity.ts";
import type { Journal } from "./journal.ts";
import { OctetReader, OctetsError } from "./octets.ts";
import { lifeOf } from "./origin.ts";
import { HASH_TAG_BYTES, type Run, type SignedRun } from "./run.ts";
import { type ReadLimits, streamKey, type StreamState } from "./segments.ts";
import { streamRank } from "./stream.ts";

/** What the receiver of one link is known to hold, by (origin, stream). */
export type PeerPositions = Map<string, Standing>;

/** Limits of one batch: a second of a fast line, and small enough for an alarm to wait behind. */
export const SHIP_LIMITS: ReadLimits = { entriesMax: 4096, bytesMax: 1 << 20 };

/** The streams of which the receiver lacks entries, in the order in which they leave. */
export function lacking(own: readonly StreamState[], peer: PeerPositions): StreamState[] {
  return own
    .filter(({ origin, stream, seq }) => seq > (peer.get(streamKey(origin, stream))?.seq ?? 0))
    .sort((a, b) =>
      streamRank(a.stream) - streamRank(b.stream) || compareOrigins(a.origin, b.origin)
    );
}

/** Older lives leave before newer ones. */
function compareOrigins(a: string, b: string): number {
  return lifeOf(a) - lifeOf(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** What is ready to be sent. */
export interface Shipment {
  readonly runs: readonly SignedRun[];
  readonly entries: number;
  /** Wall clock of the oldest entry in it, milliseconds since 1970 UTC. */
  readonly oldestMs: number;
  /** Streams that cannot go on, since what the receiver lacks is not held here any more. */
  readonly stuck: readonly { readonly state: StreamState; readonly reason: string }[];
}

/** Reads, up to the limits, what follows the receiver's positions, and signs the heads. */
export async function gather(
  journal: Journal,
  wanted: readonly StreamState[],
  peer: PeerPositions,
  key: NodeKey,
  limits: ReadLimits = SHIP_LIMITS,
): Promise<Shipment> {
  const runs: SignedRun[] = [];
  const stuck: { state: StreamState; reason: string }[] = [];
  let oldestMs = Infinity;
  let { entriesMax, bytesMax } = limits;
  for (const state of wanted) {
    if (entriesMax <= 0 || bytesMax <= 0) break;
    const { origin, stream } = state;
    const after = peer.get(streamKey(origin, stream))?.seq ?? 0;
    const result = await journal.read(origin, stream, after, { entriesMax, bytesMax });
    if (result.kind === "pruned") {
      stuck.push({ state, reason: `entries before ${result.floor} are not held here any more` });
    } else if (result.kind === "missing") {
      stuck.push({ state, reason: `entry ${result.seq} is missing on this disk` });
    }
    if (result.kind !== "run") continue;
    const { run } = result;
    const timeMs = firstTimeMs(run);
    if (timeMs === null) {
      stuck.push({ state, reason: `entry ${run.first} cannot be read` });
      continue;
    }
    runs.push(signRun(run, key));
    oldestMs = Math.min(oldestMs, timeMs);
    entriesMax -= run.last - run.first + 1;
    bytesMax -= run.contents.length;
  }
  const entries = runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return { runs, entries, oldestMs, stuck };
}

/** A run ready for the wire; own entries are signed here, those of others bear their signature. */
export function signRun(run: Run, key: NodeKey): SignedRun {
  const { origin, stream, first, last, contents, previous, hash } = run;
  return {
    origin,
    stream,
    first,
    last,
    contents,
    previousTag: previous.subarray(0, HASH_TAG_BYTES),
    hashTag: hash.subarray(0, HASH_TAG_BYTES),
    signature: run.signature ?? key.sign(headStatement({ origin, stream, seq: last, hash })),
  };
}

/** Where the receiver will stand once it has taken all of a shipment. */
export function expected(peer: PeerPositions, shipment: Shipment): PeerPositions {
  const after = new Map(peer);
  for (const { origin, stream, last, hashTag } of shipment.runs) {
    const hash = new Uint8Array(firstHash());
    hash.set(hashTag);
    after.set(streamKey(origin, stream), { seq: last, hash });
  }
  return after;
}

/** Takes an answer to a run into what is known of the receiver; `null` where it is untroubled. */
export function learn(peer: PeerPositions, run: SignedRun, answer: RunAnswer): string | null {
  peer.set(streamKey(run.origin, run.stream), { seq: answer.seq, hash: answer.hash });
  return answer.kind === "fork" || answer.kind === "refused" ? answer.reason : null;
}

/** Streams looked at for the age of what waits. */
const AGE_STREAMS_MAX = 8;

/** Wall clock of the oldest entry that waits, milliseconds since 1970 UTC; `null` for none. */
export async function oldestWaitingMs(
  journal: Journal,
  wanted: readonly StreamState[],
  peer: PeerPositions,
): Promise<number | null> {
  let oldest: number | null = null;
  for (const { origin, stream } of wanted.slice(0, AGE_STREAMS_MAX)) {
    const after = peer.get(streamKey(origin, stream))?.seq ?? 0;
    const result = await journal.read(origin, stream, after, { entriesMax: 1, bytesMax: 1 });
    if (result.kind !== "run") continue;
    const wallMs = firstTimeMs(result.run);
    if (wallMs !== null) oldest = Math.min(oldest ?? wallMs, wallMs);
  }
  return oldest;
}

/** Wall clock of a run's first entry; `null` where the disk has no entry there, but noise. */
function firstTimeMs({ contents }: Run): number | null {
  try {
    return readContent(new OctetReader(contents)).time.wallMs;
  } catch (error) {
    if (error instanceof OctetsError) return null;
    throw error;
  }
}
