/** Where each (origin, stream) stands: as the database says, and as this process knows it. */
import { firstHash } from "../chain.ts";
import type { Row } from "../database.ts";
import { sameBytes } from "../octets.ts";
import { streamKey, type StreamState } from "../segments.ts";
import type { Ask, Statement } from "./connection.ts";
import type { Turn } from "./writer.ts";

/** A position, and the day under which its newest block lies. */
export interface Held extends StreamState {
  readonly day: string;
}

/** A stream of which nothing was stored yet lies before any day. */
const NO_DAY = "1970-01-01";

const COLUMNS = "origin, stream, seq, hash, floor, floorhash, day";
const REGISTER = `INSERT INTO positions
(origin, stream, seq, hash, floor, floorhash, day, writer, turn)
SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), 0, CAST($3 AS BYTEA), 1, CAST($3 AS BYTEA),
CAST('${NO_DAY}' AS DATE), '', 0
WHERE NOT EXISTS (SELECT 1 FROM positions WHERE origin = $1 AND stream = $2)`;
const MOVE = `UPDATE positions SET seq = $5, hash = $6, day = $7, writer = $8, turn = $9
WHERE origin = $1 AND stream = $2 AND seq = $3 AND hash = $4`;
const SELECT_ONE = `SELECT ${COLUMNS} FROM positions WHERE origin = $1 AND stream = $2`;
const SELECT_LIFE = `SELECT ${COLUMNS} FROM positions WHERE origin = $1 ORDER BY stream FOR UPDATE`;
const SELECT_ALL = `SELECT ${COLUMNS} FROM positions`;
const SELECT_MOVED = `SELECT ${COLUMNS} FROM positions WHERE writer = $1 AND turn > $2`;

export function unheld(origin: string, stream: string): Held {
  const hash = firstHash();
  return { origin, stream, seq: 0, hash, floor: 1, floorHash: hash, day: NO_DAY };
}

function held(row: Row): Held {
  return {
    origin: row.text("origin"),
    stream: row.text("stream"),
    seq: row.number("seq"),
    hash: row.blob("hash"),
    floor: row.number("floor"),
    floorHash: row.blob("floorhash"),
    day: row.text("day"),
  };
}

/** Makes the row of a stream that has none. */
export function registered({ origin, stream, hash }: Held): Statement {
  return { sql: REGISTER, values: [origin, stream, hash] };
}

/** Moves a position on, if it still stands where it stood: changes one row, or none. */
export function moved(from: Held, to: Held, { writer, turn }: Turn): Statement {
  const { origin, stream, seq, hash } = from;
  const values = [origin, stream, seq, hash, to.seq, to.hash, to.day, writer, turn];
  return { sql: MOVE, values };
}

/** A stream's position; `unheld` where it has none. */
export async function position(ask: Ask, origin: string, stream: string): Promise<Held> {
  const row = (await ask(SELECT_ONE, [origin, stream])).rows.at(0);
  return row === undefined ? unheld(origin, stream) : held(row);
}

/** The positions of one origin, kept from others until the transaction ends. */
export async function lockedLife(ask: Ask, origin: string): Promise<Held[]> {
  return (await ask(SELECT_LIFE, [origin])).rows.map(held);
}

export async function allPositions(ask: Ask): Promise<Held[]> {
  return (await ask(SELECT_ALL)).rows.map(held);
}

/** Positions that a writer was the last to move, in a turn after this one. */
export async function movedBy(ask: Ask, writer: string, after: number): Promise<Held[]> {
  return (await ask(SELECT_MOVED, [writer, after])).rows.map(held);
}

/** What this process knows. The database may be ahead of it, by what other processes stored. */
export class KnownPositions {
  readonly #held = new Map<string, Held>();
  readonly #onMoved: (moved: StreamState[]) => void;

  constructor(onMoved: (moved: StreamState[]) => void) {
    this.#onMoved = onMoved;
  }

  get(origin: string, stream: string): Held {
    return this.#held.get(streamKey(origin, stream)) ?? unheld(origin, stream);
  }

  all(): StreamState[] {
    return [...this.#held.values()].filter(({ seq }) => seq > 0);
  }

  /** Takes in positions as they are in the database now, or were a moment ago. */
  note(states: readonly Held[]): void {
    this.#take(states.filter((state) => {
      const known = this.get(state.origin, state.stream);
      return state.seq > known.seq || (state.seq === known.seq && state.floor > known.floor);
    }));
  }

  /** Takes in positions that are known to be so, even where they went back. */
  correct(states: readonly Held[]): void {
    this.#take(states.filter((state) => {
      const known = this.get(state.origin, state.stream);
      return state.seq !== known.seq || state.floor !== known.floor || state.day !== known.day ||
        !sameBytes(state.hash, known.hash);
    }));
  }

  /** Takes in all positions there are: those that are not among them are gone. */
  replace(states: readonly Held[]): void {
    const keys = new Set(states.map(({ origin, stream }) => streamKey(origin, stream)));
    const gone = [...this.#held].filter(([key]) => !keys.has(key));
    this.correct([
      ...states,
      ...gone.map(([_, { origin, stream }]) => unheld(origin, stream)),
    ]);
  }

  #take(states: readonly Held[]): void {
    if (states.length === 0) return;
    for (const state of states) this.#held.set(streamKey(state.origin, state.stream), state);
    this.#onMoved([...states]);
  }
}
