import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../../sync/fixtures.ts";
import { partsOf } from "../fixture_cycle.ts";
import { LI, refusal, SITE, SterileSite, WANG } from "./fixture_desk.ts";
import { assigning, reversing } from "./acts.ts";
import { lookForEarlyResults } from "./early_result.ts";
import * as orders from "./orders.ts";
import { lookForUnattended } from "./escalate.ts";
import { lookForOverdue } from "./overdue.ts";
import { alarmsOf, cycleView, loadView, recallView } from "./views.ts";

let site: SterileSite;
beforeEach(async () => {
  site = await SterileSite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

/** The morning's Bowie-Dick test, that passed. */
async function morning(): Promise<void> {
  await site.loaded("BD", [], "test");
  await site.tells(partsOf(210));
  const [{ cycle }] = await site.cycles(1);
  expect(refusal(await site.bowieDick(cycle))).toBe("written");
}

const view = async (load: string) =>
  await loadView(site.tables.tables, SITE, load, site.desk.rules);
const alarms = async () =>
  (await alarmsOf(site.tables.tables, { site: null, open: true, limit: 50 })).map(({ what }) =>
    what
  );

/** Both steps, by two persons, each with what stands before him. */
async function released(load: string): Promise<string[]> {
  const check = await site.step(load, "check", LI, (await view(load))?.seen ?? []);
  const release = await site.step(load, "release", WANG, (await view(load))?.seen ?? []);
  return [refusal(check), refusal(release)];
}

describe("a cycle at a site", () => {
  test("S1 is judged once its end was told, as the load that lay in it", async () => {
    await morning();
    await site.packed("P-1");
    await site.loaded("L-1", ["P-1"]);
    await site.tells(partsOf(240));
    const [, found] = await site.cycles(2);
    expect(found).toMatchObject({ load: "L-1", verdict: "pass", program: "p134", judged: 1 });
  });

  test("S1 S3 whose load nobody named is undetermined, calls nobody, and is judged anew", async () => {
    await site.packed("P-1");
    await site.tells(partsOf(240));
    const [{ cycle, verdict, load }] = await site.cycles(1);
    expect([verdict, load, await alarms()]).toEqual(["undetermined", null, []]);
    await site.loaded("L-1", ["P-1"]);
    const act = assigning([{ ...site.act(), load: "L-1" }, LI], cycle);
    expect(refusal(await site.write(act))).toBe("written");
    const [found] = await site.cycles(1);
    expect(found).toMatchObject({ load: "L-1", verdict: "pass", judged: 2 });
  });

  test("S1 that was too cold is an alarm, with people told in the same commit", async () => {
    await site.packed("P-1");
    await site.loaded("L-1", ["P-1"]);
    const [air, heat, hold, ...rest] = partsOf(120);
    await site.tells([air, heat, hold, { ...hold, cel: 133.9, count: 1 }, { ...hold }, ...rest]);
    const [{ verdict }] = await site.cycles(1);
    expect([verdict, await alarms()]).toEqual(["fail", ["cycle-failed"]]);
    const told = await site.tables.tables.rows("SELECT count(*) AS n FROM notifications");
    expect(told[0].number("n")).toBe(1);
  });

  test("S6 keeps its curve, from which it is judged again to the same entry", async () => {
    await site.loaded("BD", [], "test");
    await site.tells(partsOf(210));
    const [{ cycle }] = await site.cycles(1);
    const shown = await cycleView(site.tables.tables, SITE, cycle);
    expect(shown?.record?.seen.kind === "samples" && shown.record.seen.samples.length).toBe(292);
    if (shown?.record !== null && shown !== null) await site.desk.record([shown.record]);
    expect((await site.cycles(1))[0].judged).toBe(1);
  });

  test("S3 goes on over a restart in its middle, and is judged once", async () => {
    await site.packed("P-1");
    await site.loaded("L-1", ["P-1"]);
    const [air, heat, hold, ...rest] = partsOf(240);
    await site.tells([air, heat, { ...hold, count: 100 }]);
    await site.restart();
    await site.tells([{ ...hold, count: 141 }, ...rest]);
    const [found] = await site.cycles(1);
    expect(found).toMatchObject({ load: "L-1", verdict: "pass", judged: 1 });
    await site.restart();
    expect((await site.cycles(1))[0].judged).toBe(1);
  });
});

describe("a load at a site", () => {
  test("S5 leaves after a test of the day, an indicator, and two persons' steps", async () => {
    await morning();
    await site.packed("P-1");
    await site.loaded("L-1", ["P-1"]);
    await site.tells(partsOf(240));
    const [, { cycle }] = await site.cycles(2);
    expect(await released("L-1")).toEqual([
      expect.stringContaining("not-proved seen: it was not shown the proof of: chemical"),
      expect.stringContaining("not-proved"),
    ]);
    await site.indicator(cycle, { indicator: "chemical", class: 1, place: "outside" });
    expect(refusal(await site.issued("P-1"))).toContain("not-released");
    const seen = (await view("L-1"))?.seen ?? [];
    await site.step("L-1", "check", LI, seen);
    const again = await site.step("L-1", "release", LI, (await view("L-1"))?.seen ?? []);
    expect(refusal(again)).toContain("second-person-needed");
    await site.step("L-1", "release", WANG, (await view("L-1"))?.seen ?? []);
    expect((await view("L-1"))?.state).toBe("released");
    expect(refusal(await site.issued("P-1"))).toBe("written");
    expect(refusal(await site.used("P-1", "patient-1"))).toBe("written");
    expect(await alarms()).toEqual([]);
    // One of its steps is taken back: it was used without a release.
    const [step] = await site.tables.tables.rows(
      "SELECT body FROM sterileevents WHERE kind = 'sterile-release-step' ORDER BY seq DESC",
    );
    const reverses: string = JSON.parse(step.text("body")).id;
    const back = orders.reversalOrder.parse({ ...site.act(), reverses, reason: "误操作" });
    expect(refusal(await site.write(reversing([back, LI])))).toBe("written");
    expect(await alarms()).toEqual(["unsterile-use"]);
  });

  test("S5 that left is called back with its patients by a test that grew, at once", async () => {
    await morning();
    await site.packed("P-1");
    await site.loaded("L-1", ["P-1"]);
    await site.tells(partsOf(240));
    const [bd, { cycle }] = await site.cycles(2);
    await site.indicator(cycle, { indicator: "chemical", class: 1, place: "outside" });
    expect(await released("L-1")).toEqual(["written", "written"]);
    await site.issued("P-1");
    await site.used("P-1", "320101199001011234");
    expect(await alarms()).toEqual([]);
    const grew = { indicator: "biological", controlGrew: true, result: "fail" };
    await site.indicator(bd.cycle, grew);
    expect((await alarms()).toSorted()).toEqual(["biological-failed", "recall"]);
    const [row] = await site.tables.tables.rows("SELECT recall FROM sterilerecalls");
    const recall = await recallView(site.tables.tables, SITE, row.text("recall"));
    expect(recall).toMatchObject({
      cause: "biological-failed",
      packs: [{ pack: "P-1", state: "used", place: "手术室", patients: ["****234"] }],
    });
  });

  test("S5 whose biological test is overdue is an alarm, over by itself when one passed", async () => {
    await site.desk.announce();
    await morning();
    const [{ cycle: first }] = await site.cycles(1);
    const day = 24 * 3_600_000;
    const biological = { indicator: "biological", controlGrew: true, result: "pass" };
    const notices = async () => {
      await site.tables.tables.caughtUp(site.tables.journal);
      const sql = "SELECT event FROM notifications WHERE body LIKE '%biological-overdue%' " +
        "ORDER BY subject, number";
      const events = (await site.tables.tables.rows(sql)).map((row) => row.text("event"));
      return events.toSorted();
    };
    const looked = async () => {
      await lookForOverdue(site.desk);
      return await alarms();
    };
    const early: string[] = [];
    // By the first cycle, and then by a test that passed.
    for (const last of ["cycle", "test"]) {
      if (last === "test") await site.indicator(first, biological);
      site.nowMs = 6 * day;
      // T12: a clock that is set ahead raises nothing.
      site.wallOffMs = 100 * day;
      expect(await looked()).toEqual([]);
      // After a start, a clock in doubt warns too early: that is said, and over when it is right.
      site.clockIs = { bootId: "c".repeat(32), bootMs: 5, clock: "untrusted" };
      expect(await looked()).toEqual(["biological-overdue"]);
      const [{ why }] = await alarmsOf(site.tables.tables, { site: SITE, open: true, limit: 9 });
      expect(why).toEqual(["clock-in-doubt"]);
      site.wallOffMs = 0;
      expect(await looked()).toEqual(["biological-overdue"]);
      site.clockIs = {};
      expect(await looked()).toEqual([]);
      early.push("raised", "recovered");
      expect(await notices()).toEqual(early.toSorted());
    }
    site.nowMs = 7 * day;
    // The week counts from when that cycle began; the clock of the test began there.
    site.nowMs += day;
    expect(await looked()).toEqual(["biological-overdue"]);
    expect(await looked()).toEqual(["biological-overdue"]);
    expect(await notices()).toEqual([...early, "raised"].toSorted());
    // A clock that is set back ends no alarm, and raises none.
    site.wallOffMs = -8 * day;
    expect(await looked()).toEqual(["biological-overdue"]);
    site.wallOffMs = 0;
    await site.restart();
    expect(await looked()).toEqual(["biological-overdue"]);
    await site.loaded("BD-2", [], "test");
    await site.tells(partsOf(210));
    const second = (await site.cycles(2))[1].cycle;
    const passed = await site.indicator(second, biological);
    expect(await looked()).toEqual([]);
    expect(await notices()).toEqual([...early, "raised", "recovered"].toSorted());
    // The result was a mistake: it is overdue again, since then, and people hear of it again.
    const of = passed.kind === "done" ? passed.entry : "";
    const back = orders.reversalOrder.parse({ ...site.act(), reverses: of, reason: "看错" });
    expect(refusal(await site.write(reversing([back, LI])))).toBe("written");
    expect(await looked()).toEqual(["biological-overdue"]);
    expect(await notices()).toEqual([...early, "raised", "raised", "recovered"].toSorted());
  });

  test("S5 an implant that left early is an alarm while its result is out for too long", async () => {
    await morning();
    await site.packed("P-1", true);
    await site.loaded("L-1", ["P-1"]);
    await site.tells(partsOf(240));
    const [, { cycle }] = await site.cycles(2);
    await site.indicator(cycle, { indicator: "chemical", class: 1, place: "outside" });
    await site.indicator(cycle, { indicator: "chemical", class: 5, place: "pcd" });
    for (const [step, by] of [["check", LI], ["release", WANG]] as const) {
      const seen = (await view("L-1"))?.seen ?? [];
      const done = await site.step("L-1", step, by, seen, { reason: "急诊" });
      expect(refusal(done)).toBe("written");
    }
    expect((await view("L-1"))?.state).toBe("released-early");
    const looked = async () => {
      // One load at a time, and twice.
      for (let look = 0, after = ""; look < 4; look++) {
        after = await lookForEarlyResults(site.desk, after, 1);
      }
      return await alarms();
    };
    site.nowMs += 72 * 3_600_000 - 1;
    site.wallOffMs = 3_600_000;
    expect(await looked()).toEqual([]);
    site.nowMs += 1;
    site.wallOffMs = 0;
    expect(await looked()).toEqual(["early-result"]);
    const biological = { indicator: "biological", controlGrew: true };
    // However long ago it left.
    site.nowMs += 100 * 24 * 3_600_000;
    const passed = await site.indicator(cycle, biological);
    expect(await looked()).toEqual([]);
    // The result was a mistake: it is out again.
    const takenBack = async (reverses: string) => {
      const back = orders.reversalOrder.parse({ ...site.act(), reverses, reason: "看错" });
      expect(refusal(await site.write(reversing([back, LI])))).toBe("written");
    };
    await takenBack(passed.kind === "done" ? passed.entry : "");
    expect(await looked()).toEqual(["early-result"]);
    // Its release is taken back, and given again: from then on it waits anew.
    await takenBack((await view("L-1"))?.released?.release.id ?? "");
    expect(await looked()).toEqual([]);
    const comments = await site.tables.tables.rows(
      "SELECT comment FROM sterilealarms WHERE what = 'early-result'",
    );
    expect(comments.map((row) => row.text("comment").slice(0, 4)).toSorted())
      .toEqual(["提前放行", "生物监测"]);
    const seen = (await view("L-1"))?.seen ?? [];
    const again = await site.step("L-1", "release", WANG, seen, { reason: "急诊" });
    expect(refusal(again)).toBe("written");
    site.nowMs += 72 * 3_600_000 - 1;
    expect(await looked()).toEqual([]);
    site.nowMs += 1;
    expect(await looked()).toEqual(["early-result"]);
  });

  test("S1 that an alarm is closed is told to those who heard of it", async () => {
    await site.packed("P-1");
    await site.loaded("L-1", ["P-1"]);
    const [air, heat, hold, ...rest] = partsOf(120);
    await site.tells([air, heat, hold, { ...hold, cel: 133.9, count: 1 }, { ...hold }, ...rest]);
    await site.cycles(1);
    const [{ alarm }] = await alarmsOf(site.tables.tables, { site: null, open: true, limit: 9 });
    expect((await site.desk.close(alarm, "已重新灭菌", LI)).kind).toBe("done");
    const rows = await site.tables.tables.rows(
      "SELECT event FROM notifications WHERE subject = ? ORDER BY number",
      [alarm],
    );
    expect(rows.map((row) => row.text("event"))).toEqual(["raised", "recovered"]);
    expect((await site.desk.close(alarm, "再次", LI)).kind).toBe("refused");
  });

  test("S5 W9 a pack that was never sterilised is used: it is written, and all levels hear", async () => {
    await site.packed("P-1");
    expect(refusal(await site.used("P-1", "320101199001011234"))).toBe("written");
    expect(refusal(await site.used("no such label", "320101199001011234"))).toBe("written");
    const open = await alarmsOf(site.tables.tables, { site: SITE, open: true, limit: 9 });
    expect(open.map(({ what, subject, why, level }) => [what, subject, why, level])).toEqual([
      ["unsterile-use", "no such label", ["unknown-label"], 1],
      ["unsterile-use", "P-1", ["never-loaded"], 1],
    ]);
    const [, { alarm }] = open;
    const notices = async () => {
      const sql = "SELECT event, body FROM notifications WHERE subject = ? ORDER BY number";
      const rows = await site.tables.tables.rows(sql, [alarm]);
      expect(rows.map((row) => row.text("body")).join()).not.toMatch(/P-1|1234/);
      return rows.map((row) => `${row.text("event")} ${JSON.parse(row.text("body")).level}`);
    };
    const looked = async () => {
      await lookForUnattended(site.desk);
      await lookForUnattended(site.desk);
      return await notices();
    };
    expect(await notices()).toEqual(["raised 1"]);
    expect(await looked()).toEqual(["raised 1", "escalated 2"]);
    // T12: a wall clock that is set, ahead or back, escalates nothing and holds nothing up.
    site.wallOffMs = 100 * 24 * 3_600_000;
    expect(await looked()).toEqual(["raised 1", "escalated 2"]);
    site.wallOffMs *= -1;
    site.nowMs += 24 * 3_600_000;
    const told = ["raised 1", "escalated 2", "escalated 3"];
    expect(await looked()).toEqual(told);
    site.wallOffMs = 0;
    const [, shown] = await alarmsOf(site.tables.tables, { site: SITE, open: true, limit: 9 });
    expect(shown.level).toBe(3);
    await site.desk.close(alarm, "已追踪患者", LI);
    const over = ["recovered 1", "recovered 2", "recovered 3"];
    expect(await looked()).toEqual([...told, ...over]);
    // However many are newer, the oldest is not forgotten.
    await site.raised(1001);
    expect(await looked()).toHaveLength(6);
    const rows = await site.tables.tables.rows(
      "SELECT level FROM sterilealarms WHERE subject IN ('first-day', 'now-0')",
    );
    expect(rows.map((row) => row.number("level")).toSorted()).toEqual([1, 3]);
  });

  test("S5 growth is alarmed whatever its control did, and again after a mistake", async () => {
    await morning();
    const [{ cycle }] = await site.cycles(1);
    const grew = { indicator: "biological", controlGrew: false, result: "fail" };
    const first = await site.indicator(cycle, grew);
    expect(await alarms()).toEqual(["biological-failed"]);
    const [{ alarm }] = await alarmsOf(site.tables.tables, { site: null, open: true, limit: 9 });
    await site.desk.close(alarm, "看错", LI);
    const reverses = first.kind === "done" ? first.entry : "";
    const back = orders.reversalOrder.parse({ ...site.act(), reverses, reason: "看错" });
    await site.write(reversing([back, WANG]));
    await site.indicator(cycle, { ...grew, result: "pass" });
    expect(await alarms()).toEqual([]);
    await site.indicator(cycle, grew);
    expect(await alarms()).toEqual(["biological-failed"]);
  });

  test("S5 what was packed after a cycle began is not loaded into it", async () => {
    await site.packed("P-1");
    const [air, heat, hold, ...rest] = partsOf(240);
    await site.tells([air, heat]);
    await until("the cycle is seen", () => site.desk.running.size === 1);
    await site.packed("P-2");
    const late = "packed-late packs: packed after this cycle began, or";
    expect(refusal(await site.loaded("L-1", ["P-1", "P-2"]))).toContain(late);
    await site.tells([hold, ...rest]);
    const [{ cycle }] = await site.cycles(1);
    expect(refusal(await site.loaded("L-1", ["P-1", "P-2"], "instruments", cycle)))
      .toContain(late);
    // For the next one it may be loaded, and is not said to have been in this one.
    expect(refusal(await site.loaded("L-2", ["P-2"]))).toBe("written");
    const act = assigning([{ ...site.act(), load: "L-2" }, LI], cycle);
    expect(refusal(await site.write(act))).toContain(late);
    expect(refusal(await site.loaded("L-1", ["P-1"], "instruments", cycle))).toBe("written");
  });

  test("S5 a Bowie-Dick test passes in an empty chamber, and nothing is sterilised with it", async () => {
    await site.packed("P-1");
    expect(refusal(await site.loaded("BD", ["P-1"], "test"))).toContain("test-alone packs");
    await site.loaded("L-1", ["P-1"]);
    await site.tells(partsOf(240));
    const [{ cycle }] = await site.cycles(1);
    expect(refusal(await site.bowieDick(cycle))).toContain("no-test cycle: the chamber was not");
    expect(refusal(await site.bowieDick(cycle, "fail"))).toBe("written");
    expect(await alarms()).toEqual(["bowie-dick-failed"]);
    await site.indicator(cycle, { indicator: "chemical", class: 1, place: "outside" });
    expect(await released("L-1")).toEqual([
      expect.stringContaining("not-proved seen: it was not shown the proof of: bowie-dick"),
      expect.stringContaining("not-proved"),
    ]);
  });

  test("S5 a label is one pack's, and a pack lies in one load", async () => {
    await site.packed("P-1");
    expect(refusal(await site.packed("P-1"))).toContain("label-taken pack");
    await site.loaded("L-1", ["P-1"]);
    expect(refusal(await site.loaded("L-2", ["P-1"]))).toContain("pack-taken packs");
    expect(refusal(await site.loaded("L-2", ["P-9"]))).toContain("unknown packs: not packed: P-9");
    await site.packed("P-2");
    await site.used("P-2", "patient-1");
    expect(refusal(await site.loaded("L-2", ["P-2"]))).toContain("pack-gone packs");
  });
});
