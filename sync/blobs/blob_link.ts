/**
 * Ships files to one centre over a connection of its own, in small pieces, small files first; for
 * as long as it runs. What the line does is tried again; what the centre refuses waits by itself.
 */
import { backoffMs, returnMs } from "../backoff.ts";
import { signedBy } from "../identity.ts";
import { OctetsError } from "../octets.ts";
import { type Peer, PeerError } from "../peer.ts";
import type { Timer } from "../timer.ts";
import { BlobDamaged, type BlobFacts, blobReceiptStatement } from "./blob.ts";
import { OFFERS_PATH, PIECES_PATH } from "./blob_routes.ts";
import {
  decodeOfferAnswer,
  decodeProgress,
  encodeOffers,
  encodePiece,
  PIECE_BYTES_MAX,
  type Progress,
} from "./messages.ts";
import { CHUNK_BYTES } from "./sealed_file.ts";
import { SetAside, type SetAsideBlob } from "./set_aside.ts";
import type { BlobStore } from "./store.ts";

export interface BlobLinkOptions {
  readonly store: BlobStore;
  readonly peer: Pick<Peer, "node" | "ask" | "sentBytes" | "receivedBytes">;
  readonly peerPublicKey: string;
  /** Files of others are shipped only once the centre has lacked them for so long. */
  readonly relayAfterMs: number;
  /** How often the centre is asked what it lost when nothing else is said. */
  readonly refreshMs: number;
  /** Resolves when so many bytes may go: bulk has a share of the line only. */
  readonly pace: (bytes: number, signal: AbortSignal) => Promise<void>;
  /** Resolves once the centre may be there: whoever ships entries to it finds out (T9). */
  readonly reachable?: (signal: AbortSignal) => Promise<void>;
  /** Whether entries wait on the line: then a file creeps. */
  readonly busy: () => boolean;
  readonly timer: Timer;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onEvent: (event: BlobLinkEvent) => void;
}

export type BlobLinkEvent =
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly reason: string; readonly hint: string | null }
  | { readonly kind: "shipped"; readonly hash: string; readonly bytes: number }
  | { readonly kind: "set-aside"; readonly hash: string; readonly reason: string };

/** What waits for one centre and why (rule T8). Times count like those of its timer. */
export interface BlobLinkStatus {
  readonly destination: string;
  readonly state: "connecting" | "up" | "down";
  readonly reason: string | null;
  readonly hint: string | null;
  /** Failures in a row. */
  readonly attempts: number;
  readonly nextTryMs: number | null;
  readonly waiting: number;
  /** Bytes of content of what waits, those that are there already not taken off. */
  readonly waitingBytes: number;
  /** Wall clock of the oldest that waits, milliseconds since 1970 UTC. */
  readonly oldestWaitingMs: number | null;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly setAside: readonly SetAsideBlob[];
}

/** Files looked at in one go. */
const LOOK_MAX = 64;
/** Of so many pieces one goes to the oldest file, that a large one gets there as well. */
const PIECES_A_ROUND = 4;
/** A piece shall take about so long: an alarm that comes meanwhile waits no longer. */
const PIECE_MS = 1000;
/** While entries wait, one chunk goes each time so long. */
const CREEP_MS = 5000;
/** Bytes of a piece that are not content, with headers and signatures both ways. */
const OVERHEAD_BYTES = 2048;

export class BlobLink {
  readonly #options: BlobLinkOptions;
  readonly #setAside = new SetAside();
  /** How many bytes of a file the centre has, where it has been asked. */
  readonly #there = new Map<string, number>();
  /** Since when the centre has lacked files of others. */
  readonly #behindSince = new Map<string, number>();
  #state: BlobLinkStatus["state"] = "connecting";
  #failure: { reason: string; hint: string | null } | null = null;
  #attempts = 0;
  #nextTryMs: number | null = null;
  #heardMs = -Infinity;
  #pieces = 0;
  #pieceBytes = CHUNK_BYTES;
  #changed = false;
  #wake: () => void = () => {};

  constructor(options: BlobLinkOptions) {
    this.#options = options;
  }

  status(): BlobLinkStatus {
    const { store, peer } = this.#options;
    const { count, bytes, oldestMs } = store.waitingFor(peer.node);
    return {
      destination: peer.node,
      state: this.#state,
      reason: this.#failure?.reason ?? null,
      hint: this.#failure?.hint ?? null,
      attempts: this.#attempts,
      nextTryMs: this.#nextTryMs,
      waiting: count,
      waitingBytes: bytes,
      oldestWaitingMs: oldestMs,
      sentBytes: peer.sentBytes,
      receivedBytes: peer.receivedBytes,
      setAside: this.#setAside.list(),
    };
  }

