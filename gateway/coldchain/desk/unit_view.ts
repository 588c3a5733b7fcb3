/** A unit as it is now, for pages and programs. */
import type { Rows } from "../../sql/sql.ts";
import { calibrationOf } from "../life/calibration.ts";
import { notCompliant } from "../life/compliance.ts";
import { ofKind } from "../life/event.ts";
import { type ManualDay, manualDayOf } from "../life/manual_readings.ts";
import { watchOf } from "../life/suppression.ts";
import type { UnitBody } from "../life/unit_body.ts";
import * as reads from "../record/cold_reads.ts";
import { eventsAt, eventsOf, presentOf } from "../record/stored_events.ts";
import type { Calendar } from "../series/calendar.ts";
import type { ColdNode } from "./cold_node.ts";
import { probesNow } from "./probes_now.ts";

export async function unitView(
  { name, clock, tables }: Pick<ColdNode, "name" | "clock" | "tables">,
  unit: UnitBody,
  calendar: Calendar,
) {
  const { site } = unit;
  const rows = tables.near;
  const watched = await eventsOf(rows, { site, subject: `watch/${unit.unit}` });
  const present = await presentOf({ name, clock, tables: rows }, watched);
  const nowMs = present.now.wallMs;
  const { date } = calendar.dayOf(nowMs);
  const probes = [];
  const calibrations = [];
  for (const { id, device, point, last, state } of await probesNow(rows, unit, present)) {
    const events = await eventsOf(rows, { site, subject: `probe/${id}` });
    const calibration = calibrationOf(events, { site, probe: id }, date);
    calibrations.push(calibration);
    probes.push({
      ...{ id, device, point, celsius: last?.celsius ?? null, state },
      time: last === null ? null : new Date(last.wallMs).toISOString(),
      calibration: calibration.state,
    });
  }
  const watch = watchOf(watched, unit, present);
  const today = unit.manual === true ? await manualToday(rows, unit, calendar, nowMs) : null;
  const episodes = await reads.episodesOfUnit(rows, site, unit.unit);
  const going = episodes.filter(({ endedMs }) => endedMs === null);
  return {
    ...{ site, unit: unit.unit, name: unit.name, form: unit.form, probes },
    watch: watch.state,
    watchUntil: watch.state === "watched" || watch.untilMs === null
      ? null
      : new Date(watch.untilMs).toISOString(),
    readings: today === null ? null : readingsView(today),
    alarms: going.map(alarmView),
    notCompliant: notCompliant(unit, calibrations, today),
  };
}

export type UnitView = Awaited<ReturnType<typeof unitView>>;

/** What persons read today (C6). */
async function manualToday(
  rows: Rows,
  { site, unit }: UnitBody,
  calendar: Calendar,
  nowMs: number,
): Promise<ManualDay> {
  const day = calendar.dayOf(nowMs);
  const subject = { site, subject: `reading/${unit}` };
  const events = await eventsAt(rows, subject, day.fromMs, day.toMs);
  return manualDayOf(ofKind(events, "cold-reading"), day, calendar, nowMs);
}

function readingsView({ date, morning, afternoon, isTooClose, missing, prompt }: ManualDay) {
  const read = (one: ManualDay["morning"]) =>
    one === null ? null : {
      celsius: one.body.celsius,
      taken: new Date(one.body.takenMs).toISOString(),
      by: one.body.by.name ?? one.body.by.id,
    };
  return { date, morning: read(morning), afternoon: read(afternoon), isTooClose, missing, prompt };
}

export function alarmView(row: reads.EpisodeRow) {
  const { sinceMs, endedMs, ...rest } = row;
  return {
    ...rest,
    since: new Date(sinceMs).toISOString(),
    ended: endedMs === null ? null : new Date(endedMs).toISOString(),
  };
}
