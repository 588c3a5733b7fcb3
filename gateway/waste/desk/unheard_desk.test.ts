import { expect, test } from "vitest";
import { stampAt } from "../../../sync/fixtures.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { homeOf } from "../../home_centre.ts";
import { alarmsDue } from "../alarm/due.ts";
import { modeAt } from "../clock/epidemic.ts";
import type { WasteEvent } from "../entry/event.ts";
import { SITE, Story } from "../fixture_waste.ts";
import { ledgerOf } from "../life/ledger.ts";
import { openAlarms } from "../record/waste_reads.ts";
import { alarmRow } from "../record/waste_rows.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { UnheardDesk } from "./unheard_desk.ts";

const CENTRES = ["county-a", "county-b"];
const HOME = homeOf(SITE, CENTRES);
const OTHER = CENTRES.find((one) => one !== HOME) ?? "";
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const BEGAN_MS = stampAt(0).wallMs;

/** A site, its county, and what the county's desk of the one or the other centre does there. */
class County implements AsyncDisposable {
  readonly #tables: TablesDesk;
  readonly #site: TablesDesk;
  readonly story = new Story(SITE).at(BEGAN_MS);
  nowMs = 0;
  isUp = true;

  private constructor(tables: TablesDesk, site: TablesDesk) {
    this.#tables = tables;
    this.#site = site;
  }

  static async open(): Promise<County> {
    const tables = await TablesDesk.open({ node: HOME, authorities: CENTRES });
    return new County(tables, await TablesDesk.open({ node: SITE }));
  }

  desk(name: string): UnheardDesk {
    const { journal, tables } = this.#tables;
    const disk = {
      append: (...given: Parameters<typeof journal.append>) => journal.append(...given),
      noRoomFor: () => null,
    };
    const clock = { now: () => stampAt(this.nowMs) };
    const other = name === HOME ? OTHER : HOME;
    const centres = { other, isUp: () => this.isUp };
    return new UnheardDesk({ name, clock, disk, journal, tables }, DEFAULT_RULES, centres);
  }

  /** What the site wrote until now reaches its county. */
  async hears(...written: readonly { kind: string; body: object }[]): Promise<void> {
    for (const { kind, body } of written) {
      const stream = kind.startsWith("waste-alarm") ? "alarm" : "record";
      await this.#site.append(kind, body, this.nowMs, stream);
    }
    await this.#site.handOver(this.#tables);
  }

  /** What stands after a look so many hours after the beginning. */
  async look(desk: UnheardDesk, hours: number): Promise<string[]> {
    this.nowMs = Math.round(hours * HOUR_MS);
    await desk.look();
    const { journal, tables } = this.#tables;
    await tables.caughtUp(journal);
    return (await openAlarms(tables, SITE)).listed
      .map(({ alarm, subject, level }) => `${alarm} ${subject} ${level}`).sort();
  }

  async told(): Promise<string[]> {
    const select = "SELECT body FROM notifications ORDER BY life, seq";
    return (await this.#tables.tables.rows(select)).map((row) => {
      const { event, level, site, what: { code, en }, where } = JSON.parse(row.text("body"));
      expect(en).toMatch(/^By what is known here /);
      return `${event} ${level} ${site} ${code} ${where.code}`;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#site[Symbol.asyncDispose]();
    await this.#tables[Symbol.asyncDispose]();
  }
}

/** What the site itself raises of these at this hour. */
function ownAlarms(events: readonly WasteEvent[], hours: number) {
  const present = { now: stampAt(hours * HOUR_MS), corrections: [] };
  const around = { present, modeAt: (site: string) => modeAt(site, []), rules: DEFAULT_RULES };
  return alarmsDue(ledgerOf(events, DEFAULT_RULES), around)
    .map((body) => ({ kind: "waste-alarm", body }));
}

test("W5, W9 of a site that it does not hear a county says what is past the limit", async () => {
  await using county = await County.open();
  const [first, second] = [county.story.sealed("B1"), county.story.sealed("B2")];
  const home = county.desk(HOME);
  const other = county.desk(OTHER);
  await county.hears(first, second);
  const bothLook = async (hours: number) => {
    await county.look(other, hours);
    return await county.look(home, hours);
  };
  expect(await bothLook(0)).toEqual([]);
  // While it is heard it says itself what is due.
  county.nowMs = Math.round(47.9 * HOUR_MS);
  await county.hears({ kind: "waste-note", body: {} });
  expect(await bothLook(47.9)).toEqual([]);
  expect(await bothLook(48)).toEqual([]);
  expect(await bothLook(48.3)).toEqual([]);
  // Half an hour later it is not heard: only its home says so, the other where that is away.
  expect(await county.look(other, 48.5)).toEqual([]);
  const told = ["B1", "B2"].flatMap((bag) =>
    ["institution", "site"].map((level) => `unheard ${bag} ${level}`)
  );
  county.isUp = false;
  expect(await county.look(other, 48.5)).toEqual(told);
  county.isUp = true;
  expect(await bothLook(48.5)).toEqual(told);
  expect(await county.told()).toEqual([
    ...["B1", "B2"].flatMap((bag) => [
      `raised 1 ${SITE} waste-unheard ${bag}`,
      `escalated 2 ${SITE} waste-unheard ${bag}`,
    ]),
  ]);
  // After a restart nobody knows at first whether it is heard.
  const again = county.desk(HOME);
  expect(await county.look(again, 49)).toEqual(told);
  const all = [...told, "unheard B1 regulator", "unheard B2 regulator"].sort();
  expect(await county.look(again, 73)).toEqual(all);

  // It had sent one away, and told of the other.
  const left = county.story.departed(["B1"]);
  await county.hears(left, ...ownAlarms([first, second, left], 50));
  const own = ["breach B2 institution", "breach B2 site", "warning B2 site"];
  expect(await county.look(again, 73.1)).toEqual(own);
  const over = (await county.told()).filter((line) => line.startsWith("recovered"));
  expect(over).toHaveLength(all.length);
  // Silent again: what the site told of is not told again, but for what is due since.
  expect(await county.look(again, 74)).toEqual([...own, "unheard B2 regulator"].sort());
});

test("W9 of two centres that said otherwise of one alarm the later word counts", () => {
  const [alarm] = ownAlarms([new Story(SITE).at(BEGAN_MS).sealed("B1")], 48);
  const at = (node: string, seq: number, minutes: number) => ({
    ...{ place: `${node}.1-0000000000000001/alarm/${seq}`, node },
    time: stampAt(minutes * MINUTE_MS),
  });
  const raised = { about: "alarm", body: alarm.body, written: at("county-a", 500, 1) } as const;
  const body = { id: "over", site: SITE, alarm: alarm.body.id };
  const over = { about: "alarm-over", body, written: at("county-b", 20, 2) } as const;
  const isOpen = (...words: Parameters<typeof alarmRow>[0]) => alarmRow(words)?.at(-1) !== null;
  expect(isOpen(raised, over)).toBe(false);
  expect(isOpen(over, raised)).toBe(false);
  expect(isOpen(over, { ...raised, written: at("county-a", 501, 3) }, raised)).toBe(true);
  // Of one node its own order counts, whatever its clock said.
  const own = { ...over, written: at("county-a", 501, 0) };
  expect(isOpen(own, raised)).toBe(false);
});
