/**
 * The projection of the cold chain. What stands of a unit, an alarm or a lot is made anew of all
 * its events whenever another comes, and what samples tell goes on in the order in which they were
 * taken: so no order of streams makes a difference.
 */
import type { Entry } from "../../../sync/entry.ts";
import type { Projection } from "../../projection.ts";
import { putInto } from "../../sql/put.ts";
import type { Parameter, Transaction } from "../../sql/sql.ts";
import { type ColdEvent, ofKind } from "../life/event.ts";
import { Calendar } from "../series/calendar.ts";
import { coldEventIn, type Subject, subjectOf } from "./cold_entry.ts";
import { EVENTS, LIFE_TABLES, SENT } from "./cold_tables.ts";
import { sentIn } from "./sent_message.ts";
import { samplesOf, type Series } from "./series_samples.ts";
import { PROBES, SERIES_TABLES } from "./series_tables.ts";
import { seriesName, tellBehind, tellSeries } from "./series_telling.ts";
import { tellStanding } from "./standings.ts";
import { eventsOf } from "./stored_events.ts";

const putEvents = putInto(EVENTS, { onConflict: "replace" });
const putSent = putInto(SENT, { onConflict: "keep" });
const putProbes = putInto(PROBES, { onConflict: "keep" });

/** `authorities`: nodes whose word counts on every site's cold chain. */
export function coldOf(authorities: readonly string[]): Projection {
  const calendar = new Calendar();
  return {
    name: "coldchain",
    version: 10,
    tables: [...LIFE_TABLES, ...SERIES_TABLES],
    apply: async (sql, entries) => {
      const told = entries.flatMap((entry) => {
        const event = coldEventIn(entry, authorities);
        return event === null ? [] : [{ entry, event }];
      });
      await putEvents(sql, told.map(({ entry, event }) => eventRow(entry, event)));
      await putSent(sql, entries.flatMap(sentIn));
      const events = told.map(({ event }) => event);
      await tellAnew(sql, events.map(subjectOf));
      for (const { kind, body } of events) {
        if (kind === "cold-alarm" || kind === "cold-alarm-ended") await isDue(sql, body, null);
      }
      const moments = new Map<string, number>();
      for (const { timeMs, body } of ofKindAll(events)) {
        const unit = unitName(body);
        moments.set(unit, Math.min(timeMs, moments.get(unit) ?? Infinity));
      }
      await tellSeries(sql, samplesOf(entries), await changedBy(sql, moments), calendar);
    },
    forget: async (sql, origin, stream) => {
      await forgetEvents(sql, origin, stream, calendar);
      if (stream === "alarm") await sql.run("DELETE FROM coldsent WHERE origin = ?", [origin]);
      if (stream === "reading") await forgetSamples(sql, origin, calendar);
    },
  };
}

async function forgetEvents(
  sql: Transaction,
  origin: string,
  stream: string,
  calendar: Calendar,
): Promise<void> {
  const place = [origin, stream];
  const select = "SELECT DISTINCT site, subject, kind, id, wall FROM coldevents " +
    "WHERE origin = ? AND stream = ?";
  const rows = (await sql.rows(select, place)).map((row) => ({
    site: row.text("site"),
    subject: row.text("subject"),
    kind: row.text("kind"),
    id: row.text("id"),
    wallMs: row.number("wall"),
  }));
  await sql.run("DELETE FROM coldevents WHERE origin = ? AND stream = ?", place);
  await tellAnew(sql, rows);
  const moments = new Map<string, number>();
  for (const { site, subject, kind, id, wallMs } of rows) {
    if (kind === "cold-unit") {
      const unit = unitName({ site, unit: subject.slice("unit/".length) });
      moments.set(unit, Math.min(wallMs, moments.get(unit) ?? Infinity));
    } else if (kind === "cold-alarm" || kind === "cold-alarm-ended") {
      const left = "SELECT id FROM coldevents WHERE site = ? AND id = ? LIMIT 1";
      if ((await sql.rows(left, [site, id])).length === 0) await isDue(sql, { site, id }, 1);
    }
  }
  await tellSeries(sql, [], await changedBy(sql, moments), calendar);
}

