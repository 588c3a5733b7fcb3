/** The asynchronous side of a journal: gathers commits, keeps positions, asks the thread. */
import type { Append, Appended } from "./append.ts";
import type { HashName } from "./chain.ts";
import { Changes } from "./changes.ts";
import { BODY_BYTES_MAX, isLongerThan, type Stamp } from "./entry.ts";
import { GroupCommit } from "./group_commit.ts";
import type { ReadResult, Retention, SignedRunWithKey } from "./journal_core.ts";
import type { JournalHealth } from "./journal_health.ts";
import type { LifeReason } from "./journal_lives.ts";
import type { JournalMethods, Opening, Status } from "./journal_methods.ts";
import type { Reception } from "./reception.ts";
import type { ReadLimits, Receipt, StreamState } from "./segments.ts";
import { receiptKey, streamKey } from "./segments.ts";
import { systemTimer, type Timer } from "./timer.ts";
import type { WorkerCalls } from "./worker_calls.ts";

/** How the thread is asked. */
export type JournalCalls = Pick<WorkerCalls<JournalMethods>, "call" | "terminate">;

export interface JournalListeners {
  readonly onNotice: (moved: StreamState[]) => void;
  readonly onEnd: (error: Error) => void;
}

/** Commits on their way to the worker: one being written, one behind it so that it never idles. */
const FLIGHTS_MAX = 2;
/** Appends that may wait in memory; every caller is bounded by itself, this bounds their sum. */
const WAITING_BYTES_MAX = 64 << 20;
/** Receipts that came while nothing was appended are written after this long. */
const FLUSH_AFTER_MS = 2000;

/** A `Journal` (journal.ts), wherever its thread is. */
export class JournalShell {
  readonly hashName: HashName;
  readonly failed: Promise<Error>;
  readonly #fail: (error: Error) => void;
  readonly #worker: JournalCalls;
  readonly #streams = new Map<string, StreamState>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #changes = new Changes<StreamState>();
  readonly #waiting: GroupCommit[] = [];
  #origin = "";
  #flights = 0;
  readonly #timer: Timer;
  readonly #nonce: () => string;
  /** The last moment that anybody told, and when that was on the timer's clock. */
  #stamp: Stamp | null = null;
  #stampedMs = 0;
  readonly #closing = new AbortController();
  #flushing = false;

