import { describe, expect, test } from "vitest";
import type { Stamp } from "../../../sync/entry.ts";
import { RULES } from "../fixture_cycle.ts";
import { BOOT, START_MS, Story } from "./fixture_supply.ts";
import { biologicalDue, steriliserStanding } from "./steriliser_standing.ts";
import { toldOfSite } from "./told.ts";

const HOUR = 60;

describe("S5 the Bowie-Dick test of the day", () => {
  /** A load of whose day's tests these are all. */
  const after = (tests: (story: Story) => void, more: Record<string, unknown> = {}) => {
    const story = new Story();
    tests(story);
    story.pack("P-1");
    story.load("L-1", ["P-1"], { type: "instruments" });
    story.cycle("C-1", "L-1", "pass", more);
    story.chemical("C-1");
    return story.standing("L-1").needs.find(({ need }) => need === "bowie-dick")?.state;
  };

  test("S5 has to have passed before a pre-vacuum load, on that day in China", () => {
    expect(after(() => {})).toBe("missing");
    expect(after((story) => void story.morning())).toBe("met");
    // 23:50 the evening before, and 00:01 of the day.
    const evening = (minutes: number) =>
      after((story) => {
        story.wait(minutes - 8 * HOUR);
        story.morning();
        story.wait(12 * HOUR);
      });
    expect(evening(-10)).toBe("missing");
    expect(evening(1)).toBe("met");
  });

  test("S5 one that failed keeps all back until another passes, and the last before it counts", () => {
    const failed = (story: Story) => {
      story.morning();
      story.cycle("BD-2", null);
      story.bowieDick("BD-2", "fail");
    };
    expect(after(failed)).toBe("failed");
    expect(after((story) => {
      failed(story);
      story.morning("BD-3");
    })).toBe("met");
  });

  test("S5 a test after the load, of another steriliser, or of a cycle nobody knows is none", () => {
    const story = new Story();
    story.sterilised("L-1", "P-1");
    story.morning();
    expect(story.standing("L-1").open).toEqual(["bowie-dick"]);
    expect(after((other) => {
      other.cycle("BD-1", null, "pass", { steriliser: "S2" });
      other.bowieDick("BD-1", "pass", { steriliser: "S2" });
    })).toBe("missing");
    expect(after((other) => void other.bowieDick("BD-9"))).toBe("missing");
  });

  const wrongCycles: readonly (readonly [string, Record<string, unknown>])[] = [
    ["that failed", { verdict: "fail" }],
    ["by gravity", { method: "gravity" }],
    ["with goods in the chamber", { loadType: "instruments" }],
  ];

  test.each(wrongCycles)("S5 a sheet that came out well of a cycle %s is none", (_what, more) => {
    const sheet = (result: "pass" | "fail") => (story: Story) => {
      story.cycle("BD-1", null, "pass", more);
      story.bowieDick("BD-1", result);
    };
    expect(after(sheet("pass"))).toBe("missing");
    expect(after(sheet("fail"))).toBe("failed");
    expect(after((story) => {
      story.morning("BD-0");
      sheet("pass")(story);
    })).toBe("met");
  });

  test("S5 gravity needs none", () => {
    expect(after(() => {}, { method: "gravity" })).toBeUndefined();
    expect(after(() => {}, { method: null })).toBe("missing");
  });
});

describe("S5 a steriliser", () => {
  const OTHER_BOOT = { bootId: "c".repeat(32), bootMs: 0, clock: "trusted" } as const;
  const present = (wallMs: number, more: Partial<Stamp> = {}) => ({
    now: { ...OTHER_BOOT, wallMs, ...more },
    corrections: [],
  });
  const standing = (story: Story, now = present(story.nowMs)) =>
    steriliserStanding(toldOfSite(story.events), "S1", now, RULES);

  test("S5 that failed a biological test is barred until three in a row have passed", () => {
    const story = new Story();
    const tested = (name: string, result: "pass" | "fail") => {
      story.cycle(name, null);
      return story.biological(name, result);
    };
    const failed = tested("B-1", "fail");
    expect(standing(story).barredBy).toBe(failed);
    tested("B-2", "pass");
    tested("B-3", "pass");
    expect(standing(story).barredBy).toBe(failed);
    const again = tested("B-4", "fail");
    for (const name of ["B-5", "B-6"]) tested(name, "pass");
    expect(standing(story).barredBy).toBe(again);
    tested("B-7", "pass");
    expect(standing(story).barredBy).toBeNull();
  });

  test("S5 is barred by growth whose control did not grow, and freed by no silent test", () => {
    const story = new Story();
    const silent = { controlGrew: false };
    story.cycle("B-1", null);
    const failed = story.biological("B-1", "fail", silent);
    for (const name of ["B-2", "B-3", "B-4"]) {
      story.cycle(name, null);
      story.biological(name, "pass", silent);
    }
    expect(standing(story)).toMatchObject({ barredBy: failed, lastBiologicalMs: null });
    for (const name of ["B-2", "B-3", "B-4"]) story.biological(name);
    expect(standing(story).barredBy).toBeNull();
  });

  test("S5 is due for a biological test after a week, and has its Bowie-Dick test of the day", () => {
    const story = new Story();
    expect(standing(story)).toMatchObject({ isBiologicalOverdue: true, biologicalDueMs: null });
    const testedMs = story.nowMs;
    story.cycle("B-1", null);
    story.biological("B-1");
    story.morning();
    expect(standing(story)).toMatchObject({
      bowieDick: { state: "passed" },
      lastBiologicalMs: testedMs,
      isBiologicalOverdue: false,
    });
    const week = 7 * 24 * 3_600_000;
    const at = (wallMs: number, more = {}) => standing(story, present(wallMs, more));
    expect(at(testedMs + week).isBiologicalOverdue).toBe(false);
    expect(at(testedMs + week + 1).isBiologicalOverdue).toBe(true);
    expect(at(START_MS + 24 * 3_600_000).bowieDick.state).toBe("missing");
    // T12: in the boot in which it was run no wall clock says when, and in another one it is said
    // that the clock is in doubt.
    const bootMs = testedMs - START_MS + week;
    const set = [-100 * week, 0, 100 * week].map((off) => testedMs + off);
    const inBoot = (more: number) =>
      set.map((wallMs) => at(wallMs, { bootId: BOOT, bootMs: bootMs + more, clock: "untrusted" }));
    for (const more of [0, 1]) {
      expect(inBoot(more).map(({ isBiologicalOverdue }) => isBiologicalOverdue))
        .toEqual(set.map(() => more === 1));
      expect(inBoot(more).some(({ isBiologicalInDoubt }) => isBiologicalInDoubt)).toBe(false);
    }
    expect(at(testedMs + 100 * week, { clock: "untrusted" }))
      .toMatchObject({ isBiologicalOverdue: true, isBiologicalInDoubt: true });
  });

  test("S5 of which no test is known is overdue a week after its first cycle, and not before", () => {
    const week = 7 * 24 * 3_600_000;
    const first = { wallMs: START_MS, bootId: BOOT, bootMs: 0, clock: "trusted" } as const;
    const at = (nowMs: number) => biologicalDue(first, present(nowMs), RULES);
    expect(at(START_MS + week)).toMatchObject({ isOverdue: false, isCertain: true });
    expect(at(START_MS + week + 1))
      .toEqual({ dueMs: START_MS + week, isOverdue: true, isCertain: true });
  });
});