  /** Ships until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const listening = this.#listen(AbortSignal.any([signal, ended.signal]));
    try {
      while (!signal.aborted) {
        await this.#options.reachable?.(signal);
        await this.#stepOrWait(signal);
      }
    } finally {
      ended.abort();
      await listening;
    }
  }

  async #stepOrWait(signal: AbortSignal): Promise<void> {
    try {
      await this.#step(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof PeerError)) throw error;
      await this.#failed(error, signal);
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    for await (const _ of this.#options.store.changes(signal)) {
      this.#changed = true;
      this.#wake();
    }
  }

  async #failed(error: PeerError, signal: AbortSignal): Promise<void> {
    const { timer, random, onEvent } = this.#options;
    const failure = { reason: error.message, hint: error.hint ?? null };
    if (this.#state !== "down") onEvent({ kind: "down", ...failure });
    this.#state = "down";
    this.#failure = failure;
    this.#heardMs = -Infinity;
    this.#there.clear();
    this.#pieceBytes = CHUNK_BYTES;
    const backoff = backoffMs(++this.#attempts, random());
    const waitMs = error.retryAfterMs === undefined
      ? backoff
      : returnMs(error.retryAfterMs, random());
    this.#nextTryMs = timer.nowMs() + waitMs;
    await timer.pause(waitMs, signal);
    this.#nextTryMs = null;
  }

  /** One exchange with the centre, or a rest. */
  async #step(signal: AbortSignal): Promise<void> {
    this.#changed = false;
    const waiting = this.#ready();
    const unknown = waiting.filter(({ hash }) => !this.#there.has(hash));
    const isQuiet = this.#options.timer.nowMs() - this.#heardMs >= this.#options.refreshMs;
    if (unknown.length > 0 || isQuiet) return await this.#offer(unknown, signal);
    if (waiting.length === 0) return await this.#rest(signal);
    await this.#send(this.#choose(waiting), signal);
  }

  /** What may go now: some of the smallest, and the oldest last. */
  #ready(): BlobFacts[] {
    const { store, peer: { node }, timer } = this.#options;
    const limit = LOOK_MAX + this.#setAside.list().length;
    const smallest = store.waiting(node, "smallest", limit);
    const known = new Set(smallest.map(({ hash }) => hash));
    const oldest = smallest.length < limit
      ? []
      : store.waiting(node, "oldest", LOOK_MAX).filter(({ hash }) => !known.has(hash)).slice(0, 1);
    const nowMs = timer.nowMs();
    const waiting = [...smallest, ...oldest];
    this.#forget(new Set(waiting.map(({ hash }) => hash)));
    return waiting
      .filter((blob) => !this.#setAside.has(blob.hash, nowMs) && this.#mayRelay(blob, nowMs));
  }

  /** What does not wait any more is not waited with. */
  #forget(waiting: ReadonlySet<string>): void {
    const { store } = this.#options;
    for (const { hash } of this.#setAside.list()) {
      if (store.find(hash) === null) this.#setAside.free(hash);
    }
    for (const known of [this.#there, this.#behindSince]) {
      for (const hash of known.keys()) {
        if (!waiting.has(hash)) known.delete(hash);
      }
    }
  }

