/** The compliance of a site's vaccine units as a report (C1, C3, C5, C6, C7, C9, C11, C13). */
import type { Text } from "../../../drivers/profile_parts.ts";
import type {
  DataCell,
  DataColumn,
  DataReport,
  DataRow,
  DataTable,
  DataTone,
  Drawing,
  DrawnReport,
} from "../../report/data_report.ts";
import { momentText } from "../../report/moment_text.ts";
import { sitesBehind } from "../../report/sites_behind.ts";
import type { Rows } from "../../sql/sql.ts";
import { CALIBRATIONS } from "../evidence/text.ts";
import { Calendar } from "../series/calendar.ts";
import { SELECTS, unitHistory, unitNames } from "./compliance_reads.ts";
import type { HalfDay } from "./half_days.ts";
import { type CitedRule, citedRule, reasonText, type Verdict } from "./reason.ts";
import type { SiteCopies } from "../../site_copies.ts";
import { copiesTable } from "./copies.ts";
import type { SwitchedOff } from "../life/suppression.ts";
import { type UnitCompliance, unitCompliance } from "./unit_compliance.ts";

/** Of one report: a county store has some dozens. */
export const UNITS_MAX = 200;

/** Times for which alarms were switched off that are listed: two of each day of each unit. */
const SWITCHED_OFF_MAX = 1000;

const MINUTE_MS = 60_000;
const ZONE = "Asia/Shanghai";

/** What it asks of the tables of a node; `copiesOf`: where a site's records are now. */
export function complianceReport(
  rows: Rows,
  copiesOf: (site: string) => Promise<SiteCopies>,
): DataReport {
  const calendar = new Calendar();
  return {
    name: "coldchain",
    title: { zh: "疫苗冷链合规", en: "Compliance of vaccine units" },
    sites: (after, limit) => sitesBehind(rows, SELECTS.nextSite, after, limit),
    draw: async (drawing) => {
      const { site, period, asOfMs } = drawing;
      const days = period.dates.map((date) => calendar.dayOf(Date.parse(`${date}T00:00:00+08:00`)));
      const reported = { days, asOfMs, calendar };
      const names = await unitNames(rows, site, UNITS_MAX + 1);
      const copies = await copiesOf(site);
      const units: UnitCompliance[] = [];
      for (const unit of names.slice(0, UNITS_MAX)) {
        const history = await unitHistory(rows, { site, unit }, reported);
        const row = unitCompliance({ ...history, copies }, reported);
        if (row !== null) units.push(row);
      }
      return drawnOf(units, drawing, copies, names.length > UNITS_MAX);
    },
  };
}

/** Pure: the same of the same rows, at every node; of copies each says what it knows. */
export function drawnOf(
  units: readonly UnitCompliance[],
  drawing: Pick<Drawing, "period">,
  copies: SiteCopies,
  isCut = false,
): DrawnReport {
  const count = (of: Verdict) => units.filter(({ verdict }) => verdict === of).length;
  const switchedOff = units.flatMap(({ unit, name, switchedOff }) =>
    switchedOff.map((one) => ({ ...one, name: `${name} (${unit})` }))
  );
  const all = (of: (unit: UnitCompliance) => number) =>
    units.reduce((sum, unit) => sum + of(unit), 0);
  const fact = (key: string, zh: string, en: string, value: number, isBad = false) => ({
    key,
    title: { zh, en },
    value,
    ...(isBad ? { isBad: true as const } : {}),
  });
  return {
    facts: [
      fact("units", "设备", "Units", units.length),
      fact("compliant", "合规", "Compliant", count("compliant")),
      fact("not_compliant", "不合规", "Not compliant", count("not-compliant"), true),
      fact("cannot_say", "无法判定", "Cannot say", count("cannot-say"), true),
      fact("alarms", "报警", "Alarms", all(({ alarms }) => alarms)),
      fact(
        "alarms_unacknowledged",
        "未确认报警",
        "Not acknowledged",
        all(({ unexplained }) => unexplained),
        true,
      ),
      fact("switched_off", "暂停报警", "Alarms switched off", switchedOff.length),
    ],
    tables: [
      unitTable(units, drawing),
      switchedOffTable(switchedOff),
      ruleTable(units),
      copiesTable(copies),
    ],
    cut: isCut
      ? { zh: `仅列出前 ${UNITS_MAX} 台设备`, en: `the first ${UNITS_MAX} units are shown` }
      : switchedOff.length > SWITCHED_OFF_MAX
      ? {
        zh: `仅列出前 ${SWITCHED_OFF_MAX} 次暂停报警`,
        en: `the first ${SWITCHED_OFF_MAX} times of alarms switched off are shown`,
      }
      : null,
  };
}

