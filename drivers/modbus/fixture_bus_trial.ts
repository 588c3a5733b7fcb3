/** One shared line with faulty slaves and one without, polled alike; every value is checked. */
import type { Item, ReadingItem } from "../driver.ts";
import { DrivenRun } from "../fixtures.ts";
import { ptyPair } from "../serial/fixtures.ts";
import { openByteLine } from "../serial/open_byte_line.ts";
import { serialSettings } from "../serial/settings.ts";
import { profileOf } from "./fixtures.ts";
import { type Fault, type FaultPlan, saidBy, Slaves } from "./fixture_slaves.ts";
import { modbus } from "./modbus.ts";
import { lineTiming } from "./settings.ts";

const BAUD = 115_200;
export const HEALTHY = [1, 2, 3, 4, 5] as const;
/** Units that misbehave, each in its own way; on a healthy line they do not. */
export const FAULTY = [6, 7, 8, 9, 10] as const;
const UNITS = [...HEALTHY, ...FAULTY];
const TIMEOUT_MS = 100;
const LATENESS_MS = 250;
const INTERVAL_SECONDS = 0.4;
/** Units that answer late are asked again before that: only the guard keeps both apart. */
const LATE = [7, 8];
const LATE_INTERVAL_SECONDS = 0.15;
/** The latest answers come so long before the guard lets go: no clock is that exact. */
const LATE_MARGIN_MS = 20;

/** Two blocks, as far apart as a late answer of one may pass for the other: equal in length. */
const BLOCKS = [{ start: 0, values: 4 }, { start: 100, values: 4 }] as const;

/** Every unit has its share of trouble; the healthy ones only hear the noise of the line. */
export function faultsOf(random: () => number): FaultPlan {
  const some = (share: number, fault: Fault) => random() < share ? fault : null;
  return (unit, _requests, nowMs) => {
    switch (unit) {
      case 6:
        return nowMs % 8000 < 4000 ? "silent" : null;
      case 7:
        return some(0.05, "late");
      case 8:
        return some(0.05, "late-other");
      case 9:
        return some(0.1, "crc") ?? some(0.05, "exception");
      case 10:
        return some(0.1, "twice");
      default:
        return some(0.05, "noise");
    }
  };
}

export interface LineResult {
  readonly polls: number;
  readonly values: number;
  readonly healthyPolls: number;
  readonly requests: number;
  readonly injected: ReadonlyMap<Fault, number>;
  /** What is not the value of its register at its poll. */
  readonly wrong: readonly string[];
  readonly states: ReadonlyMap<string, readonly string[]>;
}

export class TrialLine implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly slaves: Slaves;
  readonly run: DrivenRun;
  #polls = 0;
  #values = 0;
  #healthyPolls = 0;
  readonly #wrong: string[] = [];
  readonly #states = new Map<string, string[]>();

  private constructor(
    stack: AsyncDisposableStack,
    slaves: Slaves,
    open: (take: (item: Item) => void) => DrivenRun,
  ) {
    this.#stack = stack;
    this.slaves = slaves;
    this.run = open((item) => this.#take(item));
  }

  static async open(faults: FaultPlan, random: () => number): Promise<TrialLine> {
    await using opening = new AsyncDisposableStack();
    const pair = opening.use(await ptyPair());
    const port = { type: "serial", baud: BAUD };
    const settings = serialSettings.parse({ ...port, port: pair.ports[1] });
    const line = opening.use(await openByteLine(settings));
    const lateMs = () => TIMEOUT_MS + random() * (LATENESS_MS - LATE_MARGIN_MS);
    const { characterMs } = lineTiming({ ...settings, type: "serial" });
    const slaves = opening.use(
      new Slaves(line, { units: UNITS, characterMs, faults, lateMs, random }),
    );
    const stack = opening.move();
    return new TrialLine(stack, slaves, (take) =>
      DrivenRun.of(modbus, {
        connection: { ...port, port: pair.ports[0] },
        devices: UNITS.map((unit) => ({
          id: `unit-${unit}`,
          unit,
          profile: PROFILE,
          intervalSeconds: LATE.includes(unit) ? LATE_INTERVAL_SECONDS : INTERVAL_SECONDS,
        })),
      }, (item) => {
        take(item);
        return { kind: "stored" };
      }));
  }

  result(): LineResult {
    return {
      polls: this.#polls,
      values: this.#values,
      healthyPolls: this.#healthyPolls,
      requests: this.slaves.requests,
      injected: this.slaves.injected,
      wrong: this.#wrong,
      states: this.#states,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run[Symbol.asyncDispose]();
    await this.#stack.disposeAsync();
  }

  #take(item: Item): void {
    // What was checked is let go: a long trial has millions of values.
    this.run.items.length = 0;
    this.run.batches.length = 0;
    if (item.kind === "state") {
      const told = this.#states.get(item.device) ?? [];
      told.push(`${item.state}: ${item.reason}`);
      this.#states.set(item.device, told);
    }
    if (item.kind === "reading") this.#check(item);
  }

  #check(item: ReadingItem): void {
    this.#polls++;
    const unit = Number(item.device.slice("unit-".length));
    if (HEALTHY.some((one) => one === unit)) this.#healthyPolls++;
    for (const { point, value, quality } of item.readings) {
      if (quality !== "good" || typeof value !== "number") continue;
      this.#values++;
      const said = saidBy(value);
      const block = this.slaves.blockOf(unit, said.number);
      const last = block === null ? null : this.slaves.last(unit, block.start, block.count);
      const register = Number(point.slice(1));
      if (said.unit === unit && said.register === register && last === said.number) continue;
      this.#wrong.push(`${item.device} ${point}: ${JSON.stringify(said)}, asked last: ${last}`);
    }
  }
}

const PROFILE = profileOf(
  Object.fromEntries(
    BLOCKS.flatMap(({ start, values }) =>
      Array.from({ length: values }, (_, index) => {
        const address = start + 2 * index;
        return [`r${address}`, { table: "holding", address, type: "uint32" }];
      })
    ),
  ),
  { intervalSeconds: INTERVAL_SECONDS, timeoutMs: TIMEOUT_MS, latenessMs: LATENESS_MS },
);
