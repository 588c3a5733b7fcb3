/** What the journal's thread can be asked, over whatever storage it is given. */
import {
  JournalCore,
  type ReadResult,
  type Retention,
  type SignedRunWithKey,
} from "./journal_core.ts";
import type { AppendBatch, AppendResult } from "./append.ts";
import type { HashName } from "./chain.ts";
import type { Stamp } from "./entry.ts";
import type { CoreHealth } from "./journal_health.ts";
import type { Missing } from "./journal_holes.ts";
import type { LifeReason } from "./journal_lives.ts";
import type { Repair } from "./journal_salvage.ts";
import type { Reception } from "./reception.ts";
import type { ReadLimits, Receipt, Segments, StreamState } from "./segments.ts";
import { answerCalls } from "./worker_calls.ts";

export interface Opening {
  /** Folder of the segments; it exists. */
  readonly directory: string;
  readonly node: string;
  readonly hashName: HashName;
  /** At-rest keys: new segments are under the first, older ones may be under another. */
  readonly encryptionKeys?: readonly string[];
  readonly segmentBytesMax: number;
  readonly stamp: Stamp;
  /** See {@link CoreOptions}. */
  readonly machine?: string;
  /** See {@link CoreOptions}. */
  readonly after?: string;
}

export interface Opened {
  readonly origin: string;
  readonly positions: readonly StreamState[];
  readonly receipts: readonly Receipt[];
  /** How it is, where it is not well. */
  readonly health?: CoreHealth;
  readonly missing?: readonly Missing[];
  /** Segments that were found damaged at this open, and set aside. */
  readonly repairs?: readonly Repair[];
}

export interface Status {
  readonly bytes: number;
  readonly segments: number;
  /** Segments under an at-rest key that is not the first: `rekey` writes them anew. */
  readonly oldKeySegments?: number;
  /** Segments that were damaged, found since the start. */
  readonly repairs?: readonly Repair[];
  /** What was here once, and is not: so much of it is named. */
  readonly missing?: readonly Missing[];
  readonly missingEntries?: number;
  /** Of entries committed since the opening, where the store counts them: contents and hashes. */
  readonly writtenBytes?: number;
}

/** Spans of missing entries that a status names. */
const STATUS_MISSING_MAX = 100;

/** What the other end is told with each answer, where it changed. */
export interface JournalNotice {
  readonly moved?: readonly StreamState[];
  readonly origin?: string;
  readonly health?: CoreHealth;
  readonly missing?: readonly Missing[];
}

/** What the logic takes from its surroundings. */
export interface JournalSurroundings {
  readonly storage: (opening: Opening) => Segments;
  /** See {@link CoreOptions}. */
  readonly nowMs: () => number;
  readonly nonce: () => string;
}

/** What the worker can be asked. */
export type JournalMethods = {
  open(opening: Opening): Opened;
  append(batch: AppendBatch): AppendResult;
  /** See {@link JournalCore.renewLife}. */
  renewLife(reason: LifeReason, after?: string): string;
  receive(runs: readonly SignedRunWithKey[]): Reception[];
  read(origin: string, stream: string, after: number, limits: ReadLimits): ReadResult;
  hashAt(origin: string, stream: string, seq: number): Uint8Array | null;
  addReceipts(receipts: readonly Receipt[]): void;
  flush(): void;
  probe(): void;
  prune(retention: Retention): number;
  scrub(): void;
  useKeys(keys: readonly string[]): void;
  rekey(): number;
  status(): Status;
  /** Answers {@link JournalReader} on another channel, for another thread. */
  serveReader(port: MessagePort): void;
  close(): void;
};

/** What another thread may ask of the journal. */
export type JournalReader = Pick<JournalMethods, "read">;

/** A journal's methods, and what changed since that was last asked. */
export interface JournalEnd {
  readonly methods: JournalMethods;
  readonly notice: () => JournalNotice | undefined;
}

export function journalEnd({ storage, nowMs, nonce }: JournalSurroundings): JournalEnd {
  let opened: JournalCore | null = null;
  let segments: Segments | null = null;
  const journal = () => {
    if (opened === null) throw new Error("The journal is not open");
    return opened;
  };
  const methods: JournalMethods = {
    open(opening) {
      segments = storage(opening);
      opened = new JournalCore({ ...opening, segments, nowMs, nonce });
      opened.takeMoved();
      told.noticeOf(opened);
      return {
        origin: opened.origin,
        positions: opened.positions(),
        receipts: opened.receipts(),
        health: opened.health,
        missing: opened.missing(),
        repairs: opened.repairs,
      };
    },
    append: (batch) => journal().append(batch),
    renewLife: (reason, after) => journal().renewLife(reason, after),
    receive: (runs) =>
      journal().receive(runs).map((reception) =>
        // The block stays here: its reader asks for entries, not for what was just sent.
        reception.kind === "stored" ? { ...reception, block: null } : reception
      ),
    read: (origin, stream, after, limits) => journal().read(origin, stream, after, limits),
    hashAt: (origin, stream, seq) => journal().hashAt(origin, stream, seq),
    addReceipts: (receipts) => journal().addReceipts(receipts),
    flush: () => journal().flush(),
    probe: () => journal().probe(),
    prune: (retention) => journal().prune(retention),
    scrub: () => journal().scrub(),
    useKeys: (keys) => segments?.useKeys(keys),
    rekey: () => journal().rekey(),
    status: () => statusOf(journal()),
    serveReader: (port) => answerCalls(port, { read: methods.read } satisfies JournalReader),
    close() {
      journal().close();
      opened = null;
    },
  };
  const told = new Told();
  return { methods, notice: () => opened === null ? undefined : told.noticeOf(opened) };
}

/** What the other end was told last. */
class Told {
  #origin = "";
  #health = "";
  #missing: readonly Missing[] = [];

  noticeOf(journal: JournalCore): JournalNotice | undefined {
    const moved = journal.takeMoved();
    const { origin, health } = journal;
    const missing = journal.missing();
    const healthText = JSON.stringify(health);
    const notice: JournalNotice = {
      ...(moved.length === 0 ? {} : { moved }),
      ...(origin === this.#origin ? {} : { origin }),
      ...(healthText === this.#health ? {} : { health }),
      ...(missing === this.#missing ? {} : { missing }),
    };
    this.#origin = origin;
    this.#health = healthText;
    this.#missing = missing;
    return Object.keys(notice).length === 0 ? undefined : notice;
  }
}

function statusOf(journal: JournalCore): Status {
  const missing = journal.missing();
  return {
    ...journal.extent,
    repairs: journal.repairs,
    missing: missing.slice(0, STATUS_MISSING_MAX),
    missingEntries: missing.reduce((sum, { first, last }) => sum + last - first + 1, 0),
  };
}
