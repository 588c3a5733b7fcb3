/**
 * What other nodes ship, into PostgreSQL: each run is judged against the position that this
 * process knows, and stored by a transaction that moves the position from there. Where another
 * process was first, the transaction stores nothing, and the run is judged anew.
 */
import type { HashName } from "../chain.ts";
import { HASH_BYTES } from "../entry.ts";
import type { SignedRunWithKey } from "../journal_core.ts";
import { receiveRun, type Reception } from "../reception.ts";
import type { SignedRun } from "../run.ts";
import { type Block, streamKey } from "../segments.ts";
import { stored, storedHash } from "./blocks.ts";
import type { Statement } from "./connection.ts";
import { DatabaseError } from "./database_error.ts";
import { type Held, type KnownPositions, moved, position, registered } from "./positions.ts";
import type { Turn, Writer } from "./writer.ts";

/** Runs of several requests go in one transaction, as long as they are not more than this … */
const RUNS_MAX = 256;
/** … or as this: two batches of the size that a link sends. */
const BYTES_MAX = 2 << 20;
/**
 * Times that others may be first before the sender is told to come again. Each time they stored
 * something of the same streams, so that all the same there is progress.
 */
const RACES_MAX = 20;

export interface ReceivingOptions {
  readonly writer: Writer;
  readonly known: KnownPositions;
  readonly hashName: HashName;
  /** The day under which new blocks are stored. */
  readonly today: () => string;
}

interface Request {
  readonly runs: readonly SignedRunWithKey[];
  readonly resolve: (receptions: Reception[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What a transaction is to do with one stream. */
interface Move {
  readonly from: Held;
  to: Held;
  readonly blocks: Block[];
}

export class Receiving {
  readonly #options: ReceivingOptions;
  readonly #waiting: Request[] = [];
  #isFlying = false;

  constructor(options: ReceivingOptions) {
    this.#options = options;
  }

  /** Requests that wait, and so how busy this is. */
  get waiting(): number {
    return this.#waiting.length + (this.#isFlying ? 1 : 0);
  }

  /** Resolves when what is told as stored is durable. Throws {@link DatabaseError}. */
  receive(runs: readonly SignedRunWithKey[]): Promise<Reception[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Reception[]>();
    this.#waiting.push({ runs, resolve, reject });
    if (!this.#isFlying) this.#flyAll();
    return promise;
  }

  async #flyAll(): Promise<void> {
    this.#isFlying = true;
    while (this.#waiting.length > 0) {
      const requests = this.#nextRequests();
      try {
        const receptions = await this.#land(requests.flatMap(({ runs }) => runs));
        let at = 0;
        for (const { runs, resolve } of requests) {
          resolve(receptions.slice(at, at += runs.length));
        }
      } catch (error) {
        for (const { reject } of requests) reject(error);
      }
    }
    this.#isFlying = false;
  }

  /** One request at least, and further ones up to the limits. */
  #nextRequests(): Request[] {
    let [runs, bytes] = [0, 0];
    const end = this.#waiting.findIndex((request, index) => {
      runs += request.runs.length;
      bytes += request.runs.reduce((sum, { run }) => sum + run.contents.length, 0);
      return index > 0 && (runs > RUNS_MAX || bytes > BYTES_MAX);
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }

  async #land(runs: readonly SignedRunWithKey[]): Promise<Reception[]> {
    const landed = new Map<SignedRunWithKey, Reception>();
    for (let races = 0; races <= RACES_MAX; races++) {
      const open = runs.filter((run) => !landed.has(run));
      const { judged, moves } = await this.#judge(open);
      const lost = await this.#store(moves);
      for (const one of open) {
        const reception = judged.get(one);
        if (reception !== undefined && !lost.has(keyOf(one.run))) landed.set(one, reception);
      }
      if (lost.size === 0) {
        return runs.flatMap((run) => landed.get(run) ?? []);
      }
      await this.#lookAgain([...lost.values()]);
    }
    throw new DatabaseError("unavailable", `others were first ${RACES_MAX} times in a row`);
  }

  /** Each run on its own merits, in the order they came. */
  async #judge(runs: readonly SignedRunWithKey[]): Promise<{
    judged: Map<SignedRunWithKey, Reception>;
    moves: Map<string, Move>;
  }> {
    const { known, hashName, today } = this.#options;
    const hashes = await this.#hashesFor(runs);
    const judged = new Map<SignedRunWithKey, Reception>();
    const moves = new Map<string, Move>();
    for (const one of runs) {
      const { run, publicKeys } = one;
      const key = keyOf(run);
      const before = known.get(run.origin, run.stream);
      const state = moves.get(key)?.to ?? before;
      const reception = receiveRun(run, publicKeys, state, {
        hashName,
        hashAt: (seq) => heldHash(before, seq) ?? hashes.get(`${key} ${seq}`) ?? null,
      });
      judged.set(one, withoutBlock(reception));
      if (reception.kind !== "stored" || reception.block === null) continue;
      const { block } = reception;
      const move = moves.get(key) ?? { from: before, to: before, blocks: [] };
      const day = before.day > today() ? before.day : today();
      move.to = { ...move.to, seq: block.last, hash: block.hashes.slice(-HASH_BYTES), day };
      move.blocks.push(block);
      moves.set(key, move);
    }
    return { judged, moves };
  }

