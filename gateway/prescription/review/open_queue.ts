/** Opens the queue's store: beside the journal in PostgreSQL, else a file of its own. */
import { join } from "node:path";
import { Database } from "../../../sync/database.ts";
import type { Node } from "../../node.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { PostgresSql } from "../../sql/postgres_sql.ts";
import { serverOf } from "../../store.ts";
import type { LifeEvent } from "../life/event.ts";
import { ofKind } from "../life/told.ts";
import { type QueueOptions, ReviewQueue } from "../queue/review_queue.ts";
import { eventsOf, nameOf } from "../record/stored_events.ts";

/** Nodes that share a journal share this one too. */
const SCHEMA_END = "_reviews";
const CHECKPOINT_PAGES = 1000;

/** Of so many decisions, the latest, the highest fence is looked for: fences only grow. */
const LATEST = 1000;
const DECISIONS = "SELECT site, number, origin, stream, seq, kind, node, wall, body " +
  "FROM prescriptionevents WHERE kind = 'decision' ORDER BY wall DESC LIMIT ?";

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
  const database = opened.use(await openFile(node));
  const queue = await ReviewQueue.open(new LibsqlSql(database), options);
  const closing = opened.move();
  return { queue, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

/** As SQLite says it of a file under another key, or of a damaged one. */
const UNREADABLE = /not a database|malformed|hmac/i;

/** A file that cannot be read, after a rotation of keys or a damage, is made anew: it is the
 * journal's to say what is decided. */
async function openFile({ config, keystore, log }: Parts): Promise<Database> {
  const path = join(config.dataDir, "reviews.db");
  const open = () => {
    const [encryptionKey] = keystore.storage.keys;
    const database = new Database({
      path,
      encryptionKey,
      synchronous: "FULL",
      checkpointPages: CHECKPOINT_PAGES,
    });
    try {
      database.rows("SELECT name FROM sqlite_master");
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  };
  try {
    return open();
  } catch (error) {
    if (!UNREADABLE.test(String(error))) throw error;
    log({ kind: "review-queue-rebuilt", reason: String(error) });
    for (const end of ["", "-wal", "-shm"]) {
      await Deno.remove(`${path}${end}`).catch((gone) => {
        if (!(gone instanceof Deno.errors.NotFound)) throw gone;
      });
    }
    return open();
  }
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
  const events: readonly LifeEvent[] = (await eventsOf(tables, [key])).get(nameOf(key)) ?? [];
  return ofKind(events, "decision").some(({ body }) =>
    body.store === claim.store && body.fence === claim.fence
  );
}
