/** How long a recall list takes of a year's loads (S5): each step as the desk takes it. */
import { dayText } from "../../china_calendar.ts";
import type { Rows } from "../../sql/sql.ts";
import { touchedLoads } from "../../sterile/desk/touched_loads.ts";
import { eventsAround } from "../../sterile/record/around.ts";
import { SELECTS } from "../../sterile/record/sterile_reads.ts";
import { StoredWords } from "../../sterile/record/stored_words.ts";
import { rulesOn } from "../../sterile/rules.ts";
import { STANDARD_RULES } from "../../sterile/standard_rules.ts";
import { supplyEventOf, TO_COME } from "../../sterile/supply/event.ts";
import { recallsOf } from "../../sterile/supply/recall.ts";
import { toldOfSite } from "../../sterile/supply/told.ts";
import { SITE, STERILISER } from "./township_cycles.ts";

export interface RecallTime {
  readonly what: string;
  readonly ms: number;
  readonly loads: number;
  readonly packs: number;
}

/** Of a biological test that grew in the last cycle, and of the last cycle itself, as a failure. */
export async function recallTimes(rows: Rows, days: number, nowMs: number): Promise<RecallTime[]> {
  const cycle = `C-${days - 1}-0`;
  const [row] = await rows.rows(SELECTS.cycle, [SITE, cycle]);
  if (row === undefined) throw new Error(`There is no ${cycle}`);
  const [judged] = await new StoredWords(rows, SITE).events([`cycle/${cycle}`]);
  const fields = { site: SITE, steriliser: STERILISER, cycle, by: { id: "li" }, result: "fail" };
  const grown = { ...fields, id: "grown", indicator: "biological", controlGrew: false };
  const failed = { ...judged.body, id: "failed", verdict: "fail" };
  const time = { ...judged.time, wallMs: nowMs };
  const place = { place: TO_COME, time };
  return [
    await timed(rows, "biological test", supplyEventOf("sterile-indicator", grown, place)),
    await timed(rows, "failed cycle", supplyEventOf("sterile-cycle", failed, place)),
  ];
}

async function timed(
  rows: Rows,
  what: string,
  event: ReturnType<typeof supplyEventOf>,
): Promise<RecallTime> {
  const fromMs = performance.now();
  const rules = rulesOn(STANDARD_RULES, dayText(event.time.wallMs));
  const stored = new StoredWords(rows, SITE);
  const loads = await touchedLoads({ rows, stored, site: SITE, rules }, [event]);
  const recalls = recallsOf(toldOfSite(await eventsAround(stored, loads, [event])), rules);
  const packs = recalls.flatMap((recall) => recall.packs);
  return { what, ms: performance.now() - fromMs, loads: loads.length, packs: packs.length };
}
