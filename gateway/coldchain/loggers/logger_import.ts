/** One file of a logger as entries: what it brings, each of them under an id of its own. */
import { createHash } from "node:crypto";
import { entryId } from "../../collected_entry.ts";
import type { Person } from "../life/subject.ts";
import type { UnitBody } from "../life/unit_body.ts";
import type { Calendar } from "../series/calendar.ts";
import type { Watching } from "../series/fold.ts";
import type { Sample } from "../series/sample.ts";
import type { Told } from "../series/told.ts";
import { comparingOf, differencesOf } from "./difference.ts";
import { DAYS_MAX, type LoggerBody, type LoggerRowsBody, ROWS_OF_DAY_MAX } from "./logger_body.ts";
import type { LoggerText } from "./logger_text.ts";
import { ownDay, toldOfFile } from "./own_days.ts";
import { type PastEpisode, pastEpisodes } from "./past_episodes.ts";

export type LoggerFacts = Extract<LoggerText, { readonly kind: "read" }>;

/** What is said of a file by whoever brings it. */
export interface BroughtFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly way: LoggerBody["way"];
  readonly by: Person | null;
  /** So far the logger's clock is ahead of ours, seconds; `null`: nobody compared them. */
  readonly aheadSeconds: number | null;
}

/** Samples of a probe of the unit, for a file that has no rows. */
export interface BesideProbe {
  readonly probe: string;
  readonly told: Told;
}

export interface LoggerImport {
  readonly body: LoggerBody;
  readonly rows: readonly LoggerRowsBody[];
  readonly episodes: readonly PastEpisode[];
}

/** By which rules its days are looked at: its own, else the unit's. */
export function watchingOfFile(
  { record, intervalMs }: LoggerFacts,
  unit: UnitBody,
  calendar: Calendar,
): Watching {
  if (record === null || record.rules.length === 0) {
    return { rules: unit.rules, intervalMs, calendar };
  }
  return comparingOf(record, calendar);
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Why it is not taken, with what to do about it; `null`: nothing speaks against it. */
export function objectionToFile(
  { logger, record, samples }: LoggerFacts,
  serials: readonly string[],
  calendar: Calendar,
): string | null {
  if (record !== null && serials.length > 0 && !serials.includes(logger)) {
    return `it is of logger ${logger}, and this unit has ${serials.join(", ")}; ` +
      "bring it to the unit that the logger lies in, or name it in the configuration";
  }
  const dates = Map.groupBy(samples, ({ wallMs }) => calendar.dayOf(wallMs).date);
  const most = Math.max(dates.size, record?.days.length ?? 0);
  if (most > DAYS_MAX) return `it has ${most} days; cut it into parts of ${DAYS_MAX} at most`;
  const full = [...dates].find(([, rows]) => rows.length > ROWS_OF_DAY_MAX);
  if (full !== undefined) {
    const [date, { length }] = full;
    return `${date} has ${length} rows, at most ${ROWS_OF_DAY_MAX} are taken; write fewer`;
  }
  return samples.length === 0 && (record?.days ?? []).length === 0
    ? "it has neither rows nor days"
    : null;
}

export function importOf(
  facts: LoggerFacts,
  unit: UnitBody,
  file: BroughtFile,
  { calendar, nowMs, beside }: {
    readonly calendar: Calendar;
    readonly nowMs: number;
    readonly beside: BesideProbe | null;
  },
): LoggerImport {
  const { logger, record, samples, intervalMs } = facts;
  const watching = watchingOfFile(facts, unit, calendar);
  const told = samples.length > 0 ? toldOfFile(samples, watching) : beside?.told ?? null;
  const days = told?.days ?? [];
  const asUnit = { rules: unit.rules, intervalMs, calendar };
  const episodes = samples.length === 0
    ? []
    : pastEpisodes(unit, toldOfFile(samples, asUnit), samples, intervalMs);
  const [first, last] = [samples.at(0), samples.at(-1)];
  const of = { site: unit.site, unit: unit.unit };
  const hash = hashOf(file.bytes);
  const body: LoggerBody = {
    id: entryId("cold-logger", unit.site, unit.unit, hash),
    ...of,
    file: { name: file.name, hash, bytes: file.bytes.length },
    ...{ way: file.way, by: file.by, logger },
    clock: {
      zone: calendar.zone,
      aheadSeconds: file.aheadSeconds,
      beyondSeconds: Math.max(0, Math.round(((last?.wallMs ?? nowMs) - nowMs) / 1000)),
    },
    record,
    rows: first === undefined || last === undefined ? null : {
      count: samples.length,
      ...{ fromMs: first.wallMs, toMs: last.wallMs, intervalSeconds: intervalMs / 1000 },
    },
    madeOf: samples.length > 0 ? "rows" : beside === null ? null : { probe: beside.probe },
    days: days.map((day) => ownDay(day, watching.rules)),
    differences: record === null || told === null ? [] : differencesOf(record.days, days, watching),
    episodes: [],
  };
  return { body, rows: rowsOf(of, logger, samples, intervalMs, calendar), episodes };
}

function rowsOf(
  { site, unit }: { readonly site: string; readonly unit: string },
  logger: string,
  samples: readonly Sample[],
  intervalMs: number,
  calendar: Calendar,
): LoggerRowsBody[] {
  const byDate = Map.groupBy(samples, ({ wallMs }) => calendar.dayOf(wallMs).date);
  return [...byDate].map(([date, own]) => {
    const dayMs = calendar.dayOf(own[0].wallMs).fromMs;
    const rows = own.map(({ wallMs, celsius }): [number, number | null] => [
      (wallMs - dayMs) / 1000,
      celsius,
    ]);
    const id = entryId("cold-logger-rows", site, unit, logger, date, JSON.stringify(rows));
    const intervalSeconds = intervalMs / 1000;
    return { id, site, unit, logger, date, dayMs, intervalSeconds, rows };
  });
}
