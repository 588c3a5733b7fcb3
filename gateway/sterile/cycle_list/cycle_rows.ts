/**
 * Cycles of a day or a month, each with what is said of it: verdict with reasons, tests, who
 * released its load, whether it came back (S1–S5). State in, tables out.
 */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { DataColumn, DataTone, DrawnReport } from "../../report/data_report.ts";
import { momentText } from "../../report/moment_text.ts";
import { reasonText } from "../pages/cycle_words.ts";
import { isSterileText, sterileTexts, wordText } from "../pages/text.ts";
import { ALARM_TEXTS } from "../record/alarm_body.ts";
import type { AlarmLine, CycleLine } from "../record/sterile_reads.ts";
import type { BodyOf } from "../supply/event.ts";
import { indicatorResult } from "../supply/indicator_result.ts";
import type { LoadStanding } from "../supply/load_standing.ts";

export interface ListedCycle {
  readonly line: CycleLine;
  /** The judgement that stands, with its reasons; `null`: it has not come. */
  readonly standing: BodyOf<"sterile-cycle"> | null;
  readonly bowieDick: readonly BodyOf<"sterile-bowie-dick">[];
  readonly indicators: readonly BodyOf<"sterile-indicator">[];
  /** Of its load; `null`: none is named, or it is not known here. */
  readonly load: LoadStanding | null;
  /** A pack of its load is in a recall. */
  readonly isRecalled: boolean;
}

/** `uses`: alarms of packs that were used and were not to be. */
export interface Listed {
  readonly cycles: readonly ListedCycle[];
  readonly uses: readonly AlarmLine[];
}

export function cycleListReport({ cycles, uses }: Listed, cut: Text | null): DrawnReport {
  const count = (is: (cycle: ListedCycle) => boolean) => cycles.filter(is).length;
  const ofVerdict = (verdict: string) => count(({ line }) => line.verdict === verdict);
  const released = (cycle: ListedCycle) => cycle.load !== null && cycle.load.released !== null;
  return {
    facts: [
      { key: "cycles", title: both("cycles"), value: cycles.length },
      { key: "passed", title: { zh: "合格", en: "Passed" }, value: ofVerdict("pass") },
      {
        key: "failed",
        title: { zh: "不合格", en: "Failed" },
        value: ofVerdict("fail"),
        isBad: true,
      },
      {
        key: "undetermined",
        title: { zh: "无法判定", en: "Undetermined" },
        value: ofVerdict("undetermined"),
        isBad: true,
      },
      { key: "released", title: { zh: "已放行", en: "Released" }, value: count(released) },
      {
        key: "recalled",
        title: { zh: "召回", en: "Recalled" },
        value: count(({ isRecalled }) => isRecalled),
        isBad: true,
      },
      {
        key: "unsterile_uses",
        title: { zh: "违规使用的灭菌包", en: "Packs used that were not to be" },
        value: uses.length,
        isBad: true,
      },
    ],
    tables: [{
      name: "cycles",
      title: both("cycles"),
      columns: COLUMNS,
      rows: cycles.map((cycle) => ({ cells: cellsOf(cycle), tone: toneOf(cycle) })),
      empty: { zh: "期间无灭菌循环", en: "No cycle began in this time" },
      note: {
        zh: "按循环开始时间归入；审核和放行为两人，各以本人凭证确认。",
        en: "By when a cycle began. Check and release are two persons, each by an own credential.",
      },
    }, {
      name: "unsterile_uses",
      title: ALARM_TEXTS["unsterile-use"],
      columns: USE_COLUMNS,
      rows: uses.map((use) => ({ cells: useCells(use), tone: "bad" })),
      empty: { zh: "期间无违规使用", en: "None was used that was not to be" },
    }],
    cut,
  };
}

function both(key: Parameters<ReturnType<typeof sterileTexts>>[0]): Text {
  return { zh: sterileTexts("zh")(key), en: sterileTexts("en")(key) };
}

