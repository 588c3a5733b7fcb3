/**
 * `deno task bench:mqtt`: QoS 1, 256 bytes, 20 and 100 connections with 10 messages each under
 * way, to our site and to its peers, in one run; the median of the rounds.
 */
import { join } from "node:path";
import { table } from "../commands/table.ts";
import { print } from "../print.ts";
import { mosquitto, nats, raw, site, type Target } from "./mqtt_targets.ts";
import { deno, median, type Usage } from "./processes.ts";
import type { Load, LoadResult } from "./publisher.ts";
import { PASSWORD } from "./site_files.ts";

const ROUNDS = Number(Deno.args[0] ?? 3);
const INFLIGHT = 10;
const CONNECTIONS = [20, 100];
const WARMUP_SECONDS = 2;
const SECONDS = 5;
const PAYLOAD_BYTES = 256;

interface Row {
  readonly name: string;
  readonly connections: number;
  readonly result: LoadResult;
  readonly usage: Usage;
  /** Processor time of the broker for each message, microseconds. */
  readonly cpuMicroseconds: number;
}

/** A reading as a sensor would send it, filled up to the length. */
function payload(): string {
  const reading = { temperature: 21.53, humidity: 47.2, battery: 87, filler: "" };
  const filler = "x".repeat(PAYLOAD_BYTES - JSON.stringify(reading).length);
  return JSON.stringify({ ...reading, filler });
}

async function publishTo(target: Target, connections: number): Promise<LoadResult> {
  const load: Load = {
    port: target.port,
    connections,
    inflight: INFLIGHT,
    warmupSeconds: WARMUP_SECONDS,
    seconds: SECONDS,
    topic: "sensors/dev-{n}/state",
    clientId: "dev-{n}",
    username: target.login ? "dev-{n}" : null,
    password: target.login ? PASSWORD : null,
    payload: payload(),
  };
  const publisher = new URL("./publisher.ts", import.meta.url).pathname;
  const [program, args] = deno(publisher, JSON.stringify(load));
  const { success, stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  if (!success) throw new Error("The publishers failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

const TARGETS: readonly {
  readonly name: string;
  readonly connections: readonly number[];
  readonly start: (dir: string, connections: number) => Promise<Target>;
}[] = [
  { name: "site, full", connections: CONNECTIONS, start: site },
  { name: "site, raw", connections: CONNECTIONS, start: raw },
  { name: "mosquitto, default", connections: CONNECTIONS, start: (dir) => mosquitto(dir, false) },
  { name: "mosquitto, saving", connections: CONNECTIONS, start: (dir) => mosquitto(dir, true) },
  { name: "nats-server, sync always", connections: CONNECTIONS, start: nats },
  {
    name: "site, full, fsync +10 ms",
    connections: [100],
    start: (dir, connections) => site(dir, connections, true),
  },
];

async function measure(round: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, connections: counts, start } of TARGETS) {
    for (const connections of counts) {
      const dir = Deno.makeTempDirSync({ prefix: "tributary-bench-" });
      try {
        await using target = await start(dir, connections);
        const before = target.process.usage();
        const result = await publishTo(target, connections);
        const usage = target.process.usage();
        const spent = usage.cpuSeconds - before.cpuSeconds;
        rows.push({
          name,
          connections,
          result,
          usage,
          cpuMicroseconds: spent / result.acknowledged * 1e6,
        });
        print(`round ${round}: ${name}, ${connections} × ${INFLIGHT}: ${line(result)}`);
      } finally {
        Deno.removeSync(dir, { recursive: true });
      }
    }
  }
  return rows;
}

function line({ rate, p50Ms, p99Ms }: LoadResult): string {
  return `${Math.round(rate)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
}

/**
 * The floor: libsql alone, in batches of half of what is under way. How large the site's own
 * batches are is not measured: larger ones would make the floor faster, smaller ones slower.
 */
async function floor(batch: number): Promise<number> {
  const dir = Deno.makeTempDirSync({ prefix: "tributary-bench-" });
  try {
    const script = new URL("./floor.ts", import.meta.url).pathname;
    const [program, args] = deno(script, join(dir, "floor.db"), String(batch), payload());
    const { stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
    return Number(new TextDecoder().decode(stdout));
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

function floorBatch(connections: number): number {
  return connections * INFLIGHT / 2;
}

const rows: Row[] = [];
const floors = new Map<number, number[]>(CONNECTIONS.map((connections) => [connections, []]));
for (let round = 1; round <= ROUNDS; round++) {
  rows.push(...await measure(round));
  for (const [connections, rates] of floors) {
    rates.push(await floor(floorBatch(connections)));
  }
}

const of = (name: string, connections: number, value: (row: Row) => number) =>
  median(
    rows.filter((row) => row.name === name && row.connections === connections).map(value),
  );
const rate = (name: string, connections: number) => of(name, connections, (row) => row.result.rate);

const cells = TARGETS.flatMap(({ name, connections: counts }) =>
  counts.map((connections) => {
    const own = rate(name, connections);
    const peers = ["mosquitto, default", "mosquitto, saving", "nats-server, sync always"];
    const ratios = peers.map((peer) => (own / rate(peer, connections)).toFixed(2));
    return [
      name,
      `${connections} × ${INFLIGHT}`,
      String(Math.round(own)),
      of(name, connections, (row) => row.result.p50Ms).toFixed(1),
      of(name, connections, (row) => row.result.p99Ms).toFixed(1),
      of(name, connections, (row) => row.usage.residentMiB).toFixed(0),
      of(name, connections, (row) => row.cpuMicroseconds).toFixed(1),
      ...ratios,
      (own / median(floors.get(connections) ?? [])).toFixed(2),
    ];
  })
);
print("");
print(table(
  [
    "BROKER",
    "LOAD",
    "RATE/s",
    "P50 ms",
    "P99 ms",
    "RSS MiB",
    "CPU µs",
    "÷ mosq",
    "÷ saving",
    "÷ nats",
    "÷ floor",
  ],
  cells,
));
for (const [connections, rates] of floors) {
  const batch = floorBatch(connections);
  print(`floor: libsql alone, batches of ${batch}: ${Math.round(median(rates))} entries/s`);
}
const slow = rate("site, full, fsync +10 ms", 100) / rate("site, full", 100);
print(`slow flash: ${slow.toFixed(2)} of the rate without delay, at 100 × ${INFLIGHT}`);
