/** What a unit's page shows of a span of days: curve, days of each probe, what persons said. */
import { type AcknowledgementBody } from "../life/alarm_body.ts";
import { ofKind } from "../life/event.ts";
import type { UnitBody } from "../life/unit_body.ts";
import type { ColdNode } from "../desk/cold_node.ts";
import { downsampled } from "../desk/curve.ts";
import { type DayReport, dayReport } from "../evaluate/report.ts";
import { moment } from "../evaluate/written.ts";
import { loggerPoints } from "../loggers/logger_reads.ts";
import * as reads from "../record/cold_reads.ts";
import { eventsOf } from "../record/stored_events.ts";
import type { Calendar } from "../series/calendar.ts";
import { INTERVALS_MAX } from "../series/fold.ts";
import { ACTIVATION_KJ_MOL } from "../series/kinetic.ts";
import { loggerSample } from "../series/sample.ts";
import { type Curve, type Span, withGaps } from "./unit_curve.ts";

/** More than a telephone has columns, times the three points of each. */
const POINTS_MAX = 2000;
/** A report's curve is readable with so many; further probes have their days. */
const SERIES_MAX = 4;

type Tables = Pick<ColdNode, "tables">;

/** Lines that are cut at gaps; `unknown`: while none of the probes told anything. */
export async function curveOf(
  { tables }: Tables,
  unit: UnitBody,
  span: Span,
  title: string,
): Promise<Curve> {
  const { fromMs, toMs } = span;
  const longestMs = INTERVALS_MAX * unit.intervalSeconds * 1000;
  const series = [];
  const walls: number[] = [];
  for (const { id, device, point } of unit.probes.slice(0, SERIES_MAX)) {
    const of = { site: unit.site, device, point };
    const samples = await reads.samplesBetween(tables.near, of, fromMs, toMs);
    const own = samples.map(({ wallMs }) => wallMs);
    for (const wall of own) walls.push(wall);
    const points = downsampled(samples, fromMs, toMs, POINTS_MAX);
    series.push({ name: id, points: withGaps(own, points, span, longestMs).points });
  }
  for (
    const { logger, points, intervalMs } of await loggerPoints(tables.near, unit, fromMs, toMs)
  ) {
    const own = points.map(([ms]) => ms);
    for (const wall of own) walls.push(wall);
    const samples = points.map(([ms, celsius]) => loggerSample(ms, celsius));
    const fewer = downsampled(samples, fromMs, toMs, POINTS_MAX);
    const longest = INTERVALS_MAX * intervalMs;
    series.push({ name: logger, points: withGaps(own, fewer, span, longest).points });
  }
  const episodes = await reads.episodesOfUnit(tables.near, unit.site, unit.unit);
  const limits = new Map(unit.rules.map(({ side, limitCelsius }) => [
    limitCelsius,
    `${side === "above" ? ">" : "<"} ${limitCelsius} °C`,
  ]));
  return {
    ...{ ...span, title, series },
    limits: [...limits].map(([value, name]) => ({ name, value })),
    alarms: episodes.filter(({ cause }) => cause === "high" || cause === "low")
      .map(({ sinceMs, endedMs }) => ({ fromMs: sinceMs, toMs: endedMs ?? toMs })),
    unknown: withGaps(walls, [], span, longestMs).unknown,
  };
}

export interface ProbeDays {
  readonly probe: string;
  /** The latest first. */
  readonly days: readonly DayReport[];
}

/** `count` days, today the last of them. */
export async function daysOf(
  { tables }: Tables,
  unit: UnitBody,
  calendar: Calendar,
  nowMs: number,
  count: number,
): Promise<ProbeDays[]> {
  const to = calendar.dayOf(nowMs).date;
  const from = new Date(Date.parse(to) - (count - 1) * 86_400_000).toISOString().slice(0, 10);
  const probes = [];
  for (const { id, device, point } of unit.probes) {
    const of = { site: unit.site, device, point };
    const days = await reads.daysBetween(tables.near, of, from, to);
    const at = (ms: number) => moment(ms, calendar);
    const told = days.map((day) => dayReport(day, unit.rules, at, ACTIVATION_KJ_MOL));
    probes.push({ probe: id, days: told.toReversed() });
  }
  return probes;
}

/** What persons said of an alarm, the first first. */
export async function answersTo(
  { tables }: Tables,
  { site, episode }: Pick<reads.EpisodeRow, "site" | "episode">,
): Promise<readonly AcknowledgementBody[]> {
  const events = await eventsOf(tables.near, { site, subject: `episode/${episode}` });
  return ofKind(events, "cold-acknowledgement").map(({ body }) => body)
    .sort((one, other) => one.level - other.level);
}
