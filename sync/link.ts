/**
 * One link to one other node: keeps shipping what that node lacks, for as long as it runs. It
 * retries what the line does, and sets aside what the other node refuses, stream by stream.
 */
import { backoffMs, returnMs } from "./backoff.ts";
import { BlockedStreams } from "./blocked_streams.ts";
import { type Gap, hashOfLost, signGap, StuckStreams } from "./gaps.ts";
import type { LinkOptions, LinkStatus } from "./link_options.ts";
import { BatchSize } from "./pacing.ts";
import { PeerError, UnbelievedError } from "./peer.ts";
import { Relays } from "./relays.ts";
import type { SignedRun } from "./run.ts";
import { streamKey, type StreamState } from "./segments.ts";
import {
  expected,
  gather,
  isUrgent,
  lacking,
  oldestWaitingMs,
  type PeerPositions,
  SHIP_LIMITS,
  type Shipment,
  type Stuck,
} from "./ship.ts";
import { type Found, Standings } from "./standings.ts";

export type { LinkEvent, LinkOptions, LinkShared, LinkStatus, Shipper } from "./link_options.ts";

/**
 * Readings of this life that may wait for a peer: with more, what comes now begins another life,
 * so that it overtakes them. They take six seconds at 256 kbit/s.
 */
const BACKLOG_ENTRIES = 20_000;

