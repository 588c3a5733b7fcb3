import { describe, expect, test } from "vitest";
import type { ClockState, Stamp } from "../../sync/entry.ts";
import { stampAt } from "../../sync/fixtures.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { type DeviceView, deviceView, listDevices } from "./device_list.ts";

const title = { zh: "冷藏箱", en: "Fridge" };
const points = {
  temperature: { zh: "温度", en: "Temperature" },
  "door-open": { zh: "箱门", en: "Door" },
};
const fridge = {
  device: "fridge-1",
  title,
  profile: "vaccine-fridge",
  source: "line-1",
  intervalSeconds: 10,
  points,
};

function reading(point: string, value: unknown, more: object = {}) {
  return { device: "fridge-1", readings: [{ point, value, unit: "", quality: "good", ...more }] };
}

/** A value that came while the clock was in this state. */
async function readingBy(desk: TablesDesk, clock: ClockState): Promise<void> {
  const time = { ...stampAt(0), clock };
  const body = JSON.stringify(reading("temperature", 4));
  await desk.journal.append(
    [{ kind: "entry", stream: "reading", entryKind: "reading", time, body }],
    time,
  );
}

async function site(): Promise<TablesDesk> {
  const desk = await TablesDesk.open({ node: "site-1" });
  await desk.append("catalogue", { title, devices: [fridge] });
  return desk;
}

/** The devices as they are shown `ms` after the test's beginning. */
async function shown(desk: TablesDesk, ms = 0, of: string | null = null): Promise<DeviceView[]> {
  await desk.tables.caughtUp(desk.journal);
  return await listDevices(desk.tables, of, stampAt(ms));
}

