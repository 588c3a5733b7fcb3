/** What loggers of a unit told: its imports, and rows of a span of days. */
import type { Rows } from "../../sql/sql.ts";
import { type EventOf, ofKind } from "../life/event.ts";
import { eventsAt, latestEvents } from "../record/stored_events.ts";

/** Imports that a page shows. */
const IMPORTS_MAX = 20;
const DAY_MS = 86_400_000;

type OfUnit = { readonly site: string; readonly unit: string };

/** The latest first, as they came. */
export async function importsOf(rows: Rows, { site, unit }: OfUnit) {
  const subject = { site, subject: `logger/${unit}` };
  const found = await latestEvents(rows, subject, IMPORTS_MAX);
  return ofKind(found, "cold-logger").toSorted((one, other) => other.timeMs - one.timeMs);
}

export interface LoggerPoints {
  readonly logger: string;
  /** In the order of time, as the logger's clock told it. */
  readonly points: readonly (readonly [ms: number, celsius: number | null])[];
  readonly intervalMs: number;
}

/** Values between two moments, by logger; of two files the later one counts. */
export async function loggerPoints(
  rows: Rows,
  { site, unit }: OfUnit,
  fromMs: number,
  toMs: number,
): Promise<LoggerPoints[]> {
  const subject = { site, subject: `loggerrows/${unit}` };
  const days = ofKind(await eventsAt(rows, subject, fromMs - DAY_MS, toMs), "cold-logger-rows");
  const byLogger = Map.groupBy(days, ({ body }) => body.logger);
  return [...byLogger].map(([logger, own]) => {
    const points = new Map(own.flatMap(pointsOf));
    return {
      logger,
      intervalMs: Math.max(...own.map(({ body }) => body.intervalSeconds)) * 1000,
      points: [...points].filter(([ms]) => ms >= fromMs && ms < toMs)
        .sort(([one], [other]) => one - other),
    };
  });
}

function pointsOf({ body: { dayMs, rows } }: EventOf<"cold-logger-rows">) {
  return rows.map(([seconds, celsius]) => [dayMs + seconds * 1000, celsius] as const);
}