  /** Hashes of entries held that runs overlap with: those that this process does not know. */
  async #hashesFor(runs: readonly SignedRunWithKey[]): Promise<Map<string, Uint8Array>> {
    const { known, writer } = this.#options;
    const hashes = new Map<string, Uint8Array>();
    for (const { run } of runs) {
      const { origin, stream } = run;
      const state = known.get(origin, stream);
      for (const seq of new Set([run.first - 1, run.last])) {
        if (seq < state.floor || seq >= state.seq) continue;
        const hash = await writer.connection.turn((ask) => storedHash(ask, origin, stream, seq));
        if (hash !== null) hashes.set(`${keyOf(run)} ${seq}`, hash);
      }
    }
    return hashes;
  }

  /** Returns, by key, the streams in which somebody else was first. */
  async #store(moves: ReadonlyMap<string, Move>): Promise<Map<string, Held>> {
    if (moves.size === 0) return new Map();
    const { writer, known } = this.#options;
    // All processes take the rows in one order, so that none waits for one that waits for it.
    const sorted = [...moves].sort(([a], [b]) => (a < b ? -1 : 1));
    const fresh = sorted.filter(([_, { from }]) => from.seq === 0);
    const statements = (turn: Turn): Statement[] => [
      ...fresh.map(([_, { from }]) => registered(from)),
      ...sorted.map(([_, { from, to }]) => moved(from, to, turn)),
      ...sorted.flatMap(([_, { from, to, blocks }]) => stored(from, to, blocks, turn)),
    ];
    try {
      const answers = await writer.commit(statements);
      const lost = sorted.filter((_, index) => answers[fresh.length + index].count === 0);
      const lostKeys = new Map(lost.map(([key, { from }]) => [key, from]));
      known.note(sorted.filter(([key]) => !lostKeys.has(key)).map(([_, { to }]) => to));
      return lostKeys;
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.kind !== "raced") throw error;
      return new Map(sorted.map(([key, { from }]) => [key, from]));
    }
  }

  async #lookAgain(streams: readonly Held[]): Promise<void> {
    const { writer, known } = this.#options;
    for (const { origin, stream } of streams) {
      known.correct([await writer.connection.turn((ask) => position(ask, origin, stream))]);
    }
  }
}

function keyOf({ origin, stream }: Pick<SignedRun, "origin" | "stream">): string {
  return streamKey(origin, stream);
}

/** What is known of a stream without asking. */
function heldHash({ seq, hash, floor, floorHash }: Held, at: number): Uint8Array | null {
  if (at === seq) return hash;
  return at === floor - 1 ? floorHash : null;
}

/** Whoever shipped it has it. */
function withoutBlock(reception: Reception): Reception {
  return reception.kind === "stored" ? { ...reception, block: null } : reception;
}
