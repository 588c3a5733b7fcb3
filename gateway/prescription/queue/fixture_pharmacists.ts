/** A process with pharmacists who take and decide until it is killed: `deno run … TASK` (JSON). */
import * as z from "zod";
import { Database } from "../../../sync/database.ts";
import { pause } from "../../../sync/timer.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { PostgresSql } from "../../sql/postgres_sql.ts";
import type { Sql } from "../../sql/sql.ts";
import { TrialLog } from "./fixture_trial_log.ts";
import { ReviewQueue } from "./review_queue.ts";

const place = z.discriminatedUnion("dialect", [
  z.object({ dialect: z.literal("libsql"), path: z.string() }),
  z.object({
    dialect: z.literal("postgres"),
    hosts: z.array(z.string()),
    database: z.string(),
    user: z.string(),
    schema: z.string(),
  }),
]);
export type Place = z.infer<typeof place>;

const task = z.object({ place, worker: z.string(), holders: z.array(z.string()) });
export type Task = z.infer<typeof task>;

/** Every so manieth that is taken is released instead, and its holder goes off duty. */
const RELEASE_EVERY = 7;
const LEAVE_EVERY = 11;
const IDLE_MS = 20;

export async function openPlace(place: Place): Promise<Sql & AsyncDisposable> {
  if (place.dialect === "postgres") return await PostgresSql.open(place);
  const database = new Database({ path: place.path, synchronous: "FULL", checkpointPages: 1000 });
  const close = () => Promise.resolve(database.close());
  return Object.assign(new LibsqlSql(database), { [Symbol.asyncDispose]: close });
}

async function work({ place, worker, holders }: Task): Promise<void> {
  const sql = await openPlace(place);
  const log = new TrialLog(sql);
  const isDecided = log.has.bind(log);
  const queue = await ReviewQueue.open(sql, { decidedFence: 0, isDecided });
  const forever = new AbortController().signal;
  await Promise.all(holders.map(async (holder) => {
    for (let turn = 1;; turn++) {
      const taken = await queue.take(holder);
      if (taken === null) {
        await pause(IDLE_MS, forever);
        continue;
      }
      const { claim } = taken;
      await log.hold(claim, worker);
      if (turn % RELEASE_EVERY === 0 || turn % LEAVE_EVERY === 0) {
        await log.letGo(claim);
        await (turn % RELEASE_EVERY === 0 ? queue.release(claim) : queue.offDuty(holder));
        continue;
      }
      await queue.decide(claim, () => log.append(claim));
      await log.letGo(claim);
    }
  }));
}

if (import.meta.main) await work(task.parse(JSON.parse(Deno.args[0])));
