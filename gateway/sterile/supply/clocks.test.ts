import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Stamp } from "../../../sync/entry.ts";
import { RULES } from "../fixture_cycle.ts";
import { packedAfter } from "./behind.ts";
import { shuffled, START_MS, Story } from "./fixture_supply.ts";
import { loadStanding } from "./load_standing.ts";
import { recallsOf } from "./recall.ts";
import { steriliserStanding } from "./steriliser_standing.ts";
import { toldOfSite } from "./told.ts";

const HOUR_MS = 3_600_000;
const BOOTS = ["b", "c", "d"].map((letter) => letter.repeat(32));

/** Hours since a boot, and since the start of the day by the wall clock. */
function stamp(boot: number, bootHours: number, wallHours: number): Stamp {
  const [bootMs, wallMs] = [bootHours * HOUR_MS, START_MS + wallHours * HOUR_MS];
  return { bootId: BOOTS[boot], bootMs, wallMs, clock: "trusted" };
}

const presentOf = (now: Stamp) => ({ now, corrections: [] });

/** A cycle at a moment of which its entry is, too, and its place among all. */
function ran(
  at: Stamp,
  seq: number,
  more: { readonly life?: number; readonly origin?: string } = {},
) {
  const { clock: _clock, ...started } = at;
  const { life = 1, origin = `site-017.${life}-${"0".repeat(16)}` } = more;
  return { at, origin, started, upTo: { life, seq } };
}

type Ran = ReturnType<typeof ran>;

/** A story whose cycles ran when a test says. */
class Clocks extends Story {
  ranAt(cycle: string, load: string | null, { at, origin, ...body }: Ran): this {
    this.cycle(cycle, load, "pass", body);
    const last = this.events.length - 1;
    const place = `${origin}/record/${last + 1}`;
    this.events[last] = { ...this.events[last], place, time: at };
    return this;
  }

  loaded(cycle: string, when: Ran): this {
    this.pack("P-1");
    this.load("L-1", ["P-1"]);
    this.ranAt(cycle, "L-1", when);
    this.chemical(cycle);
    return this;
  }
}

