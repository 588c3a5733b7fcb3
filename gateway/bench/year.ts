/**
 * `deno task bench:year [--days N] [--dir DIR]`: writes a year of a township (20 units each minute,
 * 200 bags, 4 sterilised loads and 548 doses a day) into a node's data folder, starts the node on
 * it, and says how long each of its pages and routes of cold chain, waste and sterile supply takes:
 * against what it may take (200 ms of a page, 1 s of a trace), and against the smallest of them in
 * the same run. With `--dir` the folder stays, and is used again where it is filled.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "../../drivers/fixtures.ts";
import { table } from "../commands/table.ts";
import type { Config } from "../config.ts";
import { InnerNode } from "../fixture_inner_node.ts";
import { print, printProgress } from "../print.ts";
import { median } from "./processes.ts";
import { type Address, addressesOf, firstExcursion } from "./year/addresses.ts";
import { OpenedDesks } from "./year/open_desks.ts";
import { recallTimes } from "./year/recall_time.ts";
import { failedCycle, WHOLE } from "./year/township_days.ts";
import { townshipConfig, writeYear } from "./year/township_year.ts";

const { values } = parseArgs({
  args: [...Deno.args],
  options: { days: { type: "string", default: "365" }, dir: { type: "string" } },
});
const DAYS = Number(values.days);
/** Of each address; round after round, so that what else the machine does meets all alike. */
const ROUNDS = 9;

/** Made once in a folder; how many days it holds is asked again with the same number. */
async function filled(config: Config): Promise<void> {
  const done = join(config.dataDir, "..", `${DAYS}.days`);
  try {
    Deno.statSync(done);
    return;
  } catch {
    // It is not filled yet.
  }
  const fromMs = performance.now();
  const seconds = () => ((performance.now() - fromMs) / 1000).toFixed(0);
  await writeYear(config, WHOLE, DAYS, (day) => {
    printProgress(`day ${day + 1} of ${DAYS}, ${seconds()} s`);
  });
  printProgress("");
  const readings = DAYS * 1440 * WHOLE.units;
  print(`${DAYS} days with ${readings} values are written and in the tables: ${seconds()} s`);
  Deno.writeTextFileSync(done, "");
}

function megabytes(path: string): string {
  const of = (path: string): number =>
    Deno.statSync(path).isDirectory
      ? [...Deno.readDirSync(path)].reduce((sum, { name }) => sum + of(join(path, name)), 0)
      : Deno.statSync(path).size;
  return `${(of(path) / 1e6).toFixed(0)} MB`;
}

/** Milliseconds until all of the answer has come, and its octets. */
async function asked(node: InnerNode, { path, body, isListed }: Address) {
  const init = body === undefined ? {} : {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  };
  const fromMs = performance.now();
  const answer = await node.fetch(path, init);
  const { byteLength } = await answer.arrayBuffer();
  return {
    ms: performance.now() - fromMs,
    byteLength,
    fault: answer.ok || !isListed ? [] : [path],
  };
}

async function measure(dir: string): Promise<void> {
  Deno.mkdirSync(dir, { recursive: true });
  const config = townshipConfig(dir, freePort());
  await filled(config);
  print(
    `journal ${megabytes(join(config.dataDir, "journal"))}, ` +
      `tables ${megabytes(join(config.dataDir, "tables.db"))}`,
  );
  const desks = new OpenedDesks();
  await using node = await InnerNode.start(config, { domains: desks.domains });
  const excursion = await firstExcursion(desks);
  const failed = failedCycle(WHOLE, DAYS);
  const addresses = addressesOf(desks, { days: DAYS, nowMs: Date.now(), excursion, failed });
  const times = addresses.map((): number[] => []);
  const bytes = addresses.map(() => 0);
  const faults = new Set<string>();
  for (let round = 0; round < ROUNDS && faults.size === 0; round++) {
    for (const [index, address] of addresses.entries()) {
      const { ms, byteLength, fault } = await asked(node, address);
      times[index].push(ms);
      bytes[index] = byteLength;
      for (const path of fault) faults.add(path);
    }
  }
  if (faults.size > 0) throw new Error(`Cannot measure what is refused: ${[...faults].join(", ")}`);
  const floor = Math.min(...times.map(median));
  const rows = addresses.map(({ path, aimMs }, index) => {
    const middle = median(times[index]);
    const ofAim = aimMs === null ? "" : (middle / aimMs).toFixed(2);
    return [
      ...[middle, Math.max(...times[index])].map((ms) => ms.toFixed(1)),
      ...[aimMs === null ? "" : String(aimMs), ofAim, (middle / floor).toFixed(1)],
      ...[(bytes[index] / 1000).toFixed(1), path],
    ];
  });
  rows.sort((one, other) => Number(other[0]) - Number(one[0]));
  const heads = ["MEDIAN ms", "WORST ms", "AIM ms", "OF AIM", "OF FLOOR", "kB", "ADDRESS"];
  print(table(heads, rows));
  for (const { what, ms, loads, packs } of await recallTimes(desks.tables, DAYS, Date.now())) {
    print(`S5 recall by a ${what}: ${packs} packs, ${loads} loads looked at, ${ms.toFixed(0)} ms`);
  }
}

const dir = values.dir ?? Deno.makeTempDirSync({ prefix: "tributary-bench-" });
try {
  await measure(dir);
} finally {
  if (values.dir === undefined) Deno.removeSync(dir, { recursive: true });
}