describe("G7: a value", () => {
  test.each([
    ["within two intervals and a little for the way", 23_000, 23, false],
    ["after that", 24_000, 24, true],
    ["of yesterday", 86_400_000, 86_400, true],
    ["a little from the future", -5000, 0, false],
    ["from the future", -6000, null, true],
  ])("%s is stale or not, and keeps its own time", async (_when, ms, ageSeconds, stale) => {
    await using desk = await site();
    await desk.append("reading", reading("temperature", 4.2), 0);
    const [{ points: [point] }] = await shown(desk, ms);
    expect(point).toMatchObject({ value: 4.2, ageSeconds, stale });
    expect(point.time).toBe(new Date(stampAt(0).wallMs).toISOString());
  });

  /** The one value as a county shows it `ms` later: the clocks of two boots are compared. */
  async function shownElsewhere(
    desk: TablesDesk,
    ms: number,
    more: Partial<Stamp> = {},
  ): Promise<DeviceView["points"][number]> {
    await desk.tables.caughtUp(desk.journal);
    const now = { ...stampAt(ms), bootId: "another", ...more };
    return (await listDevices(desk.tables, "site-1", now))[0].points[0];
  }

  test.each([
    ["within two intervals", 23_000, 23, false],
    ["after that", 24_000, 24, true],
    ["where the site is ahead by what two kept clocks may differ", -5000, 0, false],
    ["where the site is a day ahead: nobody knows how old it is", -86_400_000, null, true],
  ])("T12: seen from another boot %s is stale or not", async (_when, ms, ageSeconds, stale) => {
    await using desk = await site();
    await desk.append("reading", reading("temperature", 4.2), 0);
    expect(await shownElsewhere(desk, ms)).toMatchObject({ value: 4.2, ageSeconds, stale });
  });

  test.each(["trusted", "holdover", "untrusted"] as const)(
    "T12: seen from another boot is fresh only if somebody vouched for its clock: %s",
    async (clock) => {
      await using desk = await site();
      await readingBy(desk, clock);
      const isKnown = clock !== "untrusted";
      const fresh = { ageSeconds: 1, stale: false };
      const unknown = { ageSeconds: null, stale: true };
      expect(await shownElsewhere(desk, 1000)).toMatchObject(isKnown ? fresh : unknown);
      // In its own boot no wall clock is asked.
      expect((await shown(desk, 1000))[0].points).toMatchObject([fresh]);
      expect(await shownElsewhere(desk, 1000, { clock: "holdover" }))
        .toMatchObject(isKnown ? fresh : unknown);
      expect(await shownElsewhere(desk, 1000, { clock: "untrusted" })).toMatchObject(unknown);
      expect(await listDevices(desk.tables, null, { ...stampAt(1000), clock: "untrusted" }))
        .toMatchObject([{ points: [fresh] }]);
    },
  );

  test("of which changes are stored is stale after the heartbeat too, or when it is silent", async () => {
    await using desk = await TablesDesk.open({ node: "site-1" });
    const about = { ...fridge, heartbeats: { temperature: 60 } };
    await desk.append("catalogue", { title, devices: [about] });
    await desk.append("reading", reading("temperature", 4.2), 0);
    const staleAt = async (ms: number) => (await shown(desk, ms))[0].points[0].stale;
    expect([await staleAt(83_000), await staleAt(84_000)]).toEqual([false, true]);
    await desk.append("no-data", { device: "fridge-1", silentSeconds: 23 }, 30_000, "alarm");
    const [silent] = await shown(desk, 31_000);
    expect(silent.silentSince).toBe(new Date(stampAt(30_000).wallMs).toISOString());
    expect(silent.points[0].stale).toBe(true);
    await desk.append("data-again", { device: "fridge-1", silentSeconds: 9 }, 40_000, "alarm");
    expect((await shown(desk, 41_000))[0].silentSince).toBeNull();
    expect(await staleAt(41_000)).toBe(false);
  });

  test("of an enumeration has the label that the profile gives it", async () => {
    await using desk = await TablesDesk.open({ node: "site-1" });
    const open = { zh: "开", en: "open" };
    const about = { ...fridge, labels: { "door-open": { 1: open } } };
    await desk.append("catalogue", { title, devices: [about] });
    await desk.append("reading", reading("door-open", 1), 0);
    expect((await shown(desk))[0].points[0]).toMatchObject({ value: 1, label: open });
    await desk.append("reading", reading("door-open", 2), 1000);
    expect((await shown(desk))[0].points[0]).toMatchObject({ value: 2, label: null });
  });

  test("of a point with an interval of its own is stale by that one", async () => {
    await using desk = await TablesDesk.open({ node: "site-1" });
    const pointIntervals = { temperature: 2, "door-open": 100 };
    await desk.append("catalogue", { title, devices: [{ ...fridge, pointIntervals }] });
    await desk.append("reading", reading("temperature", 4.2), 0);
    await desk.append("reading", reading("door-open", false), 0);
    const stale = async (ms: number) => (await shown(desk, ms))[0].points.map(({ stale }) => stale);
    expect(await stale(7000)).toEqual([false, false]);
    expect(await stale(8000)).toEqual([true, false]);
    expect(await stale(204_000)).toEqual([true, true]);
  });

  test.each([
    ["is not told yet", []],
    ["is not configured any more", [[fridge], [{ ...fridge, device: "fridge-2" }]]],
    ["is described as a later version does", [[{ device: "fridge-1", title: "冷藏箱" }]]],
  ])("of a device whose interval %s is stale: nothing vouches for it", async (_why, catalogues) => {
    await using desk = await TablesDesk.open({ node: "site-1" });
    for (const devices of catalogues) await desk.append("catalogue", { title, devices });
    await desk.append("reading", reading("temperature", 4.2), 0);
    const { points: [point] } = (await shown(desk))[0];
    expect(point).toMatchObject({ value: 4.2, ageSeconds: 0, stale: true, title: null });
  });

  test("of a fault is none, and says why", async () => {
    await using desk = await site();
    const fault = { quality: "fault", reason: "32767 tells a fault" };
    await desk.append("reading", reading("temperature", null, fault));
    const [{ points: [point] }] = await shown(desk);
    expect(point).toMatchObject({ value: null, quality: "fault", reason: "32767 tells a fault" });
  });

  test("has the state of the clock it was stamped by", async () => {
    await using desk = await site();
    await readingBy(desk, "untrusted");
    const [{ points: [point] }] = await shown(desk);
    expect(point.clock).toBe("untrusted");
  });

  test.each([false, "关", 0, -12.5])("%j reads back as what it was", async (value) => {
    await using desk = await site();
    await desk.append("reading", reading("temperature", value));
    const [{ points: [point] }] = await shown(desk);
    expect(point.value).toBe(value);
  });

  test("of a moment that no date can tell does not hide all the others", async () => {
    await using desk = await site();
    await desk.append("reading", reading("temperature", 4), Number.MAX_SAFE_INTEGER - 2e12);
    await desk.append("reading", reading("door-open", true));
    const [device] = await shown(desk);
    expect(device.points.map(({ point, time }) => [point, time !== ""])).toEqual([
      ["temperature", false],
      ["door-open", true],
    ]);
  });
});

