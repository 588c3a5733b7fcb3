import { expect, test } from "vitest";
import { SITE, UNIT } from "../life/fixture_life.ts";
import * as reads from "../record/cold_reads.ts";
import { Calendar } from "../series/calendar.ts";
import { range } from "../../../sync/fixtures.ts";
import { loggerSample } from "../series/sample.ts";
import { downsampled } from "./curve.ts";
import { FRIDGE, SiteCold, times } from "./fixture_cold_desk.ts";
import * as acts from "./person_acts.ts";
import { unitView } from "./unit_view.ts";

const LI = { id: "li" };

function said(outcome: acts.Outcome): string {
  return outcome.kind === "done" ? "done" : outcome.problem.code;
}

test("C9: an alarm is acknowledged at the level that it has, once, and what sounds is told", async () => {
  await using cold = await SiteCold.open([{ ...FRIDGE, preset: "platform" }]);
  await cold.reads(1, times(31, 9));
  await cold.look(31);
  const [row] = await cold.tables.tables.rows("SELECT episode FROM coldepisodes");
  const order = (level: number) =>
    acts.acknowledgeOrder.parse({
      ...{ id: "act-1", episode: row.text("episode"), level },
      ...{ found: "door-open", comment: "门未关好" },
    });
  expect(said(await acts.acknowledge(cold.node, order(2), LI))).toBe("other-level");
  expect(said(await acts.acknowledge(cold.node, { ...order(1), episode: "none" }, LI)))
    .toBe("no-such-alarm");
  for (const _ of ["first", "again"]) {
    expect(said(await acts.acknowledge(cold.node, order(1), LI))).toBe("done");
  }
  expect(await cold.episodes()).toEqual(["high 1 acknowledged"]);
  expect(await cold.told()).toEqual(["raised cold-high 1", "acknowledged cold-high 1"]);
  const events = "SELECT kind FROM coldevents WHERE kind = 'cold-acknowledgement'";
  expect(await cold.tables.tables.rows(events)).toHaveLength(1);
});

test("C9: an acknowledgement without a comment in words is none", () => {
  const order = { id: "a", episode: "e", level: 1, found: "unknown", comment: "  " };
  expect(acts.acknowledgeOrder.safeParse(order).error?.message).toContain("comment");
});

test("C8: alarms are switched off for 24 hours at most, or under repair, until told again", async () => {
  await using cold = await SiteCold.open();
  const order = (more: object) =>
    acts.suppressOrder.parse({ id: "off-1", unit: UNIT, reason: "除霜", ...more });
  expect(() => order({ hours: 24.1 })).toThrow("hours");
  expect(said(await acts.suppress(cold.node, order({ hours: 24 }), LI))).toBe("done");
  const repair = { ...order({}), id: "off-2" };
  expect(said(await acts.suppress(cold.node, repair, LI))).toBe("done");
  expect(said(await acts.suppress(cold.node, { ...repair, unit: "none" }, LI)))
    .toBe("no-such-unit");
  await cold.reads(1, times(61, 9));
  await cold.look(61);
  expect(await cold.told()).toEqual([]);
  expect(said(await acts.watchAgain(cold.node, { id: "on", unit: UNIT }, LI))).toBe("done");
  await cold.look(61);
  expect(await cold.told()).toEqual(["raised cold-high 1"]);
  expect(said(await acts.watchAgain(cold.node, { id: "on", unit: UNIT }, LI)))
    .toBe("not-switched-off");
});

test("C6: a temperature is written down on the day it is read; later it is marked so", async () => {
  await using cold = await SiteCold.open();
  const nowMs = cold.node.clock.now().wallMs;
  const midnight = new Calendar().dayOf(nowMs).fromMs;
  const read = async (id: string, takenMs?: number, late?: boolean) =>
    said(await acts.readByHand(cold.node, { id, unit: UNIT, celsius: 5, takenMs, late }, LI));
  expect(await read("now")).toBe("done");
  expect(await read("of today", midnight, true)).toBe("done");
  expect(await read("yesterday", midnight - 1)).toBe("other-day");
  expect(await read("yesterday, late", midnight - 1, true)).toBe("done");
  const week = 7 * 86_400_000;
  expect(await read("a week ago", nowMs - week, true)).toBe("done");
  expect(await read("before", nowMs - week - 1, true)).toBe("other-day");
  expect(await read("tomorrow", nowMs + 60_001)).toBe("other-day");
  const select = "SELECT body FROM coldevents WHERE kind = 'cold-reading' ORDER BY seq";
  const rows = await cold.tables.tables.rows(select);
  expect(rows.map((row) => JSON.parse(row.text("body")).late ?? false))
    .toEqual([false, false, true, true]);
});

test("C6: a unit that was read out of its limits by hand is shown as not compliant", async () => {
  await using cold = await SiteCold.open();
  const lacks = async () => (await cold.unit()).notCompliant.includes("manual-reading-out");
  for (const [celsius, isOut] of [[8, false], [8.1, true]] as const) {
    await acts.readByHand(cold.node, { id: `${celsius}`, unit: UNIT, celsius }, LI);
    expect(await lacks(), `${celsius}`).toBe(isOut);
  }
});

test("C13: a calibration is of a probe of the site, and of a day that has come", async () => {
  await using cold = await SiteCold.open();
  const calibrate = async (id: string, more: object) => {
    const order = acts.calibrationOrder.parse({
      ...{ id, probe: "probe-1", calibratedOn: day(0), validUntil: day(365) },
      ...{ certificate: "JL-1", points: [{ reference: 5, error: 0.3 }], ...more },
    });
    return said(await acts.calibrate(cold.node, order, LI));
  };
  const day = (behind: number) =>
    new Calendar().dayOf(cold.node.clock.now().wallMs + behind * 86_400_000).date;
  const state = async () => {
    const unit = await reads.unitOf(cold.tables.tables, SITE, UNIT);
    if (unit === null) throw new Error("The unit is not there");
    const view = await unitView(cold.node, unit, new Calendar());
    return view.probes[0].calibration;
  };
  expect(await state()).toBe("never");
  expect(await calibrate("c-1", { probe: "other" })).toBe("no-such-probe");
  expect(await calibrate("c-1", { calibratedOn: day(1) })).toBe("not-yet");
  await expect(calibrate("c-1", { validUntil: day(-1) })).rejects.toThrow("validUntil");
  expect(await calibrate("c-1", {})).toBe("done");
  expect(await state()).toBe("valid");
  expect(await calibrate("c-2", { points: [{ reference: 5, error: 0.6 }] })).toBe("done");
  expect(await state()).toBe("inaccurate");
});

test("a curve keeps the extremes and the faults of each column", () => {
  const samples = range(0, 9999).map((at) =>
    loggerSample(at, at === 5000 ? 12 : at === 6000 ? -1 : at === 7000 ? null : 5)
  );
  const points = downsampled(samples, 0, 10_000, 300);
  expect(points.length).toBeLessThanOrEqual(300);
  expect(points).toEqual(expect.arrayContaining([[5000, 12], [6000, -1], [7000, null]]));
  expect(downsampled(samples.slice(0, 300), 0, 10_000, 300)).toHaveLength(300);
});