const COLUMNS: readonly DataColumn[] = [
  { key: "started", title: both("started"), width: 4.4 },
  { key: "verdict", title: both("verdict"), width: 3, isVerdict: true },
  { key: "reasons", title: both("reasons"), width: 8 },
  { key: "steriliser", title: both("steriliser"), width: 3.6 },
  { key: "number", title: { zh: "循环号", en: "No." }, width: 2.4 },
  { key: "program", title: both("program"), width: 2.8 },
  { key: "load", title: both("load"), width: 4 },
  { key: "indicators", title: both("tests"), width: 5.5 },
  { key: "checked_by", title: { zh: "审核", en: "Checked by" }, width: 3 },
  { key: "released_by", title: { zh: "放行", en: "Released by" }, width: 3 },
  { key: "state", title: { zh: "批次状态", en: "Load is" }, width: 3 },
  { key: "recalled", title: both("recall"), width: 2.4 },
  { key: "hold_seconds", title: { zh: "维持 秒", en: "Hold s" }, width: 2.4, digits: 0 },
  { key: "lowest_celsius", title: { zh: "最低 °C", en: "Low °C" }, width: 2.5, digits: 1 },
  { key: "highest_celsius", title: { zh: "最高 °C", en: "High °C" }, width: 2.5, digits: 1 },
  { key: "f0_minutes", title: { zh: "F0 分钟", en: "F0 min" }, width: 2.5, digits: 1 },
];

const USE_COLUMNS: readonly DataColumn[] = [
  { key: "used", title: both("since"), width: 4 },
  { key: "pack", title: both("pack"), width: 4 },
  { key: "why", title: both("why"), width: 8 },
  { key: "steriliser", title: both("steriliser"), width: 3 },
  { key: "done", title: both("comment"), width: 8 },
];

function useCells({ sinceMs, subject, why, steriliser, comment }: AlarmLine) {
  return [
    momentText(sinceMs, "Asia/Shanghai"),
    subject,
    inBoth((language) => why.map((one) => wordText(language, one)).join("; ")),
    ...[steriliser, comment],
  ];
}

function cellsOf(cycle: ListedCycle) {
  const { line, standing, load, isRecalled } = cycle;
  const { check = null, release = null } = load?.released ?? {};
  const reasons = standing?.reasons ?? [];
  return [
    momentText(line.startedMs, "Asia/Shanghai"),
    inBoth((language) => wordText(language, line.verdict)),
    inBoth((language) => reasons.map((one) => reasonText(language, one)).join("; ")),
    ...[line.steriliser, line.number, line.program],
    loadText(line, load),
    testsText(cycle),
    ...[personOf(check), personOf(release)],
    load === null ? null : inBoth((language) => wordText(language, load.state)),
    isRecalled ? { zh: "是", en: "yes" } : { zh: "否", en: "no" },
    ...[line.holdSeconds, line.lowestCel, line.highestCel, tenth(line.f0Minutes)],
  ];
}

function inBoth(of: (language: "zh" | "en") => string): Text {
  return { zh: of("zh"), en: of("en") };
}

/** Its name, its kind, and how many packs. */
function loadText({ load: name, loadType }: CycleLine, load: LoadStanding | null): Text | null {
  if (name === null) return null;
  return inBoth((language) => {
    const count = load?.load.packs.length ?? 0;
    const word = language === "zh" ? "包" : count === 1 ? "pack" : "packs";
    const packs = load === null ? [] : [`${count} ${word}`];
    const kind = loadType === null ? [] : [wordText(language, loadType)];
    return [name, ...kind, ...packs].join(" · ");
  });
}

function testsText({ bowieDick, indicators }: ListedCycle): Text {
  return inBoth((language) => {
    const say = sterileTexts(language);
    const tests = [
      ...bowieDick.map(({ result }) => ({ what: say("bowieDick"), result })),
      ...indicators.map((one) => ({
        what: one.indicator === "biological"
          ? say("biological")
          : `${say("chemical")} ${one.class}${
            isSterileText(one.place) ? ` ${say(one.place)}` : ""
          }`,
        result: indicatorResult(one),
      })),
    ];
    return tests.map(({ what, result }) => `${what}: ${wordText(language, result)}`).join("; ");
  });
}

function personOf(step: { readonly by: { readonly id: string; readonly name?: string } } | null) {
  return step === null ? null : step.by.name ?? step.by.id;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function toneOf({ line, isRecalled }: ListedCycle): DataTone {
  if (line.verdict === "fail" || isRecalled) return "bad";
  return line.verdict === "pass" ? "good" : "warn";
}
