/** What a unit's compliance is told of, from the tables: by indexes, a unit at a time. */
import type { Rows } from "../../sql/sql.ts";
import { ofKind } from "../life/event.ts";
import { daysBetween, samplesBetween } from "../record/cold_reads.ts";
import { eventsAt, eventsOf } from "../record/stored_events.ts";
import type { Day } from "../series/calendar.ts";
import { firstCarry } from "../series/carry.ts";
import { foldSamples, foldTail, INTERVALS_MAX } from "../series/fold.ts";
import { addedUp, type DayTold } from "../series/told.ts";
import { type DayOut, daysOut, mayBeFarApart } from "./records_out.ts";
import type { ReportedEpisode, UnitHistory } from "./unit_compliance.ts";
import {
  lengthMs,
  pointKey,
  pointsOf,
  type Reported,
  type Stretch,
  watchedOf,
  type WatchedPoint,
  within,
} from "./watched.ts";

/** Of one unit in a month: some for each hour. */
const EPISODES_MAX = 2000;
/** Alarms before the time of a report that are looked at for whether they went on into it. */
const EARLIER_MAX = 100;

const EPISODE = "SELECT since, ended, state, explained FROM coldepisodes " +
  "WHERE site = ? AND unit = ? AND since";

export const SELECTS = {
  units: "SELECT unit FROM coldunits WHERE site = ? ORDER BY unit LIMIT ?",
  nextSite: "SELECT site FROM coldunits WHERE site > ? ORDER BY site LIMIT 1",
  begun: `${EPISODE} >= ? AND since < ? ORDER BY since LIMIT ?`,
  earlier: `${EPISODE} < ? ORDER BY since DESC LIMIT ?`,
} as const;

/** Names of units that a site ever had, `limit` at the most. */
export async function unitNames(rows: Rows, site: string, limit: number): Promise<string[]> {
  return (await rows.rows(SELECTS.units, [site, limit])).map((row) => row.text("unit"));
}

export async function unitHistory(
  rows: Rows,
  { site, unit }: { readonly site: string; readonly unit: string },
  reported: Reported,
): Promise<Omit<UnitHistory, "copies">> {
  const span = spanOf(reported);
  const words = ofKind(await eventsOf(rows, { site, subject: `unit/${unit}` }), "cold-unit");
  const watched = watchedOf(words, span);
  const probes = new Set(watched.flatMap(({ body }) => body.probes.map(({ id }) => id)));
  const calibrations = [];
  for (const probe of probes) {
    calibrations.push(...await eventsOf(rows, { site, subject: `probe/${probe}` }));
  }
  const days = new Map<string, readonly DayTold[]>();
  const outside = new Map<string, readonly DayOut[]>();
  for (const point of pointsOf(watched)) {
    const told = await daysOf(rows, site, point, reported);
    days.set(pointKey(point), told);
    if (!mayBeFarApart(point)) continue;
    outside.set(pointKey(point), await outsideOf(rows, site, point, daysOut(told, reported.days)));
  }
  const isWatched = watched.length > 0;
  const readings = isWatched
    ? await eventsAt(rows, { site, subject: `reading/${unit}` }, span.fromMs, span.toMs)
    : [];
  const episodes = isWatched ? await episodesIn(rows, site, unit, span) : [];
  const watch = isWatched ? await eventsOf(rows, { site, subject: `watch/${unit}` }) : [];
  return { site, unit, words, days, outside, calibrations, readings, episodes, watch };
}

function spanOf({ days, asOfMs }: Reported): Stretch {
  return { fromMs: days[0].fromMs, toMs: Math.min(asOfMs, days[days.length - 1].toMs) };
}

/** Days on which the point was the unit's in part are told anew of that part's samples. */
async function daysOf(
  rows: Rows,
  site: string,
  point: WatchedPoint,
  reported: Reported,
): Promise<DayTold[]> {
  const series = { site, device: point.device, point: point.point };
  const { days, asOfMs, calendar } = reported;
  const [first, last] = [days[0].date, days[days.length - 1].date];
  const told = new Map(
    (await daysBetween(rows, series, first, last)).map((day) => [day.date, day]),
  );
  for (const day of days) {
    const known: Stretch = { fromMs: day.fromMs, toMs: Math.min(day.toMs, asOfMs) };
    const own = point.stretches.flatMap((stretch) => within(stretch, known) ?? []);
    if (own.length === 0) told.delete(day.date);
    else if (lengthMs(own) < lengthMs([known])) {
      const parts = [];
      for (const { fromMs, toMs } of own) {
        const samples = await samplesBetween(rows, series, fromMs, toMs);
        const watching = { rules: point.rules, intervalMs: point.intervalMs, calendar };
        const { carry, told } = foldSamples(firstCarry(point.rules), samples, watching);
        const agoMs = toMs - (samples.at(-1)?.wallMs ?? toMs);
        parts.push(told, foldTail(carry, agoMs, watching).told);
      }
      const anew = addedUp(parts).days.find(({ date }) => date === day.date);
      if (anew === undefined) told.delete(day.date);
      else told.set(day.date, anew);
    }
  }
  return [...told.values()];
}

/** Samples of days, with those behind by which the last one of a day is followed. */
async function outsideOf(
  rows: Rows,
  site: string,
  { device, point, intervalMs }: WatchedPoint,
  days: readonly Day[],
): Promise<DayOut[]> {
  const found: DayOut[] = [];
  for (const { date, fromMs, toMs } of days) {
    const untilMs = toMs + INTERVALS_MAX * intervalMs + 1;
    const samples = await samplesBetween(rows, { site, device, point }, fromMs, untilMs);
    found.push({ date, samples });
  }
  return found;
}

/** Those that went on at some moment of the span. */
async function episodesIn(
  rows: Rows,
  site: string,
  unit: string,
  { fromMs, toMs }: Stretch,
): Promise<ReportedEpisode[]> {
  const begun = await rows.rows(SELECTS.begun, [site, unit, fromMs, toMs, EPISODES_MAX]);
  const earlier = await rows.rows(SELECTS.earlier, [site, unit, fromMs, EARLIER_MAX]);
  const wentOn = earlier.filter((row) => {
    const ended = row.numberOrNull("ended");
    return ended === null || ended > fromMs;
  });
  return [...wentOn, ...begun].map((row) => {
    const state = row.text("state");
    const isSeen = state === "acknowledged" || row.numberOrNull("ended") !== null;
    return {
      sinceMs: row.number("since"),
      isAcknowledged: isSeen && row.number("explained") === 1,
    };
  });
}
