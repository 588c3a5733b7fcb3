import { describe, expect, test } from "vitest";
import { TablesDesk } from "../../fixture_tables.ts";
import { selectionOf } from "../../sql/table.ts";
import { OF_UNIT, SITE, UNIT } from "../life/fixture_life.ts";
import { coldOf } from "../record/cold_projection.ts";
import { FRIDGE, MINUTE_MS, SiteCold, times } from "./fixture_cold_desk.ts";
import { stampAt } from "../../../sync/fixtures.ts";
import * as acts from "./person_acts.ts";

const PLATFORM = [{ ...FRIDGE, preset: "platform" }];

describe("C4: what a site's series tell becomes alarms, and people are told in the same commit", () => {
  for (const [minutes, told] of [[59, []], [60, ["raised cold-high 1"]]] as const) {
    test(`C2: ${minutes} minutes over 8 °C`, async () => {
      await using cold = await SiteCold.open();
      await cold.reads(1, [...times(minutes, 8.1), 8.1]);
      await cold.look(minutes + 1);
      expect(await cold.told()).toEqual(told);
      expect(await cold.episodes()).toEqual(told.map(() => "high 1 open"));
    });
  }

  test("C4: levels after 30, 60 and 60 minutes, each once, over a restart too", async () => {
    await using cold = await SiteCold.open(PLATFORM);
    await cold.reads(1, times(31, 9));
    await cold.look(31);
    expect(await cold.told()).toEqual(["raised cold-high 1"]);
    await cold.restart();
    await cold.look();
    await cold.reads(32, times(30, 9));
    await cold.look(61);
    await cold.look(62);
    await cold.restart();
    await cold.look();
    expect(await cold.told()).toEqual([
      "raised cold-high 1",
      "escalated cold-high 2",
      "escalated cold-high 3",
    ]);
    expect(await cold.episodes()).toEqual(["high 3 open"]);
  });

  test("C9: that it is over is told to each level that heard of it", async () => {
    await using cold = await SiteCold.open(PLATFORM);
    await cold.reads(1, [...times(31, 1.9), 5]);
    await cold.look(32);
    await cold.look(33);
    expect(await cold.told()).toEqual(["raised cold-low 1", "recovered cold-low 1"]);
    expect(await cold.episodes()).toEqual(["low 1 recovered"]);
  });
});

test("C4 C9 T12: strict: level 2 after an hour, and an hour after its answer it is open again", async () => {
  await using cold = await SiteCold.open();
  await cold.reads(1, times(190, 15));
  await cold.look(61);
  // Whoever sets the clock neither hastens nor stops it.
  cold.aheadMs = 300 * MINUTE_MS;
  await cold.look(120);
  expect(await cold.episodes()).toEqual(["high 1 open"]);
  await cold.restart();
  await cold.look(121);
  const told = ["raised cold-high 1", "escalated cold-high 2"];
  expect(await cold.told()).toEqual(told);
  const [{ episode }] = (await cold.unit()).alarms;
  const order = acts.acknowledgeOrder.parse({
    ...{ id: "seen", episode, level: 2, found: "door-open", comment: "已关门" },
  });
  cold.nowMs = 130 * MINUTE_MS;
  await acts.acknowledge(cold.node, order, { id: "li" });
  await cold.look(189);
  expect(await cold.episodes()).toEqual(["high 2 acknowledged"]);
  await cold.look(190);
  expect(await cold.episodes()).toEqual(["high 3 reopened"]);
  expect(await cold.told()).toEqual([
    ...[...told, "acknowledged cold-high 1", "acknowledged cold-high 2", "escalated cold-high 3"],
  ]);
});

test("C4: what is over when it is looked at again comes to no level by time", async () => {
  await using cold = await SiteCold.open();
  await cold.reads(1, times(61, 15));
  await cold.look(61);
  await cold.reads(62, times(119, 5));
  await cold.look(181);
  expect(await cold.episodes()).toEqual(["high 1 recovered"]);
  expect(await cold.told()).toEqual(["raised cold-high 1", "recovered cold-high 1"]);
});

