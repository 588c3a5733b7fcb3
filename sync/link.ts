/**
 * One link to one other node: keeps shipping what that node lacks, for as long as it runs. It
 * retries what the line does, and sets aside what the other node refuses, stream by stream.
 */
import { backoffMs } from "./backoff.ts";
import type { PositionAnswer, RunAnswer } from "./answers.ts";
import { type NodeKey, receiptStatement, signedBy } from "./identity.ts";
import type { Journal } from "./journal.ts";
import { BlockedStreams } from "./blocked_streams.ts";
import { sameBytes } from "./octets.ts";
import { nodeOf } from "./origin.ts";
import { type Peer, PeerError } from "./peer.ts";
import type { PositionQuestion } from "./questions.ts";
import { type Receipt, streamKey, type StreamState } from "./segments.ts";
import {
  expected,
  gather,
  lacking,
  learn,
  oldestWaitingMs,
  type PeerPositions,
  type Shipment,
} from "./ship.ts";
import type { Timer } from "./timer.ts";

/** What a link needs of its peer. */
export type Shipper = Pick<
  Peer,
  "node" | "positions" | "ship" | "sentBytes" | "receivedBytes"
>;

export interface LinkOptions {
  readonly journal: Journal;
  readonly peer: Shipper;
  readonly peerPublicKey: string;
  /** This node's key: signs the heads of own entries. */
  readonly key: NodeKey;
  /** Which origins this link is for. */
  readonly carries: (origin: string) => boolean;
  /** Entries of others are shipped only once the peer has lacked them for so long. */
  readonly relayAfterMs: number;
  /** How often the peer is asked where it stands when nothing else is said. */
  readonly refreshMs: number;
  readonly timer: Timer;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onEvent: (event: LinkEvent) => void;
}

export type LinkEvent =
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly reason: string; readonly hint: string | null }
  | { readonly kind: "shipped"; readonly entries: number }
  | {
    readonly kind: "blocked";
    readonly origin: string;
    readonly stream: string;
    readonly reason: string;
  };

/** What waits for one destination and why (rule T8). Times count like those of its timer. */
export interface LinkStatus {
  readonly destination: string;
  readonly state: "connecting" | "up" | "down";
  readonly sinceMs: number;
  readonly reason: string | null;
  readonly hint: string | null;
  /** Failures in a row. */
  readonly attempts: number;
  readonly nextTryMs: number | null;
  readonly waitingEntries: number;
  /** Bytes of bodies since the start. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Wall clock of the oldest entry that waits, milliseconds since 1970 UTC. */
  readonly oldestWaitingMs: number | null;
  readonly blocked: readonly {
    readonly origin: string;
    readonly stream: string;
    readonly reason: string;
    readonly attempts: number;
    readonly nextTryMs: number;
  }[];
}