export class Link {
  readonly #options: LinkOptions;
  readonly #standings: Standings;
  readonly #blocked = new BlockedStreams();
  readonly #stuck: StuckStreams;
  readonly #size = new BatchSize();
  readonly #relays: Relays;
  #state: LinkStatus["state"] = "connecting";
  #sinceMs: number;
  #failure: { reason: string; hint: string | null } | null = null;
  #isUnbelieved = false;
  #attempts = 0;
  #nextTryMs: number | null = null;
  #oldestMs: number | null = null;
  /** When the peer last said anything, and when it was last asked where it stands. */
  #heardMs = -Infinity;
  /** Who waits until the peer says something. */
  readonly #waiting = new Set<() => void>();
  #askedMs = -Infinity;
  /** When it was asked the last time that it said so. */
  #toldMs = -Infinity;
  /** Whether the journal changed since it was last looked at, and in what overtakes. */
  #changed = false;
  #hurried = false;
  #wake: () => void = () => {};
  /** Whether what is believed of the peer is to be forgotten. */
  #again = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#standings = new Standings(options);
    this.#stuck = new StuckStreams(options.gapAfterMs);
    this.#relays = new Relays(options.relayAfterMs, options.timer);
    this.#sinceMs = options.timer.nowMs();
  }

  /** Where the peer is known to stand. */
  get peerPositions(): ReadonlyMap<string, { seq: number; hash: Uint8Array }> {
    return this.#standings.positions;
  }

  /** As of when that is known of all that is held here; minus infinity: of no moment. */
  get toldMs(): number {
    return this.#toldMs;
  }

  /** Whether the peer has said where it stands since the start. */
  get heard(): boolean {
    return this.#askedMs > -Infinity && this.#state === "up";
  }

  /** Milliseconds since the peer last said anything; infinite while it is down, or doubted. */
  get silentMs(): number {
    return this.#state === "up" ? this.#options.timer.nowMs() - this.#heardMs : Infinity;
  }

  /** Whether what answers now has another key than the peer's. */
  get isUnbelieved(): boolean {
    return this.#state === "down" && this.#isUnbelieved;
  }

  status(): LinkStatus {
    const waitingEntries = this.#carried().reduce((sum, { origin, stream, seq }) => {
      return sum + Math.max(0, seq - this.#standings.seq(origin, stream));
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

  /** Resolves once the peer has answered since it last failed or was doubted, or at the abort. */
  async reachable(signal: AbortSignal): Promise<void> {
    while (this.#heardMs === -Infinity && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
      await promise;
      signal.removeEventListener("abort", wake);
      this.#waiting.delete(wake);
    }
  }

  #heard(): void {
    this.#heardMs = this.#options.timer.nowMs();
    for (const wake of this.#waiting) wake();
  }

  /** Forgets what the peer is believed to hold and what it did not take, and asks it anew. */
  askAgain(): void {
    this.#again = true;
    this.#wake();
  }

  /** The peer did not answer on another way: it is asked at once whether it is there. */
  doubt(): void {
    this.#heardMs = -Infinity;
    this.#changed = true;
    this.#wake();
  }

  /** Ships until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const listening = this.#listen(signal);
    while (!signal.aborted) {
      try {
        await this.#ask(signal);
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
    const { journal, carries } = this.#options;
    for await (const moved of journal.changes(signal)) {
      this.#changed = true;
      this.#hurried ||= moved.some((state) => isUrgent(state) && carries(state.origin));
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
    this.#isUnbelieved = error instanceof UnbelievedError;
    this.#heardMs = -Infinity;
    const backoff = backoffMs(++this.#attempts, random());
    const waitMs = error.retryAfterMs === undefined
      ? backoff
      : returnMs(error.retryAfterMs, random());
    this.#nextTryMs = timer.nowMs() + waitMs;
    const { positions } = this.#standings;
    const wanted = lacking(this.#carried(), positions);
    this.#oldestMs = await oldestWaitingMs(this.#options.journal, wanted, positions);
    await timer.pause(waitMs, signal);
    this.#nextTryMs = null;
  }

  #enter(state: LinkStatus["state"]): void {
    this.#state = state;
    this.#sinceMs = this.#options.timer.nowMs();
  }

  #carried(): StreamState[] {
    const { journal, carries, lives } = this.#options;
    return journal.positions().filter(({ origin, stream }) =>
      carries(origin) && !lives.isForked(origin, stream)
    );
  }

  /** Asks the peer where it stands, and sets aside the streams in which the two do not agree. */
  async #ask(signal: AbortSignal): Promise<void> {
    const { timer, onEvent } = this.#options;
    const askedMs = timer.nowMs();
    this.#askedMs = askedMs;
    if (this.#again) {
      this.#again = false;
      this.#toldMs = -Infinity;
      this.#standings.forget();
      this.#blocked.clear();
      this.#relays.clear();
    }
    const onHeard = () => {
      this.#heard();
      if (this.#state === "up") return;
      this.#enter("up");
      this.#failure = null;
      this.#attempts = 0;
      onEvent({ kind: "up" });
    };
    const isOpen = (key: string) => this.#blocked.knows(key);
    this.#options.wants.addMissing(this.#options.journal.missing());
    for await (const { state, found, moved } of this.#standings.ask(signal, onHeard, isOpen)) {
      const key = streamKey(state.origin, state.stream);
      if (moved) this.#relays.free(key);
      if (!this.#blocked.has(key, timer.nowMs())) await this.#settle(state, found, signal);
    }
    this.#toldMs = askedMs;
  }

  async #settle(state: StreamState, found: Found, signal: AbortSignal): Promise<void> {
    const { peer, lives, wants } = this.#options;
    const { origin, stream } = state;
    const key = streamKey(origin, stream);
    if (found.kind === "same") return this.#blocked.free(key);
    if (found.kind === "apart") {
      if (this.#standings.seq(origin, stream) > state.seq) this.#blocked.free(key);
    } else if (found.kind === "fork") {
      this.#block(state, `"${peer.node}" holds another chain at ${found.at}`);
      if (!this.#standings.isOwn(origin)) return;
      const common = await this.#standings.common(state, found.at, signal);
      await this.#own(() => lives.fork({ centre: peer.node, origin, stream, common }));
      this.#blocked.free(key);
    } else {
      this.#block(state, `"${peer.node}" holds ${found.by} entries this node has lost`);
      await this.#own(() => lives.ahead(origin));
      const last = this.#standings.seq(origin, stream);
      const after = this.#options.journal.position(origin, stream)?.seq ?? 0;
      if (after < last) wants.add({ origin, stream, after, last });
    }
  }

  /** Does what the journal may not be able to do for now: it is tried again with the link. */
  async #own(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      throw new PeerError("Cannot begin a new life in this node's journal", { cause });
    }
  }

  async #shipAll(signal: AbortSignal): Promise<void> {
    const { timer, pacer } = this.#options;
    let next: Promise<Shipment> | null = null;
    while (!signal.aborted) {
      const quiet = this.#dueMs() <= timer.nowMs() || this.#relays.mayLack(this.#askedMs);
      const due = this.#blocked.nextTryMs(this.#askedMs) ?? Infinity;
      if (this.#again) next = null;
      if (quiet || this.#again || due <= timer.nowMs()) await this.#ask(signal);
      await this.#renewForBacklog();
      const paceMs = pacer.waitMs();
      // What was read before an alarm came would have it wait.
      if (this.#hurried) next = null;
      this.#changed = false;
      this.#hurried = false;
      const shipment: Shipment = paceMs > 0
        ? await this.#gather(this.#standings.positions, isUrgent)
        : await (next ?? this.#gather(this.#standings.positions));
      if (paceMs === 0) next = null;
      for (const stuck of shipment.stuck) await this.#pass(stuck, signal);
      if (shipment.runs.length === 0) {
        if (paceMs === 0) this.#oldestMs = null;
        await this.#rest(paceMs > 0 ? paceMs : Infinity, signal);
        continue;
      }
      this.#oldestMs = shipment.oldestMs;
      // While the peer stores this batch, the next one is read and signed.
      next = this.#gather(expected(this.#standings.positions, shipment));
      next.catch(() => {});
      if (!await this.#send(shipment.runs, signal)) next = null;
    }
  }

  /** What comes now does not wait behind what waits from before: it begins another life. */
  async #renewForBacklog(): Promise<void> {
    const { journal, lives } = this.#options;
    const { origin } = journal;
    const seq = journal.position(origin, "reading")?.seq ?? 0;
    if (seq - this.#standings.seq(origin, "reading") < BACKLOG_ENTRIES) return;
    await this.#own(() => lives.backlog());
  }

  #gather(
    positions: PeerPositions,
    wanted: (state: StreamState) => boolean = () => true,
  ): Promise<Shipment> {
    const { journal, key, timer } = this.#options;
    const streams = lacking(this.#carried(), positions).filter((state) => {
      const name = streamKey(state.origin, state.stream);
      return wanted(state) && !this.#blocked.has(name, timer.nowMs()) &&
        (this.#standings.isOwn(state.origin) || this.#relays.may(name, this.#askedMs));
    });
    const limits = { ...SHIP_LIMITS, bytesMax: this.#size.bytes };
    return gather(journal, streams, positions, key, limits);
  }

  /** When it is to be asked where it stands. */
  #dueMs(): number {
    const { refreshMs, askEveryMs = Infinity } = this.#options;
    return Math.min(this.#heardMs + refreshMs, this.#askedMs + askEveryMs);
  }

  /** Sends runs; false when what was read meanwhile has to be read anew. */
  async #send(runs: readonly SignedRun[], signal: AbortSignal): Promise<boolean> {
    const { peer, pacer, timer, onEvent } = this.#options;
    const [startedMs, sentBefore] = [timer.nowMs(), peer.sentBytes];
    const answers = await peer.ship(runs, signal);
    this.#heard();
    pacer.spent(peer.sentBytes - sentBefore);
    const bytes = runs.reduce((sum, { contents }) => sum + contents.length, 0);
    this.#size.took(bytes, this.#heardMs - startedMs);
    const troubles = this.#standings.learn(runs, answers);
    let shipped = 0;
    for (const [index, run] of runs.entries()) {
      const key = streamKey(run.origin, run.stream);
      const trouble = troubles[index];
      if (trouble === null) this.#blocked.free(key);
      else this.#block(run, trouble);
      // What a fork of an own life calls for is found by asking.
      if (answers[index].kind === "fork" && this.#standings.isOwn(run.origin)) {
        this.#blocked.hasten(key);
        this.#heardMs = -Infinity;
      }
      if (answers[index].kind !== "receipt") continue;
      this.#relays.free(key);
      this.#stuck.free(key);
      if (run.contents.length > 0) shipped += run.last - run.first + 1;
    }
    if (shipped > 0) onEvent({ kind: "shipped", entries: shipped });
    return runs.every(({ last }, index) =>
      answers[index].kind === "receipt" && answers[index].seq === last
    );
  }

  /** Sets a stream aside that lacks entries here, or says that nobody has them any more. */
  async #pass({ state, reason, lost, pruned }: Stuck, signal: AbortSignal): Promise<void> {
    const { journal, key, wants, others, timer, onEvent } = this.#options;
    const { origin, stream } = state;
    this.#block(state, reason);
    if (lost === null || origin === journal.origin && !pruned) return;
    const { first, last } = lost;
    if (!pruned) wants.add({ origin, stream, after: first - 1, last });
    if (!this.#standings.isOwn(origin)) return;
    const place = { origin, stream, held: first - 1 };
    const name = streamKey(origin, stream);
    if (!this.#stuck.isLost(name, place, others(), timer.nowMs())) return;
    const hash = await hashOfLost(journal, origin, stream, last);
    if (hash === null) return;
    const gap: Gap = { origin, stream, first, last, hash };
    await this.#send([signGap(gap, key)], signal);
    if (this.#standings.seq(origin, stream) >= last) {
      onEvent({ kind: "gap", origin, stream, first, last });
    }
  }

  #block({ origin, stream }: { origin: string; stream: string }, reason: string): void {
    const { timer, random, onEvent } = this.#options;
    if (this.#blocked.add(origin, stream, reason, timer.nowMs(), random())) {
      onEvent({ kind: "blocked", origin, stream, reason });
    }
  }

  /** Until the journal changes, a refresh is due, or a stream may be tried again. */
  async #rest(atMostMs: number, signal: AbortSignal): Promise<void> {
    if (this.#changed || this.#again) return;
    const { timer } = this.#options;
    const waits = [atMostMs, this.#dueMs() - timer.nowMs(), this.#relays.waitMs];
    const blocked = this.#blocked.nextTryMs(this.#askedMs);
    if (blocked !== null) waits.push(blocked - timer.nowMs());
    const resting = new AbortController();
    this.#wake = () => resting.abort();
    await timer.pause(Math.max(0, Math.min(...waits)), AbortSignal.any([signal, resting.signal]));
    this.#wake = () => {};
  }
}