describe("S5 a Bowie-Dick test is of the day", () => {
  const needAfter = (tested: Ran, loaded: Ran, result: "pass" | "fail" = "pass") => {
    const story = new Clocks().ranAt("BD-1", null, tested);
    story.bowieDick("BD-1", result);
    story.loaded("C-1", loaded);
    const found = story.standing("L-1").needs.find(({ need }) => need === "bowie-dick");
    return [found?.state, found?.inDoubt?.length ?? 0];
  };

  test("S5 by the boot-time clock, to whatever the wall clock was set in between", () => {
    // Of 08:00; a load of 10:00 has it up to the midnight of ten hours before.
    const tested = ran(stamp(0, 0, 0), 10);
    const after = (hours: number) => needAfter(tested, ran(stamp(0, hours, 2), 20));
    expect([2, 9, 10, 10.01, 26].map(after)).toEqual([
      ["met", 0],
      ["met", 0],
      ["met", 0],
      ["missing", 0],
      ["missing", 0],
    ]);
    // Set forward by a year or from 1970: two hours are two hours.
    for (const wall of [365 * 24, 20 * 365 * 24]) {
      expect(needAfter(tested, ran(stamp(0, 2, wall + 2), 20))).toEqual(["met", 0]);
    }
  });

  test("S5 by wall clocks that are believed where the machine was off, else nobody knows", () => {
    const tested = ran(stamp(0, 1, 0), 10);
    const later = (wallHours: number, more: Partial<Stamp> = {}) =>
      needAfter(tested, ran({ ...stamp(1, 0.5, wallHours), ...more }, 20));
    expect(later(2)).toEqual(["met", 0]);
    expect(later(24)).toEqual(["missing", 0]);
    expect(later(2, { clock: "holdover" })).toEqual(["met", 0]);
    expect(later(2, { clock: "untrusted" })).toEqual(["missing", 1]);
    // Half an hour after the machine started it cannot be a quarter of one ago, or to come.
    expect(later(0.5)).toEqual(["met", 0]);
    expect(later(0.25)).toEqual(["missing", 1]);
    expect(later(-1)).toEqual(["missing", 1]);
    const untrusted = ran({ ...stamp(0, 1, 0), clock: "untrusted" }, 10);
    expect(needAfter(untrusted, ran(stamp(1, 0.5, 2), 20))).toEqual(["missing", 1]);
  });

  test("S5 one that failed counts, whenever it was, until another has passed behind it", () => {
    const failed = ran({ ...stamp(0, 1, -50), clock: "untrusted" }, 10);
    const loaded = ran(stamp(1, 2, 2), 20);
    expect(needAfter(failed, loaded, "fail")).toEqual(["failed", 0]);
    const story = new Clocks().ranAt("BD-1", null, failed);
    story.bowieDick("BD-1", "fail");
    story.ranAt("BD-2", null, ran(stamp(1, 1, 1), 15)).bowieDick("BD-2");
    story.loaded("C-1", loaded);
    expect(story.standing("L-1").state).toBe("ready");
  });

  test("S5 one behind the load by its place is none of it, whatever clocks say", () => {
    const tested = ran(stamp(0, 3, -1), 30);
    expect(needAfter(tested, ran(stamp(0, 2, 2), 20))).toEqual(["missing", 0]);
  });

  test("S5 of another box with a life of the same number nobody knows what came first", () => {
    const twin = { origin: `site-017.1-${"f".repeat(16)}` };
    const loaded = ran(stamp(0, 2, 2), 20);
    expect(needAfter(ran(stamp(1, 1, 1), 10, twin), loaded)).toEqual(["missing", 1]);
    expect(needAfter(ran(stamp(1, 1, 1), 10, twin), loaded, "fail")).toEqual(["failed", 0]);
  });
});

describe("S5 a biological test that failed", () => {
  /** It passed a week ago, failed today by a clock that was so wrong, and passed once since. */
  const failedAt = (wrongHours: number) => {
    const story = new Clocks().ranAt("B-0", null, ran(stamp(0, 0, -168), 10));
    story.biological("B-0");
    story.ranAt("B-1", null, ran(stamp(1, 0, wrongHours), 20));
    const failed = story.biological("B-1", "fail");
    story.ranAt("BD-1", null, ran(stamp(2, 0.5, 23.5), 25)).bowieDick("BD-1");
    story.loaded("C-1", ran(stamp(2, 1, 24), 30));
    story.ranAt("B-2", null, ran(stamp(2, 2, 25), 40)).biological("B-2");
    return { story, failed };
  };
  const nowOf = (story: Story) =>
    steriliserStanding(toldOfSite(story.events), "S1", presentOf(stamp(2, 4, 27)), RULES);

  test.each([0, 365 * 24, 24.5, -365 * 24])(
    "S5 bars until three passed behind it, and reaches to what ran: its clock was %d h wrong",
    (wrongHours) => {
      const { story, failed } = failedAt(wrongHours);
      expect(nowOf(story).barredBy).toBe(failed);
      expect(story.standing("L-1")).toMatchObject({ state: "refused", open: ["steriliser"] });
      for (const [index, name] of ["B-3", "B-4"].entries()) {
        expect(nowOf(story).barredBy).toBe(failed);
        story.ranAt(name, null, ran(stamp(2, 3, 26), 50 + index)).biological(name);
      }
      expect(nowOf(story).barredBy).toBeNull();
    },
  );

  test("S5 calls back what was released, in whatever order entries come", () => {
    const { story, failed } = failedAt(365 * 24);
    const events = story.events.filter(({ body }) => body.id !== failed);
    const before = toldOfSite(events);
    const seen = loadStanding(before, "L-1", RULES)?.needs.flatMap(({ by }) => by) ?? [];
    story.release("L-1", seen);
    const standingOf = (told: ReturnType<typeof toldOfSite>) => ({
      state: loadStanding(told, "L-1", RULES)?.state,
      recalls: recallsOf(told, RULES).map(({ cause, because }) => [cause, ...because]),
    });
    const whole = standingOf(toldOfSite(story.events));
    expect(whole).toEqual({ state: "recalled", recalls: [["biological-failed", failed]] });
    fc.assert(fc.property(shuffled(story.events), (mixed) => {
      expect(standingOf(toldOfSite(mixed))).toEqual(whole);
    }));
  });

  test("S5 bars where nobody knows whether the passes were behind it", () => {
    const twin = { origin: `site-017.1-${"f".repeat(16)}` };
    const story = new Clocks().ranAt("B-1", null, ran(stamp(1, 0, 0), 5, twin));
    const failed = story.biological("B-1", "fail");
    for (const [index, name] of ["B-2", "B-3", "B-4"].entries()) {
      story.ranAt(name, null, ran(stamp(0, index, index), 10 + index)).biological(name);
    }
    expect(nowOf(story).barredBy).toBe(failed);
  });

  test("S5 one that passed ages by the boot-time clock, and is in doubt where nobody knows when it was", () => {
    const story = new Clocks().ranAt("B-1", null, ran(stamp(0, 0, 365 * 24), 10));
    story.biological("B-1");
    const at = (boot: number, hours: number) =>
      steriliserStanding(
        toldOfSite(story.events),
        "S1",
        presentOf(stamp(boot, hours, hours)),
        RULES,
      );
    expect(at(0, 168).isBiologicalOverdue).toBe(false);
    expect(at(0, 168.01).isBiologicalOverdue).toBe(true);
    expect(at(1, 1).isBiologicalInDoubt).toBe(true);
  });
});

