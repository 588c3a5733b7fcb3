/** Readings by hand of the days of a report: which were due, which are there (C6). */
import type { EventOf } from "../life/event.ts";
import { isReadOut, manualDayOf } from "../life/manual_readings.ts";
import { type Reported, type Watched, within } from "./watched.ts";

export interface HalfDay {
  /** Days on which one was due, or is there. */
  readonly due: number;
  readonly had: number;
  /** The only one, where the report is of one day. */
  readonly only: { readonly celsius: number; readonly takenMs: number } | null;
  /** Days on which it was written down late, and not in time; those are not among `had`. */
  readonly late: number;
  /** The only one of those, where the report is of one day. */
  readonly onlyLate: HalfDay["only"];
}

export interface HalfDays {
  readonly morning: HalfDay;
  readonly afternoon: HalfDay;
  /** Days on which one is missing, and on which the second one came too soon. */
  readonly missing: readonly string[];
  readonly tooClose: readonly string[];
}

/**
 * A unit that came in the course of a morning need not have been read in it, and none in the
 * afternoon in which it came or went. `null`: on no day somebody had to.
 */
export function halfDaysOf(
  readings: readonly EventOf<"cold-reading">[],
  watched: readonly Watched[],
  { days, asOfMs, calendar }: Reported,
): HalfDays | null {
  const [mornings, afternoons] = [new Counted(), new Counted()];
  const [missing, tooClose]: [string[], string[]] = [[], []];
  for (const day of days) {
    const own = watched.flatMap((one) => within(one, day) ?? []);
    const body = watched.findLast((one) => within(one, day) !== null)?.body;
    if (body?.manual !== true) continue;
    const from = own[0].fromMs;
    const to = own[own.length - 1].toMs;
    const noonMs = day.fromMs + (day.toMs - day.fromMs) / 2;
    const isWholeMorning = from <= day.fromMs && to >= Math.min(noonMs, asOfMs);
    const isWholeAfternoon = from <= noonMs && to >= Math.min(day.toMs, asOfMs);
    const found = manualDayOf(readings, day, calendar, asOfMs);
    const lacks = {
      morning: isWholeMorning && found.missing.includes("morning"),
      afternoon: isWholeAfternoon && found.missing.includes("afternoon"),
    };
    const counts = found.isTooClose ? null : found.afternoon;
    mornings.add(found.morning, lacks.morning, found.late.morning);
    afternoons.add(counts, lacks.afternoon, found.late.afternoon);
    if (found.isTooClose && lacks.afternoon) tooClose.push(day.date);
    if (lacks.morning || (lacks.afternoon && !found.isTooClose)) missing.push(day.date);
  }
  const isRead = watched.some(({ body }) => body.manual === true);
  if (!isRead) return null;
  return {
    morning: mornings.counted(days.length === 1),
    afternoon: afternoons.counted(days.length === 1),
    missing,
    tooClose,
  };
}

/** Days on which a value by hand was out of the limits that the unit had, in time or not. */
export function datesReadOut(
  readings: readonly EventOf<"cold-reading">[],
  watched: readonly Watched[],
  { calendar }: Reported,
): string[] {
  return readings.flatMap((reading) => {
    const { takenMs } = reading.body;
    const at = watched.find(({ fromMs, toMs }) => takenMs >= fromMs && takenMs < toMs);
    const isOut = at !== undefined && isReadOut(reading, at.body.rules);
    return isOut ? [calendar.dayOf(takenMs).date] : [];
  });
}

type Read = EventOf<"cold-reading"> | null;

class Counted {
  #had = 0;
  #lacking = 0;
  #late = 0;
  #last: Read = null;
  #lastLate: Read = null;

  add(reading: Read, isLacking: boolean, late: Read): void {
    if (reading !== null) this.#had++;
    else if (isLacking) this.#lacking++;
    if (late !== null) this.#late++;
    [this.#last, this.#lastLate] = [reading, late];
  }

  counted(isOnly: boolean): HalfDay {
    const only = (one: Read) =>
      !isOnly || one === null ? null : { celsius: one.body.celsius, takenMs: one.body.takenMs };
    return {
      due: this.#had + this.#lacking,
      had: this.#had,
      only: only(this.#last),
      late: this.#late,
      onlyLate: only(this.#lastLate),
    };
  }
}
