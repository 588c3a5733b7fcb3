/** A county's journal in PostgreSQL: any number of processes may share it, each with a life. */
import type { Journal } from "../journal.ts";
import type { JournalMethods, Opening } from "../journal_methods.ts";
import { type JournalCalls, JournalShell } from "../journal_shell.ts";
import { systemTimer } from "../timer.ts";
import { PostgresMethods } from "./postgres_methods.ts";
import type { Server } from "./server.ts";

export interface PostgresJournalOptions
  extends Omit<Opening, "directory" | "encryptionKeys" | "segmentBytesMax"> {
  readonly server: Server;
  /** See {@link JournalShell}. */
  readonly groupCommitMs?: number;
}

/** Opens it; throws where the database cannot be reached, or does not keep what it commits. */
export async function openPostgresJournal(options: PostgresJournalOptions): Promise<Journal> {
  const { server, groupCommitMs, ...opening } = options;
  const journal = new JournalShell(
    opening.hashName,
    (listeners) => new DirectCalls(new PostgresMethods(server, opening, listeners)),
    systemTimer,
    groupCommitMs,
  );
  await journal.open({ ...opening, directory: "", segmentBytesMax: 0 });
  return journal;
}

/** As the journal's thread is asked, only that each answer may take its time. */
type Eventually<M> = {
  [K in keyof M]: M[K] extends (...parameters: infer P) => infer R
    ? (...parameters: P) => Promise<R>
    : never;
};

/** Calls on this thread: the database is elsewhere anyway. */
class DirectCalls implements JournalCalls {
  readonly #methods: object;

  constructor(methods: Eventually<JournalMethods>) {
    this.#methods = methods;
  }

  call<K extends keyof JournalMethods>(
    method: K,
    parameters: Readonly<Parameters<JournalMethods[K]>>,
  ): Promise<Awaited<ReturnType<JournalMethods[K]>>> {
    const given: readonly unknown[] = parameters;
    return Reflect.apply(Reflect.get(this.#methods, method), this.#methods, given);
  }

  /** `close` and a failed `open` end what there is to end. */
  terminate(): void {}
}
