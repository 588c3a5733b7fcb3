/** The asynchronous side of a journal: gathers commits, keeps positions, asks the thread. */
import type { Append, Appended } from "./append.ts";
import type { HashName } from "./chain.ts";
import { Changes } from "./changes.ts";
import { BODY_BYTES_MAX, isLongerThan, type Stamp } from "./entry.ts";
import { GroupCommit } from "./group_commit.ts";
import type { ReadResult, Retention, SignedRunWithKey } from "./journal_core.ts";
import { type CoreHealth, type JournalHealth, JournalUnwritable } from "./journal_health.ts";
import type { Missing } from "./journal_holes.ts";
import type { LifeReason } from "./journal_lives.ts";
import type { JournalMethods, JournalNotice, Opening, Status } from "./journal_methods.ts";
import type { Repair } from "./journal_salvage.ts";
import type { Reception } from "./reception.ts";
import type { ReadLimits, Receipt, StreamState } from "./segments.ts";
import { receiptKey, streamKey } from "./segments.ts";
import { systemTimer, type Timer } from "./timer.ts";
import type { WorkerCalls } from "./worker_calls.ts";

/** How the thread is asked. */
export type JournalCalls = Pick<WorkerCalls<JournalMethods>, "call" | "terminate">;

export interface JournalListeners {
  readonly onNotice: (notice: JournalNotice) => void;
  readonly onEnd: (error: Error) => void;
}

/** Commits on their way to the worker: one being written, one behind it so that it never idles. */
const FLIGHTS_MAX = 2;
/** Appends that may wait in memory; every caller is bounded by itself, this bounds their sum. */
const WAITING_BYTES_MAX = 64 << 20;
/** Receipts that came while nothing was appended are written after this long. */
const FLUSH_AFTER_MS = 2000;
/** While nothing can be written, it is tried so often whether it can. */
const PROBE_EVERY_MS = 1000;
/** Stored segments are looked through, about 1 MiB at a time: 8 GiB a day. */
const SCRUB_EVERY_MS = 10_000;
/** A commit may be put off so long, milliseconds: what waits is in memory only, unacknowledged. */
export const GROUP_COMMIT_MS_MAX = 100;

/** A `Journal` (journal.ts), wherever its thread is. */
export class JournalShell {
  readonly hashName: HashName;
  readonly failed: Promise<Error>;
  repairs: readonly Repair[] = [];
  readonly #fail: (error: Error) => void;
  readonly #worker: JournalCalls;
  readonly #streams = new Map<string, StreamState>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #changes = new Changes<StreamState>();
  readonly #healthChanges = new Changes<JournalHealth>();
  readonly #waiting: GroupCommit[] = [];
  readonly #timer: Timer;
  readonly #groupCommitMs: number;
  readonly #closing = new AbortController();
  #origin = "";
  #health: JournalHealth = { state: "writable" };
  #missing: readonly Missing[] = [];
  #flights = 0;
  /** Whether what waits will be sent without another word. */
  #scheduled = false;
  #flushing = false;
  #probing = false;

