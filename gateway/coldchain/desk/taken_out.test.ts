import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FRIDGE, SiteCold, times } from "./fixture_cold_desk.ts";
import * as acts from "./person_acts.ts";

const { preset: _, probes: [FIRST], ...UNRULED } = FRIDGE;
const SECOND = { id: "probe-2", device: "second" };
const HIGH = {
  ...{ id: "own-high", side: "above", limitCelsius: 8, comparison: "exclusive" },
  ...{ counting: "single", holdMinutes: 3, overMidnight: true, level: 1 },
  ...{ source: "a county's own", effective: "2026-01-01" },
};
const CHANGED = ["raised cold-high 1", "escalated cold-rules-changed 1"];

const fridge = (...probes: readonly object[]) => [{ ...UNRULED, probes, rules: [HIGH] }];

let cold: SiteCold;
beforeEach(async () => {
  cold = await SiteCold.open(fridge(FIRST, SECOND));
});
afterEach(() => cold[Symbol.asyncDispose]());

async function looks(...minutes: readonly number[]): Promise<void> {
  for (const minute of minutes) await cold.look(minute);
}

/** Too warm from minute 1 on, which is an alarm at minute 4; the fridge is out of the file then. */
async function takenOut(): Promise<void> {
  await cold.reads(1, times(4, 9));
  await looks(4);
  await cold.restart([]);
  await looks(5, 6);
}

async function seen(): Promise<string> {
  const [row] = await cold.tables.tables.rows("SELECT episode FROM coldepisodes");
  const order = acts.acknowledgeOrder.parse({
    ...{ id: "seen", episode: row.text("episode"), level: 1, found: "setting" },
    ...{ comment: "已停用", rulesChanged: true },
  });
  return (await acts.acknowledge(cold.node, order, { id: "li" })).kind;
}

async function ends(): Promise<number> {
  const select = "SELECT id FROM coldevents WHERE kind = 'cold-alarm-ended'";
  return (await cold.tables.tables.rows(select)).length;
}

describe("C8: an alarm whose unit or probe is watched no more, and of which no value comes", () => {
  test("C8: of a unit is rules-changed at once, and over once a person acknowledged that", async () => {
    await takenOut();
    expect(await cold.episodes()).toEqual(["high 1 rules-changed"]);
    expect(await cold.told()).toEqual(CHANGED);
    expect(await seen()).toBe("done");
    await looks(7, 125, 3000);
    expect(await cold.told()).toEqual([...CHANGED, "acknowledged cold-rules-changed 1"]);
    const select = "SELECT goes, worst, ended FROM coldepisodes";
    const [row] = await cold.tables.tables.rows(select);
    expect([row.numberOrNull("goes"), row.numberOrNull("worst")]).toEqual([null, 9]);
    expect(row.numberOrNull("ended")).not.toBeNull();
    // A value that comes later tells the same end.
    await cold.reads(3001, [9, 5]);
    await looks(3002, 3003);
    expect([await cold.episodes(), await ends()]).toEqual([["high 1 rules-changed"], 1]);
  });

  test("C8: of one probe of two: the alarm of the other one goes on", async () => {
    for (const minute of [1, 2, 3, 4]) {
      for (const { device } of [FIRST, SECOND]) await cold.reads(minute, [9], device);
    }
    await looks(4);
    expect(await cold.episodes()).toEqual(["high 1 open", "high 1 open"]);
    await cold.restart(fridge(FIRST));
    await looks(5, 6);
    expect((await cold.episodes()).sort()).toEqual(["high 1 open", "high 1 rules-changed"]);
  });

  test("C8: one that is watched again begins anew: what is still out is told again", async () => {
    await takenOut();
    expect(await seen()).toBe("done");
    await cold.restart(fridge(FIRST));
    await looks(7);
    await cold.reads(8, times(4, 9));
    await looks(11, 12);
    expect(await cold.episodes()).toEqual(["high 1 rules-changed", "high 1 open"]);
  });
});
