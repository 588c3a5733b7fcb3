/**
 * `floor.ts PATH BATCH PAYLOAD`: blocks of so many entries written to libsql and nothing else, each
 * in a transaction of its own; prints entries a second.
 */
import { Database } from "../../sync/database.ts";

const [path, batchText, payload] = Deno.args;
const batch = Number(batchText);
const SECONDS = 4;

const database = new Database({ path, synchronous: "FULL", checkpointPages: 1024 });
database.exec(
  "CREATE TABLE blocks (stream INTEGER, last INTEGER, contents BLOB, hashes BLOB, " +
    "PRIMARY KEY (stream, last)) STRICT",
);
const contents = new TextEncoder().encode(payload.repeat(batch));
const hashes = new Uint8Array(32 * batch);
const from = performance.now();
let last = 0;
while (performance.now() - from < SECONDS * 1000) {
  last += batch;
  database.transaction(() =>
    database.run("INSERT INTO blocks VALUES (1, ?, ?, ?)", [last, contents, hashes])
  );
}
const rate = last / ((performance.now() - from) / 1000);
Deno.stdout.writeSync(new TextEncoder().encode(`${rate}\n`));
database.close();
