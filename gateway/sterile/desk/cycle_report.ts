/** The record of a cycle on paper: verdict with reasons, curve, tests, who released it (S6). */
import { dayText } from "../../china_calendar.ts";
import type { Block, Report } from "../../report/report.ts";
import type { Sample } from "../sample.ts";
import { pressurePoints, reasonText, temperaturePoints } from "../pages/cycle_words.ts";
import { sterileTexts, wordText } from "../pages/text.ts";
import { indicatorResult } from "../supply/indicator_result.ts";
import type { LoadStanding } from "../supply/load_standing.ts";
import type { CycleView } from "./views.ts";

const ZONE = "Asia/Shanghai";
/** Curves of one drawing, see `SERIES_MAX`. */
const SERIES_MAX = 4;
/** Lines of a print-out on paper: a cycle of two hours in blocks. */
const LINES_MAX = 3000;

export interface PrintedCycle {
  readonly cycle: CycleView;
  readonly samples: readonly Sample[];
  readonly title: { readonly zh: string; readonly en: string };
  /** Where its load stands; `null`: it has none. */
  readonly load: LoadStanding | null;
  readonly organisation: string;
  readonly language: "zh" | "en";
  readonly madeMs: number;
  /** Until when it is kept at least. */
  readonly keptUntilMs: number;
}

export function cycleReport(printed: PrintedCycle): Report {
  const { cycle: { line }, title, organisation, language, madeMs } = printed;
  return {
    language,
    organisation,
    title: language === "zh" ? "灭菌循环记录" : "Record of a sterilisation cycle",
    subtitle: `${title[language]} · ${momentText(line.startedMs, language)}`,
    number: line.cycle.slice(0, 16),
    madeMs,
    zone: ZONE,
    landscape: false,
    blocks: [
      verdictBlock(printed),
      { kind: "facts", rows: factsOf(printed) },
      ...reasonBlocks(printed),
      ...curveBlocks(printed),
      testsBlock(printed),
      ...earlyBlocks(printed),
      releaseBlock(printed),
      ...printoutBlocks(printed),
    ],
  };
}

function verdictBlock({ cycle: { line }, language }: PrintedCycle): Block {
  const text = `${sterileTexts(language)("verdict")}: ${wordText(language, line.verdict)}`;
  return line.verdict === "pass" ? { kind: "words", text } : { kind: "words", text, mark: "alarm" };
}

function factsOf({ cycle: { line }, language, keptUntilMs }: PrintedCycle): [string, string][] {
  const say = sterileTexts(language);
  const number = (value: number | null, unit: string, digits: number) =>
    value === null ? "—" : `${value.toFixed(digits)} ${unit}`;
  return [
    [say("site"), line.site],
    [say("steriliser"), line.steriliser],
    [say("started"), momentText(line.startedMs, language)],
    [say("ended"), line.endedMs === null ? say("notSeen") : momentText(line.endedMs, language)],
    [say("program"), line.program ?? "—"],
    [say("number"), line.number ?? "—"],
    [say("load"), line.load ?? "—"],
    [say("loadType"), line.loadType === null ? "—" : wordText(language, line.loadType)],
    [say("hold"), number(line.holdSeconds, "s", 0)],
    [say("lowest"), number(line.lowestCel, "°C", 1)],
    [say("highest"), number(line.highestCel, "°C", 1)],
    [say("f0"), number(line.f0Minutes, "min", 1)],
    [say("offSaturation"), number(line.offSaturationKelvin, "K", 1)],
    [say("keptUntil"), dayText(keptUntilMs)],
  ];
}

function reasonBlocks({ cycle, language }: PrintedCycle): Block[] {
  const reasons = cycle.standing?.reasons ?? [];
  if (reasons.length === 0) return [];
  const texts = reasons.map((one) => reasonText(language, one));
  return [
    { kind: "heading", text: sterileTexts(language)("reasons") },
    ...texts.map((text): Block => ({ kind: "words", text, mark: "alarm" })),
  ];
}

function curveBlocks({ samples, language }: PrintedCycle): Block[] {
  const say = sterileTexts(language);
  if (samples.length === 0) return [{ kind: "words", text: say("curveMissing") }];
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample.temperaturesCel)))];
  const series = names.slice(0, SERIES_MAX)
    .map((name) => ({ name, points: temperaturePoints(samples, name) }));
  const all = series[0].points.map(([ms]) => ms);
  const [fromMs, toMs] = [all[0], all[all.length - 1]];
  const frame = { kind: "curve", fromMs, toMs, limits: [], spans: [] } as const;
  const curves: Block[] = [{ ...frame, title: say("curve"), unit: "°C", series }];
  if (samples.some(({ pressureKPa }) => pressureKPa !== null)) {
    const points = pressurePoints(samples);
    const name = say("pressure");
    curves.push({ ...frame, title: name, unit: "kPa", series: [{ name, points }] });
  }
  return curves;
}

function testsBlock({ cycle: { bowieDick, indicators }, language }: PrintedCycle): Block {
  const say = sterileTexts(language);
  const rows = [
    ...bowieDick.map(({ result, by }) => ({ what: say("bowieDick"), result, by })),
    ...indicators.map((one) => ({
      what: one.indicator === "biological"
        ? say("biological")
        : `${say("chemical")} ${one.class} · ${say(one.place)}`,
      result: indicatorResult(one),
      by: one.by,
    })),
  ];
  return {
    kind: "table",
    columns: [
      { title: say("tests"), width: 3 },
      { title: say("result"), width: 1 },
      { title: say("checkedBy"), width: 2 },
    ],
    rows: rows.map(({ what, result, by }) => {
      const cells = [what, wordText(language, result), by.name ?? by.id];
      return result === "pass" ? { cells } : { cells, mark: "alarm" };
    }),
    empty: say("none"),
  };
}

/** An implant that left before its biological result, and why (S5). */
function earlyBlocks({ load, language }: PrintedCycle): Block[] {
  const released = load?.released ?? null;
  if (released === null || !released.isEarly) return [];
  const reason = released.release.emergency?.reason ?? "—";
  const text = `${sterileTexts(language)("emergencyReason")}: ${reason}`;
  return [{ kind: "words", text, mark: "alarm" }];
}

function releaseBlock({ load, language }: PrintedCycle): Block {
  const say = sterileTexts(language);
  const { check = null, release = null } = load?.released ?? {};
  const signed = (step: { readonly by: { readonly id: string; readonly name?: string } } | null) =>
    step === null ? "" : `: ${step.by.name ?? step.by.id}`;
  return {
    kind: "signatures",
    lines: [
      { label: `${say("check")}${signed(check)}`, confirmed: null },
      { label: `${say("release")}${signed(release)}`, confirmed: null },
    ],
  };
}

function printoutBlocks({ cycle: { record }, language }: PrintedCycle): Block[] {
  if (record?.seen.kind !== "printed") return [];
  return [
    { kind: "heading", text: sterileTexts(language)("printout") },
    ...record.seen.lines.slice(0, LINES_MAX).map(({ text }): Block => ({ kind: "words", text })),
  ];
}

function momentText(ms: number, language: "zh" | "en"): string {
  const options = { dateStyle: "short", timeStyle: "medium", timeZone: ZONE } as const;
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "sv-SE", options).format(ms);
}
