/**
 * What leaves next: the receiver states its positions, the sender sends what follows. The same
 * few lines serve site → county, county ↔ county and county → site.
 */
import type { RunAnswer, Standing } from "./answers.ts";
import { isGap } from "./block.ts";
import { Chain, firstHash, type HashName } from "./chain.ts";
import { readContent, skipContent } from "./entry.ts";
import { headStatement, type NodeKey } from "./identity.ts";
import type { Journal } from "./journal.ts";
import type { ReadResult } from "./journal_reading.ts";
import { OctetReader, OctetsError } from "./octets.ts";
import { lifeOf } from "./origin.ts";
import { HASH_TAG_BYTES, type Run, type SignedRun } from "./run.ts";
import { type ReadLimits, streamKey, type StreamState } from "./segments.ts";
import { streamRank, streamTo } from "./stream.ts";

const READING = "reading";

/** What the receiver of one link is known to hold, by (origin, stream). */
export type PeerPositions = Map<string, Standing>;

/** Limits of any batch: a second of a fast line, and small enough for an alarm to wait behind. */
export const SHIP_LIMITS: ReadLimits = { entriesMax: 4096, bytesMax: 1 << 20 };

/**
 * The streams of which the receiver lacks entries, in the order in which they leave. Of readings
 * those leave first of which least waits: so what comes now overtakes what waits from before.
 */
export function lacking(own: readonly StreamState[], peer: PeerPositions): StreamState[] {
  const waits = ({ origin, stream, seq }: StreamState) =>
    seq - (peer.get(streamKey(origin, stream))?.seq ?? 0);
  return own
    .filter((state) => waits(state) > 0)
    .sort((a, b) =>
      streamRank(a.stream) - streamRank(b.stream) ||
      (a.stream === READING ? waits(a) - waits(b) : 0) || compareOrigins(a.origin, b.origin)
    );
}

/** Whether a stream is never paced, nor waits behind what is. */
export function isUrgent({ stream }: Pick<StreamState, "stream">): boolean {
  return streamRank(stream) <= streamRank(streamTo("site"));
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
  readonly stuck: readonly Stuck[];
}

export interface Stuck {
  readonly state: StreamState;
  readonly reason: string;
  /** The entries that are not held here; none where it is not known which. */
  readonly lost: { readonly first: number; readonly last: number } | null;
  /** Whether they were held once, and have gone to both centres. */
  readonly pruned: boolean;
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
  const stuck: Stuck[] = [];
  let oldestMs = Infinity;
  let { entriesMax, bytesMax } = limits;
  for (const [index, state] of wanted.entries()) {
    if (entriesMax <= 0 || bytesMax <= 0) break;
    const { origin, stream } = state;
    const after = peer.get(streamKey(origin, stream))?.seq ?? 0;
    // A stream of readings leaves at least half of the room to those in which more waits.
    const shares = stream === READING && wanted.at(index + 1)?.stream === READING;
    const room = shares
      ? { entriesMax: Math.ceil(entriesMax / 2), bytesMax: Math.ceil(bytesMax / 2) }
      : { entriesMax, bytesMax };
    const result = await journal.read(origin, stream, after, room);
    if (result.kind === "pruned" || result.kind === "missing") {
      stuck.push(stuckAt(state, after, result));
    }
    if (result.kind !== "run") continue;
    const run = cut(result.run, room, journal.hashName);
    const timeMs = firstTimeMs(run);
    if (timeMs === null) {
      const reason = `entry ${run.first} cannot be read`;
      stuck.push({ state, reason, lost: null, pruned: false });
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

function stuckAt(
  state: StreamState,
  after: number,
  result: Exclude<ReadResult, { kind: "run" | "end" }>,
): Stuck {
  if (result.kind === "pruned") {
    const reason = `entries before ${result.floor} are not held here any more`;
    return { state, reason, lost: { first: after + 1, last: result.floor - 1 }, pruned: true };
  }
  const reason = `entry ${result.seq} is missing on this disk`;
  const lost = result.seq === after + 1 ? { first: result.seq, last: result.next - 1 } : null;
  return { state, reason, lost, pruned: false };
}

/**
 * The beginning of a run that is much larger than the room, as a block can be on a slow line. Only
 * own entries can be cut: those of others end where their origin has signed.
 */
function cut(run: Run, { bytesMax }: ReadLimits, hashName: HashName): Run {
  const { origin, stream, first, contents, previous, signature } = run;
  if (signature !== null || contents.length <= 2 * bytesMax) return run;
  const chain = new Chain(origin, stream, first - 1, previous, hashName);
  const reader = new OctetReader(contents);
  let hash = previous;
  while (!reader.done && reader.at < bytesMax) {
    const from = reader.at;
    try {
      skipContent(reader);
    } catch (error) {
      if (error instanceof OctetsError) return run;
      throw error;
    }
    hash = chain.next(contents.subarray(from, reader.at));
  }
  return { ...run, last: chain.seq, contents: contents.subarray(0, reader.at), hash: hash.slice() };
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
    ...(isGap(run) ? { hash } : {}),
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

/**
 * Wall clock of a run's first entry, of a gap a time that never was; `null` where the disk has no
 * entry there, but noise.
 */
function firstTimeMs(run: Run): number | null {
  const { contents } = run;
  if (isGap(run)) return Infinity;
  try {
    return readContent(new OctetReader(contents)).time.wallMs;
  } catch (error) {
    if (error instanceof OctetsError) return null;
    throw error;
  }
}
