/**
 * `deno task bench:ship [ROUNDS] [BACKLOG]`: readings that wait, shipped over loopback, all
 * processes on this machine: entries a second until they are verified and stored. First the
 * backlog of one site at both centres, on libsql; then those of many sites at one centre, on
 * libsql and on PostgreSQL, each beside what its store takes with nobody verifying (the floor).
 */
import { join } from "node:path";
import * as z from "zod";
import { freePort, listening } from "../../drivers/fixtures.ts";
import { openJournal } from "../../sync/journal.ts";
import { SystemClock } from "../clock.ts";
import { askNode } from "../commands/local_api.ts";
import { table } from "../commands/table.ts";
import { readConfig } from "../config_file.ts";
import { openKeystore } from "../keystore.ts";
import { print } from "../print.ts";
import {
  enrolAt,
  memberAt,
  type NodeFiles,
  reached,
  readingsAt,
  startNode,
  writeNode,
} from "./bench_nodes.ts";
import { type ManySites, measureManySites, SITES } from "./many_sites.ts";
import { median } from "./processes.ts";
import { DEVICES, readings } from "./readings.ts";

const ROUNDS = Number(Deno.args[0] ?? 3);
const BACKLOG = Number(Deno.args[1] ?? 200_000);
const COMMIT = 100;
const COMMITS_WAITING = 8;

async function fillBacklog(site: NodeFiles): Promise<number> {
  const config = readConfig(site.file);
  const { storage } = openKeystore(config.dataDir, undefined);
  const directory = join(config.dataDir, "journal");
  Deno.mkdirSync(directory, { recursive: true });
  const stamp = new SystemClock().now();
  const journal = await openJournal({
    directory,
    node: config.node,
    hashName: "sha256",
    encryptionKeys: storage.keys,
    segmentBytesMax: config.journal.segmentMiB << 20,
    stamp,
  });
  let bytes = 0;
  const waiting: Promise<unknown>[] = [];
  let items: Parameters<typeof journal.append>[0][number][] = [];
  for (const { wallMs, body } of readings(BACKLOG)) {
    bytes += body.length;
    const bootMs = wallMs - (stamp.wallMs - stamp.bootMs);
    const time = { ...stamp, wallMs, bootMs: Math.max(0, bootMs) };
    items.push({ kind: "entry", stream: "reading", entryKind: "reading", time, body });
    if (items.length < COMMIT) continue;
    waiting.push(journal.append(items, stamp));
    items = [];
    if (waiting.length >= COMMITS_WAITING) await waiting.shift();
  }
  if (items.length > 0) waiting.push(journal.append(items, stamp));
  await Promise.all(waiting);
  await journal.close();
  return bytes / BACKLOG;
}

interface Round {
  readonly rate: number;
  readonly wireBytes: number;
  readonly bodyBytes: number;
  readonly cpuShares: readonly number[];
}

const linksSchema = z.object({ links: z.array(z.object({ sentBytes: z.number().default(0) })) });

async function round(): Promise<Round> {
  const dir = Deno.makeTempDirSync({ prefix: "tributary-bench-" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.removeSync(dir, { recursive: true }));
  const [portA, portB] = [freePort(), freePort()];
  const centre = (node: string, port: number) => ({ node, url: `http://127.0.0.1:${port}` });
  const [a, b] = [centre("county-a", portA), centre("county-b", portB)];
  const counties = [
    writeNode(dir, "county-a", portA, "county", { peer: b }),
    writeNode(dir, "county-b", portB, "county", { peer: a }),
  ];
  const site = writeNode(dir, "site", freePort(), "site", {
    counties: [a, b],
    // Loopback is no line that others share.
    line: { mbit: 10_000, sharePercent: 100 },
  });
  const processes = counties.map((county) => stack.use(startNode(county)));
  await Promise.all([listening(portA), listening(portB)]);
  for (const node of [counties[1], site]) await enrolAt(counties[0], node);
  const bodyBytes = await fillBacklog(site);
  await memberAt(counties[1], "site");
  const before = processes.map((process) => process.usage().cpuSeconds);
  const shipper = stack.use(startNode(site));
  const slowest = async () => Math.min(...await Promise.all(counties.map(readingsAt)));
  const first = { seq: await reached(slowest, 1), atMs: performance.now() };
  await reached(slowest, BACKLOG);
  const seconds = (performance.now() - first.atMs) / 1000;
  const all = [...processes, shipper];
  const cpuShares = all.map((process, index) =>
    (process.usage().cpuSeconds - (before[index] ?? 0)) / seconds
  );
  const status = linksSchema.parse(await askNode(readConfig(site.file), "/api/status"));
  const sent = status.links.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  return {
    rate: (BACKLOG - first.seq) / seconds,
    wireBytes: sent / status.links.length / BACKLOG,
    bodyBytes,
    cpuShares,
  };
}

/** What waits at one site, to both centres. */
const rounds: Round[] = [];
for (let index = 1; index <= ROUNDS; index++) {
  const one = await round();
  rounds.push(one);
  print(`round ${index}: ${Math.round(one.rate)} entries/s at both centres`);
}
const of = (value: (one: Round) => number) => median(rounds.map(value));
print("");
print(table(["WHAT", "MEDIAN"], [
  ["backlog", `${BACKLOG} readings of ${DEVICES} devices, two values each`],
  ["entries/s, verified and stored at both", String(Math.round(of(({ rate }) => rate)))],
  ["bytes a reading on the wire, to one centre", of(({ wireBytes }) => wireBytes).toFixed(2)],
  ["bytes of its JSON body", of(({ bodyBytes }) => bodyBytes).toFixed(0)],
  ["zstd level", "3"],
  ["processors used by county-a", of(({ cpuShares }) => cpuShares[0]).toFixed(2)],
  ["processors used by county-b", of(({ cpuShares }) => cpuShares[1]).toFixed(2)],
  ["processors used by the site (with its start)", of(({ cpuShares }) => cpuShares[2]).toFixed(2)],
]));

print("");
const stores: ManySites[] = [];
for (const store of ["libsql", "postgres"] as const) {
  const measured: ManySites[] = [];
  for (let index = 1; index <= ROUNDS; index++) {
    const one = await measureManySites(store, BACKLOG);
    measured.push(one);
    print(`${store}, round ${index}: ${Math.round(one.rate)} entries/s from ${SITES} sites`);
  }
  const middle = median(measured.map(({ rate }) => rate));
  stores.push(measured.find(({ rate }) => rate === middle) ?? measured[0]);
}
print("");
const row = (what: string, value: (one: ManySites) => string) => [what, ...stores.map(value)];
print(table([`${SITES} SITES, ONE CENTRE`, "LIBSQL", "POSTGRESQL"], [
  row("entries/s, verified and stored", ({ rate }) => String(Math.round(rate))),
  row("floor: the same blocks, only stored", ({ floor }) => String(Math.round(floor))),
  row("processors used by the county", ({ county }) => county.toFixed(2)),
  row("processors used by PostgreSQL", ({ database }) => database?.toFixed(2) ?? "–"),
  row("processors used by the sites' side", ({ sites }) => sites.toFixed(2)),
  row("bytes an entry in the store", ({ storedBytes }) => storedBytes.toFixed(0)),
]));
