/**
 * `deno task bench:recovery [ENTRIES] [ROUNDS] [PROGRAM]`: how long a site takes from its start
 * until it is ready, after `kill -9` under load, with so many entries in its journal; of this
 * checkout, and of a built program. Beside it the floor: the same with an empty journal, and a
 * runtime that has nothing to do.
 */
import { join } from "node:path";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { askNode } from "../commands/local_api.ts";
import { table } from "../commands/table.ts";
import { readConfig } from "../config_file.ts";
import { print } from "../print.ts";
import { isReady } from "../readiness.ts";
import { reached } from "./bench_nodes.ts";
import { fill, openJournalOf, ReadingSource } from "./filled_journal.ts";
import { type Candidate, candidates, deno, Measured, median, quiet } from "./processes.ts";
import type { Load } from "./publisher.ts";
import { PASSWORD, type SiteFiles, writeSite } from "./site_files.ts";

const ENTRIES = Number(Deno.args[0] ?? 10_000_000);
const ROUNDS = Number(Deno.args[1] ?? 7);
const DEVICES = 20;
/** The load that it dies under, as connections × messages under way. */
const INFLIGHT = 10;
/** So many acknowledged before it is killed: some commits are in the log, some pages in place. */
const BEFORE_KILL = 5000;
const [CHECKOUT, ...BUILT] = candidates(Deno.args.slice(2));
const FILL_STEP = 1_000_000;

const latestSchema = z.object({
  positions: z.array(z.object({ stream: z.string(), seq: z.number() })),
});

/** A start until it was ready: by the clock, and the processor time that it took. */
interface Recovery {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

interface Started extends Recovery {
  readonly process: Measured;
}

async function start(site: SiteFiles, { command }: Candidate): Promise<Started> {
  const fromMs = performance.now();
  const process = new Measured(...command("run", "-c", site.file));
  while (!await isReady(site.url)) await new Promise((resolve) => setTimeout(resolve, 5));
  const milliseconds = performance.now() - fromMs;
  return { process, milliseconds, cpuMilliseconds: process.usage().cpuSeconds * 1000 };
}

/** Entries of the site's readings, over all its lives. */
async function readingsOf(site: SiteFiles): Promise<number> {
  const { positions } = latestSchema.parse(await askNode(readConfig(site.file), "/api/status"));
  return positions.filter(({ stream }) => stream === "reading")
    .reduce((sum, { seq }) => sum + seq, 0);
}

/** Publishes to the site until somebody kills that one. */
function publisher(site: SiteFiles): Measured {
  const load: Load = {
    port: site.mqttPort,
    connections: DEVICES,
    inflight: INFLIGHT,
    warmupSeconds: 0,
    seconds: 600,
    topic: "sensors/dev-{n}/state",
    clientId: "dev-{n}",
    username: "dev-{n}",
    password: PASSWORD,
    payload: JSON.stringify({ temperature: 21.53, humidity: 47.2 }),
  };
  const script = new URL("./publisher.ts", import.meta.url).pathname;
  return new Measured(...deno(script, JSON.stringify(load)));
}

/** Kills it under load and starts it again, as often as asked. */
async function recoveries(site: SiteFiles, candidate: Candidate): Promise<Recovery[]> {
  const times: Recovery[] = [];
  let { process } = await start(site, candidate);
  for (let round = 0; round < ROUNDS; round++) {
    const before = await readingsOf(site);
    {
      await using _load = publisher(site);
      await reached(() => readingsOf(site), before + BEFORE_KILL);
      await process[Symbol.asyncDispose]();
    }
    const started = await start(site, candidate);
    process = started.process;
    times.push(started);
  }
  await process[Symbol.asyncDispose]();
  return times;
}

async function bare(): Promise<Recovery[]> {
  const script = Deno.makeTempFileSync({ suffix: ".ts" });
  const times: Recovery[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const fromMs = performance.now();
    const [program, args] = deno("--no-config", script);
    await new Deno.Command(program, { args }).output();
    times.push({ milliseconds: performance.now() - fromMs, cpuMilliseconds: NaN });
  }
  Deno.removeSync(script);
  return times;
}

/** A site with so many readings in its journal, and tables that are made of all of them. */
async function siteWith(dir: string, entries: number): Promise<SiteFiles> {
  Deno.mkdirSync(dir);
  const counties = [{ node: "county-a", url: `http://127.0.0.1:${freePort()}` }];
  const site = await writeSite(dir, DEVICES, { counties });
  if (entries === 0) return site;
  const fromMs = performance.now();
  const seconds = () => ((performance.now() - fromMs) / 1000).toFixed(0);
  {
    const journal = await openJournalOf(readConfig(site.file));
    const source = new ReadingSource();
    for (let left = entries; left > 0; left -= FILL_STEP) {
      await fill(journal, source, Math.min(left, FILL_STEP));
    }
    const { bytes, segments } = await journal.status();
    await journal.close();
    const gigabytes = (bytes / 1e9).toFixed(2);
    print(`${entries} entries are stored, ${gigabytes} GB in ${segments} files: ${seconds()} s`);
  }
  const { process } = await start(site, CHECKOUT);
  await quiet(process);
  await process[Symbol.asyncDispose]();
  print(`and its tables are made: ${seconds()} s`);
  return site;
}

const dir = Deno.makeTempDirSync({ prefix: "tributary-bench-" });
try {
  const full = await siteWith(join(dir, "full"), ENTRIES);
  const empty = await siteWith(join(dir, "empty"), 0);
  const rows: [string, Recovery[]][] = [];
  for (const candidate of [CHECKOUT, ...BUILT]) {
    rows.push([`${candidate.name}, ${ENTRIES} entries`, await recoveries(full, candidate)]);
    rows.push([`${candidate.name}, empty journal`, await recoveries(empty, candidate)]);
  }
  rows.push(["a runtime that has nothing to do", await bare()]);
  const cells = rows.map(([what, starts]) => {
    const times = starts.map(({ milliseconds }) => milliseconds);
    const cpu = median(starts.map(({ cpuMilliseconds }) => cpuMilliseconds));
    return [
      what,
      ...[median(times), Math.min(...times), Math.max(...times)].map((ms) => ms.toFixed(0)),
      Number.isNaN(cpu) ? "" : cpu.toFixed(0),
    ];
  });
  const headings = ["MEDIAN ms", "LEAST", "MOST", "OF PROCESSORS, MEDIAN ms"];
  print(table([`START TO READY AFTER KILL -9, OF ${ROUNDS}`, ...headings], cells));
} finally {
  Deno.removeSync(dir, { recursive: true });
}
