/** Why a unit is not compliant; the same reasons on pages and in reports (C1, C5, C6, C13). */
import { RECIPIENTS_MIN, RECORD_SECONDS_MAX } from "../rules/plans.ts";
import type { Calibration } from "./calibration.ts";
import { type ColdEvent, ofKind } from "./event.ts";
import { isReadOut, type ManualDay } from "./manual_readings.ts";
import type { UnitBody } from "./unit_body.ts";

export type NotCompliant =
  /** Fewer than three persons are told. */
  | "recipients"
  | "no-probe"
  /** Records would be farther apart than allowed. */
  | "interval"
  | "calibration-missing"
  | "calibration-overdue"
  | "probe-inaccurate"
  | "manual-reading-missing"
  /** By hand it was read out of the unit's limits. */
  | "manual-reading-out";

/** `calibrations` of all its probes; `today`: `null` where nobody has to read it by hand. */
export function notCompliant(
  unit: UnitBody,
  calibrations: readonly Calibration[],
  today: ManualDay | null,
): NotCompliant[] {
  const has = (...states: readonly Calibration["state"][]) =>
    calibrations.some(({ state }) => states.includes(state));
  const isMoving = unit.form === "vehicle" || unit.form === "carrier";
  const secondsMax = isMoving ? RECORD_SECONDS_MAX.transport : RECORD_SECONDS_MAX.storage;
  const persons = new Set(unit.recipients.map(({ id }) => id));
  const reasons: readonly (readonly [NotCompliant, boolean])[] = [
    ["recipients", persons.size < RECIPIENTS_MIN],
    ["no-probe", unit.probes.length === 0],
    ["interval", unit.intervalSeconds > secondsMax],
    ["calibration-missing", has("never")],
    ["calibration-overdue", has("overdue")],
    ["probe-inaccurate", has("inaccurate")],
    ["manual-reading-missing", today !== null && today.missing.length > 0],
    ["manual-reading-out", today !== null && today.read.some((one) => isReadOut(one, unit.rules))],
  ];
  return reasons.flatMap(([reason, is]) => is ? [reason] : []);
}

/** Units as they are now: of each the latest that was told, without those that are retired. */
export function unitsOf(events: readonly ColdEvent[]): UnitBody[] {
  const latest = new Map<string, UnitBody>();
  for (const { body } of ofKind(events, "cold-unit")) {
    latest.set(JSON.stringify([body.site, body.unit]), body);
  }
  return [...latest].sort(([one], [other]) => one < other ? -1 : 1)
    .map(([, body]) => body).filter(({ retired }) => !retired);
}
