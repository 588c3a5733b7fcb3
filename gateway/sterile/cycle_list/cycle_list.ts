/** Cycles of a site as a report, from the tables: by indexes, with the entries around them. */
import { dayText } from "../../china_calendar.ts";
import type { DataReport } from "../../report/data_report.ts";
import { sitesBehind } from "../../report/sites_behind.ts";
import type { Rows } from "../../sql/sql.ts";
import { loadStanding } from "../supply/load_standing.ts";
import { toldOfSite } from "../supply/told.ts";
import { eventsAround } from "../record/around.ts";
import { keyOf } from "../record/sterile_entry.ts";
import { ALARM_SELECT, alarmLine, type CycleLine, cycleLine } from "../record/sterile_reads.ts";
import { StoredWords } from "../record/stored_words.ts";
import { testedBy } from "../record/tested_by.ts";
import { type RuleBook, type RulesInForce, rulesOn } from "../rules.ts";
import { cycleListReport, type ListedCycle } from "./cycle_rows.ts";

/** A month of five sterilisers with six cycles a day. */
export const CYCLES_MAX = 1000;
/** Cycles whose entries are read together. */
const TOGETHER = 100;

export const SELECTS = {
  nextSite: "SELECT site FROM sterilecycles WHERE site > ? ORDER BY site LIMIT 1",
  cycles: "SELECT site, cycle, steriliser, number, started, ended, load, loadtype, program, " +
    "source, verdict, held, lowest, highest, f0, offsaturation, judged FROM sterilecycles " +
    "WHERE site = ? AND started >= ? AND started < ? ORDER BY started, cycle LIMIT ?",
  uses: `${ALARM_SELECT} WHERE what = 'unsterile-use' AND site = ? AND since >= ? AND since < ? ` +
    "ORDER BY since, alarm LIMIT ?",
  /** A ward may use what its site never sterilised. */
  nextUser: "SELECT site FROM sterilealarms WHERE what = 'unsterile-use' AND site > ? " +
    "ORDER BY site LIMIT 1",
} as const;

export function cycleList(rows: Rows, book: RuleBook): DataReport {
  return {
    name: "sterile",
    title: { zh: "灭菌循环", en: "Sterilisation cycles" },
    sites: async (after, limit) => {
      const found = await Promise.all(
        [SELECTS.nextSite, SELECTS.nextUser].map((select) =>
          sitesBehind(rows, select, after, limit)
        ),
      );
      return [...new Set(found.flat())].sort().slice(0, limit);
    },
    draw: async ({ site, period, asOfMs }) => {
      const toMs = Math.min(period.toMs, asOfMs);
      const asked = [site, period.fromMs, toMs, CYCLES_MAX + 1];
      const lines = (await rows.rows(SELECTS.cycles, asked)).map(cycleLine);
      // By the rules of the period's last day: the same, whenever it is asked for again.
      const rules = rulesOn(book, dayText(toMs - 1));
      const cycles: ListedCycle[] = [];
      for (let at = 0; at < Math.min(lines.length, CYCLES_MAX); at += TOGETHER) {
        const together = lines.slice(at, Math.min(at + TOGETHER, CYCLES_MAX));
        cycles.push(...await listed(rows, site, together, rules));
      }
      const uses = (await rows.rows(SELECTS.uses, asked)).map(alarmLine);
      const isCut = lines.length > CYCLES_MAX || uses.length > CYCLES_MAX;
      return cycleListReport(
        { cycles, uses: uses.slice(0, CYCLES_MAX) },
        isCut
          ? {
            zh: `仅列出前 ${CYCLES_MAX} 个循环，请按日查看`,
            en: `the first ${CYCLES_MAX} cycles are shown; ask for single days`,
          }
          : null,
      );
    },
  };
}

async function listed(
  rows: Rows,
  site: string,
  lines: readonly CycleLine[],
  rules: RulesInForce,
): Promise<ListedCycle[]> {
  const stored = new StoredWords(rows, site);
  const loads = [...new Set(lines.flatMap(({ load }) => load ?? []))];
  const around = await eventsAround(stored, loads, [], testedBy(rows, site, rules));
  const own = await stored.events(lines.map(({ cycle }) => keyOf.cycle(cycle)));
  const told = toldOfSite([...new Set([...around, ...own])]);
  const recalled = new Set(told.of("sterile-recall").flatMap(({ body }) => body.packs));
  const standings = new Map(loads.map((load) => [load, loadStanding(told, load, rules)]));
  return lines.map((line): ListedCycle => {
    const load = line.load === null ? null : standings.get(line.load) ?? null;
    const judged = (told.cycles.get(line.cycle) ?? []).map(({ body }) => body);
    const standing = judged.findLast(({ verdict, load }) =>
      verdict === line.verdict && (verdict === "fail" || load === line.load)
    );
    return {
      line,
      standing: standing ?? null,
      bowieDick: told.of("sterile-bowie-dick").map(({ body }) => body)
        .filter(({ cycle }) => cycle === line.cycle),
      indicators: (told.indicatorsOfCycle.get(line.cycle) ?? []).map(({ body }) => body),
      load,
      isRecalled: load !== null &&
        (load.state === "recalled" || load.load.packs.some((pack) => recalled.has(pack))),
    };
  });
}
