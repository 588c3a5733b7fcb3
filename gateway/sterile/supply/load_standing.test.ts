import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY, RULES } from "../fixture_cycle.ts";
import { type Rule, rulesOn } from "../rules.ts";
import { STANDARD_RULES } from "../standard_rules.ts";
import { readyOne, shuffled, Story } from "./fixture_supply.ts";
import { loadStanding } from "./load_standing.ts";
import { packTrace } from "./pack_trace.ts";
import { recallsOf } from "./recall.ts";
import { toldOfSite } from "./told.ts";

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
      story.cycle("C-L-1", "L-1", "undetermined", { upTo: { life: 1, seq: 9001 } });
    }, ["cycle"]],
    ["a chemical indicator failed", (story) => {
      story.chemical("C-L-1", "fail");
    }, ["chemical"]],
    ["it lay in two cycles", (story) => {
      story.cycle("C-9", "L-1");
    }, ["cycle", "chemical"]],
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
    story.cycle("C-1", "L-1", "pass", { loadType: "dressings", upTo: { life: 1, seq: 9001 } });
    expect(story.standing("L-1").state).toBe("ready");
  });

  test("S5 a cycle that turns out to be another load's calls this one back", () => {
    const { story, proofs } = readyOne();
    const other = new Story();
    other.events.push(...story.events);
    story.release("L-1", proofs);
    for (const one of [story, other]) {
      one.wait(100).pack("P-2");
      one.load("L-2", ["P-2"]);
      one.cycle("C-L-1", "L-2");
    }
    expect(story.standing("L-1")).toMatchObject({
      state: "recalled",
      open: ["cycle"],
      cycle: null,
    });
    expect(recallsOf(toldOfSite(story.events), RULES).map(({ cause }) => cause))
      .toEqual(["proof-withdrawn"]);
    expect(other.standing("L-1")).toMatchObject({ state: "loaded", open: ["cycle"] });
    expect(story.standing("L-2").state).toBe("ready");
    // Its own cycle, should it have had one after all.
    story.cycle("C-9", "L-1");
    expect(story.standing("L-1").open).toEqual(["chemical"]);
  });

  test("S5 where one person is enough, the check is not waited for", () => {
    const { story, proofs } = readyOne();
    story.step("release", "L-1", "N-1", proofs);
    const alone: Rule = {
      id: "s5-release-steps",
      kind: "release-steps",
      persons: 1,
      source: "a county's own",
      effective: "2026-01-01",
    };
    const rules = rulesOn([...STANDARD_RULES, alone], DAY);
    expect(loadStanding(toldOfSite(story.events), "L-1", rules)?.state).toBe("released");
    expect(story.standing("L-1").state).toBe("ready");
  });

  test("S5 of several indicators that a county wants each person has to have seen all", () => {
    const { story, proofs: [bowieDick, judged, one] } = readyOne();
    const two: Rule = {
      ...{ id: "s5-chemical", kind: "chemical", results: 2 },
      ...{ source: "a county's own", effective: "2026-01-01" },
    };
    const rules = rulesOn([...STANDARD_RULES, two], DAY);
    const state = () => loadStanding(toldOfSite(story.events), "L-1", rules)?.state;
    story.release("L-1", [bowieDick, judged, one]);
    expect(state()).toBe("waiting");
    const other = story.chemical("C-L-1");
    expect(state()).toBe("ready");
    story.release("L-1", [bowieDick, judged, one, other]);
    expect(state()).toBe("released");
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

describe("S5 what people take back", () => {
  test("S5 a mistake is reversed, not edited; a result that failed takes another person", () => {
    const { story } = readyOne();
    const wrong = story.chemical("C-L-1", "fail");
    story.reverse(wrong, "N-1");
    expect(story.standing("L-1").state).toBe("refused");
    story.reverse(wrong, "N-2");
    expect(story.standing("L-1").state).toBe("ready");
  });

  test("S5 who wrote that a pack was used on a patient does not unwrite it alone", () => {
    const { story } = readyOne();
    const use = story.use("P-1", "patient-1");
    const where = () => packTrace(toldOfSite(story.events), "P-1", RULES).where.kind;
    story.reverse(use, "D-1");
    expect(where()).toBe("used");
    story.reverse(use, "N-2");
    expect(where()).toBe("store");
  });

  test("S5 a proof that was taken back calls back what was released by it", () => {
    const { story, proofs: [bowieDick, judged, chemical] } = readyOne();
    story.release("L-1", [bowieDick, judged, chemical]);
    story.reverse(chemical);
    expect(story.standing("L-1")).toMatchObject({ state: "recalled", open: ["chemical"] });
    expect(recallsOf(toldOfSite(story.events), RULES)).toMatchObject([
      { cause: "proof-withdrawn", because: [chemical], packs: [{ pack: "P-1" }] },
    ]);
    // Read anew, and it passed after all.
    story.chemical("C-L-1");
    expect(story.standing("L-1").state).toBe("released");
    story.reverse(bowieDick);
    expect(story.standing("L-1")).toMatchObject({ state: "recalled", open: ["bowie-dick"] });
  });

  test("S5 a load that was another kind after all comes back until its cycle passes as that", () => {
    const { story, proofs } = readyOne();
    story.release("L-1", proofs);
    const [load] = story.events.flatMap(({ kind, body }) =>
      kind === "sterile-load" ? [body.id] : []
    );
    story.reverse(load);
    story.load("L-1", ["P-1"], { type: "dressings" });
    expect(story.standing("L-1")).toMatchObject({ state: "recalled", open: ["cycle"] });
    story.cycle("C-L-1", "L-1", "pass", { loadType: "dressings", upTo: { life: 1, seq: 9001 } });
    expect(story.standing("L-1").state).toBe("released");
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

test("S5 nothing that comes later makes a release unseen: it stands, or is called back", () => {
  type Later = (story: Story, proofs: readonly string[]) => void;
  const later: readonly Later[] = [
    (story) => void story.chemical("C-L-1", "fail"),
    (story) => void story.chemical("C-L-1"),
    (story) => void story.chemical("C-L-1", "fail", { pack: "P-1" }),
    (story) => void story.biological("C-L-1", "fail"),
    (story) => void story.biological("C-L-1"),
    (story) => void story.bowieDick("BD-1", "fail"),
    (story) => void story.bowieDick("BD-1"),
    (story) => void story.cycle("BD-1", null, "fail"),
    (story) => void story.biological("C-L-1", "fail", { controlGrew: false }),
    (story) => void story.cycle("C-L-1", "L-1", "fail", { upTo: { life: 1, seq: 7 } }),
    (story) => void story.cycle("C-L-1", "L-1", "undetermined", { upTo: { life: 2, seq: 1 } }),
    (story) => void story.cycle("C-L-1", "L-1", "pass", { upTo: { life: 3, seq: 1 } }),
    (story) => void story.cycle("C-L-1", "L-9", "pass", { upTo: { life: 4, seq: 1 } }),
    (story) => void story.cycle("C-8", "L-1"),
    (story, proofs) => void story.reverse(proofs[0]),
    (story, proofs) => void story.reverse(proofs[2]),
  ];
  fc.assert(fc.property(fc.subarray([...later]), fc.boolean(), (added, isUsed) => {
    const { story, proofs } = readyOne();
    story.release("L-1", proofs);
    if (isUsed) story.use("P-1", "patient-1");
    for (const add of added) add(story.wait(10), proofs);
    const { state, unfit } = story.standing("L-1");
    expect(["released", "recalled"]).toContain(state);
    const recalls = recallsOf(toldOfSite(story.events), RULES);
    expect(recalls.length > 0).toBe(state === "recalled" || unfit.length > 0);
    expect(recalls.every(({ patients }) => patients.length === (isUsed ? 1 : 0))).toBe(true);
  }));
});
