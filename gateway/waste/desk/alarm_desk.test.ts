import { expect, test } from "vitest";
import { newEntry } from "../../collected_entry.ts";
import { scaled, Story } from "../fixture_waste.ts";
import { openAlarmIds } from "../record/watched.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { PLACE, SiteDesk } from "./fixture_site_desk.ts";

const HOUR_MS = 3_600_000;
const SITE = "site-017";
/** Entries of one commit. */
const BATCH = 500;

/** As a scale and a person would, one by one; at one moment. */
async function seal({ journal, desk, people }: SiteDesk, bags: readonly string[]): Promise<void> {
  const story = new Story("ward");
  const time = people.now();
  const entries = bags.map((bag) => {
    const { kind, body } = story.sealed(bag, {
      weight: scaled(4000, `${SITE}.1-0/reading/1${bag}`),
    });
    return newEntry("record", kind, time, { ...body, id: `sealed-${bag}`, site: SITE });
  });
  for (let at = 0; at < entries.length; at += BATCH) {
    await journal.append(entries.slice(at, at + BATCH), time);
  }
  await desk.caughtUp();
}

const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => String(from + n));

test("W5, W9 however many bags there are, each alarm is raised once, the newest bag's too", async () => {
  await using site = await SiteDesk.open(SITE);
  const desk = new AlarmDesk(site.desk, PLACE);
  const raised = async () => {
    await desk.look();
    await site.desk.caughtUp();
    return (await openAlarmIds(site.tables, SITE)).size;
  };
  const told = () => site.journal.positions().find(({ stream }) => stream === "alarm")?.seq;
  await seal(site, numbered(1000, 501));
  site.people.nowMs += 72 * HOUR_MS;
  await seal(site, numbered(2000, 1500));
  expect(await raised()).toBe(4 * 501);
  const after = told();
  expect(await raised()).toBe(4 * 501);
  expect(told()).toBe(after);
  // The one that no limit of rows ever reached.
  site.people.nowMs += HOUR_MS;
  await seal(site, ["9000"]);
  site.people.nowMs += 23 * HOUR_MS;
  expect(await raised()).toBe(4 * 501 + 1500);
  site.people.nowMs += HOUR_MS;
  expect(await raised()).toBe(4 * 501 + 1501);
});
