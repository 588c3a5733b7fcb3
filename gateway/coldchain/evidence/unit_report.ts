/** What a unit's record says of some days, as report and tables (C5, C11). */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Language } from "../../console/text.ts";
import { csvOf } from "../../report/csv.ts";
import type { Block, Report } from "../../report/report.ts";
import { momentText } from "../../report/moment_text.ts";
import { meanOf } from "../evaluate/report.ts";
import type { Calibration } from "../life/calibration.ts";
import type { NotCompliant } from "../life/compliance.ts";
import { isToldNoMore } from "../life/episode.ts";
import type { UnitBody } from "../life/unit_body.ts";
import { textOrOther } from "../other_text.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import { meanKinetic } from "../series/kinetic.ts";
import type { Sample } from "../series/sample.ts";
import { type DayTold, RULES_CHANGED } from "../series/told.ts";
import { CALIBRATIONS, causeText, REASONS, TEXTS } from "./text.ts";

export interface ProbeRecord {
  readonly probe: string;
  readonly days: readonly DayTold[];
  /** In their order. */
  readonly samples: readonly Sample[];
  readonly calibration: Calibration;
}

export interface UnitEpisode {
  readonly episode: string;
  readonly cause: string;
  /** A word of `EpisodeState`. */
  readonly state: string;
  readonly level: number;
  readonly sinceMs: number;
  readonly endedMs: number | null;
  readonly worstCelsius: number | null;
}

export interface UnitRecord {
  readonly organisation: string;
  readonly unit: UnitBody;
  /** Days of the zone, both included. */
  readonly from: string;
  readonly to: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: string;
  readonly madeMs: number;
  readonly probes: readonly ProbeRecord[];
  readonly episodes: readonly UnitEpisode[];
  /** Until this day at least (C11). */
  readonly keptUntil: string;
  /** As it stands when this is made. */
  readonly reasons: readonly NotCompliant[];
}

/** What a curve draws at most: the other probes have curves of their own. */
const SERIES_MAX = 4;
const MINUTE_MS = 60_000;

export function unitReport(record: UnitRecord, language: Language): Report {
  const { organisation, unit, from, to, zone, madeMs } = record;
  const say = (key: keyof typeof TEXTS) => TEXTS[key][language];
  return {
    language,
    organisation,
    title: say("title"),
    subtitle: `${unit.name} · ${from === to ? from : `${from} – ${to}`}`,
    number: `${unit.site}/${unit.unit}/${from}/${to}`,
    madeMs,
    zone,
    landscape: false,
    blocks: [
      facts(record, language),
      ...curves(record, language),
      { kind: "words", text: say("gapNote") },
      { kind: "heading", text: say("days") },
      dayTable(record, language),
      { kind: "heading", text: say("alarms") },
      alarmTable(record, language),
      { kind: "heading", text: say("calibration") },
      calibrationTable(record, language),
      {
        kind: "signatures",
        lines: [
          { label: say("keeper"), confirmed: null },
          { label: say("reviewer"), confirmed: null },
        ],
      },
    ],
  };
}

function facts(
  { unit, from, to, zone, reasons, keptUntil }: UnitRecord,
  language: Language,
): Block {
  const say = (key: keyof typeof TEXTS) => TEXTS[key][language];
  const compliance = reasons.length === 0
    ? say("compliant")
    : say("notCompliant") + reasons.map((reason) => REASONS[reason][language]).join("; ");
  return {
    kind: "facts",
    rows: [
      [say("unit"), `${unit.name} (${unit.unit})`],
      [say("site"), unit.site],
      [say("period"), `${from} – ${to}`],
      [say("zone"), zone],
      [say("compliance"), compliance + say("today")],
      [say("kept"), keptUntil],
      [say("rules"), unit.rules.map(ruleText).join("; ")],
    ],
  };
}

export function ruleText({ side, limitCelsius, comparison, holdMinutes }: AlarmRule): string {
  const sign = side === "above" ? ">" : "<";
  const or = comparison === "inclusive" ? "=" : "";
  return `${sign}${or} ${limitCelsius} °C ${holdMinutes} min`;
}

function curves(record: UnitRecord, language: Language): Block[] {
  const { unit, probes, episodes, fromMs, toMs } = record;
  const limits = new Map(unit.rules.map((rule) => [rule.limitCelsius, rule]));
  const blocks: Block[] = [];
  for (let at = 0; at < probes.length; at += SERIES_MAX) {
    blocks.push({
      kind: "curve",
      title: TEXTS.curve[language],
      unit: "°C",
      fromMs,
      toMs,
      series: probes.slice(at, at + SERIES_MAX).map(({ probe, samples }) => ({
        name: probe,
        points: pointsOf(samples, unit.intervalSeconds * 1000),
      })),
      limits: [...limits].map(([value, { side }]) => ({
        name: `${side === "above" ? "↑" : "↓"} ${value} °C`,
        value,
      })),
      spans: episodes.map(({ sinceMs, endedMs }) => ({
        fromMs: Math.max(sinceMs, fromMs),
        toMs: endedMs ?? toMs,
      })),
    });
  }
  return blocks;
}

/** A sample stands no longer than two intervals; before a longer gap it stands for one (C7). */
export function pointsOf(
  samples: readonly Sample[],
  intervalMs: number,
): [ms: number, celsius: number | null][] {
  const points: [number, number | null][] = [];
  let before: number | null = null;
  for (const { wallMs, celsius } of samples) {
    if (before !== null && (wallMs - before > 2 * intervalMs || wallMs < before)) {
      points.push([before + intervalMs, null]);
    }
    points.push([wallMs, celsius]);
    before = wallMs;
  }
  return points;
}

