/**
 * `deno task bench:review [ROUNDS]`: central review at a county, two real centres as processes
 * that replicate, each taking the prescriptions of its own sites, with the legal and the
 * demonstration pack; the load comes from a process of its own on the same processors. Beside it,
 * in the same run, the floor: the same server, door and body, a bare durable commit and no rules.
 */
import { table } from "../commands/table.ts";
import { print } from "../print.ts";
import { CountyPair } from "./county_pair.ts";
import { FloorPair } from "./floor_pair.ts";
import { countAt } from "./prescription_count.ts";
import { cpuSecondsOf, median } from "./processes.ts";
import { FLOOR_PATH } from "./review_floor.ts";
import {
  type Centre,
  type LoadPlan,
  type MeasuredLoad,
  measureLoad,
  SITES,
} from "./review_load.ts";

const ROUNDS = Number(Deno.args[0] ?? 3);

/** Closed loop: as many as they answer. */
const SATURATED = { rate: null, connections: 16, warmUpSeconds: 2, seconds: 5 } as const;
/** Open loop: a thousand a second, however they answer. */
const STEADY = { rate: 1000, connections: 64, warmUpSeconds: 2, seconds: 6 } as const;

interface Side {
  readonly name: string;
  readonly path: string;
  readonly centres: readonly Centre[];
  readonly saturated: MeasuredLoad[];
  readonly steady: MeasuredLoad[];
}

function side(name: string, path: string, centres: readonly Centre[]): Side {
  return { name, path, centres, saturated: [], steady: [] };
}

async function measure({ name, path, centres }: Side, plan: Omit<LoadPlan, "path">) {
  const measured = await measureLoad(centres, { ...plan, path });
  const { rate, p50Ms, p99Ms, cpuMicros, refused, unexpected } = measured;
  const bad = refused.length + unexpected;
  print(
    `${plan.run}, ${name}: ${Math.round(rate)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ` +
      `${p99Ms.toFixed(1)} ms, ${Math.round(cpuMicros)} µs each` +
      (bad === 0 ? "" : `, ${refused.length} refused, ${unexpected} unexpected`),
  );
  return measured;
}

await using pair = await CountyPair.start(SITES);
await using floor = await FloorPair.start();
const review = side(
  "review",
  "/api/prescriptions",
  pair.centres.map((node) => ({ node, cpuSeconds: () => cpuSecondsOf(node.pid) })),
);
const sides = [review, side("floor", FLOOR_PATH, floor.centres)];
for (let round = 1; round <= ROUNDS; round++) {
  for (const one of sides) {
    one.saturated.push(await measure(one, { run: `saturated-${round}`, ...SATURATED }));
    one.steady.push(await measure(one, { run: `steady-${round}`, ...STEADY }));
  }
}

const of = (loads: readonly MeasuredLoad[], value: (one: MeasuredLoad) => number) =>
  median(loads.map(value));
const row = (what: string, value: (one: Side) => string) => [what, ...sides.map(value)];
const ms = (value: number) => value.toFixed(1);
print("");
print(table(["MEDIAN", "REVIEW", "FLOOR"], [
  row("answers/s, durable at one", ({ saturated }) => of(saturated, ({ rate }) => rate).toFixed(0)),
  row(
    "/s until durable at both",
    ({ saturated }) => of(saturated, ({ rateAtBoth }) => rateAtBoth).toFixed(0),
  ),
  row("µs of both centres, saturated", (one) => of(one.saturated, cpuOf).toFixed(0)),
  row("at 1,000/s: p50 ms to the answer", ({ steady }) => ms(of(steady, ({ p50Ms }) => p50Ms))),
  row("p99 ms", ({ steady }) => ms(of(steady, ({ p99Ms }) => p99Ms))),
  row("then at the other: p50 ms", ({ steady }) => ms(of(steady, (one) => one.bothP50Ms))),
  row("p99 ms", ({ steady }) => ms(of(steady, (one) => one.bothP99Ms))),
  row("µs of both centres", ({ steady }) => of(steady, cpuOf).toFixed(0)),
]));
for (const name of ["saturated", "steady"] as const) {
  const [own, bare] = sides.map((one) => of(one[name], cpuOf));
  print(`processor time per verdict, ${name}: ${(own / bare).toFixed(2)} × the floor's`);
}

function cpuOf({ cpuMicros }: MeasuredLoad): number {
  return cpuMicros;
}

const keys = [...review.saturated, ...review.steady].flatMap((one) => one.keys);
for (const { node } of review.centres) {
  const { prescriptions, lost, doubled, undecided } = await countAt(node, keys);
  print(
    `${node.name}: ${keys.length} answered, ${prescriptions} held, ${lost.length} lost, ` +
      `${doubled.length} doubled, ${undecided.length} undecided`,
  );
  if (lost.length + doubled.length + undecided.length > 0) Deno.exitCode = 1;
}
// Whoever refuses, or decides otherwise than the mix says, is not fast.
const refused = review.saturated.concat(review.steady)
  .reduce((sum, one) => sum + one.refused.length + one.unexpected, 0);
if (refused > 0) Deno.exitCode = 1;