/** What a life told is taken out, and what is behind it goes on from what is before it. */
async function forgetSamples(sql: Transaction, origin: string, calendar: Calendar): Promise<void> {
  const select = "SELECT DISTINCT site, device, point, life FROM coldparts WHERE origin = ?";
  const series = (await sql.rows(select, [origin])).map((row) => ({
    site: row.text("site"),
    device: row.text("device"),
    point: row.text("point"),
    life: row.number("life"),
  }));
  for (const { site, device, point, life } of series) {
    const of = [site, device, point, life, origin];
    for (const table of ["coldparts", "coldpartdays", "coldtold"]) {
      await sql.run(
        `DELETE FROM ${table} WHERE site = ? AND device = ? AND point = ? AND life = ? ` +
          "AND origin = ?",
        of,
      );
    }
    await tellBehind(sql, { site, device, point, life, origin, part: 0 }, calendar);
  }
}

async function isDue(
  sql: Transaction,
  { site, id }: { readonly site: string; readonly id: string },
  due: 1 | null,
): Promise<void> {
  await sql.run("UPDATE coldtold SET due = ? WHERE site = ? AND id = ?", [due, site, id]);
}

/** Series whose rules may be others from these moments of units on, with the probes as told. */
async function changedBy(sql: Transaction, moments: ReadonlyMap<string, number>) {
  const changed = new Map<string, { series: Series; fromMs: number }>();
  for (const [name, fromMs] of moments) {
    const [site, unit]: readonly string[] = JSON.parse(name);
    const select = "SELECT device, point FROM coldprobes WHERE site = ? AND unit = ?";
    const before = (await sql.rows(select, [site, unit]))
      .map((row) => ({ site, device: row.text("device"), point: row.text("point") }));
    const events = ofKind(await eventsOf(sql, { site, subject: `unit/${unit}` }), "cold-unit");
    const now = events.flatMap(({ body }) =>
      body.probes.map(({ device, point }) => ({ site, device, point }))
    );
    await sql.run("DELETE FROM coldprobes WHERE site = ? AND unit = ?", [site, unit]);
    await putProbes(sql, now.map(({ device, point }) => [site, device, point, unit]));
    for (const series of [...before, ...now]) {
      const known = changed.get(seriesName(series));
      const earliest = Math.min(fromMs, known?.fromMs ?? Infinity);
      changed.set(seriesName(series), { series, fromMs: earliest });
    }
  }
  return changed;
}

function unitName({ site, unit }: { readonly site: string; readonly unit: string }): string {
  return JSON.stringify([site, unit]);
}

/** Also those of one id: each may be the one that counts. */
function ofKindAll(events: readonly ColdEvent[]) {
  return events.flatMap((event) => event.kind === "cold-unit" ? [event] : []);
}

async function tellAnew(sql: Transaction, subjects: readonly Subject[]): Promise<void> {
  const each = new Map(subjects.map(({ site, subject }) => [
    JSON.stringify([site, subject]),
    { site, subject },
  ]));
  for (const subject of each.values()) await tellStanding(sql, subject);
}

/** In the order of the table's columns. */
function eventRow({ origin, stream, seq, time }: Entry, event: ColdEvent): Parameter[] {
  const { site, subject } = subjectOf(event);
  const { kind, node, body } = event;
  return [
    ...[site, subject, origin, stream, seq, kind, body.id, node],
    ...[time.wallMs, time.bootId, time.bootMs, time.clock],
    ...[momentOf(event), JSON.stringify(body)],
  ];
}

/** What it is about, where that is not the moment of its entry. */
function momentOf({ kind, body }: ColdEvent): number | null {
  switch (kind) {
    case "cold-reading":
      return body.takenMs;
    case "cold-logger":
      return body.rows?.toMs ?? null;
    case "cold-logger-rows":
      return body.dayMs;
    default:
      return null;
  }
}