const VERDICTS: Readonly<Record<Verdict, Text>> = {
  "compliant": { zh: "合规", en: "compliant" },
  "not-compliant": { zh: "不合规", en: "NOT COMPLIANT" },
  "cannot-say": { zh: "无法判定", en: "cannot say" },
};

const TONES: Readonly<Record<Verdict, DataTone>> = {
  "compliant": "good",
  "not-compliant": "bad",
  "cannot-say": "warn",
};

const COLUMNS: readonly DataColumn[] = [
  { key: "unit", title: { zh: "设备", en: "Unit" }, width: 6 },
  { key: "verdict", title: { zh: "判定", en: "Verdict" }, width: 5.2, isVerdict: true },
  { key: "reasons", title: { zh: "原因 [规则]", en: "Reasons [rule]" }, width: 13 },
  { key: "morning", title: { zh: "上午人工", en: "By hand a.m." }, width: 4.2 },
  { key: "afternoon", title: { zh: "下午人工", en: "By hand p.m." }, width: 4.2 },
  { key: "calibration", title: { zh: "探头校准", en: "Calibrated" }, width: 4.6 },
  { key: "expected", title: { zh: "应记录", en: "Due" }, width: 3, digits: 0 },
  { key: "had", title: { zh: "实记录", en: "Had" }, width: 3, digits: 0 },
  { key: "min_celsius", title: { zh: "最低 °C", en: "Low °C" }, width: 2.8, digits: 1 },
  { key: "max_celsius", title: { zh: "最高 °C", en: "High °C" }, width: 2.8, digits: 1 },
  { key: "mean_celsius", title: { zh: "平均 °C", en: "Mean °C" }, width: 2.8, digits: 1 },
  { key: "mkt_celsius", title: { zh: "MKT °C", en: "MKT °C" }, width: 2.8, digits: 1 },
  { key: "below_minutes", title: { zh: "低温 分钟", en: "Below min" }, width: 2.9, digits: 0 },
  { key: "above_minutes", title: { zh: "高温 分钟", en: "Above min" }, width: 2.9, digits: 0 },
  { key: "gap_minutes", title: { zh: "缺测 分钟", en: "Gaps min" }, width: 2.9, digits: 0 },
  { key: "fault_minutes", title: { zh: "故障 分钟", en: "Fault min" }, width: 2.9, digits: 0 },
  { key: "alarms", title: { zh: "报警", en: "Alarms" }, width: 3.6, digits: 0 },
  {
    key: "alarms_unacknowledged",
    title: { zh: "未确认", en: "Open" },
    width: 3,
    digits: 0,
  },
  { key: "switched_off", title: { zh: "暂停报警", en: "Off" }, width: 3, digits: 0 },
];

function unitTable(
  units: readonly UnitCompliance[],
  { period }: Pick<Drawing, "period">,
): DataTable {
  return {
    name: "units",
    title: { zh: "设备合规表", en: "Units" },
    columns: COLUMNS,
    rows: units.map((unit) => unitRow(unit, period.kind === "month")),
    empty: { zh: "期间无在用设备", en: "No unit was watched in this time" },
    note: {
      zh: "应记录、实记录为各探头合计；分钟数取最差探头。缺测不插补，也不计入超温。" +
        "不合规以已发生的事实为准；仅因缺测或故障不能证明合规的，记为无法判定。",
      en: "Due and had: of all probes together; minutes: of the worst probe. Gaps are not filled " +
        "in, and are no time out of range. What was seen makes a unit not compliant; where only " +
        "data is missing or at fault, nobody can say.",
    },
  };
}

function unitRow(unit: UnitCompliance, isMonth: boolean): DataRow {
  const { byHand, reasons, calibration } = unit;
  const said = reasons.map((reason) => reasonText(reason, isMonth));
  const joined: Text = {
    zh: said.map(({ zh }) => zh).join("；"),
    en: said.map(({ en }) => en).join("; "),
  };
  const cells: DataCell[] = [
    ...[`${unit.name} (${unit.unit})`, VERDICTS[unit.verdict], joined],
    ...[byHand?.morning, byHand?.afternoon].map((half) => halfDayText(half, isMonth)),
    calibration === null ? null : CALIBRATIONS[calibration],
    ...[unit.expected, unit.had, hundredth(unit.min), hundredth(unit.max)],
    ...[hundredth(unit.mean), hundredth(unit.mkt)],
    ...[unit.belowMs, unit.aboveMs, unit.gapMs, unit.faultMs].map(minutes),
    ...[unit.alarms, unit.unexplained, unit.switchedOff.length],
  ];
  return { cells, tone: TONES[unit.verdict] };
}

