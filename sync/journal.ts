/**
 * The journal as the rest of the program sees it: asynchronous, the work being done in a thread
 * of its own, so that an fsync on slow flash never stalls a bus or a page.
 */
import type { Append, Appended } from "./append.ts";
import type { HashName } from "./chain.ts";
import { Changes } from "./changes.ts";
import { BODY_BYTES_MAX, type Stamp } from "./entry.ts";
import { GroupCommit } from "./group_commit.ts";
import type { ReadResult, Retention, SignedRunWithKey } from "./journal_core.ts";
import type { JournalMethods, Opening, Status } from "./journal_worker.ts";
import type { Reception } from "./reception.ts";
import type { ReadLimits, Receipt, StreamState } from "./segments.ts";
import { receiptKey, streamKey } from "./segments.ts";
import { WorkerCalls } from "./worker_calls.ts";

/** What a county stores, a site stores, and any other store has to be able to do. */
export interface Journal {
  /** This life of this node: the origin of what is appended. */
  readonly origin: string;
  readonly hashName: HashName;
  /** Resolves with the reason when the journal cannot go on: it has to be opened anew then. */
  readonly failed: Promise<Error>;
  /** Resolves, in order, when all of it is durable. */
  append(items: readonly Append[], stamp: Stamp): Promise<Appended[]>;
  receive(runs: readonly SignedRunWithKey[]): Promise<Reception[]>;
  read(origin: string, stream: string, after: number, limits: ReadLimits): Promise<ReadResult>;
  hashAt(origin: string, stream: string, seq: number): Promise<Uint8Array | null>;
  positions(): StreamState[];
  position(origin: string, stream: string): StreamState | undefined;
  receipts(): Receipt[];
  addReceipts(receipts: readonly Receipt[]): void;
  prune(retention: Retention): Promise<number>;
  status(): Promise<Status>;
  /** A channel on which another thread reads (see `JournalReader`); to be transferred to it. */
  reader(): MessagePort;
  /** Yields all positions at the start, and then those that moved, whenever some did. */
  changes(signal: AbortSignal): AsyncIterable<readonly StreamState[]>;
  close(): Promise<void>;
}

/** Commits on their way to the worker: one being written, one behind it so that it never idles. */
const FLIGHTS_MAX = 2;
/** Appends that may wait in memory; every caller is bounded by itself, this bounds their sum. */
const WAITING_BYTES_MAX = 64 << 20;
/** Receipts that came while nothing was appended are written after this long. */
const FLUSH_AFTER_MS = 2000;

export type JournalOptions = Omit<Opening, "nonce">;

/** Opens the journal in a folder, in a worker thread. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const nonce = crypto.getRandomValues(new Uint8Array(8)).toHex();
  const journal = new WorkerJournal(options.hashName);
  await journal.open({ ...options, nonce });
  return journal;
}

class WorkerJournal implements Journal {
  readonly hashName: HashName;
  readonly failed: Promise<Error>;
  readonly #fail: (error: Error) => void;
  readonly #worker: WorkerCalls<JournalMethods>;
  readonly #streams = new Map<string, StreamState>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #changes = new Changes<StreamState>();
  readonly #waiting: GroupCommit[] = [];
  #origin = "";
  #flights = 0;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(hashName: HashName) {
    this.hashName = hashName;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#fail = resolve;
    this.#worker = new WorkerCalls(new URL("./journal_worker.ts", import.meta.url), {
      onNotice: (moved: StreamState[]) => this.#move(moved),
      onEnd: (error) => this.#fail(error),
    });
  }

  get origin(): string {
    return this.#origin;
  }

  async open(opening: Opening): Promise<void> {
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
    for (const item of items) {
      if (item.kind === "entry" && Buffer.byteLength(item.body) > BODY_BYTES_MAX) {
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

  #fly(): void {
    while (this.#flights < FLIGHTS_MAX) {
      const commit = this.#waiting.shift();
      if (commit === undefined) return;
      this.#flights++;
      const batch = commit.batch();
      this.#worker.call("append", [batch], [batch.contents.buffer]).then((seqs) => {
        this.#flights--;
        this.#fly();
        commit.landed(seqs);
      }, (error) => {
        commit.failed(error);
        this.#fail(error);
      });
    }
  }

  async receive(runs: readonly SignedRunWithKey[]): Promise<Reception[]> {
    try {
      return await this.#worker.call("receive", [runs]);
    } catch (error) {
      this.#fail(new Error("Cannot receive into the journal", { cause: error }));
      throw error;
    }
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
    for (const receipt of receipts) this.#receipts.set(receiptKey(receipt), receipt);
    const failed = (error: Error) => this.#fail(error);
    this.#worker.call("addReceipts", [receipts]).catch(failed);
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      this.#worker.call("flush", []).catch(failed);
    }, FLUSH_AFTER_MS);
    this.#changes.tell();
  }

  prune(retention: Retention): Promise<number> {
    return this.#worker.call("prune", [retention]);
  }

  status(): Promise<Status> {
    return this.#worker.call("status", []);
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
    clearTimeout(this.#flushTimer);
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
