/** What the kill trials share: rounds with a seed each, devices that count, what is found. */
import { expect } from "vitest";
import { until } from "../../sync/fixtures.ts";
import { nodeOf, parseOrigin } from "../../sync/origin.ts";
import { seeded } from "../../sync/simulated_time.ts";
import { pause } from "../../sync/timer.ts";
import type { HeldEntry, NodeProcess } from "../fixtures.ts";
import { print } from "../print.ts";
import type { MqttDevice } from "./mqtt_device.ts";

const KILLS = Number(Deno.env.get("TRIBUTARY_KILLS") ?? 8);
const SEED = Number(
  Deno.env.get("TRIBUTARY_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0],
);
/** So many kills with the same nodes: few enough that a seed is repeated in some minutes. */
const ROUND_KILLS = 100;
/** From the start of a node until it has certainly begun to work. */
const START_MS = 800;

export interface Round {
  /** With as many kills it decides what is by chance: which moments, and how far behind them. */
  readonly seed: number;
  readonly kills: number;
  /** A kill and a start take a few seconds at most, on a machine that does other things as well. */
  readonly timeoutMs: number;
}

/** `TRIBUTARY_KILLS` in rounds, the first of which has `TRIBUTARY_SEED`. */
export const ROUNDS: readonly Round[] = Array.from(
  { length: Math.ceil(KILLS / ROUND_KILLS) },
  (_, index) => {
    const kills = Math.min(ROUND_KILLS, KILLS - index * ROUND_KILLS);
    return { seed: SEED + index, kills, timeoutMs: 120_000 + kills * 12_000 };
  },
);

/** Returns at the very turn of the event loop in which the condition holds. */
export async function atOnce(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A device that counts without an end, some messages at a time, until it is told. */
export class Stream {
  readonly device: MqttDevice;
  readonly #done: Promise<void>;
  #stopped = false;
  published = 0;

  constructor(device: MqttDevice, inflight: number) {
    this.device = device;
    this.#done = device.publishAll(inflight, () => {
      if (this.#stopped) return null;
      const n = ++this.published;
      return JSON.stringify({ id: `m-${n}`, n });
    });
  }

  /** Publishes nothing new; resolves when all that was published is acknowledged. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#done;
  }
}

/** When a node is killed: on its way to be ready, or while it does its work. */
export type Moment = "starting" | "working";

/** Chance of a round: instants of kills. */
export class Chance {
  readonly #random: () => number;

  constructor({ seed }: Round) {
    this.#random = seeded(seed);
  }

  below(limit: number): number {
    return this.#random() * limit;
  }

  /** Waits for an instant of a node's start in one case of ten; else `false` at once. */
  async ofStart(node: NodeProcess): Promise<boolean> {
    const [dice, afterMs] = [this.#random(), this.below(START_MS)];
    if (dice >= 0.1) return false;
    if (dice < 0.05) await pause(afterMs, new AbortController().signal);
    else await until("it has opened its journal", () => node.log.includes('"kind":"started"'));
    return true;
  }

  /** Some turns of the event loop: from the middle of a commit to the middle of another. */
  async ofTurns(): Promise<void> {
    let left = this.below(60);
    await atOnce(() => left-- <= 0);
  }
}

/** Entries of a site's readings that a node holds, older lives first. */
export async function readingsAt(node: NodeProcess, of: string): Promise<HeldEntry[]> {
  const entries = await node.entriesOf(of, "reading");
  const life = ({ origin }: HeldEntry) => parseOrigin(origin)?.life ?? 0;
  return entries.sort((a, b) => life(a) - life(b) || a.seq - b.seq);
}

/** The lives of a node that another knows, by their number. */
export async function livesAt(node: NodeProcess, of: string): Promise<number[]> {
  const origins = new Set((await node.positions()).map(({ origin }) => origin));
  return [...origins].filter((origin) => nodeOf(origin) === of)
    .map((origin) => parseOrigin(origin)?.life ?? 0).sort((a, b) => a - b);
}

/** What became of a device's messages. */
export interface Tally {
  readonly acknowledged: number;
  readonly sentAgain: number;
  /** Different messages that are held. */
  readonly found: number;
  /** Messages that are held more often than once, and do not say of themselves that they may be. */
  readonly doubled: number;
  /** Messages that are held more often than once, and say so. */
  readonly marked: number;
}

/**
 * Checks what is held of a device against what it published: it did not rest before all was
 * acknowledged, so whatever it published is there; once, or where it names no id, marked (G3).
 */
export function tallyOf(
  { published, device: { acknowledged, repeated } }: Stream,
  own: readonly HeldEntry[],
  { named }: { readonly named: boolean },
): Tally {
  const numbers = Map.groupBy(own, ({ body }) => JSON.stringify(body.readings));
  const twice = [...numbers.values()].filter((same) => same.length > 1);
  expect(acknowledged).toBe(published);
  expect([...numbers.keys()].map((readings) => JSON.parse(readings)[0].value).sort((a, b) => a - b))
    .toEqual(Array.from({ length: published }, (_, index) => index + 1));
  const doubled = twice.filter((same) =>
    named || same.slice(1).some(({ body }) => body.possibleDuplicate !== true)
  );
  expect(doubled).toEqual([]);
  return {
    acknowledged,
    sentAgain: repeated,
    found: numbers.size,
    doubled: doubled.length,
    marked: twice.length - doubled.length,
  };
}

/** Every chain on the disks of these is walked. */
export async function expectSound(nodes: readonly NodeProcess[]): Promise<void> {
  for (const node of nodes) {
    const { code, printed } = await node.run("verify");
    expect(`${printed}exit ${code}`).toMatch(/all sound\nexit 0$/);
  }
}

const NOTHING = {
  kills: 0,
  working: 0,
  acknowledged: 0,
  sentAgain: 0,
  found: 0,
  doubled: 0,
  marked: 0,
};
type Counts = typeof NOTHING;

function sum(a: Counts, b: Counts): Counts {
  return {
    kills: a.kills + b.kills,
    working: a.working + b.working,
    acknowledged: a.acknowledged + b.acknowledged,
    sentAgain: a.sentAgain + b.sentAgain,
    found: a.found + b.found,
    doubled: a.doubled + b.doubled,
    marked: a.marked + b.marked,
  };
}

/** Counts of all rounds, which are printed at the end. */
export class Totals {
  readonly #what: string;
  readonly #fromMs = performance.now();
  #counts = NOTHING;

  constructor(what: string) {
    this.#what = what;
  }

  /** Takes in a round that went well, and prints it. */
  add({ seed, kills }: Round, moments: readonly Moment[], tallies: readonly Tally[]): void {
    const working = moments.filter((moment) => moment === "working").length;
    const round = tallies.reduce<Counts>(
      (before, tally) => sum(before, { ...NOTHING, ...tally }),
      { ...NOTHING, kills, working },
    );
    this.#counts = sum(this.#counts, round);
    print(`${this.#what}, seed ${seed}: ${inWords(round)}`);
  }

  print(): void {
    const seconds = (performance.now() - this.#fromMs) / 1000;
    const each = seconds / Math.max(1, this.#counts.kills);
    const time = `${seconds.toFixed(0)} s, ${each.toFixed(2)} s a kill`;
    print(`${this.#what}, all seeds from ${SEED}: ${inWords(this.#counts)}; ${time}`);
  }
}

function inWords(counts: Counts): string {
  const { kills, working, acknowledged, sentAgain, found, doubled, marked } = counts;
  return `${kills} kills, ${working} of them at work; ${acknowledged} acknowledged, ` +
    `${sentAgain} sent again, ${found} found, ${acknowledged - found} lost, ${doubled} doubled, ` +
    `${marked} marked as possibly twice`;
}
