/** A township's data folder with its days in it, as its node left it: journal and tables. */
import { join } from "node:path";
import { stringify } from "yaml";
import type { NewEntry } from "../../../sync/append.ts";
import { dueOfSeries } from "../../coldchain/record/cold_reads.ts";
import { Calendar } from "../../coldchain/series/calendar.ts";
import type { Config } from "../../config.ts";
import { parseConfig } from "../../config_file.ts";
import { type Node, openNode } from "../../node.ts";
import { TABLES_THREAD } from "../../tables_thread.ts";
import { SITE } from "./township_cycles.ts";
import {
  DAY_MINUTES,
  DAY_MS,
  MINUTE_MS,
  RECIPIENT_KEY,
  TownshipDays,
  type TownshipSize,
} from "./township_days.ts";

const CALENDAR = new Calendar();
/** Entries of a commit. */
const COMMIT = 1024;
/** Looks for alarms of a day, of which each finds some hundred. */
const ROUNDS_MAX = 100;

export function townshipConfig(folder: string, port: number): Config {
  const places = [
    { kind: "ward", id: "ward-3", name: "内科三病区" },
    { kind: "person", id: "carrier", name: "收集员" },
    { kind: "vehicle", id: "lorry", name: "转运车" },
    { kind: "disposer", id: "disposer", name: "处置中心" },
  ];
  const recipientKeyFile = join(folder, "recipients.key");
  Deno.writeTextFileSync(recipientKeyFile, RECIPIENT_KEY);
  return parseConfig(stringify({
    role: "site",
    node: SITE,
    title: { zh: "河口镇中心卫生院", en: "Hekou Township Hospital" },
    dataDir: join(folder, "data"),
    http: { port },
    vaccines: { recipientKeyFile },
    waste: { stores: [{ id: "store-1", name: "暂存间", capacityGrams: 2_000_000 }], places },
  }));
}

/**
 * Writes so many days and what there is of today, and has its node's own tables follow. `told`
 * hears of each day that they have followed.
 */
export async function writeYear(
  config: Config,
  size: TownshipSize,
  days: number,
  told: (day: number) => void = () => {},
): Promise<void> {
  await using node = await openNode(config, () => {}, { tablesThread: TABLES_THREAD });
  const today = CALENDAR.dayOf(node.clock.now().wallMs);
  const startMs = today.fromMs - days * DAY_MS;
  const township = new TownshipDays(size, node.journal.origin, startMs);
  await append(node, township.opening());
  let followed = Promise.resolve();
  for (let day = 0; day < days; day++) {
    await append(node, township.readings(day * DAY_MINUTES, (day + 1) * DAY_MINUTES));
    await append(node, township.recordsOf(day));
    await followed;
    // While the next day is written.
    followed = node.tables.caughtUp(node.journal).then(() => told(day));
  }
  await followed;
  await tellAlarms(node, township);
  const { wallMs } = node.clock.now();
  await append(node, township.readings(days * DAY_MINUTES, (wallMs - startMs) / MINUTE_MS));
  await append(node, township.recordsOf(days).filter(({ time }) => time.wallMs <= wallMs));
  await node.tables.caughtUp(node.journal);
}

async function append(node: Node, entries: Iterable<NewEntry>): Promise<void> {
  let some: NewEntry[] = [];
  for (const entry of entries) {
    some.push(entry);
    if (some.length < COMMIT) continue;
    await node.journal.append(some, node.clock.now());
    some = [];
  }
  if (some.length > 0) await node.journal.append(some, node.clock.now());
}

/** What the site's rules say of all that its units went through, at the moments themselves. */
async function tellAlarms(node: Node, township: TownshipDays): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { begun, ended } = await dueOfSeries(node.tables, SITE);
    if (begun.length + ended.length === 0) return;
    await append(node, [
      ...begun.map((body) => township.alarm(body)),
      ...ended.flatMap((body) => township.ended(body)),
    ]);
    await node.tables.caughtUp(node.journal);
  }
  throw new Error("Alarms are asked for again and again");
}
