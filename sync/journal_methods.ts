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
import type { LifeReason } from "./journal_lives.ts";
import type { Reception } from "./reception.ts";
import type { ReadLimits, Receipt, Segments, StreamState } from "./segments.ts";
import { answerCalls } from "./worker_calls.ts";

export interface Opening {
  /** Folder of the segments; it exists. */
  readonly directory: string;
  readonly node: string;
  readonly hashName: HashName;
  readonly encryptionKey?: string;
  readonly segmentBytesMax: number;
  readonly stamp: Stamp;
  /** 16 random hexadecimal digits. */
  readonly nonce: string;
  /** See {@link CoreOptions}. */
  readonly machine?: string;
  /** See {@link CoreOptions}. */
  readonly after?: string;
}

export interface Opened {
  readonly origin: string;
  readonly positions: readonly StreamState[];
  readonly receipts: readonly Receipt[];
}

export interface Status {
  readonly bytes: number;
  readonly segments: number;
  /** Of entries committed since the opening, where the store counts them: contents and hashes. */
  readonly writtenBytes?: number;
}

/** What the worker can be asked. */
export type JournalMethods = {
  open(opening: Opening): Opened;
  append(batch: AppendBatch): AppendResult;
  /** See {@link JournalCore.renewLife}; returns the new origin. */
  renewLife(reason: LifeReason, stamp: Stamp, nonce: string, after?: string): string;
  receive(runs: readonly SignedRunWithKey[]): Reception[];
  read(origin: string, stream: string, after: number, limits: ReadLimits): ReadResult;
  hashAt(origin: string, stream: string, seq: number): Uint8Array | null;
  addReceipts(receipts: readonly Receipt[]): void;
  flush(): void;
  probe(): void;
  prune(retention: Retention): number;
  status(): Status;
  /** Answers {@link JournalReader} on another channel, for another thread. */
  serveReader(port: MessagePort): void;
  close(): void;
};

/** What another thread may ask of the journal. */
export type JournalReader = Pick<JournalMethods, "read">;

/** A journal's methods, and the positions that moved since that was last asked. */
export interface JournalEnd {
  readonly methods: JournalMethods;
  readonly moved: () => readonly StreamState[] | undefined;
}

export function journalEnd(storage: (opening: Opening) => Segments): JournalEnd {
  let opened: JournalCore | null = null;
  const journal = () => {
    if (opened === null) throw new Error("The journal is not open");
    return opened;
  };
  const methods: JournalMethods = {
    open(opening) {
      opened = new JournalCore({ ...opening, segments: storage(opening) });
      opened.takeMoved();
      return {
        origin: opened.origin,
        positions: opened.positions(),
        receipts: opened.receipts(),
      };
    },
    append: (batch) => journal().append(batch),
    renewLife: (reason, stamp, nonce, after) => journal().renewLife(reason, stamp, nonce, after),
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
    status: () => ({
      bytes: journal().bytes(),
      segments: journal().segments,
      writtenBytes: journal().writtenBytes,
    }),
    serveReader: (port) => answerCalls(port, { read: methods.read } satisfies JournalReader),
    close() {
      journal().close();
      opened = null;
    },
  };
  const moved = () => {
    const states = opened?.takeMoved() ?? [];
    return states.length === 0 ? undefined : states;
  };
  return { methods, moved };
}