describe("C7: gaps and faults", () => {
  test("no data for more than two intervals is an alarm before the next value comes", async () => {
    await using cold = await SiteCold.open();
    await cold.reads(1, [5]);
    await cold.look(3);
    expect(await cold.told()).toEqual([]);
    await cold.look(3.1);
    expect(await cold.told()).toEqual(["raised cold-no-data 1"]);
    await cold.look(62);
    expect(await cold.told()).toEqual([
      "raised cold-no-data 1",
      "escalated cold-no-data 2",
      "escalated cold-no-data 3",
    ]);
    await cold.reads(63, [5]);
    await cold.look(63);
    expect(await cold.episodes()).toEqual(["no-data 3 recovered"]);
    expect((await cold.told()).slice(3)).toEqual([
      "recovered cold-no-data 1",
      "recovered cold-no-data 2",
      "recovered cold-no-data 3",
    ]);
  });

  for (
    const [clock, aheadMinutes] of [
      ["trusted", 0],
      ["trusted, set back", -1000],
      ["untrusted", 0],
      ["untrusted, years off", -9_999_999],
    ] as const
  ) {
    test(`C7 T12: after a reboot a silent probe is an alarm: clock ${clock}`, async () => {
      await using cold = await SiteCold.open();
      await cold.reads(1, [5]);
      await cold.look(1);
      cold.boot = {
        ...{ id: "f".repeat(32), fromMs: 6 * MINUTE_MS },
        clock: clock.startsWith("trusted") ? "trusted" : "untrusted",
      };
      cold.aheadMs = aheadMinutes * MINUTE_MS;
      cold.nowMs = 6 * MINUTE_MS;
      await cold.restart();
      const found: string[][] = [];
      for (const minute of [8, 8.1, 60, 70]) {
        await cold.look(minute);
        found.push(await cold.episodes());
      }
      const early = clock === "trusted" ? ["no-data 1 open"] : [];
      expect(found).toEqual([early, ["no-data 1 open"], ["no-data 1 open"], ["no-data 3 open"]]);
    });
  }

  test("a fault is no temperature, and an alarm of its own", async () => {
    await using cold = await SiteCold.open();
    await cold.reads(1, [5, null]);
    await cold.look(2);
    expect(await cold.told()).toEqual(["raised cold-sensor-fault 1"]);
    await cold.reads(3, [5]);
    await cold.look(3);
    expect(await cold.episodes()).toEqual(["sensor-fault 1 recovered"]);
  });
});

describe("C8: alarms that are switched off", () => {
  test("are written and not told, and what goes on is told afterwards", async () => {
    await using cold = await SiteCold.open();
    const body = {
      ...{ id: "off", ...OF_UNIT, state: "for-a-while", reason: "defrosting", by: { id: "li" } },
      fromMs: stampAt(0).wallMs,
      untilMs: stampAt(90 * MINUTE_MS).wallMs,
    };
    await cold.tables.append("cold-suppression", body, 0, "record");
    await cold.reads(1, times(89, 9));
    await cold.look(89.5);
    expect(await cold.episodes()).toEqual(["high 1 open"]);
    expect(await cold.told()).toEqual([]);
    await cold.reads(90, [9]);
    await cold.look(90);
    expect(await cold.told()).toEqual(["raised cold-high 1"]);
  });

  test("C8 T12: end after 24 hours, also where the wall clock is set back meanwhile", async () => {
    await using cold = await SiteCold.open();
    const order = acts.suppressOrder.parse({ id: "off", unit: UNIT, reason: "除霜", hours: 24 });
    await acts.suppress(cold.node, order, { id: "li" });
    cold.aheadMs = -22 * 60 * MINUTE_MS;
    await cold.reads(23 * 60, times(62, 15));
    await cold.look(24 * 60 - 1);
    expect(await cold.told()).toEqual([]);
    expect((await cold.unit()).watch).toBe("for-a-while");
    await cold.look(24 * 60 + 1);
    expect(await cold.told()).toEqual(["raised cold-high 1"]);
    expect((await cold.unit()).watch).toBe("watched");
  });

  test("C8 C9: that an alarm is over is told once they are told again", async () => {
    await using cold = await SiteCold.open();
    await cold.reads(1, times(61, 9));
    await cold.look(61);
    const order = acts.suppressOrder.parse({ id: "off", unit: UNIT, reason: "除霜", hours: 1 });
    await acts.suppress(cold.node, order, { id: "li" });
    await cold.reads(62, times(61, 5));
    await cold.look(63);
    await cold.look(64);
    expect(await cold.told()).toEqual(["raised cold-high 1"]);
    await cold.look(122);
    expect(await cold.told()).toEqual(["raised cold-high 1", "recovered cold-high 1"]);
  });
});

