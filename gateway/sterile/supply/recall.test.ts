import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RULES } from "../fixture_cycle.ts";
import { print } from "../../print.ts";
import type { SupplyEvent } from "./event.ts";
import { shuffled, SITE, Story } from "./fixture_supply.ts";
import { dueRecall, type Recall, recallsOf } from "./recall.ts";
import { toldOfSite } from "./told.ts";

const recalls = (story: Story): Recall[] => recallsOf(toldOfSite(story.events), RULES);
const short = ({ cause, packs, patients, open }: Recall) => ({
  cause,
  packs: packs.map(({ pack }) => pack),
  patients,
  open,
});

/** A released load of one pack. */
function released(story: Story, load: string, pack: string, bowieDick: string): void {
  story.release(load, [bowieDick, ...story.sterilised(load, pack)]);
}

describe("S5 a cycle that failed", () => {
  test("S5 calls back its packs: where each is, on whom it was used, and which are open", () => {
    const story = new Story();
    const bowieDick = story.morning();
    for (const pack of ["P-1", "P-2", "P-3", "P-4"]) story.pack(pack);
    story.load("L-1", ["P-1", "P-2", "P-3", "P-4"]);
    const proofs = [bowieDick, story.cycle("C-1", "L-1"), story.chemical("C-1")];
    story.release("L-1", proofs);
    story.issue("P-2", "口腔科");
    story.issue("P-3");
    story.use("P-3", "patient-7");
    story.use("P-3", "patient-3");
    expect(recalls(story)).toEqual([]);
    const failed = story.cycle("C-1", "L-1", "fail");
    const [recall, ...others] = recalls(story);
    expect(others).toEqual([]);
    expect(recall).toMatchObject({ cause: "cycle-failed", because: [failed], steriliser: "S1" });
    expect(recall.packs.map(({ pack, where, cycle }) => [pack, where.kind, cycle])).toEqual([
      ["P-1", "store", "C-1"],
      ["P-2", "issued", "C-1"],
      ["P-3", "used", "C-1"],
      ["P-4", "store", "C-1"],
    ]);
    expect(recall.patients).toEqual(["patient-3", "patient-7"]);
    expect(recall.open).toEqual(["P-1", "P-2", "P-4"]);
    story.back("P-1");
    story.back("P-2", "destroyed");
    story.back("P-4", "not-found");
    expect(recalls(story)[0].open).toEqual([]);
  });

  test("S5 calls nothing back of a load that was never released, but what left it all the same", () => {
    const story = new Story();
    story.morning();
    story.pack("P-1");
    story.pack("P-2");
    story.load("L-1", ["P-1", "P-2"]);
    story.cycle("C-1", "L-1", "fail");
    expect(recalls(story)).toEqual([]);
    story.use("P-2", "patient-1");
    expect(recalls(story).map(short)).toEqual([
      { cause: "cycle-failed", packs: ["P-2"], patients: ["patient-1"], open: [] },
    ]);
  });

  test("S3 S5 one that turns out to be undetermined calls back what was released", () => {
    const story = new Story();
    released(story, "L-1", "P-1", story.morning());
    story.cycle("C-L-1", "L-1", "undetermined", { upTo: { life: 1, seq: 9001 } });
    expect(recalls(story).map(({ cause }) => cause)).toEqual(["cycle-undetermined"]);
  });
});

describe("S5 a biological test that failed", () => {
  /** Loads before, between and after biological tests. */
  function week() {
    const story = new Story();
    const bowieDick = story.morning();
    released(story, "L-0", "P-0", bowieDick);
    story.cycle("B-1", null);
    story.biological("B-1");
    released(story, "L-1", "P-1", bowieDick);
    released(story, "L-2", "P-2", bowieDick);
    story.cycle("B-2", null);
    released(story, "L-3", "P-3", bowieDick);
    story.cycle("B-3", null);
    story.biological("B-3");
    released(story, "L-4", "P-4", bowieDick);
    return story;
  }

  test("S5 calls back all since the last that passed, and until the next that did", () => {
    const story = week();
    expect(recalls(story)).toEqual([]);
    const failed = story.biological("B-2", "fail");
    const found = recalls(story);
    expect(found.map(({ cause }) => cause)).toContain("biological-failed");
    const packs = found.flatMap((recall) => recall.packs.map(({ pack }) => pack));
    // P-4 ran after one that passed, but two more have to pass before it may be used.
    expect(packs).toEqual(["P-1", "P-2", "P-3", "P-4"]);
    expect(found[0].because).toEqual([failed]);
    for (const load of ["L-1", "L-2", "L-3", "L-4"]) {
      expect(story.standing(load).state).toBe("recalled");
    }
    expect(story.standing("L-0").state).toBe("released");
  });

  test("S5 without one that passed it reaches back to the first load", () => {
    const story = new Story();
    const bowieDick = story.morning();
    released(story, "L-1", "P-1", bowieDick);
    story.cycle("B-1", null);
    story.biological("B-1", "fail");
    expect(recalls(story).map(short)).toEqual([
      { cause: "biological-failed", packs: ["P-1"], patients: [], open: ["P-1"] },
    ]);
  });

  test("S5 of another steriliser reaches nobody here", () => {
    const story = week();
    story.cycle("B-9", null, "pass", { steriliser: "S2" });
    story.biological("B-9", "fail", { steriliser: "S2" });
    expect(recalls(story)).toEqual([]);
  });

  test("S5 two results of one cycle, of which one failed, are a failure, and reach its own load", () => {
    const story = new Story();
    released(story, "L-1", "P-1", story.morning());
    story.biological("C-L-1");
    expect(story.standing("L-1").state).toBe("released");
    story.biological("C-L-1", "fail");
    expect(story.standing("L-1").state).toBe("recalled");
    expect(recalls(story).map(short)).toEqual([
      { cause: "biological-failed", packs: ["P-1"], patients: [], open: ["P-1"] },
    ]);
  });
});

