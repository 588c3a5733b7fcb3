/** What a unit's evidence is made of, from the tables. */
import * as z from "zod";
import type { Row, Rows } from "../../sql/sql.ts";
import { timeOf } from "../evaluate/written.ts";
import { type Calibration, calibrationOf } from "../life/calibration.ts";
import { notCompliant } from "../life/compliance.ts";
import { type EventOf, ofKind } from "../life/event.ts";
import { placeOf } from "../flow/place.ts";
import { manualDayOf } from "../life/manual_readings.ts";
import { keptUntilDay } from "../life/retention.ts";
import type { UnitBody } from "../life/unit_body.ts";
import { storedDay } from "../record/day_rows.ts";
import { originPlace, unpackedSamples } from "../record/packed_samples.ts";
import { eventsAt, eventsOf } from "../record/stored_events.ts";
import type { Calendar } from "../series/calendar.ts";
import type { Sample } from "../series/sample.ts";
import { addedUp, type DayTold, NOTHING } from "../series/told.ts";
import type { ProbeRecord, UnitEpisode, UnitRecord } from "./unit_report.ts";

/** Of a text that this program has written. */
const storedUnit = z.custom<UnitBody>();

export const READS = {
  unit: "SELECT body FROM coldunits WHERE site = ? AND unit = ?",
  days: "SELECT body FROM coldpartdays WHERE site = ? AND device = ? AND point = ? " +
    "AND date >= ? AND date <= ? ORDER BY date, life, origin, part",
  samples: "SELECT life, part, origin, samples FROM coldparts " +
    "WHERE site = ? AND device = ? AND point = ? AND towall >= ? AND fromwall < ?",
  episodes: "SELECT episode, cause, state, level, since, ended, worst FROM coldepisodes " +
    "WHERE site = ? AND unit = ? AND since < ? AND (ended IS NULL OR ended > ?) ORDER BY since",
  stays: "SELECT DISTINCT expires FROM coldstays WHERE site = ? AND place = ? AND since < ? " +
    "AND (until IS NULL OR until > ?)",
} as const;

const EPISODES_MAX = 1000;

export interface Period {
  readonly from: string;
  readonly to: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Days of the calendar, both included; `null`: one of them is none, or they are exchanged. */
export function periodOf(from: string, to: string, calendar: Calendar): Period | null {
  const fromMs = timeOf(`${from} 00:00`, calendar);
  const lastMs = timeOf(`${to} 00:00`, calendar);
  if (fromMs === null || lastMs === null || lastMs < fromMs) return null;
  return { from, to, fromMs, toMs: calendar.dayOf(lastMs).toMs };
}

/** All that the tables tell of a unit in a time; `null`: there is none of that name. */
export async function unitRecordOf(
  rows: Rows,
  { site, unit: name, period, calendar, nowMs, organisation }: {
    readonly site: string;
    readonly unit: string;
    readonly period: Period;
    readonly calendar: Calendar;
    readonly nowMs: number;
    readonly organisation: string;
  },
): Promise<UnitRecord | null> {
  const row = (await rows.rows(READS.unit, [site, name])).at(0);
  if (row === undefined) return null;
  const unit = storedUnit.parse(JSON.parse(row.text("body")));
  const today = calendar.dayOf(nowMs);
  const probes = await Promise.all(unit.probes.map(async (probe): Promise<ProbeRecord> => {
    const asked = [site, probe.device, probe.point];
    const calibrations = await eventsOf(rows, { site, subject: `probe/${probe.id}` });
    return {
      probe: probe.id,
      days: await daysOf(rows, asked, period),
      samples: await samplesOf(rows, asked, period),
      calibration: calibrationOf(calibrations, { site, probe: probe.id }, today.date),
    };
  }));
  const calibrations: Calibration[] = probes.map(({ calibration }) => calibration);
  const subject = { site, subject: `reading/${name}` };
  const readings = await eventsAt(rows, subject, today.fromMs, today.toMs);
  const lain = await rows.rows(READS.stays, [
    ...[site, placeOf("unit", name), period.toMs, period.fromMs],
  ]);
  const expiries = lain.map((row) => row.textOrNull("expires"));
  const byHand: readonly EventOf<"cold-reading">[] = ofKind(readings, "cold-reading");
  return {
    ...{ organisation, unit, ...period, zone: calendar.zone, madeMs: nowMs, probes },
    episodes: await episodesOf(rows, site, name, period),
    keptUntil: keptUntilDay(expiries, period.to),
    reasons: notCompliant(unit, calibrations, manualDayOf(byHand, today, calendar, nowMs)),
  };
}

async function daysOf(
  rows: Rows,
  series: readonly string[],
  { from, to }: Period,
): Promise<readonly DayTold[]> {
  const days = (await rows.rows(READS.days, [...series, from, to])).map(storedDay);
  return addedUp(days.map((day) => ({ ...NOTHING, days: [day] }))).days;
}

async function samplesOf(
  rows: Rows,
  series: readonly string[],
  { fromMs, toMs }: Period,
): Promise<readonly Sample[]> {
  const parts = await rows.rows(READS.samples, [...series, fromMs, toMs]);
  return parts.sort(byPart)
    .flatMap((row) => unpackedSamples(row.text("samples"), originPlace(row.text("origin"))))
    .filter(({ wallMs }) => wallMs >= fromMs && wallMs < toMs);
}

function byPart(one: Row, other: Row): number {
  const [a, b] = [one.text("origin"), other.text("origin")];
  return one.number("life") - other.number("life") || (a < b ? -1 : a > b ? 1 : 0) ||
    one.number("part") - other.number("part");
}

async function episodesOf(
  rows: Rows,
  site: string,
  unit: string,
  { fromMs, toMs }: Period,
): Promise<readonly UnitEpisode[]> {
  const found = await rows.rows(`${READS.episodes} LIMIT ${EPISODES_MAX}`, [
    ...[site, unit, toMs, fromMs],
  ]);
  return found.map((row) => ({
    episode: row.text("episode"),
    cause: row.text("cause"),
    state: row.text("state"),
    level: row.number("level"),
    sinceMs: row.number("since"),
    endedMs: row.numberOrNull("ended"),
    worstCelsius: row.numberOrNull("worst"),
  }));
}