describe("C8: an alarm whose rules are changed", () => {
  const { preset: _, ...UNRULED } = FRIDGE;
  const HIGH = {
    ...{ id: "own-high", side: "above", limitCelsius: 8, comparison: "exclusive" },
    ...{ counting: "single", holdMinutes: 60, overMidnight: true, level: 1 },
    ...{ source: "a county's own", effective: "2026-01-01" },
  };
  const ruled = (...rules: readonly object[]) => [{ ...UNRULED, rules }];
  const CHANGED = ["raised cold-high 1", "escalated cold-rules-changed 1"];

  test("C8 C9: is none that recovered: it is open until a person acknowledges it", async () => {
    await using cold = await SiteCold.open(ruled(HIGH));
    await cold.reads(1, times(62, 10));
    await cold.look(62);
    await cold.restart(ruled({ ...HIGH, limitCelsius: 12 }));
    await cold.look(63);
    await cold.reads(63, [10, 10, ...times(5, 5)]);
    for (const minute of [66, 67]) await cold.look(minute);
    expect(await cold.episodes()).toEqual(["high 1 rules-changed"]);
    expect(await cold.told()).toEqual(CHANGED);
    expect(await cold.words()).toMatchObject({
      zh: "温度过高（报警规则已改，未见恢复）",
      en: "Too warm (alarm rules changed, not seen to be over)",
    });
    const [alarm] = (await cold.unit()).alarms;
    expect(alarm).toMatchObject({ state: "rules-changed", ended: null });
    const order = acts.acknowledgeOrder.parse({
      ...{ id: "seen", episode: alarm.episode, level: 1, found: "setting", comment: "已查看" },
    });
    expect(await acts.acknowledge(cold.node, order, { id: "li" }))
      .toMatchObject({ kind: "refused", problem: { code: "rules-changed" } });
    const seen = { ...order, rulesChanged: true } as const;
    expect((await acts.acknowledge(cold.node, seen, { id: "li" })).kind).toBe("done");
    for (const minute of [68, 69]) await cold.look(minute);
    expect((await cold.unit()).alarms).toEqual([]);
    expect(await cold.told()).toEqual([...CHANGED, "acknowledged cold-rules-changed 1"]);
    const silenced = "SELECT MAX(number) AS last FROM notifications WHERE event = ?";
    const numbers = [];
    for (const event of ["escalated", "acknowledged"]) {
      numbers.push((await cold.tables.tables.rows(silenced, [event]))[0].number("last"));
    }
    expect(numbers[1]).toBeGreaterThan(numbers[0]);
  });

  test("goes on while another level of it does, or the same numbers have another source", async () => {
    const second = { ...HIGH, id: "own-high-2", holdMinutes: 30, level: 2 };
    await using cold = await SiteCold.open(ruled(HIGH, second));
    await cold.reads(1, times(62, 10));
    await cold.look(62);
    await cold.restart(ruled({ ...HIGH, holdMinutes: 90 }, { ...second, source: "another" }));
    await cold.look(63);
    await cold.reads(63, [10, 10]);
    await cold.look(64);
    expect(await cold.episodes()).toEqual(["high 2 open"]);
    await cold.reads(65, [5]);
    await cold.look(65);
    expect(await cold.episodes()).toEqual(["high 2 recovered"]);
  });

  test("C7: a longer interval ends no gap: the next value does", async () => {
    await using cold = await SiteCold.open();
    await cold.reads(1, [5]);
    await cold.look(3.1);
    await cold.restart([{ ...FRIDGE, intervalSeconds: 3600 }]);
    for (const minute of [4, 5]) await cold.look(minute);
    expect(await cold.episodes()).toEqual(["no-data 1 open"]);
    await cold.reads(6, [5]);
    for (const minute of [6, 7]) await cold.look(minute);
    expect(await cold.episodes()).toEqual(["no-data 1 recovered"]);
  });

  test("C7: nor does a probe that is taken away, or a unit that is watched no more", async () => {
    await using cold = await SiteCold.open();
    await cold.reads(1, [5]);
    await cold.look(3.1);
    await cold.restart([]);
    for (const minute of [4, 5]) await cold.look(minute);
    expect(await cold.episodes()).toEqual(["no-data 1 rules-changed"]);
    expect(await cold.told()).toEqual([
      "raised cold-no-data 1",
      "escalated cold-rules-changed 1",
    ]);
  });
});

test("C9: an acknowledged alarm is told again at its next level, and its end after a restart", async () => {
  await using cold = await SiteCold.open(PLATFORM);
  await cold.reads(1, times(31, 9));
  await cold.look(31);
  const [row] = await cold.tables.tables.rows("SELECT episode FROM coldepisodes");
  const said = {
    ...{ id: "ack", ...OF_UNIT, episode: row.text("episode"), cause: "high", level: 1 },
    ...{ found: "door-open", comment: "closed it", by: { id: "li" } },
  };
  await cold.tables.append("cold-acknowledgement", said, 32 * MINUTE_MS, "record");
  await cold.reads(32, times(30, 9));
  await cold.look(61);
  expect(await cold.episodes()).toEqual(["high 3 reopened"]);
  await cold.reads(62, [5]);
  await cold.restart();
  await cold.look(62);
  expect((await cold.told()).slice(3)).toEqual([
    "recovered cold-high 1",
    "recovered cold-high 2",
    "recovered cold-high 3",
  ]);
});

test("what the configuration says of units is told once, and again when it is another", async () => {
  await using cold = await SiteCold.open();
  await cold.restart();
  await cold.look(1);
  const select = "SELECT kind FROM coldevents WHERE site = ? AND subject = 'unit/fridge-1'";
  expect(await cold.tables.tables.rows(select, [SITE])).toHaveLength(1);
});

test("a county shows of a site's cold chain what the site shows, and decides nothing", async () => {
  await using cold = await SiteCold.open(PLATFORM);
  await cold.reads(1, [...times(31, 9), 5]);
  await cold.look(32);
  await cold.look(40);
  await using county = await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
  await cold.tables.handOver(county);
  await county.tables.caughtUp(county.journal);
  for (const table of coldOf([]).tables) {
    const dump = async ({ tables }: TablesDesk) =>
      (await tables.rows(selectionOf(table))).map((row) =>
        Object.keys(table.columns).map((column) => row.value(column))
      );
    expect(await dump(county), table.name).toEqual(await dump(cold.tables));
  }
  expect(await cold.episodes()).toEqual(["high 1 recovered", "no-data 1 open"]);
});
