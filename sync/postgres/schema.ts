/**
 * The tables of a journal in PostgreSQL: numbered migrations, append-only, one process at a time.
 * Plain SQL throughout, so that the rest of the PostgreSQL family stays in reach.
 */
import type { Ask, Connection } from "./connection.ts";
import { DatabaseError } from "./database_error.ts";

/** Its index and 1 are a migration's number; what stands here is never changed. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    // Where each (origin, stream) stands, and which turn of which writer moved it last.
    `CREATE TABLE positions (
      origin TEXT NOT NULL,
      stream TEXT NOT NULL,
      seq BIGINT NOT NULL,
      hash BYTEA NOT NULL,
      floor BIGINT NOT NULL,
      floorhash BYTEA NOT NULL,
      day DATE NOT NULL,
      writer TEXT NOT NULL,
      turn BIGINT NOT NULL,
      PRIMARY KEY (origin, stream)
    )`,
    "CREATE INDEX positions_moved ON positions (writer, turn)",
    // How many transactions each writer has committed: they commit one after the other.
    `CREATE TABLE writers (
      writer TEXT PRIMARY KEY,
      turn BIGINT NOT NULL,
      day DATE NOT NULL
    )`,
    // Entries that were stored together, by the day on which they came.
    `CREATE TABLE blocks (
      day DATE NOT NULL,
      origin TEXT NOT NULL,
      stream TEXT NOT NULL,
      first BIGINT NOT NULL,
      last BIGINT NOT NULL,
      contents BYTEA NOT NULL,
      hashes BYTEA NOT NULL,
      signature BYTEA,
      PRIMARY KEY (origin, stream, last, day)
    ) PARTITION BY RANGE (day)`,
    // Days that have a partition.
    "CREATE TABLE days (day DATE PRIMARY KEY)",
    // The first entry of each (origin, stream) on each day on which any came.
    `CREATE TABLE spans (
      origin TEXT NOT NULL,
      stream TEXT NOT NULL,
      first BIGINT NOT NULL,
      day DATE NOT NULL,
      PRIMARY KEY (origin, stream, first)
    )`,
    "CREATE INDEX spans_day ON spans (day)",
    `CREATE TABLE receipts (
      centre TEXT NOT NULL,
      origin TEXT NOT NULL,
      stream TEXT NOT NULL,
      seq BIGINT NOT NULL,
      hash BYTEA NOT NULL,
      signature BYTEA NOT NULL,
      PRIMARY KEY (centre, origin, stream)
    )`,
    `CREATE TABLE keys (
      channel TEXT NOT NULL,
      id TEXT NOT NULL,
      digest BYTEA,
      at BIGINT NOT NULL,
      span BIGINT,
      number BIGINT NOT NULL,
      PRIMARY KEY (channel, id)
    )`,
    "CREATE INDEX keys_number ON keys (channel, number)",
    // One row: how many claims and releases there were, and the journal's time.
    "CREATE TABLE claims (number BIGINT NOT NULL, passed BIGINT NOT NULL)",
    "INSERT INTO claims (number, passed) VALUES (0, 0)",
    // The latest life of the node whose journal this is.
    `CREATE TABLE lives (
      node TEXT PRIMARY KEY,
      life BIGINT NOT NULL,
      origin TEXT NOT NULL
    )`,
  ],
];

const FIND_SCHEMA = "SELECT 1 FROM information_schema.schemata WHERE schema_name = $1";
/** Of two that create the same at a time one fails, even where it says IF NOT EXISTS. */
const TRIES = 5;

/** Makes or moves on the tables; any number of processes may do so at once. */
export async function migrate(connection: Connection, schema: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      const { rows } = await connection.ask(FIND_SCHEMA, [schema]);
      // Where it is there, its user need not be one that may create any.
      if (rows.length === 0) await connection.ask(`CREATE SCHEMA ${schema}`);
      await connection.ask("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)");
      return await connection.transaction(moveOn);
    } catch (error) {
      const raced = error instanceof DatabaseError && error.kind === "raced";
      if (!raced || tries >= TRIES) throw error;
    }
  }
}

async function moveOn(ask: Ask): Promise<void> {
  await ask("LOCK TABLE migrations IN ACCESS EXCLUSIVE MODE");
  const { rows } = await ask("SELECT COALESCE(MAX(number), 0) AS number FROM migrations");
  const found = rows[0].number("number");
  if (found > MIGRATIONS.length) {
    const reason = `its tables are of version ${found}, this program knows ${MIGRATIONS.length}`;
    throw new DatabaseError("wrong", reason, undefined, ["run the newer program"]);
  }
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < found) continue;
    for (const statement of statements) await ask(statement);
    await ask("INSERT INTO migrations (number) VALUES ($1)", [index + 1]);
  }
}
