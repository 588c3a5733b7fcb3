/**
 * `deno task bench:modbus [ROUNDS] [SECONDS]`: fifty TCP devices with a hundred tags each, asked
 * once a second and more often up to saturation, by a whole site and, as the floor, by jsmodbus
 * alone that stores nothing; in turn, the devices being another process; the median of the rounds.
 */
import { table } from "../commands/table.ts";
import { print } from "../print.ts";
import { BAUD, type LineUse, measureLine } from "./modbus_line.ts";
import { Devices, measureFloor, measureSite, type Rates } from "./modbus_load.ts";
import { REQUESTS_MIN } from "./modbus_tags.ts";
import { median } from "./processes.ts";

const ROUNDS = Number(Deno.args[0] ?? 3);
const SECONDS = Number(Deno.args[1] ?? 10);
const DEVICES = 50;
const STAGES = [
  { name: "1 a second", intervalSeconds: 1 },
  { name: "2 a second", intervalSeconds: 0.5 },
  { name: "5 a second", intervalSeconds: 0.2 },
  { name: "10 a second", intervalSeconds: 0.1 },
  // Far more than can be stored: there is always a device to be asked.
  { name: "as fast as answers come", intervalSeconds: 0.01 },
] as const;

type Stage = typeof STAGES[number];

interface Row {
  readonly who: "site" | "floor";
  readonly stage: Stage;
  readonly rates: Rates;
}

async function measure(round: number, devices: Devices): Promise<Row[]> {
  const rows: Row[] = [];
  const take = (who: Row["who"], stage: Stage, rates: Rates) => {
    rows.push({ who, stage, rates });
    const { polls, points, cpuShare } = rates;
    const told = `${polls.toFixed(0)} polls/s, ${points.toFixed(0)} points/s`;
    print(`round ${round}: ${who}, ${stage.name}: ${told}, ${percent(cpuShare)} of a processor`);
  };
  for (const stage of STAGES) {
    take("site", stage, await measureSite(devices, stage.intervalSeconds, SECONDS));
    const isLast = stage === STAGES.at(-1);
    const everyMs = isLast ? 0 : stage.intervalSeconds * 1000;
    take("floor", stage, await measureFloor(devices, everyMs, SECONDS));
  }
  return rows;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

const rows: Row[] = [];
const lines: LineUse[] = [];
{
  await using devices = await Devices.start(DEVICES);
  for (let round = 1; round <= ROUNDS; round++) {
    rows.push(...await measure(round, devices));
    lines.push(await measureLine(SECONDS));
  }
}

const of = (who: Row["who"], stage: Stage, value: (rates: Rates) => number) =>
  median(
    rows.filter((row) => row.who === who && row.stage === stage).map(({ rates }) => value(rates)),
  );

const cells = STAGES.flatMap((stage) =>
  (["site", "floor"] as const).map((who) => {
    const points = of(who, stage, (rates) => rates.points);
    return [
      stage.name,
      who === "site" ? "site" : "jsmodbus, the floor",
      of(who, stage, ({ polls }) => polls).toFixed(0),
      points.toFixed(0),
      of(who, stage, ({ requests }) => requests).toFixed(0),
      of(who, stage, ({ requestsOfPoll }) => requestsOfPoll / REQUESTS_MIN).toFixed(2),
      percent(of(who, stage, ({ cpuShare }) => cpuShare)),
      of(who, stage, (rates) => rates.cpuShare / rates.points * 1e6).toFixed(1),
      of(who, stage, ({ residentMiB }) => residentMiB).toFixed(0),
      (points / of("floor", stage, (rates) => rates.points)).toFixed(2),
    ];
  })
);
print("");
print(table(
  [
    "POLLS OF A DEVICE",
    "BY",
    "POLLS/s",
    "POINTS/s",
    "REQUESTS/s",
    "÷ LEAST",
    "CPU",
    "CPU µs/POINT",
    "RSS MiB",
    "÷ floor",
  ],
  cells,
));
print("");
const ofLine = (value: (use: LineUse) => number) => median(lines.map(value));
print(
  table(["SERIAL LINE", "POLLS/s", "POINTS/s", "REQUESTS/s", "MOST IT CARRIES", "USED", "CPU"], [[
    `${BAUD} baud`,
    ofLine(({ polls }) => polls).toFixed(1),
    ofLine(({ points }) => points).toFixed(0),
    ofLine(({ requests }) => requests).toFixed(1),
    ofLine(({ requestsMost }) => requestsMost).toFixed(1),
    `${(100 * ofLine(({ used }) => used)).toFixed(1)} %`,
    percent(ofLine(({ cpuShare }) => cpuShare)),
  ]]),
);