export class Link {
  readonly #options: LinkOptions;
  readonly #peer: PeerPositions = new Map();
  readonly #blocked = new BlockedStreams();
  /** Since when the peer has lacked entries of others, by (origin, stream). */
  readonly #behindSince = new Map<string, number>();
  #state: LinkStatus["state"] = "connecting";
  #sinceMs: number;
  #failure: { reason: string; hint: string | null } | null = null;
  #attempts = 0;
  #nextTryMs: number | null = null;
  #oldestMs: number | null = null;
  /** When the peer last said anything, and when it was last asked where it stands. */
  #heardMs = -Infinity;
  #askedMs = -Infinity;
  /** Whether the journal changed since it was last looked at. */
  #changed = false;
  #wake: () => void = () => {};
  /** Whether what is believed of the peer is to be forgotten. */
  #again = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#sinceMs = options.timer.nowMs();
    for (const receipt of options.journal.receipts()) {
      if (receipt.centre !== options.peer.node) continue;
      this.#peer.set(streamKey(receipt.origin, receipt.stream), receipt);
    }
  }

  /** Where the peer is known to stand. */
  get peerPositions(): ReadonlyMap<string, { seq: number; hash: Uint8Array }> {
    return this.#peer;
  }

  status(): LinkStatus {
    const waitingEntries = this.#carried().reduce((sum, { origin, stream, seq }) => {
      return sum + Math.max(0, seq - (this.#peer.get(streamKey(origin, stream))?.seq ?? 0));
    }, 0);
    return {
      destination: this.#options.peer.node,
      state: this.#state,
      sinceMs: this.#sinceMs,
      reason: this.#failure?.reason ?? null,
      hint: this.#failure?.hint ?? null,
      attempts: this.#attempts,
      nextTryMs: this.#nextTryMs,
      waitingEntries,
      sentBytes: this.#options.peer.sentBytes,
      receivedBytes: this.#options.peer.receivedBytes,
      oldestWaitingMs: waitingEntries === 0 ? null : this.#oldestMs,
      blocked: this.#blocked.list(),
    };
  }

  /** Forgets what the peer is believed to hold and what it did not take, and asks it anew. */
  askAgain(): void {
    this.#again = true;
    this.#wake();
  }

  /** Ships until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const listening = this.#listen(signal);
    while (!signal.aborted) {
      try {
        await this.#askPositions(signal);
        await this.#shipAll(signal);
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof PeerError)) throw error;
        await this.#failed(error, signal);
      }
    }
    await listening;
  }

  async #listen(signal: AbortSignal): Promise<void> {
    for await (const _ of this.#options.journal.changes(signal)) {
      this.#changed = true;
      this.#wake();
    }
  }

  async #failed(error: PeerError, signal: AbortSignal): Promise<void> {
    const { timer, random, onEvent } = this.#options;
    const hint = error.hint ?? null;
    if (this.#state !== "down") {
      this.#enter("down");
      onEvent({ kind: "down", reason: error.message, hint });
    }
    this.#failure = { reason: error.message, hint };
    this.#heardMs = -Infinity;
    const waitMs = backoffMs(++this.#attempts, random());
    this.#nextTryMs = timer.nowMs() + waitMs;
    const wanted = lacking(this.#carried(), this.#peer);
    this.#oldestMs = await oldestWaitingMs(this.#options.journal, wanted, this.#peer);
    await timer.pause(waitMs, signal);
    this.#nextTryMs = null;
  }

  #enter(state: LinkStatus["state"]): void {
    this.#state = state;
    this.#sinceMs = this.#options.timer.nowMs();
  }

  #carried(): StreamState[] {
    const { journal, carries } = this.#options;
    return journal.positions().filter(({ origin }) => carries(origin));
  }

  /** Asks the peer where it stands, and what it stands on: another hash there is a fork. */
  async #askPositions(signal: AbortSignal): Promise<void> {
    const { peer, journal, timer } = this.#options;
    this.#askedMs = timer.nowMs();
    if (this.#again) {
      this.#again = false;
      this.#peer.clear();
      this.#blocked.clear();
      this.#behindSince.clear();
    }
    // Of what is not shipped to it as well: its own entries, which it ships to us.
    const known = journal.positions();
    const asked = { self: journal.origin, questions: this.#questions(known) };
    const { answers } = await peer.positions(asked, signal);
    this.#heardMs = timer.nowMs();
    if (this.#state !== "up") {
      this.#enter("up");
      this.#failure = null;
      this.#attempts = 0;
      this.#options.onEvent({ kind: "up" });
    }
    for (const [index, state] of known.entries()) await this.#compare(state, answers[index]);
  }

  /** Receipts that were lost with the power, or given for what came another way, are asked for. */
  #questions(known: readonly StreamState[]): PositionQuestion[] {
    const { peer, journal } = this.#options;
    const receipts = new Map(
      journal.receipts().filter(({ centre }) => centre === peer.node)
        .map(({ origin, stream, seq }) => [streamKey(origin, stream), seq]),
    );
    return known.map(({ origin, stream, seq }) => {
      const reached = receipts.get(streamKey(origin, stream)) ?? 0;
      return { origin, stream, wantsReceipt: this.#isOwn(origin) && reached < seq, at: seq };
    });
  }

  /** Takes in where the peer stands in a stream, and sets it aside where the two do not agree. */
  async #compare(state: StreamState, answer: PositionAnswer): Promise<void> {
    const { peer, journal, timer } = this.#options;
    const { origin, stream } = state;
    const { seq, hash, receipt } = answer;
    const key = streamKey(origin, stream);
    const before = this.#peer.get(key);
    const moved = before?.seq !== seq || !sameBytes(before.hash, hash);
    if (moved) {
      this.#peer.set(key, { seq, hash });
      this.#behindSince.delete(key);
    } else if (receipt === null && !this.#blocked.knows(key)) {
      return;
    }
    const own = await journal.hashAt(origin, stream, seq);
    if (receipt !== null && own !== null && sameBytes(own, hash)) {
      this.#takeReceipts([{ centre: peer.node, origin, stream, seq, hash, signature: receipt }]);
    }
    if (this.#blocked.has(key, timer.nowMs())) return;
    if (own !== null && !sameBytes(own, hash)) {
      this.#block(state, `"${peer.node}" holds another chain at ${seq}`);
    } else if (seq > state.seq && this.#isOwn(origin)) {
      this.#block(state, `"${peer.node}" holds ${seq - state.seq} entries this node has lost`);
    } else if (seq >= state.seq) {
      this.#blocked.free(key);
    }
  }

  #isOwn(origin: string): boolean {
    return nodeOf(origin) === nodeOf(this.#options.journal.origin);
  }

  async #shipAll(signal: AbortSignal): Promise<void> {
    const { peer, refreshMs, timer } = this.#options;
    let next: Promise<Shipment> | null = null;
    while (!signal.aborted) {
      const quiet = timer.nowMs() - this.#heardMs >= refreshMs;
      const due = this.#blocked.nextTryMs(this.#askedMs) ?? Infinity;
      if (this.#again) next = null;
      if (quiet || this.#again || due <= timer.nowMs()) await this.#askPositions(signal);
      this.#changed = false;
      const shipment: Shipment = await (next ?? this.#gather(this.#peer));
      next = null;
      for (const { state, reason } of shipment.stuck) {
        this.#block(state, reason);
      }
      if (shipment.runs.length === 0) {
        this.#oldestMs = null;
        await this.#rest(signal);
        continue;
      }
      this.#oldestMs = shipment.oldestMs;
      // While the peer stores this batch, the next one is read and signed.
      next = this.#gather(expected(this.#peer, shipment));
      next.catch(() => {});
      const answers = await peer.ship(shipment.runs, signal);
      this.#heardMs = timer.nowMs();
      if (!this.#learn(shipment, answers)) next = null;
    }
  }

  #gather(positions: PeerPositions): Promise<Shipment> {
    const { journal, key, timer } = this.#options;
    const wanted = lacking(this.#carried(), positions).filter((state) => {
      const name = streamKey(state.origin, state.stream);
      return !this.#blocked.has(name, timer.nowMs()) && this.#mayRelay(name, state);
    });
    return gather(journal, wanted, positions, key);
  }

  /** Whether own entries, or those of others that the peer has lacked long enough, may go. */
  #mayRelay(name: string, { origin }: StreamState): boolean {
    const { relayAfterMs, timer } = this.#options;
    if (this.#isOwn(origin) || relayAfterMs === 0) return true;
    const since = this.#behindSince.get(name);
    if (since === undefined) this.#behindSince.set(name, timer.nowMs());
    return since !== undefined && timer.nowMs() - since >= relayAfterMs;
  }

  /** Takes in the answers; false when the next batch has to be read anew. */
  #learn(shipment: Shipment, answers: readonly RunAnswer[]): boolean {
    const { peer, onEvent } = this.#options;
    const receipts: Receipt[] = [];
    let shipped = 0;
    let asExpected = true;
    for (const [index, run] of shipment.runs.entries()) {
      const answer = answers[index];
      const { origin, stream } = run;
      const trouble = learn(this.#peer, run, answer);
      if (trouble !== null) this.#block(run, trouble);
      else this.#blocked.free(streamKey(origin, stream));
      if (answer.kind === "receipt") {
        this.#behindSince.delete(streamKey(origin, stream));
        shipped += run.last - run.first + 1;
      }
      // Where it holds more than it was sent, the next question brings the receipt.
      if (answer.kind !== "receipt" || answer.seq !== run.last) {
        asExpected = false;
        continue;
      }
      const { seq, hash, signature } = answer;
      receipts.push({ centre: peer.node, origin, stream, seq, hash, signature });
    }
    this.#takeReceipts(receipts);
    if (shipped > 0) onEvent({ kind: "shipped", entries: shipped });
    return asExpected;
  }

  #takeReceipts(receipts: readonly Receipt[]): void {
    const { journal, peer, peerPublicKey } = this.#options;
    for (const receipt of receipts) {
      const statement = receiptStatement(peer.node, receipt);
      if (signedBy(peerPublicKey, statement, receipt.signature)) continue;
      throw new PeerError(`Cannot believe a receipt of "${peer.node}": its signature is wrong`);
    }
    if (receipts.length > 0) journal.addReceipts(receipts);
  }

  #block({ origin, stream }: { origin: string; stream: string }, reason: string): void {
    const { timer, random, onEvent } = this.#options;
    if (this.#blocked.add(origin, stream, reason, timer.nowMs(), random())) {
      onEvent({ kind: "blocked", origin, stream, reason });
    }
  }

  /** Until the journal changes, a refresh is due, or a stream may be tried again. */
  async #rest(signal: AbortSignal): Promise<void> {
    if (this.#changed || this.#again) return;
    const { refreshMs, relayAfterMs, timer } = this.#options;
    const waits = [this.#heardMs + refreshMs - timer.nowMs()];
    const blocked = this.#blocked.nextTryMs(this.#askedMs);
    if (blocked !== null) waits.push(blocked - timer.nowMs());
    if (this.#behindSince.size > 0) waits.push(relayAfterMs);
    const resting = new AbortController();
    this.#wake = () => resting.abort();
    await timer.pause(Math.max(0, Math.min(...waits)), AbortSignal.any([signal, resting.signal]));
    this.#wake = () => {};
  }
}
