import { expect, test } from "vitest";
import { SITE, UNIT } from "../life/fixture_life.ts";
import * as reads from "../record/cold_reads.ts";
import { presetOf } from "../rules/presets.ts";
import { Calendar } from "../series/calendar.ts";
import { rulesOf } from "../series/fixture_series.ts";
import { MINUTE_MS, SiteCold, times } from "./fixture_cold_desk.ts";
import { Previews } from "./preview.ts";
import { previewOrder } from "./preview_routes.ts";

/** A fridge of the strict rules, 59 minutes too warm after more values than a part has. */
async function warmed(): Promise<SiteCold> {
  const cold = await SiteCold.open();
  await cold.reads(1, [...times(300, 5), ...times(59, 9), ...times(5, 5)]);
  await cold.look(365);
  return cold;
}

async function question(cold: SiteCold, preset: string, days = 90) {
  const unit = await reads.unitOf(cold.tables.tables, SITE, UNIT);
  if (unit === null) throw new Error("The unit is not there");
  return { unit, asked: { rules: rulesOf(preset), days, nowMs: cold.node.clock.now().wallMs } };
}

test("C2: other rules are tried on the values that came, beside those that count", async () => {
  await using cold = await warmed();
  const previews = new Previews(cold.tables.tables, new Calendar());
  const { unit, asked } = await question(cold, "platform");
  const [{ probe, from, samples, present, wanted }] = await previews.make(unit, asked) ?? [];
  const firstMs = cold.node.clock.now().wallMs - 364 * MINUTE_MS;
  expect([probe, samples, Date.parse(from ?? "")]).toEqual(["probe-1", 364, firstMs]);
  // 59 minutes are no alarm of 60, and one of 30.
  expect(present).toMatchObject({ alarms: 0, minutesAbove: 59, minutesBelow: 0 });
  expect(wanted).toMatchObject({ alarms: 1, minutesAbove: 59 });
  expect(wanted.listed).toMatchObject([{ rule: "platform-high", level: 1, worst: 9 }]);
  expect(await cold.episodes()).toEqual([]);
});

test("C2: while one preview is made the node does other work, and no second one", async () => {
  await using cold = await warmed();
  const previews = new Previews(cold.tables.tables, new Calendar());
  const { unit, asked } = await question(cold, "who-30-day");
  let turns = 0;
  let isDone = false;
  const first = previews.make(unit, asked).finally(() => isDone = true);
  expect(await previews.make(unit, asked)).toBeNull();
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  expect(turns).toBeGreaterThan(1);
  expect((await first)?.[0].wanted.alarms).toBe(0);
  expect(await previews.make(unit, asked)).not.toBeNull();
});

test("C2: a preview is of a preset or of rules, and of 90 days at most", () => {
  const rules = presetOf("strict")?.rules;
  const isRead = (order: object) => previewOrder.safeParse(order).success;
  expect(isRead({ preset: "strict", days: 90 })).toBe(true);
  expect(isRead({ rules })).toBe(true);
  expect(isRead({ preset: "strict", days: 91 })).toBe(false);
  expect(isRead({ preset: "strict", rules })).toBe(false);
  expect(isRead({})).toBe(false);
});
