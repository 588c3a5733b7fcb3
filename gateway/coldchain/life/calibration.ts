/** Whether a probe may be believed: its last calibration, and how wrong it was (C13). */
import { ACCURACY, CALIBRATION_DUE_DAYS } from "../rules/plans.ts";
import { type ColdEvent, type EventOf, ofKind } from "./event.ts";

export type CalibrationState = "never" | "valid" | "due-soon" | "overdue" | "inaccurate";

export interface Calibration {
  readonly state: CalibrationState;
  /** The latest by its day; `null`: none. */
  readonly last: EventOf<"cold-calibration"> | null;
  /** Days until it ends, 0 on its last day; negative: overdue by so many. */
  readonly daysLeft: number | null;
  /** Points beyond what is allowed there. */
  readonly wrong: readonly { readonly reference: number; readonly error: number }[];
}

const DAY_MS = 86_400_000;

/** `today` as `2026-11-29`, of the site's zone. */
export function calibrationOf(
  events: readonly ColdEvent[],
  { site, probe }: { readonly site: string; readonly probe: string },
  today: string,
): Calibration {
  const last = ofKind(events, "cold-calibration")
    .filter(({ body }) => body.site === site && body.probe === probe && body.calibratedOn <= today)
    .reduce<EventOf<"cold-calibration"> | null>(
      (best, one) => best === null || one.body.calibratedOn >= best.body.calibratedOn ? one : best,
      null,
    );
  if (last === null) return { state: "never", last, daysLeft: null, wrong: [] };
  const daysLeft = (Date.parse(last.body.validUntil) - Date.parse(today)) / DAY_MS;
  const wrong = last.body.points.filter(({ reference, error }) => {
    const errorMax = errorMaxAt(reference);
    // Decimals as people write them: 5.6 minus 5.1 is half a degree.
    return errorMax !== null && Math.round(Math.abs(error) * 1000) > errorMax * 1000;
  });
  const state = wrong.length > 0
    ? "inaccurate"
    : daysLeft < 0
    ? "overdue"
    : daysLeft <= CALIBRATION_DUE_DAYS
    ? "due-soon"
    : "valid";
  return { state, last, daysLeft, wrong };
}

/** °C; `null`: the source names none for this temperature. */
export function errorMaxAt(celsius: number): number | null {
  return ACCURACY.find(({ from, to }) => celsius >= from && celsius <= to)?.errorMax ?? null;
}
