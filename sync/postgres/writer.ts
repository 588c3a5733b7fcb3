/**
 * Writers: how processes that share a database learn what the others have moved. Each connection
 * that writes is a writer. Its transactions commit one after the other and count up its row, and
 * each position bears the writer and the turn that moved it last: whoever sees a writer at turn n
 * finds all that it moved up to n. No transaction waits for another writer's row, and none can
 * become visible behind a number that was seen before, as it could with a sequence.
 */
import { type Answer, type Ask, commitAll, type Connection, type Statement } from "./connection.ts";
import { TODAY } from "./days.ts";

/** One transaction of one writer. */
export interface Turn {
  readonly writer: string;
  /** From 1. */
  readonly turn: number;
}

const JOIN = `INSERT INTO writers (writer, turn, day) VALUES ($1, 0, ${TODAY})`;
const COUNT_UP = "UPDATE writers SET turn = $2 WHERE writer = $1";

export class Writer {
  readonly connection: Connection;
  readonly #name: string;
  #connects = 0;
  #turn = 0;

  /** `name` is this writer's alone: of this process, and of no other process ever. */
  constructor(name: string, connection: (writer: Writer) => Connection) {
    this.#name = name;
    this.connection = connection(this);
  }

  /** A name for each connect: a commit of the one before may still be on its way. */
  get name(): string {
    return `${this.#name}.${this.#connects}`;
  }

  /** Has to be done after each connect. */
  async join(ask: Ask): Promise<void> {
    this.#connects++;
    this.#turn = 0;
    await ask(JOIN, [this.name]);
  }

  /** Commits what `statements` makes for a new turn; see `Connection.commit`. */
  async commit(statements: (turn: Turn) => readonly Statement[]): Promise<Answer[]> {
    return await this.connection.turn(async (ask) => {
      const turn = this.next();
      const answers = await commitAll(ask, [...statements(turn), this.countUp(turn)]);
      return answers.slice(0, -1);
    });
  }

  /** A turn for a transaction that ends with `countUp`, on this writer's connection. */
  next(): Turn {
    return { writer: this.name, turn: ++this.#turn };
  }

  /** The last statement of a transaction that moves positions. */
  countUp({ writer, turn }: Turn): Statement {
    return { sql: COUNT_UP, values: [writer, turn] };
  }
}
