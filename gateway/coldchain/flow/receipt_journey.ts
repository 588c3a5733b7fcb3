/** The journey that a logger's file tells of, which was imported at this site before (C10). */
import type { Rows } from "../../sql/sql.ts";
import type { EventOf } from "../life/event.ts";
import { journeyOf } from "../life/receipt.ts";
import type { Journey } from "../life/receipt_body.ts";
import { type LoggerPoints, loggerPoints } from "../loggers/logger_reads.ts";
import { eventById, eventsAmong } from "../record/stored_events.ts";
import { RECEIPT_RULES } from "../record/standings.ts";
import { JOURNEY_RECORD } from "../rules/plans.ts";
import { Calendar } from "../series/calendar.ts";
import { firstCarry } from "../series/carry.ts";
import { foldSamples, foldTail, INTERVALS_MAX } from "../series/fold.ts";
import { loggerSample } from "../series/sample.ts";
import { addedUp } from "../series/told.ts";

const MINUTE_MS = 60_000;
/** A journey is of days at most: what a file has before that is not read. */
const JOURNEY_MS = JOURNEY_RECORD.daysMax * 86_400_000;
/** Files that a page offers, and how long ago they ended. */
const FILES_MAX = 20;
const FILES_MS = 31 * 86_400_000;

export interface Span {
  /** When it left. */
  readonly fromMs: number;
  /** When it arrived. */
  readonly toMs: number;
}

/** `leftMs`: `null`: with the file's first row. Resolves with `null` where no such file is here. */
export async function journeyOfFile(
  rows: Rows,
  site: string,
  { file, leftMs }: { readonly file: string; readonly leftMs: number | null },
  arrivedMs: number,
): Promise<Journey | null> {
  const event = await eventById(rows, site, file);
  if (event?.kind !== "cold-logger") return null;
  const { unit, logger, rows: told, file: { hash } } = event.body;
  const span = { fromMs: leftMs ?? told?.fromMs ?? arrivedMs, toMs: arrivedMs };
  if (span.fromMs > span.toMs || span.toMs - span.fromMs > JOURNEY_MS) return NO_SPAN;
  const points = await loggerPoints(rows, { site, unit }, span.fromMs, span.toMs + 1);
  return journeyBetween(points.find((one) => one.logger === logger) ?? null, span, hash);
}

/** What lies between leaving and arriving without a value is unknown, also before the first one. */
export function journeyBetween(
  told: Pick<LoggerPoints, "points" | "intervalMs"> | null,
  { fromMs, toMs }: Span,
  file: string,
): Journey {
  const [first, last] = [told?.points.at(0), told?.points.at(-1)];
  if (told === null || first === undefined || last === undefined) {
    return { kind: "none", reason: "the file has no row of this journey" };
  }
  const { points, intervalMs } = told;
  const watching = { rules: RECEIPT_RULES, intervalMs, calendar: new Calendar() };
  const samples = points.map(([ms, celsius]) => loggerSample(ms, celsius));
  const folded = foldSamples(firstCarry(RECEIPT_RULES), samples, watching);
  const end = foldTail(folded.carry, toMs - last[0], watching).told;
  const of = { source: "logger", file, fromMs, toMs } as const;
  const journey = journeyOf(addedUp([folded.told, end]), RECEIPT_RULES, of);
  const beforeMs = first[0] - fromMs;
  if (journey.kind === "none" || beforeMs <= INTERVALS_MAX * intervalMs) return journey;
  return { ...journey, minutesUnknown: journey.minutesUnknown + beforeMs / MINUTE_MS };
}

/** Files that were imported at a site of late, the latest first. */
export async function filesOfLate(
  rows: Rows,
  site: string,
  nowMs: number,
): Promise<readonly EventOf<"cold-logger">["body"][]> {
  const found = await eventsAmong(rows, site, "logger/", nowMs - FILES_MS, FILES_MAX);
  return found.flatMap((event) => event.kind === "cold-logger" ? [event.body] : []);
}

const NO_SPAN: Journey = {
  kind: "none",
  reason: "the file does not end before the goods arrived, or begins more than a month before",
};