describe("S5 what was packed after a cycle began", () => {
  const moment = stamp(0, 1, 1);
  /** Packed at one moment; the cycle began an hour after the boot. */
  const isLate = (packed: Stamp, bootId: string) => {
    const story = new Story();
    story.pack("P-1");
    story.events[0] = { ...story.events[0], time: packed };
    const began = { moment, bootId, by: null };
    return packedAfter(toldOfSite(story.events), ["P-1"], began).length === 1;
  };

  test("S5 is not of it, by the boot-time clock", () => {
    const hourMs = 1 / HOUR_MS;
    for (const wall of [-24, 0, 24]) {
      expect([1 - hourMs, 1, 1 + hourMs].map((at) => isLate(stamp(0, at, wall), BOOTS[0])))
        .toEqual([false, false, true]);
    }
  });

  test("S5 is of it where the machine was off before it, and late where nobody knows", () => {
    expect(isLate(stamp(1, 5, 2), BOOTS[0])).toBe(false);
    expect(isLate(stamp(1, 5, 0), BOOTS[1])).toBe(true);
    expect(isLate(stamp(1, 5, 0), BOOTS[2])).toBe(true);
  });

  test("S5 is late where it was written behind its judgement", () => {
    const story = new Clocks().ranAt("C-1", null, ran(moment, 10));
    story.pack("P-1");
    const [judged, packed] = story.events;
    story.events[1] = { ...packed, time: stamp(1, 0, 0) };
    const told = toldOfSite(story.events);
    const began = { moment, bootId: moment.bootId, by: judged };
    expect(packedAfter(told, ["P-1"], began)).toEqual(["P-1"]);
  });
});

test("S5 of two entries of one node the later one counts as the newer, to whatever clocks were set", () => {
  const story = new Story();
  story.pack("P-1");
  story.issue("P-1", "手术室");
  story.wait(-24 * 60);
  story.issue("P-1", "口腔科");
  const told = toldOfSite(story.events.toReversed());
  expect(told.issuesOfPack.get("P-1")?.map(({ body }) => body.place)).toEqual(["手术室", "口腔科"]);
});
