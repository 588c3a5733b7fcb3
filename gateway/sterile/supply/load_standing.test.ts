import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RULES } from "../fixture_cycle.ts";
import { shuffled, START_MS, Story } from "./fixture_supply.ts";
import { loadStanding } from "./load_standing.ts";
import { packTrace, patientTrace } from "./pack_trace.ts";
import { steriliserStanding } from "./steriliser_standing.ts";
import { toldOfSite } from "./told.ts";

const HOUR = 60;

/** A morning's test, and a load that all speaks for. */
function readyOne(more: Record<string, unknown> = {}) {
  const story = new Story();
  const bowieDick = story.morning();
  const proofs = [bowieDick, ...story.sterilised("L-1", "P-1", more)];
  return { story, proofs };
}

describe("S5 a load is released by two persons", () => {
  test("S5 it goes from loaded to released, and each step is by another", () => {
    const story = new Story();
    const bowieDick = story.morning();
    story.pack("P-1");
    story.load("L-1", ["P-1"]);
    expect(story.standing("L-1")).toMatchObject({ state: "loaded", open: ["cycle", "chemical"] });
    const judged = story.cycle("C-1", "L-1");
    expect(story.standing("L-1")).toMatchObject({ state: "waiting", open: ["chemical"] });
    const seen = [bowieDick, judged, story.chemical("C-1")];
    expect(story.standing("L-1")).toMatchObject({ state: "ready", open: [] });
    const check = story.step("check", "L-1", "N-1", seen);
    expect(story.standing("L-1").state).toBe("checked");
    story.step("release", "L-1", "N-2", [...seen, check]);
    const { state, released, idle } = story.standing("L-1");
    expect(state).toBe("released");
    expect([released?.check?.by.id, released?.release.by.id]).toEqual(["N-1", "N-2"]);
    expect(idle).toEqual([]);
  });

  test("S5 one person is not two, whatever the order", () => {
    const { story, proofs } = readyOne();
    const check = story.step("check", "L-1", "N-1", proofs);
    const release = story.step("release", "L-1", "N-1", [...proofs, check]);
    expect(story.standing("L-1").state).toBe("checked");
    expect(story.standing("L-1").idle).toContainEqual({
      id: release,
      why: { kind: "needs-another-person" },
    });
  });

  test("S5 the second has to have seen the first: two who did not know of each other are none", () => {
    const { story, proofs } = readyOne();
    story.step("check", "L-1", "N-1", proofs);
    story.step("release", "L-1", "N-2", proofs);
    expect(story.standing("L-1").state).toBe("checked");
  });

  test("S5 what its person had not seen is not proved to him", () => {
    const { story, proofs: [bowieDick, judged, chemical] } = readyOne();
    const blind = story.step("check", "L-1", "N-1", [bowieDick, judged]);
    expect(story.standing("L-1")).toMatchObject({
      state: "ready",
      idle: [{ id: blind, why: { kind: "unproved", needs: ["chemical"] } }],
    });
    const check = story.step("check", "L-1", "N-1", [bowieDick, judged, chemical]);
    story.step("release", "L-1", "N-2", [check, bowieDick, chemical]);
    expect(story.standing("L-1").state).toBe("checked");
  });
});

