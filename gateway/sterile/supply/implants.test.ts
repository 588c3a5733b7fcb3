import { describe, expect, test } from "vitest";
import { RULES } from "../fixture_cycle.ts";
import { readyOne, Story } from "./fixture_supply.ts";
import { patientTrace } from "./pack_trace.ts";
import { recallsOf } from "./recall.ts";
import { toldOfSite } from "./told.ts";

const HOUR = 60;

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
    // Done again, with a control that grew.
    story.biological("C-L-1");
    expect(story.standing("L-1").open).toEqual([]);
  });

  test("S5 a control that did not grow hides no growth: all of it is refused, or comes back", () => {
    const silent = { controlGrew: false };
    const { story, proofs } = readyOne();
    const waits = new Story();
    waits.events.push(...story.events);
    waits.wait(100).biological("C-L-1", "fail", silent);
    expect(waits.standing("L-1")).toMatchObject({ state: "refused", open: ["steriliser"] });
    story.release("L-1", proofs);
    story.use("P-1", "patient-7");
    const grown = story.biological("C-L-1", "fail", silent);
    expect(story.standing("L-1").state).toBe("recalled");
    expect(recallsOf(toldOfSite(story.events), RULES)).toMatchObject([
      { cause: "biological-failed", because: [grown], patients: ["patient-7"] },
    ]);
  });

  test("S5 an early release is called back by growth, whatever its control did", () => {
    const { story, proofs } = readyOne(implant);
    const five = story.chemical("C-L-1", "pass", { class: 5, place: "pcd" });
    story.release("L-1", [...proofs, five], { emergency: { reason: "急诊" } });
    story.biological("C-L-1", "pass", { controlGrew: false });
    expect(story.standing("L-1").state).toBe("released-early");
    story.biological("C-L-1", "fail", { controlGrew: false });
    expect(story.standing("L-1").state).toBe("recalled");
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
    expect(story.standing("L-1")).toMatchObject({
      state: "released",
      released: { isEarly: false },
    });
  });
});
