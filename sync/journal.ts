/**
 * The journal as the rest of the program sees it: asynchronous, the work being done in a thread
 * of its own, so that an fsync on slow flash never stalls a bus or a page.
 */
import type { Append, Appended } from "./append.ts";
import type { HashName } from "./chain.ts";
import type { Stamp } from "./entry.ts";
import type { ReadResult, Retention, SignedRunWithKey } from "./journal_core.ts";
import type { JournalHealth } from "./journal_health.ts";
import type { Missing } from "./journal_holes.ts";
import type { LifeReason } from "./journal_lives.ts";
import type { JournalMethods, Opening, Status } from "./journal_methods.ts";
import type { Repair } from "./journal_salvage.ts";
import { JournalShell } from "./journal_shell.ts";
import type { Reception } from "./reception.ts";
import type { ReadLimits, Receipt, StreamState } from "./segments.ts";
import { systemTimer } from "./timer.ts";
import { WorkerCalls } from "./worker_calls.ts";

export { type JournalHealth, JournalUnwritable } from "./journal_health.ts";

/** What a county stores, a site stores, and any other store has to be able to do. */
export interface Journal {
  /** This life of this node: the origin of what is appended; `renewLife` changes it. */
  readonly origin: string;
  readonly hashName: HashName;
  /** Resolves with the reason when the journal's thread is gone, by a mistake of ours. */
  readonly failed: Promise<Error>;
  /**
   * Resolves, in order, when all of it is durable. Rejects with {@link JournalUnwritable} where
   * the disk takes nothing now: nothing of it is stored then, and a later try may succeed.
   */
  append(items: readonly Append[], stamp: Stamp): Promise<Appended[]>;
  /**
   * Begins a new life without an open, once the node learns that it must not go on with this one;
   * `after` is a life of this node that others hold. What was handed to `append` before belongs
   * to the old life, what comes later to the new one. Resolves with the new origin when its
   * `life` entry is durable.
   */
  renewLife(reason: LifeReason, after?: string): Promise<string>;
  receive(runs: readonly SignedRunWithKey[]): Promise<Reception[]>;
  read(origin: string, stream: string, after: number, limits: ReadLimits): Promise<ReadResult>;
  hashAt(origin: string, stream: string, seq: number): Promise<Uint8Array | null>;
  positions(): StreamState[];
  position(origin: string, stream: string): StreamState | undefined;
  receipts(): Receipt[];
  addReceipts(receipts: readonly Receipt[]): void;
  prune(retention: Retention): Promise<number>;
  /** Whether it takes anything. It finds out by itself, within a second, when it does again. */
  health(): JournalHealth;
  /** Yields how it is at the start, and then whenever that changes. */
  healthChanges(signal: AbortSignal): AsyncIterable<JournalHealth>;
  /**
   * What was here once and is not, since the disk was damaged: holes in the middle of streams, and
   * ends of them. `receive` takes them from whoever still has them, a hole from its first entry on.
   */
  missing(): readonly Missing[];
  /** What was found damaged at this open. */
  readonly repairs: readonly Repair[];
  /** Takes other at-rest keys into use, the newest first; `rekey` is for what was written before. */
  useKeys(keys: readonly string[]): Promise<void>;
  /** Writes segments anew that are under an older at-rest key, until none is left. */
  rekey(): Promise<{ readonly left: number }>;
  status(): Promise<Status>;
  /** Resolves once a commit has gone through since the last call; makes one where none did. */
  probe(): Promise<void>;
  /** A channel on which another thread reads (see `JournalReader`); to be transferred to it. */
  reader(): MessagePort;
  /** Yields all positions at the start, and then those that moved, whenever some did. */
  changes(signal: AbortSignal): AsyncIterable<readonly StreamState[]>;
  close(): Promise<void>;
}

export type { Missing } from "./journal_holes.ts";

/** `groupCommitMs`: see {@link JournalShell}. */
export type JournalOptions = Opening & { readonly groupCommitMs?: number };

/** Opens the journal in a folder, in a worker thread. */
export async function openJournal(
  { groupCommitMs, ...opening }: JournalOptions,
): Promise<Journal> {
  const journal = new JournalShell(
    opening.hashName,
    (listeners) =>
      new WorkerCalls<JournalMethods>(new URL("./journal_worker.ts", import.meta.url), listeners),
    systemTimer,
    groupCommitMs,
  );
  await journal.open(opening);
  return journal;
}
