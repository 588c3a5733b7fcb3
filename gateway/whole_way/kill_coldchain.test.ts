import { expect, test } from "vitest";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { pause } from "../../sync/timer.ts";
import { ColdSite, FRIDGE, type ShownUnit } from "./fixture_cold_site.ts";
import { Chance, ROUNDS } from "./kills.ts";

/** A value, an alarm and an act take about so long: kills come before, within and behind them. */
const STEP_MS = 1500;

/** What is known of one alarm's life so far. */
interface Life {
  readonly number: number;
  episode: string;
}

interface Step {
  readonly name: string;
  /** Whether it was answered as done; sent again it is the same. */
  readonly send: (site: ColdSite, life: Life) => Promise<boolean>;
  readonly isDone: (unit: ShownUnit) => boolean;
  /** The one entry that it leads to. */
  readonly stream: "alarm" | "record";
  readonly kind: string;
}

const STEPS: readonly Step[] = [
  {
    name: "an alarm",
    send: (site) => site.reads(9),
    isDone: ({ alarms }) => alarms.length === 1,
    ...{ stream: "alarm", kind: "cold-alarm" },
  },
  {
    name: "its acknowledgement",
    send: async (site, { number, episode }) => {
      const said = { found: "door-open", comment: "门未关好" };
      const order = { id: `seen-${number}`, episode, level: 1, ...said };
      return await site.acts("acknowledgements", order) === 201;
    },
    isDone: ({ alarms }) => alarms.at(0)?.state === "acknowledged",
    ...{ stream: "record", kind: "cold-acknowledgement" },
  },
  {
    name: "switching off",
    send: async (site, { number }) => {
      const order = { id: `off-${number}`, unit: FRIDGE, hours: 2, reason: "除霜" };
      return await site.acts("suppressions", order) === 201;
    },
    isDone: ({ watch }) => watch === "for-a-while",
    ...{ stream: "record", kind: "cold-suppression" },
  },
  {
    name: "switching on",
    send: async (site, { number }) => {
      const status = await site.acts("suppressions-ended", { id: `on-${number}`, unit: FRIDGE });
      // Sent again, there is nothing left that is switched off.
      return status === 201 || status === 409;
    },
    isDone: ({ watch }) => watch === "watched",
    ...{ stream: "record", kind: "cold-suppression-ended" },
  },
  {
    name: "its end",
    send: (site) => site.reads(5),
    isDone: ({ alarms }) => alarms.length === 0,
    ...{ stream: "alarm", kind: "cold-alarm-ended" },
  },
];

/** One step, in the midst of which the power fails; whether its answer came before that. */
async function stepWithKill(
  site: ColdSite,
  life: Life,
  { name, send, isDone, stream, kind }: Step,
  chance: Chance,
): Promise<boolean> {
  const [killedMs, waits] = [chance.below(STEP_MS), chance.below(2) < 1];
  const sending = send(site, life).catch(() => false);
  if (waits) await sending;
  else await pause(killedMs, new AbortController().signal);
  await site.node.kill("SIGKILL");
  const answered = await sending;
  await site.node.start();
  const reached = async () => {
    const unit = await site.unit();
    return unit !== null && isDone(unit);
  };
  // What was answered stays done, and comes to its alarm by itself; else it is done again.
  if (!answered) await until(`${name} is sent again`, () => send(site, life));
  await until(`${name} is shown`, reached);
  expect(await send(site, life), name).toBe(true);
  expect(await site.bodies(stream, kind), name).toHaveLength(life.number);
  life.episode = (await site.unit())?.alarms.at(0)?.episode ?? life.episode;
  return answered;
}

test.each(ROUNDS)(
  "C4 C8 C9 G1: a kill in each step of an alarm's life loses nothing, doubles nothing: seed $seed",
  { timeout: Math.max(...ROUNDS.map(({ timeoutMs }) => 2 * timeoutMs)) },
  async (round) => {
    using folder = new TemporaryFolder();
    const site = new ColdSite(folder.path);
    await using _node = await site.node.start();
    await site.addKeeper();
    await until("the fridge is known", async () => await site.unit() !== null);
    const chance = new Chance(round);
    const lives = Math.max(1, Math.round(round.kills / STEPS.length));
    for (let number = 1; number <= lives; number++) {
      const life = { number, episode: "" };
      for (const step of STEPS) await stepWithKill(site, life, step, chance);
    }
    // Whom it concerns heard of each once: that it began, that it was seen, that it is over.
    await until(
      "its end is told",
      async () => (await site.bodies("alarm", "notification")).length >= 3 * lives,
    );
    const told = (await site.bodies("alarm", "notification")).map(({ event }) => event);
    for (const event of ["raised", "acknowledged", "recovered"]) {
      expect(told.filter((one) => one === event), event).toHaveLength(lives);
    }
    expect(told).toHaveLength(3 * lives);
  },
);
