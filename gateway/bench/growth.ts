/**
 * `deno task bench:growth [SMALL] [LARGE] [IDLE_SECONDS]`: what an entry costs to append and to
 * ship when a journal holds few and when it holds many, and the memory of a site whose backlog
 * has grown. The machine may do other things as well: processor time tells more than the clock
 * then. The floor is libsql alone, in transactions of the same size.
 */
import { join } from "node:path";
import { freePort, listening } from "../../drivers/fixtures.ts";
import { table } from "../commands/table.ts";
import { readConfig } from "../config_file.ts";
import { print } from "../print.ts";
import {
  enrolAt,
  type NodeFiles,
  reached,
  readingsAt,
  startNode,
  writeNode,
} from "./bench_nodes.ts";
import { COMMIT, fill, openJournalOf, ReadingSource } from "./filled_journal.ts";
import { deno, median, quiet, type Usage, usageOf } from "./processes.ts";
import { readings } from "./readings.ts";

const SMALL = Number(Deno.args[0] ?? 1_000_000);
const LARGE = Number(Deno.args[1] ?? 30_000_000);
/** Costs are medians of so many stretches, the last ones before a size is reached. */
const STRETCHES = 5;
const STRETCH = Math.min(100_000, Math.floor(SMALL / 2 / STRETCHES));
/** How long a site is left alone before its memory is looked at. */
const IDLE_SECONDS = Number(Deno.args[2] ?? 60);

/** Microseconds an entry. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

interface Look {
  readonly atMs: number;
  readonly cpuSeconds: number;
  readonly entries: number;
}

function costBetween(before: Look, after: Look): Cost {
  const entries = after.entries - before.entries;
  return {
    wall: (after.atMs - before.atMs) * 1000 / entries,
    cpu: (after.cpuSeconds - before.cpuSeconds) * 1e6 / entries,
  };
}

/** Of the last stretches; looks may be a little further apart than those. */
function costAtEnd(looks: readonly Look[]): Cost {
  const last = looks.slice(-1 - STRETCHES);
  const costs = last.slice(1).map((look, index) => costBetween(last[index], look));
  return {
    wall: median(costs.map(({ wall }) => wall)),
    cpu: median(costs.map(({ cpu }) => cpu)),
  };
}

/** Fills a site's journal; what an entry cost when it had nearly as many. */
async function appended(site: NodeFiles, entries: number): Promise<Cost> {
  const journal = await openJournalOf(readConfig(site.file));
  const source = new ReadingSource();
  const look = (done: number): Look => ({
    atMs: performance.now(),
    cpuSeconds: usageOf(Deno.pid).cpuSeconds,
    entries: done,
  });
  const looks: Look[] = [look(0)];
  for (let done = 0; done < entries;) {
    const count = Math.min(STRETCH, entries - done);
    await fill(journal, source, count);
    done += count;
    looks.push(look(done));
  }
  const { bytes, segments } = await journal.status();
  print(`${entries} entries: ${(bytes / 1e9).toFixed(2)} GB in ${segments} files`);
  await journal.close();
  return costAtEnd(looks);
}

interface Pair {
  readonly site: NodeFiles;
  readonly county: NodeFiles;
}

/** A site that is enrolled at a county; neither is running. */
async function pair(dir: string): Promise<Pair> {
  Deno.mkdirSync(dir);
  const port = freePort();
  const county = writeNode(dir, "county-a", port, "county", {});
  const counties = [{ node: "county-a", url: `http://127.0.0.1:${port}` }];
  const site = writeNode(dir, "site", freePort(), "site", { counties });
  await using _county = startNode(county);
  await listening(port);
  await enrolAt(county, site);
  return { site, county };
}

interface Shipped {
  readonly cost: Cost;
  /** Of the site: before it could ship, with everything waiting; and the most meanwhile. */
  readonly waiting: Usage;
  readonly mostMiB: number;
}

