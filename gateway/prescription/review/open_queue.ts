/** Opens the queue's store: beside the journal in PostgreSQL, else a file of its own. */
import { join } from "node:path";
import { Database } from "../../../sync/database.ts";
import type { Node } from "../../node.ts";
import { openOwnFile } from "../../own_file.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { PostgresSql } from "../../sql/postgres_sql.ts";
import { serverOf } from "../../store.ts";
import { decisionUnder } from "./decision_entry.ts";
import { type QueueOptions, ReviewQueue } from "../queue/review_queue.ts";
import { eventsOf, nameOf } from "../record/stored_events.ts";

/** Nodes that share a journal share this one too. */
const SCHEMA_END = "_reviews";
const CHECKPOINT_PAGES = 1000;

/** Of so many decisions, the latest, the highest fence is looked for: fences only grow. */
const LATEST = 1000;
const DECISIONS = "SELECT e.body AS body FROM officedecisions d JOIN prescriptionevents e " +
  "ON e.site = d.site AND e.number = d.number AND e.kind = 'decision' " +
  "ORDER BY d.wall DESC LIMIT ?";

export interface OpenQueue extends AsyncDisposable {
  readonly queue: ReviewQueue;
}

type Parts = Pick<Node, "config" | "keystore" | "journal" | "tables" | "log">;

/** The tables have to have followed the journal. */
export async function openQueue(node: Parts, awayMs: number): Promise<OpenQueue> {
  await using opened = new AsyncDisposableStack();
  const options: QueueOptions = {
    decidedFence: await decidedFence(node),
    isDecided: (claim) => isDecided(node, claim),
    awayMs,
  };
  const { config } = node;
  if (config.role === "county" && config.store.kind === "postgres") {
    const server = serverOf(config.store);
    const own = { ...server, schema: `${server.schema}${SCHEMA_END}` };
    const sql = opened.use(await PostgresSql.open(own));
    const queue = await ReviewQueue.open(sql, options);
    const closing = opened.move();
    return { queue, [Symbol.asyncDispose]: () => closing.disposeAsync() };
  }
  const database = opened.use(openFile(node));
  const queue = await ReviewQueue.open(new LibsqlSql(database), options);
  const closing = opened.move();
  return { queue, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

/** Made anew, it loses claims and nothing else: it is the journal's to say what is decided. */
function openFile({ config, keystore, log }: Parts): Database {
  const [encryptionKey] = keystore.storage.keys;
  return openOwnFile(join(config.dataDir, "reviews.db"), (path) => {
    const options = {
      encryptionKey,
      synchronous: "FULL",
      checkpointPages: CHECKPOINT_PAGES,
    } as const;
    const database = new Database({ path, ...options });
    try {
      database.rows("SELECT name FROM sqlite_master");
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }, (reason) => log({ kind: "review-queue-rebuilt", reason }));
}

async function decidedFence({ tables }: Parts): Promise<number> {
  const rows = await tables.rows(DECISIONS, [LATEST]);
  const fences = rows.map((row) => fenceIn(JSON.parse(row.text("body"))));
  return Math.max(0, ...fences);
}

function fenceIn(body: unknown): number {
  const fence = typeof body === "object" && body !== null && "fence" in body ? body.fence : 0;
  return typeof fence === "number" ? fence : 0;
}

async function isDecided(
  { tables, journal }: Parts,
  claim: Parameters<QueueOptions["isDecided"]>[0],
): Promise<boolean> {
  await tables.caughtUp(journal);
  const key = { site: claim.site, number: claim.prescription };
  const events = (await eventsOf(tables, [key])).get(nameOf(key)) ?? [];
  return decisionUnder(claim, events) !== null;
}
