/**
 * What this process itself writes: lives of its own in the journal of its node. Nobody else
 * writes to them, so each batch continues what the database holds, under a lock.
 */
import type { AppendBatch, AppendResult } from "../append.ts";
import { appendBlocks } from "../append_blocks.ts";
import { BlockBuilder } from "../block.ts";
import { Chain, type HashName } from "../chain.ts";
import { HASH_BYTES, type Stamp, writeContent } from "../entry.ts";
import { lifeBody, type LifeReason, nextOrigin } from "../journal_lives.ts";
import { OctetWriter, sameBytes } from "../octets.ts";
import { lifeOf } from "../origin.ts";
import type { Block } from "../segments.ts";
import { stored } from "./blocks.ts";
import type { Claims } from "./claims.ts";
import type { Ask, Statement } from "./connection.ts";
import { DatabaseError } from "./database_error.ts";
import {
  type Held,
  type KnownPositions,
  lockedLife,
  moved,
  registered,
  unheld,
} from "./positions.ts";
import type { Writer } from "./writer.ts";

const LOCK_NODE = "SELECT life, origin FROM lives WHERE node = $1 FOR UPDATE";
const ADD_NODE = "INSERT INTO lives (node, life, origin) VALUES ($1, $2, $3)";
const MOVE_NODE = "UPDATE lives SET life = $2, origin = $3 WHERE node = $1";

export interface OwnLifeOptions {
  readonly writer: Writer;
  readonly known: KnownPositions;
  readonly claims: Claims;
  readonly node: string;
  readonly hashName: HashName;
  readonly machine: string;
  /** The day under which new blocks are stored. */
  readonly today: () => string;
}

/** A batch of which it is not known whether it was committed: how it would stand if it was. */
interface Attempt {
  readonly origin: string;
  readonly held: readonly Held[];
  readonly result: AppendResult;
}

/** A fail-over takes some seconds; who waits longer is better told. */
const PATIENCE_MS = 15_000;

export class OwnLife {
  readonly #options: OwnLifeOptions;
  #origin = "";
  #last: Promise<unknown> = Promise.resolve();
  /** What was committed of this life, by stream: it is looked for in the database each time. */
  readonly #committed = new Map<string, Held>();

  constructor(options: OwnLifeOptions) {
    this.#options = options;
  }

  get origin(): string {
    return this.#origin;
  }

  /**
   * Begins a life: `nonce` gives its name, `after` is a life that others hold. The counter is
   * the database's, so that no two processes begin the same. Resolves with the new origin.
   */
  begin(reason: LifeReason, stamp: Stamp, nonce: string, after?: string): Promise<string> {
    return this.#inTurn(() => this.#begin(reason, stamp, nonce, after));
  }

