/**
 * Asks a peer where it stands without naming every life there ever was: those that are over, and
 * believed to be the same there, are asked for with one sum. Where it is not theirs the row is
 * parted until it shows which they are, so that a peer that was put back to a backup is found out
 * with the next question.
 */
import type { PositionAnswer } from "./answers.ts";
import { type HeldLife, type LifeSums, livesByNode, livesByStream } from "./life_sums.ts";
import { nodeOf } from "./origin.ts";
import type { PositionQuestion, PositionsAsked } from "./questions.ts";
import type { Peer } from "./peer.ts";
import type { StreamState } from "./segments.ts";

export interface LifeAsking {
  /** The life in which the asker writes. */
  readonly self: string;
  readonly known: readonly StreamState[];
  /** Whether all streams of an origin are among them, not only some. */
  readonly isWhole: (origin: string) => boolean;
  /** Whether a stream needs an answer of its own, though its life may be over. */
  readonly isAlone: (state: StreamState) => boolean;
  readonly question: (state: StreamState) => PositionQuestion;
}

export interface LifeAnswers {
  /** The latest life of the asker that the peer holds; `null` for none. */
  readonly latest: string | null;
  /** The peer holds the same of each that has none. */
  readonly answers: ReadonlyMap<StreamState, PositionAnswer>;
}

/** A row of lives, and the stream that counts. */
interface Row {
  readonly lives: readonly HeldLife[];
  readonly stream: string;
}

/** A row is parted into as many; one that is no longer is asked for stream by stream. */
const PARTS = 16;

export class LifeQuestions {
  readonly #sums: LifeSums;
  readonly #peer: Pick<Peer, "positions">;

  constructor(peer: Pick<Peer, "positions">, sums: LifeSums) {
    this.#peer = peer;
    this.#sums = sums;
  }

  async ask(asking: LifeAsking, signal: AbortSignal): Promise<LifeAnswers> {
    const answers = new Map<StreamState, PositionAnswer>();
    let latest: string | null = null;
    let rows = rowsOf(asking);
    const inRows = new Set(rows.flatMap(statesOf));
    let states = asking.known.filter((state) => !inRows.has(state));
    do {
      const told = await this.#peer.positions(this.#asked(asking, rows, states), signal);
      latest = told.latest;
      for (const [index, state] of states.entries()) answers.set(state, told.answers[index]);
      const apart = rows.filter((_, index) => !told.agreed[index]);
      states = apart.filter(({ lives }) => lives.length <= PARTS).flatMap(statesOf);
      rows = apart.filter(({ lives }) => lives.length > PARTS).flatMap(parted);
    } while (rows.length + states.length > 0);
    return { latest, answers };
  }

  #asked(
    { self, question }: LifeAsking,
    rows: readonly Row[],
    states: readonly StreamState[],
  ): PositionsAsked {
    const ranges = rows.map(({ lives, stream }) => this.#sums.range(lives, stream));
    return { self, ranges, questions: states.map(question) };
  }
}

/** The rows of lives that are over and need no answer of their own. */
function rowsOf({ self, known, isWhole, isAlone }: LifeAsking): Row[] {
  const rows: Row[] = [];
  for (const [node, lives] of livesByNode(known)) {
    const newest = lives[lives.length - 1].life;
    const over = lives.filter(({ life, origin }) => life < newest && origin !== self);
    // Of lives that are not here as a whole each stream is a row of its own.
    const parts = isWhole(lives[0].origin) ? new Map([["", over]]) : livesByStream(over);
    for (const [stream, part] of parts) {
      for (const row of divided(part, isAlone, node === nodeOf(self))) {
        rows.push({ lives: row, stream });
      }
    }
  }
  return rows;
}

/**
 * Parts a row at each life that needs an answer of its own. Own lives that are not here, but came
 * between others, are those of another box or of a disk that went: the peer may have them.
 */
function divided(
  lives: readonly HeldLife[],
  isAlone: LifeAsking["isAlone"],
  isOwn: boolean,
): HeldLife[][] {
  const rows: HeldLife[][] = [];
  let row: HeldLife[] = [];
  for (const life of lives) {
    const before = row.at(-1);
    const isApart = isOwn && before !== undefined && life.life > before.life + 1;
    const alone = life.states.some(isAlone);
    if ((isApart || alone) && row.length > 0) {
      rows.push(row);
      row = [];
    }
    if (!alone) row.push(life);
  }
  return row.length === 0 ? rows : [...rows, row];
}

function parted({ lives, stream }: Row): Row[] {
  const size = Math.ceil(lives.length / PARTS);
  const parts: Row[] = [];
  for (let from = 0; from < lives.length; from += size) {
    parts.push({ lives: lives.slice(from, from + size), stream });
  }
  return parts;
}

function statesOf({ lives }: Row): StreamState[] {
  return lives.flatMap(({ states }) => states);
}