  /** Whether an own file, or one of another that the centre has lacked long enough, may go. */
  #mayRelay({ hash, owner }: BlobFacts, nowMs: number): boolean {
    const { store, relayAfterMs } = this.#options;
    if (owner === store.node || relayAfterMs === 0) return true;
    const since = this.#behindSince.get(hash) ?? nowMs;
    this.#behindSince.set(hash, since);
    return nowMs - since >= relayAfterMs;
  }

  #choose(waiting: readonly BlobFacts[]): BlobFacts {
    const byRest = (blob: BlobFacts) => blob.bytes - (this.#there.get(blob.hash) ?? 0);
    const isForOldest = ++this.#pieces % PIECES_A_ROUND === 0;
    return waiting.reduce((best, blob) => {
      const before = isForOldest ? blob.wallMs - best.wallMs : byRest(blob) - byRest(best);
      return before < 0 ? blob : best;
    });
  }

  async #offer(blobs: readonly BlobFacts[], signal: AbortSignal): Promise<void> {
    const { store, peer } = this.#options;
    const body = encodeOffers(blobs);
    await this.#options.pace(body.length + OVERHEAD_BYTES, signal);
    const answer = this.#decode(await peer.ask(OFFERS_PATH, body, signal), decodeOfferAnswer);
    this.#heard();
    if (answer.progress.length !== blobs.length) {
      throw new PeerError(`Cannot read what "${peer.node}" answered: another number of files`);
    }
    for (const [index, blob] of blobs.entries()) this.#learn(blob, answer.progress[index]);
    store.wantedBack(answer.lost, peer.node);
  }

  async #send(blob: BlobFacts, signal: AbortSignal): Promise<void> {
    const { store, peer, pace, busy, timer } = this.#options;
    const isBusy = busy();
    if (isBusy) await timer.pause(CREEP_MS, signal);
    const offset = this.#there.get(blob.hash) ?? 0;
    const length = Math.min(blob.bytes - offset, isBusy ? CHUNK_BYTES : this.#pieceBytes);
    const content = await this.#read(store, blob.hash, offset, length);
    if (content === null) return;
    await pace(content.length + OVERHEAD_BYTES, signal);
    if (signal.aborted) return;
    const askedMs = timer.nowMs();
    const body = encodePiece({ hash: blob.hash, offset, content });
    const progress = this.#decode(await peer.ask(PIECES_PATH, body, signal), decodeProgress);
    this.#heard();
    if (content.length === length) this.#fit(length, timer.nowMs() - askedMs);
    // It goes on elsewhere than it was sent to: never without a pause, in case it always does.
    if (progress.kind === "have" && progress.bytes <= offset && blob.bytes > 0) {
      const reason = `"${peer.node}" has it up to ${progress.bytes} only, and not to ${offset}`;
      return this.#putAside(blob.hash, reason);
    }
    this.#learn(blob, progress);
  }

  /** Content of a file; `null` where it is gone or damaged, which the store tells. */
  async #read(
    store: BlobStore,
    hash: string,
    offset: number,
    length: number,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      const content = await store.read(hash, offset, length);
      if (content === null) this.#there.delete(hash);
      return content;
    } catch (error) {
      if (error instanceof BlobDamaged && store.find(hash) === null) {
        this.#there.delete(hash);
        return null;
      }
      this.#putAside(hash, error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /** Pieces grow while they take less than their time, and shrink when they take more. */
  #fit(bytes: number, tookMs: number): void {
    if (bytes < this.#pieceBytes) return;
    const fitting = tookMs > PIECE_MS ? bytes / 2 : tookMs < PIECE_MS / 2 ? bytes * 2 : bytes;
    this.#pieceBytes = Math.min(PIECE_BYTES_MAX, Math.max(CHUNK_BYTES, fitting));
  }

  #learn(blob: BlobFacts, progress: Progress): void {
    const { store, peer, onEvent } = this.#options;
    const { hash, bytes } = blob;
    switch (progress.kind) {
      case "complete":
        this.#requireReceipt(blob, progress.signature);
        store.addReceipt(hash, peer.node, progress.signature);
        for (const known of [this.#there, this.#behindSince]) known.delete(hash);
        this.#setAside.free(hash);
        return onEvent({ kind: "shipped", hash, bytes });
      case "have":
        if (progress.bytes % CHUNK_BYTES !== 0 || progress.bytes > bytes) {
          throw new PeerError(`Cannot go on where "${peer.node}" says: at ${progress.bytes}`);
        }
        this.#setAside.free(hash);
        this.#there.set(hash, progress.bytes);
        return;
      case "busy":
      case "refused":
        return this.#putAside(hash, progress.reason);
      case "unoffered":
        this.#there.delete(hash);
        return;
    }
  }

  #requireReceipt({ hash, bytes }: BlobFacts, signature: Uint8Array): void {
    const { peer, peerPublicKey } = this.#options;
    const statement = blobReceiptStatement(peer.node, hash, bytes);
    if (signedBy(peerPublicKey, statement, signature)) return;
    throw new PeerError(`Cannot believe a receipt of "${peer.node}": its signature is wrong`);
  }

  #putAside(hash: string, reason: string): void {
    const { timer, random, onEvent } = this.#options;
    this.#there.delete(hash);
    if (this.#setAside.add(hash, reason, timer.nowMs(), random())) {
      onEvent({ kind: "set-aside", hash, reason });
    }
  }

  #decode<T>(body: Uint8Array, decode: (bytes: Uint8Array) => T): T {
    try {
      return decode(body);
    } catch (cause) {
      if (!(cause instanceof OctetsError)) throw cause;
      throw new PeerError(`Cannot read what "${this.#options.peer.node}" answered`, { cause });
    }
  }

  #heard(): void {
    this.#heardMs = this.#options.timer.nowMs();
    this.#attempts = 0;
    if (this.#state === "up") return;
    this.#state = "up";
    this.#failure = null;
    this.#options.onEvent({ kind: "up" });
  }

  /** Until files come, one that was set aside may be tried again, or a refresh is due. */
  async #rest(signal: AbortSignal): Promise<void> {
    if (this.#changed) return;
    const { timer, refreshMs, relayAfterMs } = this.#options;
    const nowMs = timer.nowMs();
    const waits = [this.#heardMs + refreshMs - nowMs];
    const next = this.#setAside.nextTryMs(nowMs);
    if (next !== null) waits.push(next - nowMs);
    if (this.#behindSince.size > 0) waits.push(relayAfterMs);
    const resting = new AbortController();
    this.#wake = () => resting.abort();
    await timer.pause(Math.max(0, Math.min(...waits)), AbortSignal.any([signal, resting.signal]));
    this.#wake = () => {};
  }
}