describe("S5 what keeps a load from being released", () => {
  const refusals: readonly (readonly [string, (story: Story) => void, string[]])[] = [
    ["its cycle failed", (story) => {
      story.cycle("C-L-1", "L-1", "fail");
    }, ["cycle"]],
    ["a judgement that knows more is undetermined", (story) => {
      story.cycle("C-L-1", "L-1", "undetermined", { upTo: { life: 1, seq: 1001 } });
    }, ["cycle"]],
    ["a chemical indicator failed", (story) => {
      story.chemical("C-L-1", "fail");
    }, ["chemical"]],
    ["it lay in two cycles", (story) => {
      story.cycle("C-9", "L-1");
    }, ["cycle"]],
    ["a biological indicator failed", (story) => {
      story.biological("C-L-1", "fail");
    }, ["steriliser"]],
  ];

  test.each(refusals)(
    "S5 %s: refused, and called back where it was released",
    (_what, add, open) => {
      const { story, proofs } = readyOne();
      const held = new Story();
      held.events.push(...story.events);
      add(held.wait(100));
      expect(held.standing("L-1")).toMatchObject({ state: "refused", open });
      story.release("L-1", proofs);
      add(story.wait(100));
      expect(story.standing("L-1")).toMatchObject({ state: "recalled", open });
    },
  );

  test("S5 a judgement that knows less changes nothing, and one that failed stands", () => {
    const { story, proofs } = readyOne();
    story.cycle("C-L-1", "L-1", "undetermined", { upTo: { life: 1, seq: 999 } });
    story.release("L-1", proofs);
    expect(story.standing("L-1").state).toBe("released");
    story.cycle("C-L-1", "L-1", "fail", { upTo: { life: 1, seq: 5 } });
    expect(story.standing("L-1").state).toBe("recalled");
  });

  test("S1 S5 a cycle that was judged as another load proves nothing of this one", () => {
    const story = new Story();
    story.morning();
    story.pack("P-1");
    story.load("L-1", ["P-1"], { type: "dressings" });
    story.cycle("C-1", "L-1");
    story.chemical("C-1");
    expect(story.standing("L-1")).toMatchObject({ state: "waiting", open: ["cycle"] });
    story.cycle("C-1", "L-1", "pass", { loadType: "dressings", upTo: { life: 1, seq: 2000 } });
    expect(story.standing("L-1").state).toBe("ready");
  });

  test("S5 a pack of which nobody said what it is might be an implant: it waits", () => {
    const story = new Story();
    story.morning();
    story.load("L-1", ["P-1", "P-2"]);
    story.pack("P-1");
    story.cycle("C-1", "L-1");
    story.chemical("C-1");
    expect(story.standing("L-1").open).toEqual(["packs"]);
    story.pack("P-2");
    expect(story.standing("L-1").state).toBe("ready");
  });
});

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

  test("S5 gravity needs none", () => {
    expect(after(() => {}, { method: "gravity" })).toBeUndefined();
    expect(after(() => {}, { method: null })).toBe("missing");
  });
});

describe("S5 implants", () => {
  const implant = { implant: true, title: "锁定钢板" };

  test("S5 are released only after the biological result", () => {
    const { story, proofs } = readyOne(implant);
    expect(story.standing("L-1")).toMatchObject({ state: "waiting", open: ["biological"] });
    story.release("L-1", proofs);
    expect(story.standing("L-1")).toMatchObject({ state: "waiting", released: null });
    const grown = story.wait(48 * HOUR).biological("C-L-1");
    story.release("L-1", proofs);
    expect(story.standing("L-1").released).toBeNull();
    story.release("L-1", [...proofs, grown]);
    expect(story.standing("L-1").state).toBe("released");
  });

  test("S5 a biological indicator whose control did not grow says nothing", () => {
    const { story } = readyOne(implant);
    story.biological("C-L-1", "pass", { controlGrew: false });
    expect(story.standing("L-1").open).toEqual(["biological"]);
  });

  test("S5 in an emergency a class-5 indicator in a test pack lets them out, and it is traced", () => {
    const { story, proofs } = readyOne(implant);
    const emergency = { emergency: { reason: "急诊开放性骨折" } };
    const wrong = [
      story.chemical("C-L-1", "pass", { class: 4, place: "pcd" }),
      story.chemical("C-L-1", "pass", { class: 6, place: "pcd" }),
      story.chemical("C-L-1", "pass", { class: 5, place: "inside" }),
    ];
    story.release("L-1", [...proofs, ...wrong], emergency);
    expect(story.standing("L-1").released).toBeNull();
    const five = story.chemical("C-L-1", "pass", { class: 5, place: "pcd" });
    story.release("L-1", [...proofs, five]);
    expect(story.standing("L-1").released).toBeNull();
    story.release("L-1", [...proofs, five], emergency);
    const early = story.standing("L-1");
    expect(early).toMatchObject({ state: "released-early", open: ["biological"] });
    expect(early.released?.release.emergency?.reason).toBe("急诊开放性骨折");
    story.use("P-1", "patient-7");
    story.wait(48 * HOUR).biological("C-L-1");
    const late = story.standing("L-1");
    expect(late.state).toBe("released");
    expect(late.released?.isEarly).toBe(true);
  });

  test("S5 an emergency's biological result that fails calls them back, patient included", () => {
    const { story, proofs } = readyOne(implant);
    const five = story.chemical("C-L-1", "pass", { class: 5, place: "pcd" });
    story.release("L-1", [...proofs, five], { emergency: { reason: "急诊" } });
    story.use("P-1", "patient-7");
    story.wait(24 * HOUR).biological("C-L-1", "fail");
    expect(story.standing("L-1").state).toBe("recalled");
    const [trace] = patientTrace(toldOfSite(story.events), "patient-7", RULES);
    expect(trace).toMatchObject({ pack: "P-1", loads: [{ state: "recalled" }] });
    expect(trace.loads[0].cycle?.cycle).toBe("C-L-1");
  });

  test("S5 an emergency is none for what is no implant: it needs what it needs", () => {
    const { story, proofs } = readyOne();
    story.release("L-1", proofs, { emergency: { reason: "急用" } });
    expect(story.standing("L-1").state).toBe("released");
  });
});

