import { describe, expect, test } from "vitest";
import { TablesDesk } from "../../fixture_tables.ts";
import { planOf } from "../../sql/fixture_plans.ts";
import { NURSE } from "../life/fixture_life.ts";
import { LOT, movedBodyOf, PRODUCT, recipientOf, usedBodyOf } from "./fixture_flow.ts";
import { VIAL_READS } from "./vial_reads.ts";
import { excursionOf, QUERIES, traceDoses, traceExcursion } from "./trace.ts";

const SITE = "site-1";

/** What a site tells of an afternoon on which a fridge was warm. */
async function afternoon(): Promise<TablesDesk> {
  const desk = await TablesDesk.open({ node: SITE });
  const record = (kind: string, body: object) => desk.append(kind, body, 0, "record");
  const episode = { episode: "e1", site: SITE, unit: "a", cause: "high" };
  await desk.append(
    "cold-alarm",
    {
      ...{ id: "a1", ...episode, level: 1, rule: "high" },
      ...{ sinceMs: 30, alarmMs: 40 },
    },
    0,
    "alarm",
  );
  const ended = { id: "a2", ...episode, endedMs: 50, worstCelsius: 11 };
  await desk.append("cold-alarm-ended", ended, 0, "alarm");
  await record("cold-moved", movedBodyOf("stored", "receipt/r", "unit/a", { atMs: 10 }));
  const taken = (name: string, atMs: number) => ({
    id: name,
    atMs,
    lots: [{ product: PRODUCT, lot: LOT, expires: null, doses: 3, codes: [] }],
  });
  await record("cold-moved", movedBodyOf("taken", "unit/a", "session/before", taken("t1", 20)));
  await record("cold-moved", movedBodyOf("taken", "unit/a", "session/after", taken("t2", 60)));
  const used = (id: string, place: string, name: string) =>
    record("cold-used", usedBodyOf(id, { place, recipient: recipientOf(name), atMs: 70 }));
  await used("u1", "session/before", "li");
  await used("u2", "session/after", "wang");
  await used("u3", "session/after", "zhao");
  const body = { id: "r1", site: SITE, what: "u3", reason: "写错", by: NURSE };
  await record("cold-reversed", body);
  await desk.tables.caughtUp(desk.journal);
  return desk;
}

describe("C14 the trace", () => {
  test("of an excursion names lots, people, and where the rest is", async () => {
    await using desk = await afternoon();
    const excursion = await excursionOf(desk.tables, SITE, "e1");
    if (excursion === null) throw new Error("There is one");
    expect(excursion).toMatchObject({ place: "unit/a", fromMs: 30, toMs: 50 });
    const traced = await traceExcursion(desk.tables, excursion);
    expect(traced.given.map(({ id, shown }) => [id, shown])).toEqual([["u2", "w**"]]);
    expect(traced.lots).toEqual([{
      product: PRODUCT,
      lot: LOT,
      here: expect.arrayContaining([
        { site: SITE, place: "unit/a", doses: 4 },
        { site: SITE, place: "session/after", doses: 2 },
      ]),
      givenCount: 1,
    }]);
    expect(traced).toMatchObject({ sites: [SITE], givenCount: 1, isCut: false });
    expect(await excursionOf(desk.tables, SITE, "e2")).toBeNull();
  });

  test("of a person names the excursions that a dose went through, and only those", async () => {
    await using desk = await afternoon();
    const metBy = async (name: string) => {
      const [{ way }] = await traceDoses(desk.tables, { person: recipientOf(name).key });
      return way.flatMap(({ episodes }) => episodes.map(({ episode }) => episode));
    };
    expect(await metBy("wang")).toEqual(["e1"]);
    expect(await metBy("li")).toEqual([]);
    expect(await traceDoses(desk.tables, { person: recipientOf("zhao").key })).toEqual([]);
  });

  test("asks indexes alone", async () => {
    await using desk = await TablesDesk.open({ node: SITE });
    for (const [name, select] of Object.entries({ ...QUERIES, ...VIAL_READS })) {
      const plan = await planOf(desk.tables, select);
      expect(plan, name).not.toMatch(/SCAN (cold\w+)(?! USING)/);
      expect(plan, name).toMatch(/^SEARCH /);
      if (name === "usedUp") expect(plan).toContain("COVERING INDEX coldusesofplace");
      if (name === "usesSince") {
        expect(plan).toContain("coldusesoflot (product=? AND lot=? AND site=?");
      }
    }
  });
});