  /** `nonce` gives 16 random hexadecimal digits, for the name of a life. */
  constructor(
    hashName: HashName,
    calls: (listeners: JournalListeners) => JournalCalls,
    timer: Timer = systemTimer,
    nonce: () => string = () => crypto.getRandomValues(new Uint8Array(8)).toHex(),
  ) {
    this.hashName = hashName;
    this.#timer = timer;
    this.#nonce = nonce;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#fail = resolve;
    this.#worker = calls({
      onNotice: (moved) => this.#move(moved),
      onEnd: (error) => this.#fail(error),
    });
  }

  get origin(): string {
    return this.#origin;
  }

  async open(options: Omit<Opening, "nonce">): Promise<void> {
    this.#noteTime(options.stamp);
    const opening: Opening = { ...options, nonce: this.#nonce() };
    try {
      const { origin, positions, receipts } = await this.#worker.call("open", [opening]);
      this.#origin = origin;
      this.#move(positions);
      for (const receipt of receipts) this.#receipts.set(receiptKey(receipt), receipt);
    } catch (error) {
      this.#worker.terminate();
      throw error;
    }
  }

  append(items: readonly Append[], stamp: Stamp): Promise<Appended[]> {
    this.#noteTime(stamp);
    for (const item of items) {
      if (item.kind === "entry" && isLongerThan(item.body, BODY_BYTES_MAX)) {
        const found = `a body of ${item.body.length} characters, at most ${BODY_BYTES_MAX} bytes`;
        return Promise.reject(new Error(`Cannot append "${item.entryKind}": ${found}`));
      }
    }
    const bytes = this.#waiting.reduce((sum, commit) => sum + commit.bytes, 0);
    if (bytes > WAITING_BYTES_MAX) {
      return Promise.reject(new Error(`Cannot append to the journal: ${bytes} bytes wait already`));
    }
    let commit = this.#waiting.at(-1);
    if (commit === undefined || commit.full) {
      commit = new GroupCommit(stamp);
      if (this.#waiting.push(commit) === 1) queueMicrotask(() => this.#fly());
    }
    return commit.add(items);
  }

  /** Sends commits that wait, so many at a time that the thread never idles. */
  #fly(flightsMax = FLIGHTS_MAX): void {
    while (this.#flights < flightsMax) {
      const commit = this.#waiting.shift();
      if (commit === undefined) return;
      this.#flights++;
      const batch = commit.batch();
      this.#worker.call("append", [batch], [batch.contents.buffer]).then((seqs) => {
        this.#flights--;
        this.#fly();
        commit.landed(seqs);
      }, (error) => {
        this.#flights--;
        this.#fly();
        commit.failed(this.#told(error));
      });
    }
  }

  async renewLife(reason: LifeReason, after?: string): Promise<string> {
    // What waits was appended to the life that ends: it goes before.
    this.#fly(Infinity);
    const asked = this.#worker.call("renewLife", [reason, this.#now(), this.#nonce(), after]);
    this.#origin = await asked;
    this.#changes.tell();
    return this.#origin;
  }

  #noteTime(stamp: Stamp): void {
    this.#stamp = stamp;
    this.#stampedMs = this.#timer.nowMs();
  }

  /** This moment: the last that was told, and what passed since on a clock that never jumps. */
  #now(): Stamp {
    if (this.#stamp === null) throw new Error("The journal is not open");
    const passedMs = Math.round(this.#timer.nowMs() - this.#stampedMs);
    const { wallMs, bootMs } = this.#stamp;
    return { ...this.#stamp, wallMs: wallMs + passedMs, bootMs: bootMs + passedMs };
  }

  async receive(runs: readonly SignedRunWithKey[]): Promise<Reception[]> {
    try {
      return await this.#worker.call("receive", [runs]);
    } catch (error) {
      throw this.#told(error);
    }
  }

  #told(error: unknown): unknown {
    if (error instanceof Error && error.name !== "JournalUnwritable") this.#fail(error);
    return error;
  }

  read(origin: string, stream: string, after: number, limits: ReadLimits): Promise<ReadResult> {
    return this.#worker.call("read", [origin, stream, after, limits]);
  }

  hashAt(origin: string, stream: string, seq: number): Promise<Uint8Array | null> {
    return this.#worker.call("hashAt", [origin, stream, seq]);
  }

  positions(): StreamState[] {
    return [...this.#streams.values()];
  }

  position(origin: string, stream: string): StreamState | undefined {
    return this.#streams.get(streamKey(origin, stream));
  }

  receipts(): Receipt[] {
    return [...this.#receipts.values()];
  }

  addReceipts(receipts: readonly Receipt[]): void {
    for (const receipt of receipts) {
      const key = receiptKey(receipt);
      if (receipt.seq > (this.#receipts.get(key)?.seq ?? 0)) this.#receipts.set(key, receipt);
    }
    this.#worker.call("addReceipts", [receipts]).catch((error) => this.#fail(error));
    if (!this.#flushing) this.#flushSoon().catch((error) => this.#fail(error));
    this.#changes.tell();
  }

  async #flushSoon(): Promise<void> {
    this.#flushing = true;
    await this.#timer.pause(FLUSH_AFTER_MS, this.#closing.signal);
    this.#flushing = false;
    if (!this.#closing.signal.aborted) await this.#worker.call("flush", []);
  }

  prune(retention: Retention): Promise<number> {
    return this.#worker.call("prune", [retention]);
  }

  status(): Promise<Status> {
    return this.#worker.call("status", []);
  }

  health(): JournalHealth {
    return { state: "writable" };
  }

  probe(): Promise<void> {
    const proof = this.#worker.call("probe", []);
    proof.catch((error) => this.#told(error));
    return proof;
  }

  reader(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#worker.call("serveReader", [port1], [port1]).catch((error) => this.#fail(error));
    return port2;
  }

  changes(signal: AbortSignal): AsyncIterable<readonly StreamState[]> {
    return this.#changes.watch(signal, this.positions());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    try {
      await this.#worker.call("close", []);
    } finally {
      this.#worker.terminate();
    }
  }

  #move(moved: readonly StreamState[]): void {
    const changed = moved.map((state) => [streamKey(state.origin, state.stream), state] as const);
    for (const [key, state] of changed) this.#streams.set(key, state);
    this.#changes.tell(changed);
  }
}