interface DayRow {
  readonly date: string;
  readonly probe: string;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly mkt: number | null;
  readonly belowMinutes: number;
  readonly aboveMinutes: number;
  readonly unknownMinutes: number;
}

export function dayRows({ unit, probes }: UnitRecord): DayRow[] {
  const minutes = (ms: number) => Math.round(ms / MINUTE_MS * 10) / 10;
  const out = ({ outMs }: DayTold, side: AlarmRule["side"]) =>
    minutes(Math.max(
      0,
      ...unit.rules.filter((rule) => rule.side === side).map(({ id }) => outMs[id] ?? 0),
    ));
  return probes.flatMap(({ probe, days }) =>
    days.map((day) => ({
      date: day.date,
      probe,
      min: day.min?.celsius ?? null,
      max: day.max?.celsius ?? null,
      mean: meanOf(day.known),
      mkt: meanKinetic(day.known),
      belowMinutes: out(day, "below"),
      aboveMinutes: out(day, "above"),
      unknownMinutes: minutes(day.gapMs + day.faultMs),
    }))
  ).sort((one, other) => one.date < other.date ? -1 : one.date > other.date ? 1 : 0);
}

function degrees(celsius: number | null): string {
  return celsius === null ? "–" : celsius.toFixed(1);
}

function dayTable(record: UnitRecord, language: Language): Block {
  const say = (key: keyof typeof TEXTS) => TEXTS[key][language];
  const right = "right" as const;
  return {
    kind: "table",
    columns: [
      { title: say("date"), width: 2 },
      { title: say("probe"), width: 2 },
      ...(["min", "max", "mean", "mkt", "below", "above", "unknown"] as const)
        .map((key) => ({ title: say(key), width: 1.3, align: right })),
    ],
    rows: dayRows(record).map((row) => ({
      cells: [
        ...[row.date, row.probe, degrees(row.min), degrees(row.max), degrees(row.mean)],
        ...[degrees(row.mkt), String(row.belowMinutes), String(row.aboveMinutes)],
        String(row.unknownMinutes),
      ],
      ...(row.belowMinutes + row.aboveMinutes > 0 ? { mark: "alarm" as const } : {}),
    })),
    empty: say("noDays"),
  };
}

/** Behind the end of an alarm: why it is told of no more, where nobody has seen that it is over. */
function untoldText(state: string): Text {
  if (!isToldNoMore(state)) return { zh: "", en: "" };
  if (state === RULES_CHANGED) return TEXTS.rulesChanged;
  const { zh, en } = textOrOther({}, state);
  return { zh: ` · ${zh}`, en: ` · ${en}` };
}

function alarmTable({ episodes, zone }: UnitRecord, language: Language): Block {
  const say = (key: keyof typeof TEXTS) => TEXTS[key][language];
  return {
    kind: "table",
    columns: [
      { title: say("cause"), width: 2 },
      { title: say("level"), width: 1, align: "right" },
      { title: say("since"), width: 3 },
      { title: say("ended"), width: 3 },
      { title: say("worst"), width: 2, align: "right" },
    ],
    rows: episodes.map(({ cause, state, level, sinceMs, endedMs, worstCelsius }) => ({
      cells: [
        ...[causeText(cause)[language], String(level), momentText(sinceMs, zone)],
        (endedMs === null ? say("goesOn") : momentText(endedMs, zone)) +
        untoldText(state)[language],
        degrees(worstCelsius),
      ],
    })),
    empty: say("noAlarms"),
  };
}

function calibrationTable({ probes }: UnitRecord, language: Language): Block {
  const say = (key: keyof typeof TEXTS) => TEXTS[key][language];
  return {
    kind: "table",
    columns: [
      { title: say("probe"), width: 3 },
      { title: say("state"), width: 2 },
      { title: say("validUntil"), width: 2 },
    ],
    rows: probes.map(({ probe, calibration: { state, last } }) => ({
      cells: [probe, CALIBRATIONS[state][language], last?.body.validUntil ?? "–"],
      ...(state === "valid" || state === "due-soon" ? {} : { mark: "alarm" as const }),
    })),
    empty: say("noProbes"),
  };
}

/** The same as tables, in English names that programs read. */
export function unitTables(record: UnitRecord): { readonly name: string; readonly text: string }[] {
  const time = (ms: number) => new Date(ms).toISOString();
  return [
    {
      name: "days.csv",
      text: csvOf(
        [
          ...["date", "probe", "min_celsius", "max_celsius", "mean_celsius", "mkt_celsius"],
          ...["below_minutes", "above_minutes", "unknown_minutes"],
        ],
        dayRows(record).map((row) => [
          ...[row.date, row.probe, row.min, row.max, rounded(row.mean), rounded(row.mkt)],
          ...[row.belowMinutes, row.aboveMinutes, row.unknownMinutes],
        ]),
      ),
    },
    {
      name: "alarms.csv",
      text: csvOf(
        ["episode", "cause", "level", "since", "ended", "worst_celsius", "state"],
        record.episodes.map(({ episode, cause, state, level, sinceMs, endedMs, worstCelsius }) => [
          ...[episode, cause, level, time(sinceMs)],
          ...[endedMs === null ? null : time(endedMs), worstCelsius, state],
        ]),
      ),
    },
    {
      name: "samples.csv",
      text: csvOf(
        ["time", "probe", "celsius", "clock"],
        record.probes.flatMap(({ probe, samples }) =>
          samples.map(({ wallMs, celsius, trusted }) => [
            ...[time(wallMs), probe, celsius ?? "fault", trusted ? "right" : "not confirmed"],
          ])
        ),
      ),
    },
  ];
}

function rounded(celsius: number | null): number | null {
  return celsius === null ? null : Math.round(celsius * 100) / 100;
}
