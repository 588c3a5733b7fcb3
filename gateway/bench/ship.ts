/**
 * `deno task bench:ship`: a site's backlog of readings, shipped to both centres over loopback,
 * all three processes on this machine: entries a second until both have verified and stored it.
 */
import { join } from "node:path";
import { stringify } from "yaml";
import * as z from "zod";
import { freePort, listening } from "../../drivers/fixtures.ts";
import { openJournal } from "../../sync/journal.ts";
import { SystemClock } from "../clock.ts";
import { askNode } from "../commands/local_api.ts";
import { enrollNode } from "../commands/enroll.ts";
import { invitationSchema } from "../commands/status.ts";
import { table } from "../commands/table.ts";
import { print } from "../print.ts";
import { ourProgram } from "../program.ts";
import { readConfig } from "../config_file.ts";
import { openKeystore } from "../keystore.ts";
import { Measured, median } from "./processes.ts";

const ROUNDS = Number(Deno.args[0] ?? 3);
const BACKLOG = Number(Deno.args[1] ?? 200_000);
/** Devices of the township, each telling two values at intervals around its own. */
const DEVICES = 20;
const INTERVAL_MS = 3000;
const COMMIT = 100;
const COMMITS_WAITING = 8;

interface NodeFiles {
  readonly name: string;
  readonly file: string;
  readonly port: number;
}

function write(dir: string, name: string, port: number, role: string, more: object): NodeFiles {
  const title = { zh: name, en: name };
  const file = join(dir, `${name}.yaml`);
  const config = { role, node: name, title, dataDir: join(dir, name), http: { port }, ...more };
  Deno.writeTextFileSync(file, stringify(config));
  return { name, file, port };
}

function start({ file }: NodeFiles): Measured {
  return new Measured(...ourProgram("run", "-c", file));
}

/**
 * The generator: temperature and humidity of each device wander by small steps, as JSON the way
 * the collector writes it; times jitter by some milliseconds, as polls do.
 */
function* readings(count: number): Generator<{ wallMs: number; body: string }> {
  const state = Array.from({ length: DEVICES }, () => ({ temperature: 4.5, humidity: 47 }));
  let wallMs = Date.now() - count * (INTERVAL_MS / DEVICES);
  for (let index = 0; index < count; index++) {
    wallMs += INTERVAL_MS / DEVICES + Math.round((Math.random() - 0.5) * 20);
    const number = index % DEVICES;
    const device = state[number];
    device.temperature += (Math.random() - 0.5) * 0.2;
    device.humidity += (Math.random() - 0.5) * 0.4;
    const reading = (point: string, value: number, unit: string) => ({
      point,
      value,
      unit,
      quality: "good",
    });
    const body = JSON.stringify({
      device: `sensor-${String(number).padStart(2, "0")}`,
      readings: [
        reading("temperature", Math.round(device.temperature * 10) / 10, "Cel"),
        reading("humidity", Math.round(device.humidity), "%"),
      ],
    });
    yield { wallMs: Math.round(wallMs), body };
  }
}

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

const positionsSchema = z.array(
  z.object({ origin: z.string(), stream: z.string(), seq: z.number() }),
);

async function held(county: NodeFiles): Promise<number> {
  const positions = positionsSchema.parse(await askNode(readConfig(county.file), "/api/positions"));
  // A long backlog and what comes now are in two lives.
  return positions.filter(({ origin, stream }) =>
    origin.startsWith("site.") && stream === "reading"
  )
    .reduce((sum, { seq }) => sum + seq, 0);
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
    write(dir, "county-a", portA, "county", { peer: b }),
    write(dir, "county-b", portB, "county", { peer: a }),
  ];
  const site = write(dir, "site", freePort(), "site", { counties: [a, b] });
  const processes = counties.map((county) => stack.use(start(county)));
  await Promise.all([listening(portA), listening(portB)]);
  for (
    const [node, role, file] of [["county-b", "county", counties[1].file], [
      "site",
      "site",
      site.file,
    ]]
  ) {
    const asked = await askNode(readConfig(counties[0].file), "/api/invitations", { node, role });
    await enrollNode(readConfig(file), invitationSchema.parse(asked).code);
  }
  const bodyBytes = await fillBacklog(site);
  await membersAt(counties[1], "site");
  const before = processes.map((process) => process.usage().cpuSeconds);
  const shipper = stack.use(start(site));
  const slowest = async () => Math.min(...await Promise.all(counties.map(held)));
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

/** Asks until the number is reached; returns what it is then. */
async function reached(ask: () => Promise<number>, wanted: number): Promise<number> {
  for (;;) {
    const found = await ask();
    if (found >= wanted) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function membersAt(county: NodeFiles, node: string): Promise<void> {
  const members = z.array(z.object({ node: z.string() }));
  for (;;) {
    const known = members.parse(await askNode(readConfig(county.file), "/api/members"));
    if (known.some((member) => member.node === node)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

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