  /**
   * A commit gathers for `groupCommitMs`, 0 to 100 milliseconds, before it is written: fewer
   * syncs on a disk that wears out, and acknowledgements that come so much later, never earlier.
   */
  constructor(
    hashName: HashName,
    calls: (listeners: JournalListeners) => JournalCalls,
    timer: Timer = systemTimer,
    groupCommitMs = 0,
  ) {
    if (!(groupCommitMs >= 0 && groupCommitMs <= GROUP_COMMIT_MS_MAX)) {
      throw new Error(`Cannot gather commits for ${groupCommitMs} ms: want 0 to 100`);
    }
    this.hashName = hashName;
    this.#timer = timer;
    this.#groupCommitMs = groupCommitMs;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#fail = resolve;
    this.#worker = calls({
      onNotice: (notice) => this.#hear(notice),
      onEnd: (error) => this.#fail(error),
    });
  }

  get origin(): string {
    return this.#origin;
  }

  async open(opening: Opening): Promise<void> {
    try {
      const opened = await this.#worker.call("open", [opening]);
      const { origin, positions, receipts, health, missing, repairs = [] } = opened;
      for (const receipt of receipts) this.#receipts.set(receiptKey(receipt), receipt);
      this.repairs = repairs;
      this.#hear({
        moved: positions,
        origin,
        ...(health === undefined ? {} : { health }),
        ...(missing === undefined ? {} : { missing }),
      });
    } catch (error) {
      this.#worker.terminate();
      throw error;
    }
    this.#every(SCRUB_EVERY_MS, "scrub", () => true);
  }

  append(items: readonly Append[], stamp: Stamp): Promise<Appended[]> {
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
      this.#waiting.push(commit);
    }
    const outcome = commit.add(items);
    if (this.#groupCommitMs > 0 && commit.full) this.#fly();
    else this.#schedule();
    return outcome;
  }

  /** Sends what waits once its caller, and others, had time to add to it. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const go = () => {
      this.#scheduled = false;
      this.#fly();
    };
    if (this.#groupCommitMs === 0) queueMicrotask(go);
    else this.#timer.pause(this.#groupCommitMs, this.#closing.signal).then(go);
  }

  /** Sends commits that wait, so many at a time that the thread never idles. */
  #fly(flightsMax = FLIGHTS_MAX): void {
    while (this.#flights < flightsMax) {
      const commit = this.#waiting.shift();
      if (commit === undefined) return;
      this.#flights++;
      const batch = commit.batch();
      this.#worker.call("append", [batch], [batch.contents.buffer]).then((seqs) => {
        this.#landed();
        commit.landed(seqs);
      }, (error) => {
        this.#landed();
        commit.failed(this.#told(error));
      });
    }
  }

  #landed(): void {
    this.#flights--;
    // What gathers goes when its time has come, or when there is enough of it.
    if (!this.#scheduled || this.#waiting.at(0)?.full) this.#fly();
  }

  /** The error for a caller. What the disk is not to blame for ends the journal. */
  #told(error: unknown): unknown {
    if (!(error instanceof Error) || error instanceof JournalUnwritable) return error;
    if (error.name !== "JournalUnwritable") {
      this.#fail(error);
      return error;
    }
    const reason = this.#health.state === "unwritable" ? this.#health.reason : error.message;
    return new JournalUnwritable(reason, { cause: error });
  }

  async renewLife(reason: LifeReason, after?: string): Promise<string> {
    // What waits was appended to the life that ends: it goes before.
    this.#fly(Infinity);
    this.#origin = await this.#asked(this.#worker.call("renewLife", [reason, after]));
    this.#changes.tell();
    return this.#origin;
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.#told(error);
    }
  }

  receive(runs: readonly SignedRunWithKey[]): Promise<Reception[]> {
    return this.#asked(this.#worker.call("receive", [runs]));
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
    if (!this.#flushing) this.#flushSoon();
    this.#changes.tell();
  }

  async #flushSoon(): Promise<void> {
    this.#flushing = true;
    await this.#timer.pause(FLUSH_AFTER_MS, this.#closing.signal);
    this.#flushing = false;
    // What could not be written is written with the next commit that can.
    if (!this.#closing.signal.aborted) this.#worker.call("flush", []).catch((e) => this.#told(e));
  }

  prune(retention: Retention): Promise<number> {
    return this.#asked(this.#worker.call("prune", [retention]));
  }

  useKeys(keys: readonly string[]): Promise<void> {
    return this.#asked(this.#worker.call("useKeys", [keys]));
  }

  async rekey(): Promise<{ readonly left: number }> {
    let left: number;
    do left = await this.#asked(this.#worker.call("rekey", [])); while (left > 0);
    return { left };
  }

  status(): Promise<Status> {
    return this.#worker.call("status", []);
  }

  probe(): Promise<void> {
    return this.#asked(this.#worker.call("probe", []));
  }

  health(): JournalHealth {
    return this.#health;
  }

  async *healthChanges(signal: AbortSignal): AsyncGenerator<JournalHealth, void, void> {
    for await (const changed of this.#healthChanges.watch(signal, [this.#health])) yield* changed;
  }

  missing(): readonly Missing[] {
    return this.#missing;
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
    this.#fly(Infinity);
    this.#closing.abort();
    try {
      await this.#worker.call("close", []);
    } finally {
      this.#worker.terminate();
    }
  }

  #hear({ moved = [], origin, health, missing }: JournalNotice): void {
    if (origin !== undefined) this.#origin = origin;
    if (missing !== undefined) this.#missing = missing;
    if (health !== undefined) this.#turn(health);
    const changed = moved.map((state) => [streamKey(state.origin, state.stream), state] as const);
    for (const [key, state] of changed) this.#streams.set(key, state);
    this.#changes.tell(changed);
  }

  #turn(health: CoreHealth): void {
    const sinceMs = this.#health.state === "unwritable"
      ? this.#health.sinceMs
      : this.#timer.nowMs();
    this.#health = health.state === "writable" ? health : { ...health, sinceMs };
    this.#healthChanges.tell([["", this.#health]]);
    if (health.state === "writable" || this.#probing) return;
    this.#probing = true;
    this.#every(PROBE_EVERY_MS, "probe", () => this.#health.state === "unwritable")
      .then(() => this.#probing = false);
  }

  /** Asks the thread for something again and again, as long as it is wanted. */
  async #every(
    everyMs: number,
    method: "scrub" | "probe",
    wanted: () => boolean,
  ): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted && wanted()) {
      await this.#timer.pause(everyMs, signal);
      if (signal.aborted) return;
      await this.#worker.call(method, []).catch((error) => this.#told(error));
    }
  }
}