  async #begin(reason: LifeReason, stamp: Stamp, nonce: string, after?: string): Promise<string> {
    const { node, machine } = this.#options;
    const { origin, held } = await this.#persist(async (ask) => {
      const row = (await ask(LOCK_NODE, [node])).rows.at(0);
      const previous = row?.text("origin") ?? null;
      if (previous?.endsWith(nonce)) {
        // The commit of the try before went through, only its answer did not come.
        return { origin: previous, held: await lockedLife(ask, previous) };
      }
      const origin = nextOrigin(node, nonce, previous, after === undefined ? [] : [after]);
      const positions = previous === null ? [] : await lockedLife(ask, previous);
      const { bootId } = stamp;
      const why = previous === null ? "first" : reason;
      const contents = new OctetWriter();
      const body = lifeBody({ reason: why, previous, positions, bootId, machine });
      writeContent(contents, stamp, "life", body);
      const from = unheld(origin, "audit");
      const builder = new BlockBuilder(this.#chain(from), contents.bytes(), 1);
      builder.add(0, contents.length);
      await ask(row === undefined ? ADD_NODE : MOVE_NODE, [node, lifeOf(origin), origin]);
      return { origin, held: await this.#store(ask, [{ from, blocks: builder.blocks() }]) };
    });
    this.#origin = origin;
    this.#committed.clear();
    this.#note(held);
    return origin;
  }

  /**
   * Stores new entries; all of them are durable when it resolves. While the connection is away it
   * waits, but not for ever: then it throws {@link DatabaseError}, and what was written of the
   * batch, if anything, nobody was told.
   */
  append(batch: AppendBatch, nonce: () => string): Promise<AppendResult> {
    return this.#inTurn(async () => {
      let attempt: Attempt | null = null;
      const landed = await this.#persist(async (ask) => {
        if (attempt !== null && await hasLanded(ask, attempt)) return attempt;
        if (await this.#wasCut(ask)) return null;
        return attempt = await this.#write(ask, batch);
      });
      if (landed !== null) {
        this.#note(landed.held);
        return landed.result;
      }
      await this.#begin("overtaken", batch.stamp, nonce());
      const written = await this.#persist((ask) => this.#write(ask, batch));
      this.#note(written.held);
      return written.result;
    });
  }

  /** One after the other, also where one has to wait for the connection. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Repeats a transaction until it is known to be committed, or time is up. */
  async #persist<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    const { connection } = this.#options.writer;
    const patience = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      await connection.untilUp(patience);
      try {
        return await connection.transaction(work);
      } catch (error) {
        if (!(error instanceof DatabaseError) || patience.aborted) throw error;
        const mayRepeat = error.kind === "raced" || error.kind === "lost" ||
          connection.trouble !== null;
        if (!mayRepeat) throw error;
      }
    }
  }

  /** Whether entries are gone that were committed: a fail-over lost them, or an old backup came. */
  async #wasCut(ask: Ask): Promise<boolean> {
    const rows = byStream(await lockedLife(ask, this.#origin));
    return [...this.#committed.values()].some(({ stream, seq, hash }) => {
      const row = rows.get(stream);
      return row === undefined || row.seq < seq || (row.seq === seq && !sameBytes(row.hash, hash));
    });
  }

  async #write(ask: Ask, batch: AppendBatch): Promise<Attempt> {
    const rows = byStream(await lockedLife(ask, this.#origin));
    const { refusals, statements } = await this.#options.claims.judge(ask, batch);
    const from = (stream: string) => rows.get(stream) ?? unheld(this.#origin, stream);
    const { result, blocks } = appendBlocks(
      batch,
      refusals,
      (stream) => this.#chain(from(stream)),
    );
    const grown = [...blocks].map(([stream, made]) => ({ from: from(stream), blocks: made }));
    const held = await this.#store(ask, grown, statements);
    return { origin: this.#origin, held, result };
  }

  /** Sends all that moves these streams on by these blocks; returns where they stand then. */
  async #store(
    ask: Ask,
    grown: readonly { from: Held; blocks: readonly Block[] }[],
    before: readonly Statement[] = [],
  ): Promise<Held[]> {
    const { writer, today } = this.#options;
    const turn = writer.next();
    const moves = grown.map(({ from, blocks }) => {
      const last = blocks[blocks.length - 1];
      const day = from.day > today() ? from.day : today();
      const to = { ...from, seq: last.last, hash: last.hashes.slice(-HASH_BYTES), day };
      return { from, to, blocks };
    });
    const statements = [
      ...before,
      ...moves.flatMap(({ from }) => from.seq === 0 ? [registered(from)] : []),
      ...moves.map(({ from, to }) => moved(from, to, turn)),
      ...moves.flatMap(({ from, to, blocks }) => stored(from, to, blocks, turn)),
      writer.countUp(turn),
    ];
    const answers = await Promise.all(statements.map(({ sql, values }) => ask(sql, values)));
    if (answers.some(({ count, command }) => command === "UPDATE" && count !== 1)) {
      throw new DatabaseError("wrong", `somebody else writes "${this.#origin}"`);
    }
    return moves.map(({ to }) => to);
  }

  #chain({ origin, stream, seq, hash }: Held): Chain {
    return new Chain(origin, stream, seq, hash, this.#options.hashName);
  }

  #note(held: readonly Held[]): void {
    for (const state of held) this.#committed.set(state.stream, state);
    this.#options.known.note(held);
  }
}

function byStream(rows: readonly Held[]): Map<string, Held> {
  return new Map(rows.map((row) => [row.stream, row]));
}

/** Whether the database stands where this attempt was to bring it. */
async function hasLanded(ask: Ask, { origin, held }: Attempt): Promise<boolean> {
  const rows = byStream(await lockedLife(ask, origin));
  return held.length > 0 && held.every(({ stream, seq, hash }) => {
    const row = rows.get(stream);
    return row?.seq === seq && sameBytes(row.hash, hash);
  });
}