describe("S5 a steriliser", () => {
  const nowOf = (story: Story) => ({ wallMs: story.nowMs, bootId: "c".repeat(32), bootMs: 0 });
  const standing = (story: Story) =>
    steriliserStanding(toldOfSite(story.events), "S1", nowOf(story), RULES);

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
    const at = (wallMs: number) =>
      steriliserStanding(toldOfSite(story.events), "S1", { ...nowOf(story), wallMs }, RULES);
    expect(at(testedMs + week).isBiologicalOverdue).toBe(false);
    expect(at(testedMs + week + 1).isBiologicalOverdue).toBe(true);
    expect(at(START_MS + 24 * 3_600_000).bowieDick.state).toBe("missing");
  });
});

describe("S5 what people take back", () => {
  test("S5 a mistake is reversed, not edited; a result that failed takes another person", () => {
    const { story } = readyOne();
    const wrong = story.chemical("C-L-1", "fail");
    story.reverse(wrong, "N-1");
    expect(story.standing("L-1").state).toBe("refused");
    story.reverse(wrong, "N-2");
    expect(story.standing("L-1").state).toBe("ready");
  });

  test("S5 a release that was taken back is none, and a judgement cannot be taken back", () => {
    const { story, proofs } = readyOne();
    const check = story.step("check", "L-1", "N-1", proofs);
    const release = story.step("release", "L-1", "N-2", [...proofs, check]);
    story.reverse(release);
    expect(story.standing("L-1").state).toBe("checked");
    const failed = story.cycle("C-L-1", "L-1", "fail");
    story.reverse(failed);
    expect(story.standing("L-1").state).toBe("refused");
  });
});

describe("S5 pack ↔ cycle ↔ patient", () => {
  test("S5 a pack that left or was used without a release shows, and so does a label used twice", () => {
    const { story } = readyOne();
    story.use("P-1", "patient-1");
    const told = () => toldOfSite(story.events);
    expect(packTrace(told(), "P-1", RULES).leftUnreleased).toBe(true);
    expect(packTrace(told(), "P-9", RULES)).toMatchObject({ packed: null, leftUnreleased: false });
    story.load("L-2", ["P-1"]);
    expect(story.standing("L-2").elsewhere).toEqual(["P-1"]);
    expect(packTrace(told(), "P-1", RULES).loads).toHaveLength(2);
  });

  test("S5 that it was used outweighs where else it was written down", () => {
    const { story, proofs } = readyOne();
    story.release("L-1", proofs);
    const where = () => packTrace(toldOfSite(story.events), "P-1", RULES).where;
    expect(where()).toEqual({ kind: "store" });
    story.issue("P-1");
    expect(where()).toMatchObject({ kind: "issued", place: "手术室" });
    story.back("P-1", "returned");
    expect(where()).toMatchObject({ kind: "back", outcome: "returned" });
    story.use("P-1", "patient-1");
    expect(where()).toMatchObject({ kind: "used", uses: [{ patient: "patient-1" }] });
  });
});

test("S5 T12 the order in which entries come, and repeats, change no standing", () => {
  const { story, proofs } = readyOne({ implant: true });
  const five = story.chemical("C-L-1", "pass", { class: 5, place: "pcd" });
  story.release("L-1", [...proofs, five], { emergency: { reason: "急诊" } });
  story.use("P-1", "patient-7");
  const wrong = story.biological("C-L-1", "fail");
  story.reverse(wrong, "N-2");
  story.biological("C-L-1");
  story.cycle("C-L-1", "L-1", "undetermined", { upTo: { life: 1, seq: 1 } });
  const expected = story.standing("L-1");
  expect(expected.state).toBe("released");
  fc.assert(fc.property(shuffled(story.events), (events) => {
    expect(loadStanding(toldOfSite(events), "L-1", RULES)).toEqual(expected);
  }));
});