describe("a device", () => {
  test("is shown as its site describes it, with its points in the profile's order", async () => {
    await using desk = await site();
    await desk.append("reading", reading("vibration", 1));
    await desk.append("reading", reading("door-open", false));
    await desk.append("reading", reading("temperature", 4.2, { unit: "Cel" }));
    await desk.append("state", { device: "fridge-1", state: "online", reason: "it answers" }, 500);
    const devices = await shown(desk);
    expect(devices).toMatchObject([{
      site: "site-1",
      device: "fridge-1",
      title,
      profile: "vaccine-fridge",
      source: "line-1",
      intervalSeconds: 10,
      configured: true,
      state: "online",
      reason: "it answers",
      since: new Date(stampAt(500).wallMs).toISOString(),
    }]);
    expect(devices[0].points.map(({ point, title }) => [point, title?.zh])).toEqual([
      ["temperature", "温度"],
      ["door-open", "箱门"],
      ["vibration", undefined],
    ]);
    for (const device of devices) expect(deviceView.parse(device)).toEqual(device);
  });

  test("that is offline keeps its last value, with its age", async () => {
    await using desk = await site();
    await desk.append("reading", reading("temperature", 4.2), 0);
    await desk.append("state", { device: "fridge-1", state: "offline", reason: "no answer" }, 9000);
    const [device] = await shown(desk, 60_000);
    expect(device).toMatchObject({ state: "offline", reason: "no answer" });
    expect(device.points).toMatchObject([{ value: 4.2, ageSeconds: 60, stale: true }]);
  });

  test("that the site does not know any more is told from one that it does", async () => {
    await using desk = await site();
    await desk.append("reading", reading("temperature", 4.2));
    await desk.append("catalogue", { title, devices: [{ ...fridge, device: "fridge-2" }] });
    const devices = await shown(desk);
    expect(devices.map(({ device, configured }) => [device, configured])).toEqual([
      ["fridge-1", false],
      ["fridge-2", true],
    ]);
  });

  test("whose description is not understood is shown without it", async () => {
    await using desk = await TablesDesk.open({ node: "site-1" });
    await desk.append("catalogue", { title, devices: [{ device: "fridge-1", title: "冷藏箱" }] });
    await desk.append("reading", reading("temperature", 4.2));
    const [device] = await shown(desk);
    // It is there all the same: that is no reason to call it gone.
    expect(device).toMatchObject({ title: null, configured: true, points: [{ value: 4.2 }] });
  });

  test("of one site is listed alone, or with those of all", async () => {
    await using county = await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
    for (const node of ["site-1", "site-2"]) {
      await using desk = await TablesDesk.open({ node });
      await desk.append("reading", reading("temperature", 4.2));
      await desk.handOver(county);
    }
    const names = (devices: DeviceView[]) => devices.map(({ site, device }) => `${site} ${device}`);
    expect(names(await shown(county))).toEqual(["site-1 fridge-1", "site-2 fridge-1"]);
    expect(names(await shown(county, 0, "site-2"))).toEqual(["site-2 fridge-1"]);
    expect(names(await shown(county, 0, "site-3"))).toEqual([]);
  });
});