/** Of a day the value and its time, of a month how many of how many. */
function halfDayText(half: HalfDay | undefined, isMonth: boolean): DataCell {
  if (half === undefined) return null;
  if (isMonth) {
    const [zh, en] = [`${half.had} / ${half.due} 天`, `${half.had} of ${half.due}`];
    if (half.late === 0) return { zh, en };
    return { zh: `${zh}（补记 ${half.late}）`, en: `${en} (${half.late} late)` };
  }
  const read = half.only ?? half.onlyLate;
  if (read !== null) {
    const [, time] = momentText(read.takenMs, ZONE).split(" ");
    const value = `${read.celsius.toFixed(1)} °C ${time}`;
    return half.only === null ? { zh: `补记 ${value}`, en: `late: ${value}` } : value;
  }
  return half.due > half.had ? { zh: "缺", en: "missing" } : { zh: "未到时间", en: "not due" };
}

function hundredth(celsius: number | null): number | null {
  return celsius === null ? null : Math.round(celsius * 100) / 100;
}

function minutes(ms: number): number {
  return Math.round(ms / MINUTE_MS * 10) / 10;
}

/** Who switched alarms off, why, and how it ended (C8). */
function switchedOffTable(
  times: readonly (SwitchedOff & { readonly name: string })[],
): DataTable {
  const rows = times.slice(0, SWITCHED_OFF_MAX).map(({ name, by, fromMs, untilMs, ended }) => ({
    cells: [
      name,
      momentText(fromMs, ZONE),
      untilMs === null
        ? { zh: "维修完成为止", en: "until it is repaired" }
        : momentText(untilMs, ZONE),
      by.body.by.name ?? by.body.by.id,
      by.body.reason,
      ended === null ? null : momentText(ended.endedMs, ZONE),
      ended === null ? null : ended.by.name ?? ended.by.id,
    ],
  }));
  return {
    name: "switched_off",
    title: { zh: "暂停报警 [C8]", en: "Alarms that were switched off [C8]" },
    columns: [
      { key: "unit", title: { zh: "设备", en: "Unit" }, width: 3 },
      { key: "since", title: { zh: "开始", en: "Since" }, width: 2.2 },
      { key: "until", title: { zh: "预定结束", en: "Until" }, width: 2.2 },
      { key: "by", title: { zh: "操作人", en: "By" }, width: 2 },
      { key: "reason", title: { zh: "原因", en: "Reason" }, width: 4 },
      { key: "ended", title: { zh: "提前恢复", en: "On again" }, width: 2.2 },
      { key: "ended_by", title: { zh: "恢复人", en: "By" }, width: 2 },
    ],
    rows,
    empty: { zh: "期间未暂停报警", en: "No alarms were switched off in this time" },
    note: {
      zh: "暂停期间报警照常记录，只是不通知；每次最长 24 小时，维修中除外。",
      en: "Meanwhile alarms are written as ever, and nobody is told; 24 hours at most, but for " +
        "what is under repair.",
    },
  };
}

/** Those that the reasons name, with where they are from. */
function ruleTable(units: readonly UnitCompliance[]): DataTable {
  const rules = new Map<string, CitedRule>();
  for (const unit of units) {
    for (const reason of unit.reasons) {
      const rule = citedRule(reason, unit.rules);
      if (rule !== null) rules.set(rule.id, rule);
    }
  }
  return {
    name: "rules",
    title: { zh: "引用的规则", en: "Rules that the reasons name" },
    columns: [
      { key: "rule", title: { zh: "规则", en: "Rule" }, width: 2 },
      { key: "source", title: { zh: "来源", en: "Source" }, width: 8 },
      { key: "effective", title: { zh: "生效日期", en: "Counts from" }, width: 1.5 },
    ],
    rows: [...rules.values()].sort((one, other) => one.id < other.id ? -1 : 1)
      .map(({ id, source, effective }) => ({ cells: [id, source, effective] })),
    empty: { zh: "无", en: "None" },
  };
}
