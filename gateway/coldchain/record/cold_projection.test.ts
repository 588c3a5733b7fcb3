import { expect, test } from "vitest";
import { TablesDesk } from "../../fixture_tables.ts";
import { planOf } from "../../sql/fixture_plans.ts";
import type { ColdEvent } from "../life/event.ts";
import { OF_UNIT, SITE, Story, unitBodyOf } from "../life/fixture_life.ts";
import { GOING_OF_CAUSE } from "./cold_reads.ts";
import { eventsAt } from "./stored_events.ts";

function streamOf({ kind }: ColdEvent) {
  return kind === "cold-alarm" || kind === "cold-alarm-ended" ? "alarm" : "record";
}

async function told(node: string, events: readonly ColdEvent[]): Promise<TablesDesk> {
  const desk = await TablesDesk.open({ node });
  for (const event of events) await desk.append(event.kind, event.body, 0, streamOf(event));
  await desk.tables.caughtUp(desk.journal);
  return desk;
}

test("C9: an alarm is to be looked at until it is over and somebody said what it was", async () => {
  const story = new Story(SITE);
  await using desk = await told(SITE, [story.alarm(1), story.ended(0)]);
  const select = "SELECT state, level, todo, goes FROM coldepisodes";
  const [over] = await desk.tables.rows(select);
  expect([over.text("state"), over.numberOrNull("todo"), over.numberOrNull("goes")])
    .toEqual(["recovered", 1, null]);
  const said = story.acknowledged(1);
  await desk.append(said.kind, said.body, 1, "record");
  await desk.tables.caughtUp(desk.journal);
  const [explained] = await desk.tables.rows(select);
  expect(explained.numberOrNull("todo")).toBeNull();
});

test("C10: a lot is held until its quarantine is decided, and held anew after it was lost", async () => {
  const story = new Story(SITE);
  const quarantine = story.quarantine(["L1", "L2", "L3", "L4"]);
  const anew = story.quarantine(["L4"], { sinceMs: 7 });
  await using desk = await told(SITE, [
    ...[quarantine, anew, story.decided(quarantine, "released", ["L1"])],
    story.decided(quarantine, "destroyed", ["L3", "L4"]),
  ]);
  const rows = await desk.tables.rows("SELECT lot, held, lost, since FROM coldlots ORDER BY lot");
  expect(rows.map((row) => [
    ...[row.text("lot"), row.numberOrNull("held"), row.numberOrNull("lost")],
    row.number("since") === 7,
  ])).toEqual([
    ["L1", null, null, false],
    ["L2", 1, null, false],
    ["L3", null, 1, false],
    ["L4", 1, null, true],
  ]);
});

test("a site has no say in the cold chain of another one", async () => {
  const story = new Story(SITE);
  await using desk = await told("site-018", [story.tell("cold-unit", unitBodyOf())]);
  expect(await desk.tables.rows("SELECT site FROM coldevents")).toEqual([]);
});

test("C6: readings of a day are found by when they were read: from its first moment on", async () => {
  const story = new Story(SITE);
  const readings = ["2026-03-01T23:59", "2026-03-02T00:00", "2026-03-03T00:00"];
  await using desk = await told(SITE, readings.map((time) => story.reading(time)));
  const [fromMs, toMs] = [2, 3].map((day) => Date.parse(`2026-03-0${day}T00:00:00+08:00`));
  const subject = { site: SITE, subject: `reading/${OF_UNIT.unit}` };
  const found = await eventsAt(desk.tables, subject, fromMs, toMs);
  expect(found.map(({ body }) => body)).toEqual([story.reading(readings[1]).body].map((body) => ({
    ...body,
    id: expect.any(String),
  })));
});

test("what pages list is found by indexes", async () => {
  await using desk = await told(SITE, []);
  const asked = {
    [GOING_OF_CAUSE]: "coldepisodesofcause (unit=? AND cause=?",
    "SELECT kind FROM coldevents WHERE site = '' AND subject = ''": "coldevents",
    "SELECT kind FROM coldevents WHERE origin = '' AND stream = ''": "coldeventsofstream",
    "SELECT body FROM coldevents WHERE site = '' AND subject = '' AND at IS NOT NULL AND at >= 0":
      "coldeventsat",
    "SELECT unit FROM coldepisodes WHERE todo IS NOT NULL ORDER BY since DESC LIMIT 100":
      "coldepisodestodo",
    "SELECT unit FROM coldepisodes WHERE goes IS NOT NULL AND site = '' AND unit = ''":
      "coldepisodesgoing",
    "SELECT lot FROM coldlots WHERE held IS NOT NULL ORDER BY since LIMIT 100": "coldlotsheld",
    "SELECT lot FROM coldlots WHERE lost IS NOT NULL AND since >= 0 ORDER BY since DESC":
      "coldlotslost",
    "SELECT receipt FROM coldreceipts WHERE todo IS NOT NULL ORDER BY arrived LIMIT 100":
      "coldreceiptstodo",
  };
  for (const [select, index] of Object.entries(asked)) {
    const plan = await planOf(desk.tables, select);
    expect(plan, select).toContain(index);
    expect(plan, select).not.toContain("TEMP B-TREE");
  }
});