/** Ships all that the site has; what an entry cost when the county had nearly all. */
async function shipped({ site, county }: Pair, entries: number): Promise<Shipped> {
  const waiting = await idle(site);
  await using sender = startNode(site);
  await quiet(sender);
  await using receiver = startNode(county);
  await listening(county.port);
  const looks: Look[] = [];
  let mostMiB = 0;
  for (let wanted = 1; wanted <= entries; wanted = Math.min(entries, wanted + STRETCH)) {
    const held = await reached(() => readingsAt(county), wanted);
    const usages = [sender.usage(), receiver.usage()];
    const cpuSeconds = usages.reduce((sum, usage) => sum + usage.cpuSeconds, 0);
    looks.push({ atMs: performance.now(), cpuSeconds, entries: held });
    mostMiB = Math.max(mostMiB, usages[0].residentMiB);
    if (held >= entries) break;
    wanted = Math.max(wanted, held);
  }
  return { cost: costAtEnd(looks), waiting, mostMiB };
}

/** Memory of a site that has nothing to do, its tables having been made by an earlier start. */
async function idle(site: NodeFiles): Promise<Usage> {
  {
    await using first = startNode(site);
    await listening(site.port);
    await quiet(first);
  }
  await using process = startNode(site);
  await listening(site.port);
  await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
  return process.usage();
}

/** libsql alone: microseconds an entry. */
async function floor(dir: string): Promise<number> {
  const [first] = readings(1);
  const script = new URL("./floor.ts", import.meta.url).pathname;
  const [program, args] = deno(script, join(dir, "floor.db"), String(COMMIT), first.body);
  const { stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  return 1e6 / Number(new TextDecoder().decode(stdout));
}

const dir = Deno.makeTempDirSync({ prefix: "tributary-bench-" });
try {
  const empty = await pair(join(dir, "empty"));
  const none = await idle(empty.site);
  const measured: { append: Cost; ship: Shipped }[] = [];
  for (const [name, entries] of [["small", SMALL], ["large", LARGE]] as const) {
    const nodes = await pair(join(dir, name));
    const append = await appended(nodes.site, entries);
    const ship = await shipped(nodes, entries);
    measured.push({ append, ship });
    Deno.removeSync(join(dir, name), { recursive: true });
  }
  const floorMicroseconds = await floor(dir);
  print(`floor: libsql alone, ${COMMIT} in a transaction: ${floorMicroseconds.toFixed(1)} µs`);
  const row = (what: string, value: (of: typeof measured[number]) => number) => {
    const [small, large] = measured.map(value);
    return [what, small.toFixed(1), large.toFixed(1), (large / small).toFixed(2)];
  };
  print(table(["MICROSECONDS AN ENTRY", `AT ${SMALL}`, `AT ${LARGE}`, "RATIO"], [
    row("append, by the clock", ({ append }) => append.wall),
    row("append, of processors", ({ append }) => append.cpu),
    row("ship, by the clock", ({ ship }) => ship.cost.wall),
    row("ship, of processors of site and county", ({ ship }) => ship.cost.cpu),
  ]));
  const memory = ({ residentMiB, anonymousMiB }: Usage) => [
    residentMiB.toFixed(0),
    anonymousMiB.toFixed(0),
    (residentMiB - none.residentMiB).toFixed(0),
  ];
  print(table([`SITE, AFTER ${IDLE_SECONDS} s`, "MiB", "ANONYMOUS", "MORE"], [
    ["nothing waits", ...memory(none)],
    [`${SMALL} entries wait`, ...memory(measured[0].ship.waiting)],
    [`${LARGE} entries wait`, ...memory(measured[1].ship.waiting)],
    [`at most, while ${SMALL} are shipped`, measured[0].ship.mostMiB.toFixed(0), "", ""],
    [`at most, while ${LARGE} are shipped`, measured[1].ship.mostMiB.toFixed(0), "", ""],
  ]));
} finally {
  Deno.removeSync(dir, { recursive: true });
}
