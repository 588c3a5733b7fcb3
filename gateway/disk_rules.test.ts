import { describe, expect, test } from "vitest";
import {
  daysLeft,
  decideDisk,
  type DiskAction,
  type DiskRules,
  type DiskState,
  Growth,
  refuses,
} from "./disk_rules.ts";

const RULES: DiskRules = {
  alarmPercent: 80,
  refuseReadingsPercent: 95,
  refuseRecordsPercent: 97,
  releasePercent: 2,
};
const GB = 1e9;

function used(percent: number, reserveLackingBytes = 0) {
  return { freeBytes: GB * (1 - percent / 100), totalBytes: GB, reserveLackingBytes };
}

describe("T4: what a share of the disk in use leads to", () => {
  const told = (from: DiskState, to: DiskState): DiskAction[] => [{ kind: "tell", from, to }];
  const cases: [from: DiskState, percent: number, to: DiskState][] = [
    ["ok", 0, "ok"],
    ["ok", 79.9, "ok"],
    ["ok", 80, "filling"],
    ["ok", 94.9, "filling"],
    ["ok", 95, "refusing-readings"],
    ["ok", 97, "refusing-records"],
    ["ok", 100, "refusing-records"],
    ["filling", 78.1, "filling"],
    ["filling", 77.9, "ok"],
    ["filling", 95, "refusing-readings"],
    ["refusing-readings", 93.1, "refusing-readings"],
    ["refusing-readings", 92.9, "filling"],
    ["refusing-readings", 78.5, "filling"],
    ["refusing-readings", 77, "ok"],
    ["refusing-readings", 97, "refusing-records"],
    ["refusing-records", 95.1, "refusing-records"],
    ["refusing-records", 94.5, "refusing-readings"],
    ["refusing-records", 10, "ok"],
  ];
  test.each(cases)("%s, at %d %% in use: %s", (from, percent, to) => {
    const decision = decideDisk(used(percent), from, RULES);
    expect(decision).toEqual({ state: to, actions: from === to ? [] : told(from, to) });
  });

  test("what goes to and fro around a threshold is told once", () => {
    let state: DiskState = "ok";
    const tellings: DiskAction[] = [];
    for (let round = 0; round < 100; round++) {
      const decision = decideDisk(used(round % 2 === 0 ? 80.5 : 78.5), state, RULES);
      state = decision.state;
      tellings.push(...decision.actions);
    }
    expect(tellings).toEqual(told("ok", "filling"));
  });

  test("a reserve that was given up comes back only where that refuses nobody again", () => {
    const restore = { kind: "restore-reserve" };
    expect(decideDisk(used(50, GB / 10), "ok", RULES).actions).toEqual([restore]);
    expect(decideDisk(used(85, GB / 10), "filling", RULES).actions).toEqual([]);
    expect(decideDisk(used(82, GB / 10), "filling", RULES).actions).toEqual([restore]);
    expect(decideDisk(used(82, 0), "filling", RULES).actions).toEqual([]);
  });

  test("a file system without any room counts as full", () => {
    const sample = { freeBytes: 0, totalBytes: 0, reserveLackingBytes: 0 };
    expect(decideDisk(sample, "ok", RULES).state).toBe("refusing-records");
  });
});

test("G2: readings are refused first, then records; alarms and audit never", () => {
  const streams = ["alarm", "record", "reading", "audit"] as const;
  const taken = (state: DiskState) => streams.filter((stream) => !refuses(state, stream));
  expect(taken("ok")).toEqual(streams);
  expect(taken("filling")).toEqual(streams);
  expect(taken("refusing-readings")).toEqual(["alarm", "record", "audit"]);
  expect(taken("refusing-records")).toEqual(["alarm", "audit"]);
});

const HOUR_MS = 3_600_000;

describe("T4: the forecast", () => {
  test("nothing is said before enough was watched", () => {
    const growth = new Growth(24 * HOUR_MS, 10 * 60_000);
    expect(growth.aDay()).toBeNull();
    growth.add(0, 0);
    expect(growth.aDay()).toBeNull();
    growth.add(9 * 60_000, 1e6);
    expect(growth.aDay()).toBeNull();
    growth.add(10 * 60_000, 1e6);
    expect(growth.aDay()).toBeCloseTo(144e6);
  });

  test("only the window counts: an hour of back-fill is forgotten after a day", () => {
    const growth = new Growth(24 * HOUR_MS, 10 * 60_000);
    let bytes = 0;
    for (let minute = 0; minute <= 60 * 50; minute++) {
      growth.add(minute * 60_000, bytes);
      bytes += minute < 60 ? 1e6 : 1e3;
    }
    expect(growth.aDay()).toBeCloseTo(1.44e6, -4);
  });

  test("looks every second cost no memory, and the slow beat shows through them", () => {
    const growth = new Growth(24 * HOUR_MS, 10 * 60_000);
    for (let second = 0; second <= 30 * 3600; second++) {
      growth.add(second * 1000, Math.floor(second / 3600) * 5e5);
    }
    expect(growth.aDay()).toBeGreaterThan(11.4e6);
    expect(growth.aDay()).toBeLessThan(12.6e6);
  });

  test.each([
    ["a month and more", 20, 10e6, 75],
    ["hours", 90, 500e6, 0.1],
    ["none left", 96, 1e6, 0],
    ["no growth, no date", 50, 0, null],
    ["growth not known yet", 50, null, null],
  ])("days until readings are refused: %s", (_, percent, bytesADay, days) => {
    const left = daysLeft(used(percent), bytesADay, RULES);
    if (days === null) expect(left).toBeNull();
    else expect(left).toBeCloseTo(days, 6);
  });
});