test("S5 a chemical indicator and a Bowie-Dick test that failed call back by their own causes", () => {
  const story = new Story();
  const bowieDick = story.morning();
  story.cycle("BD-2", null);
  released(story, "L-1", "P-1", bowieDick);
  released(story, "L-2", "P-2", bowieDick);
  story.chemical("C-L-1", "fail");
  expect(recalls(story).map(({ cause }) => cause)).toEqual(["chemical-failed"]);
  story.bowieDick("BD-2", "fail");
  const byCause = new Map(recalls(story).map((recall) => [recall.cause, short(recall).packs]));
  expect(byCause.get("chemical-failed")).toEqual(["P-1"]);
  expect(byCause.get("bowie-dick-failed")).toEqual(["P-1", "P-2"]);
});

test("S5 an indicator of one pack that failed calls back that pack, and keeps no other", () => {
  const story = new Story();
  const bowieDick = story.morning();
  for (const pack of ["P-1", "P-2"]) story.pack(pack);
  story.load("L-1", ["P-1", "P-2"]);
  const proofs = [bowieDick, story.cycle("C-1", "L-1"), story.chemical("C-1")];
  const failed = story.chemical("C-1", "fail", { place: "inside", pack: "P-2" });
  expect(story.standing("L-1")).toMatchObject({
    state: "ready",
    unfit: [{ pack: "P-2", against: [failed] }],
  });
  story.release("L-1", proofs);
  expect(story.standing("L-1").state).toBe("released");
  expect(recalls(story).map(short)).toEqual([
    { cause: "chemical-failed", packs: ["P-2"], patients: [], open: ["P-2"] },
  ]);
});

describe("S5 the entry of a recall", () => {
  test("S5 is written once for the same packs, whoever finds it, and anew when there are more", () => {
    const story = new Story();
    const bowieDick = story.morning();
    released(story, "L-1", "P-1", bowieDick);
    story.cycle("B-1", null);
    story.biological("B-1", "fail");
    const due = () => {
      const told = toldOfSite(story.events);
      return recallsOf(told, RULES).flatMap((recall) => dueRecall(told, SITE, recall) ?? []);
    };
    const [first] = due();
    expect(first).toMatchObject({ cause: "biological-failed", packs: ["P-1"], site: SITE });
    expect(due()).toEqual([first]);
    story.tellOf("sterile-recall", first);
    expect(due()).toEqual([]);
    released(story, "L-2", "P-2", bowieDick);
    const [second] = due();
    expect(second.packs).toEqual(["P-1", "P-2"]);
    expect(second.id).not.toBe(first.id);
  });

  test("S5 T12 the order in which entries come, and repeats, change no recall", () => {
    const story = new Story();
    const bowieDick = story.morning();
    for (const name of ["1", "2", "3"]) released(story, `L-${name}`, `P-${name}`, bowieDick);
    story.cycle("B-1", null);
    story.biological("B-1", "fail");
    story.cycle("C-L-2", "L-2", "fail");
    story.use("P-2", "patient-1");
    story.back("P-3");
    const expected = recalls(story);
    expect(expected.length).toBe(2);
    fc.assert(fc.property(shuffled(story.events), (events: SupplyEvent[]) => {
      expect(recallsOf(toldOfSite(events), RULES)).toEqual(expected);
    }));
  });

  test("S5 of three years of loads it is the one that it is", () => {
    const story = new Story();
    for (let day = 0; day < 700; day++) {
      const bowieDick = story.morning(`BD-${day}`);
      if (day % 7 === 0) {
        story.cycle(`B-${day}`, null);
        story.biological(`B-${day}`);
      }
      for (const shift of [1, 2, 3]) {
        released(story, `L-${day}-${shift}`, `P-${day}-${shift}`, bowieDick);
      }
      story.wait(24 * 60 - 60);
    }
    // It was used before anybody knew.
    story.use("P-350-2", "patient-1");
    const started =
      story.events.flatMap((event) =>
        event.kind === "sterile-cycle" && event.body.cycle === "C-L-350-2" ? event.body.started : []
      )[0];
    story.cycle("C-L-350-2", "L-350-2", "fail", { started });
    const timed = (what: string) => {
      const fromMs = performance.now();
      const found = recalls(story).map(short);
      const took = (performance.now() - fromMs).toFixed(0);
      print(`S5 ${what}, of ${story.events.length} entries: ${took} ms`);
      return found;
    };
    expect(timed("a cycle that failed, as a recall")).toEqual([
      { cause: "cycle-failed", packs: ["P-350-2"], patients: ["patient-1"], open: [] },
    ]);
    // The last test that passed was run on the morning of day 693, before that day's loads.
    story.use("P-693-1", "patient-2");
    story.use("P-699-3", "patient-3");
    story.biological("C-L-699-3", "fail", { controlGrew: false });
    const reached = Array.from(
      { length: 7 * 3 },
      (_, at) => `P-${693 + Math.floor(at / 3)}-${at % 3 + 1}`,
    );
    const grown = timed("a biological test that grew").filter(({ cause }) =>
      cause === "biological-failed"
    );
    expect(grown).toEqual([{
      cause: "biological-failed",
      packs: reached,
      patients: ["patient-2", "patient-3"],
      open: reached.filter((pack) => pack !== "P-693-1" && pack !== "P-699-3"),
    }]);
  });
});
