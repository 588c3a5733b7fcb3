/** Blocks of entries written to PostgreSQL and nothing else, each in a transaction of its own. */
import { Connection } from "../../sync/postgres/connection.ts";
import type { Server } from "../../sync/postgres/server.ts";

/** As many as the journal has for what it receives. */
const WRITERS = 4;
const SECONDS = 4;

/** Entries a second; each block has `batch` entries of so many bytes, and their hashes. */
export async function measurePostgresFloor(
  server: Server,
  batch: number,
  contentBytes: number,
): Promise<number> {
  const connections = Array.from(
    { length: WRITERS },
    () => new Connection(server, { onConnect: () => Promise.resolve(), onLost: () => {} }),
  );
  await Promise.all(connections.map((connection) => connection.open()));
  await connections[0].ask(
    "CREATE TABLE floor (writer INTEGER, number BIGINT, contents BYTEA, hashes BYTEA, " +
      "PRIMARY KEY (writer, number))",
  );
  const contents = bytes(batch * contentBytes);
  const hashes = bytes(batch * 32);
  const from = performance.now();
  let blocks = 0;
  await Promise.all(connections.map(async (connection, writer) => {
    for (let number = 1; performance.now() - from < SECONDS * 1000; number++) {
      const values = [writer, number, contents, hashes];
      await connection.ask("INSERT INTO floor VALUES ($1, $2, $3, $4)", values);
      blocks++;
    }
  }));
  const rate = blocks * batch / ((performance.now() - from) / 1000);
  await Promise.all(connections.map((connection) => connection.close()));
  return rate;
}

/** Text that can be compressed about as well as readings. */
function bytes(count: number): Uint8Array {
  return new TextEncoder().encode(
    Array.from(
      { length: Math.ceil(count / 8) },
      () => Math.random().toString(10).slice(2, 6) + "data",
    ).join(""),
  ).subarray(0, count);
}
