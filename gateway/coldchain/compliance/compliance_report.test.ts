import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stampAt } from "../../../sync/fixtures.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { csvOfTable, reportOf } from "../../report/data_forms.ts";
import { pdfOf } from "../../report/pdf.ts";
import { periodOf } from "../../report/period.ts";
import { reportFont } from "../../report/report_font.ts";
import { planOf } from "../../sql/fixture_plans.ts";
import { rulesOf } from "../series/fixture_series.ts";
import { NURSE, OF_UNIT, SITE, unitBodyOf } from "../life/fixture_life.ts";
import { Calendar } from "../series/calendar.ts";
import { SELECTS } from "./compliance_reads.ts";
import { COPIED } from "./fixture_compliance.ts";
import { complianceReport } from "./compliance_report.ts";

const MINUTE_MS = 60_000;
const HOURS = 6;
/** Moments of `stampAt` begin here. */
const BEGAN_MS = stampAt(0).wallMs;
const today = new Calendar().dayOf(BEGAN_MS);

let site: TablesDesk;
let county: TablesDesk;

/** Six hours of ten minutes, the second one at 9 °C; the unit is there from its beginning on. */
async function tell(desk: TablesDesk): Promise<void> {
  for (let minute = 0; minute < HOURS * 60; minute += 10) {
    if (minute === 60) {
      const unit = { id: "u", ...unitBodyOf({ intervalSeconds: 600, rules: rulesOf("platform") }) };
      await desk.append("cold-unit", unit, minute * MINUTE_MS, "record");
    }
    const value = minute >= 60 && minute < 120 ? 9 : 5;
    const reading = { point: "temperature", value, unit: "Cel", quality: "good" };
    const body = { device: "thermometer", readings: [reading] };
    await desk.append("reading", body, minute * MINUTE_MS + 1000);
  }
  const episode = { ...OF_UNIT, episode: "e1", cause: "high" };
  const alarm = { id: "a1", ...episode, level: 1, rule: "platform-high" };
  const [sinceMs, alarmMs] = [60, 90].map((minute) => BEGAN_MS + minute * MINUTE_MS);
  await desk.append("cold-alarm", { ...alarm, sinceMs, alarmMs }, 90 * MINUTE_MS, "alarm");
}

beforeAll(async () => {
  [site, county] = await Promise.all([
    TablesDesk.open({ node: SITE }),
    TablesDesk.open({ node: "county-a", authorities: ["county-a"] }),
  ]);
  await tell(site);
  await site.tables.caughtUp(site.journal);
  await site.handOver(county);
}, 60_000);
afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  await county?.[Symbol.asyncDispose]();
});

const AS_OF_MS = BEGAN_MS + HOURS * 60 * MINUTE_MS;

async function drawn(desk: TablesDesk, name = today.date, asOfMs = AS_OF_MS) {
  const period = periodOf(name);
  if (period === null) throw new Error("It is one");
  const of = complianceReport(desk.tables, () => Promise.resolve(COPIED));
  const found = await of.draw({ site: SITE, period, asOfMs: Math.min(asOfMs, period.toMs) });
  return { of, period, drawn: { ...found, asOfMs } };
}

describe("the report of a site's units", () => {
  test("counts from the moment on in which a unit was added, in the middle of a month", async () => {
    const { drawn: { tables: [{ columns, rows }] } } = await drawn(site, today.date.slice(0, 7));
    const row = Object.fromEntries(columns.map(({ key }, at) => [key, rows[0].cells[at]]));
    expect(row).toMatchObject({
      ...{ expected: 30, had: 30, min_celsius: 5, max_celsius: 9, above_minutes: 60 },
      ...{ gap_minutes: 0, alarms: 1, alarms_unacknowledged: 1 },
      verdict: { zh: "不合规", en: "NOT COMPLIANT" },
    });
    expect(JSON.stringify(row.reasons)).toContain("[platform-high");
    // C1: its values were ten minutes apart.
    expect(JSON.stringify(row.reasons)).toContain("[c1-record-out]");
  });

  test("is the same bytes at site and county, as CSV and as PDF", async () => {
    for (const name of [today.date, today.date.slice(0, 7)]) {
      const [here, there] = [await drawn(site, name), await drawn(county, name)];
      for (const language of ["zh", "en"] as const) {
        const csv = ({ drawn: { tables } }: typeof here) =>
          tables.map((table) => csvOfTable(table, language));
        expect(csv(there)).toEqual(csv(here));
        const paper = ({ of, period, drawn }: typeof here) =>
          reportOf({
            ...{ of, period, drawn, language, site: SITE },
            ...{ organisation: "卫生院", madeMs: AS_OF_MS },
          });
        expect(paper(there)).toEqual(paper(here));
        if (language === "en") continue;
        const [one, other] = [here, there].map((found) => pdfOf(paper(found), reportFont()));
        expect(await other).toEqual(await one);
      }
    }
  });

  test("has no unit on a day on which there was none", async () => {
    const { drawn: { facts, tables: [{ rows }] } } = await drawn(site, "2020-01-01");
    expect(rows).toEqual([]);
    expect(facts.map(({ value }) => value)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test("of sites asks one after the other", async () => {
    const { sites } = complianceReport(county.tables, () => Promise.resolve(COPIED));
    expect(await sites("", 5)).toEqual([SITE]);
    expect(await sites(SITE, 5)).toEqual([]);
  });

  test("C6, C9: changes as persons say what was, and by nothing else", async () => {
    const acknowledged = {
      ...{ id: "k1", ...OF_UNIT, episode: "e1", cause: "high", level: 1 },
      ...{ found: "door-open", comment: "门未关好", by: NURSE },
    };
    await site.append("cold-acknowledgement", acknowledged, AS_OF_MS - BEGAN_MS, "record");
    const ended = { id: "x1", ...OF_UNIT, episode: "e1", cause: "high", worstCelsius: 9 };
    const endedMs = BEGAN_MS + 120 * MINUTE_MS;
    await site.append("cold-alarm-ended", { ...ended, endedMs }, AS_OF_MS - BEGAN_MS, "alarm");
    await site.tables.caughtUp(site.journal);
    const { drawn: { facts } } = await drawn(site);
    expect(facts.map(({ key, value }) => `${key} ${value}`)).toEqual([
      ...["units 1", "compliant 0", "not_compliant 1", "cannot_say 0"],
      ...["alarms 1", "alarms_unacknowledged 0", "switched_off 0"],
    ]);
  });

  test("is found by indexes", async () => {
    for (const [name, select] of Object.entries(SELECTS)) {
      const plan = await planOf(site.tables, select);
      expect(plan, name).toMatch(/^SEARCH /);
      expect(plan, name).not.toContain("TEMP B-TREE");
    }
  });
});
