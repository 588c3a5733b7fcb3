/**
 * What a node does about its own lives when others hold more or other of them than it does:
 * a new life begins, and the entries of a fork that only this node has are written into it again.
 * One for all links of a node, which all find the same.
 */
import type { NewEntry } from "./append.ts";
import { readContents } from "./entry.ts";
import type { Stamp } from "./entry.ts";
import type { Journal } from "./journal.ts";
import { isOvertaken, lifeOf, nodeOf } from "./origin.ts";
import { streamKey } from "./segments.ts";
import { isStream, type Stream } from "./stream.ts";
import type { Timer } from "./timer.ts";

export interface OwnLivesParts {
  readonly journal: Journal;
  readonly stamp: () => Stamp;
  readonly timer: Timer;
  readonly onEvent: (event: OwnLivesEvent) => void;
}

export type OwnLivesEvent =
  | { readonly kind: "life"; readonly reason: string; readonly origin: string }
  | { readonly kind: "fork" } & Fork;

/** A stream of an own life of which a centre holds another chain. */
export interface Fork {
  readonly centre: string;
  readonly origin: string;
  readonly stream: string;
  /** The last entry that both have. */
  readonly common: number;
}

/** Entries written again in one commit. */
const ADOPT_LIMITS = { entriesMax: 500, bytesMax: 512 << 10 };
/** Lives that begin for a backlog are at least so far apart: each has chains of its own. */
const BACKLOG_EVERY_MS = 30 * 60_000;
/** Kind of the `audit` entry that goes with entries written again, and says which. */
const ADOPTED = "adopted";

interface Adopted {
  readonly origin: string;
  readonly stream: string;
  readonly first: number;
  readonly last: number;
}

export class OwnLives {
  readonly #parts: OwnLivesParts;
  readonly #forked = new Set<string>();
  readonly #adopted = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();
  #backlogMs = -Infinity;

  constructor(parts: OwnLivesParts) {
    this.#parts = parts;
  }

  /** Whether a centre holds another chain of this: nobody is sent ours any more. */
  isForked(origin: string, stream: string): boolean {
    return this.#forked.has(streamKey(origin, stream));
  }

  /** Up to where entries of forks are in a later life as well, by (origin, stream). */
  get adopted(): ReadonlyMap<string, number> {
    return this.#adopted;
  }

  /** Others hold `latest` of this node: a life begins after it where this one does not. */
  overtaken(latest: string | null): Promise<void> {
    const { journal } = this.#parts;
    return this.#inTurn(async () => {
      if (latest === null || !isOvertaken(journal.origin, journal.positions(), latest)) return;
      await this.#renew("overtaken", latest);
    });
  }

  /** A centre holds entries under the numbers that this life is about to use. */
  ahead(origin: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#parts.journal.origin === origin) await this.#renew("fork");
    });
  }

  /** Much waits in this life: what comes now begins another, so that it need not wait as well. */
  backlog(): Promise<void> {
    const { timer } = this.#parts;
    return this.#inTurn(async () => {
      if (timer.nowMs() - this.#backlogMs < BACKLOG_EVERY_MS) return;
      await this.#renew("backlog");
      this.#backlogMs = timer.nowMs();
    });
  }

  /** Both branches stay where they are; what only this node has is written again, once. */
  fork(fork: Fork): Promise<void> {
    const { journal, onEvent } = this.#parts;
    const { origin, stream } = fork;
    return this.#inTurn(async () => {
      const key = streamKey(origin, stream);
      if (this.#forked.has(key)) return;
      this.#forked.add(key);
      try {
        if (journal.origin === origin) await this.#renew("fork");
        if (await this.#tell(fork)) onEvent({ kind: "fork", ...fork });
        await this.#adopt(fork);
      } catch (error) {
        this.#forked.delete(key);
        throw error;
      }
    });
  }

  async #renew(reason: "overtaken" | "fork" | "backlog", after?: string): Promise<void> {
    const { journal, onEvent } = this.#parts;
    const origin = await journal.renewLife(reason, after);
    onEvent({ kind: "life", reason, origin });
  }

  /** The alarm of an origin's fork, once; true where it was not there before. */
  async #tell({ centre, origin, stream, common }: Fork): Promise<boolean> {
    const { journal, stamp } = this.#parts;
    const key = { channel: "fork", id: origin, digest: new Uint8Array(32), windowMs: null };
    const held = journal.position(origin, stream)?.seq ?? 0;
    const body = JSON.stringify({ origin, stream, centre, common, own: held - common });
    const time = stamp();
    const alarm = { kind: "entry", stream: "alarm", entryKind: "fork", time, body } as const;
    const [outcome] = await journal.append([{ ...alarm, key }], time);
    return outcome.kind === "stored";
  }

  /** Writes again what the fork has behind the common place, from where that was left off. */
  async #adopt({ origin, stream, common }: Fork): Promise<void> {
    const { journal, stamp } = this.#parts;
    if (!isStream(stream)) return;
    const state = journal.position(origin, stream);
    if (state === undefined) return;
    let after = Math.max(common, state.floor - 1, await this.#adoptedTo(origin, stream));
    while (after < state.seq) {
      const found = await journal.read(origin, stream, after, ADOPT_LIMITS);
      if (found.kind === "end") break;
      if (found.kind === "run") {
        const { run } = found;
        const body: Adopted = { origin, stream, first: run.first, last: run.last };
        const time = stamp();
        const note: NewEntry = {
          kind: "entry",
          stream: "audit",
          entryKind: ADOPTED,
          time,
          body: JSON.stringify(body),
        };
        // One call is one commit: what was written again and the note of it are there or not.
        await journal.append([...entriesAgain(run.contents, stream), note], time);
      }
      after = found.kind === "run"
        ? found.run.last
        : (found.kind === "missing" ? found.next : found.floor) - 1;
    }
    this.#adopted.set(streamKey(origin, stream), state.seq);
  }

  /** The last entry of a fork that was written again already, as the notes say. */
  async #adoptedTo(origin: string, stream: string): Promise<number> {
    const { journal } = this.#parts;
    let last = 0;
    const decoder = new TextDecoder();
    const later = journal.positions().filter((state) =>
      state.stream === "audit" && nodeOf(state.origin) === nodeOf(origin) &&
      lifeOf(state.origin) >= lifeOf(origin)
    );
    for (const state of later) {
      for (let after = state.floor - 1; after < state.seq;) {
        const found = await journal.read(state.origin, state.stream, after, ADOPT_LIMITS);
        if (found.kind !== "run") {
          if (found.kind !== "missing") break;
          after = found.next - 1;
          continue;
        }
        for (const { kind, body } of readContents(found.run.contents)) {
          if (kind !== ADOPTED) continue;
          const note: Adopted = JSON.parse(decoder.decode(body));
          if (note.origin === origin && note.stream === stream) last = Math.max(last, note.last);
        }
        after = found.run.last;
      }
    }
    return last;
  }

  /** One after the other: two links find the same at the same time. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}

/** Entries as they are, with their times, for another life; that has a `life` entry already. */
function entriesAgain(contents: Uint8Array, stream: Stream): NewEntry[] {
  const decoder = new TextDecoder();
  return Array.from(readContents(contents)).filter(({ kind }) => kind !== "life")
    .map(({ time, kind, body }): NewEntry => ({
      kind: "entry",
      stream,
      entryKind: kind,
      time,
      body: decoder.decode(body),
    }));
}
