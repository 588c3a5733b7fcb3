/**
 * Watches the wall clock against the boot-time clock, and writes down what it does (T12). History
 * is never rewritten: when trust returns, an entry says by how much readers have to correct.
 * The deciding is in `clock_rules.ts`.
 */
import type { NewEntry } from "../sync/append.ts";
import { readContents, type Stamp } from "../sync/entry.ts";
import { type Journal, JournalUnwritable } from "../sync/journal.ts";
import { lifeOf, nodeOf } from "../sync/origin.ts";
import { ONE_BLOCK } from "../sync/segments.ts";
import { pause } from "../sync/timer.ts";
import type { Admission } from "./admission.ts";
import type { Clock } from "./clock.ts";
import { ageingMs, type ClockMemory, decideClock, memoryOf } from "./clock_rules.ts";
import { newEntry } from "./collected_entry.ts";
import type { Log } from "./log.ts";

/** How often the clocks are compared. */
const LOOK_MS = 1000;
/** Notes that wait for a disk that does not write; a clock that jumps for ever is told so far. */
const OWED_MAX = 100;
/** Entries of each stream that this process may have written before it looks. */
const BACK_MAX = 4;
/** Lives before this one in which the last entry is looked for. */
const LIVES_MAX = 3;

export interface ClockParts {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly admission: Admission;
  readonly log: Log;
}

export class ClockWatch {
  readonly #parts: ClockParts;
  readonly #start: Stamp;
  readonly #owed: NewEntry[] = [];
  #memory: ClockMemory | null = null;
  #newestWallMs: number | null = null;

  /** Whether it is known what the last entry before this process says. */
  #recalled = false;

  constructor(parts: ClockParts) {
    this.#parts = parts;
    this.#start = parts.clock.now();
  }

  /** Looks at the clocks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    // The disk may have failed the last run: what was seen since is not forgotten.
    if (this.#memory === null) await this.recall();
    while (!signal.aborted) {
      await this.look();
      await pause(LOOK_MS, signal);
    }
  }

  /** Takes up what the last entry before this process says. */
  async recall(): Promise<void> {
    const last = await lastBefore(this.#parts.journal, this.#start);
    this.#newestWallMs = last?.wallMs ?? null;
    this.#recalled = true;
    if (last?.bootId === this.#start.bootId) this.#memory = memoryOf(last);
  }

  /** Compares the clocks once, and writes down what is to be told. */
  async look(): Promise<void> {
    const { clock, admission, log } = this.#parts;
    const now = clock.now();
    const { memory, notes } = decideClock(now, this.#memory);
    this.#memory = memory;
    for (const note of notes) {
      const { kind, ...body } = note;
      this.#owed.push(newEntry("audit", kind, now, body));
      if (this.#owed.length > OWED_MAX) this.#owed.shift();
      if (note.kind === "clock-trusted") log({ kind: note.kind, shiftMs: note.shiftMs });
      else log({ kind: note.kind, deltaMs: note.deltaMs });
    }
    const owed = [...this.#owed];
    if (owed.length === 0) return;
    try {
      await admission.append(owed, now);
      this.#owed.splice(0, owed.length);
    } catch (error) {
      if (!(error instanceof JournalUnwritable)) throw error;
    }
  }

  /** The wall clock by which entries grow old, see `clock_rules.ts`. */
  ageingMs(): number {
    // Before that a wrong clock could make all that is here old.
    if (!this.#recalled) return -Infinity;
    return ageingMs(this.#parts.clock.now(), this.#start, this.#newestWallMs);
  }
}

/** Stamp of this node's last entry before a moment, `null` where there is none. */
async function lastBefore(journal: Journal, start: Stamp): Promise<Stamp | null> {
  const node = nodeOf(journal.origin);
  const own = journal.positions().filter(({ origin }) => nodeOf(origin) === node);
  const lives = [...new Set(own.map(({ origin }) => lifeOf(origin)))].sort((a, b) => b - a);
  for (const life of lives.slice(0, LIVES_MAX)) {
    let last: Stamp | null = null;
    for (const { origin, stream, seq } of own.filter(({ origin }) => lifeOf(origin) === life)) {
      const stamp = await stampOf(journal, origin, stream, seq, start);
      // A life is of one boot, mostly; its boot-time clock tells what came last.
      if (stamp !== null && (last === null || stamp.bootMs > last.bootMs)) last = stamp;
    }
    if (last !== null) return last;
  }
  return null;
}

/** Of the last few entries of a stream the latest that is older than this process. */
async function stampOf(
  journal: Journal,
  origin: string,
  stream: string,
  seq: number,
  start: Stamp,
): Promise<Stamp | null> {
  for (let at = seq; at > 0 && at > seq - BACK_MAX; at--) {
    const result = await journal.read(origin, stream, at - 1, ONE_BLOCK);
    if (result.kind !== "run") return null;
    const [first] = readContents(result.run.contents);
    const { time } = first;
    if (time.bootId !== start.bootId || time.bootMs < start.bootMs) return time;
  }
  return null;
}
