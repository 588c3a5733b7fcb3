/** Until when a record of temperatures is kept at least (C11). Nothing here deletes any. */
import { RETENTION } from "../rules/plans.ts";

/**
 * The last day, as `2032-11-30`; of what lay in the unit the latest counts. `expiries`: last days
 * of use of the lots that were there, `null` of one that nobody knows; none: nobody knows what was
 * there. `lastDay`: of the record.
 */
export function keptUntilDay(expiries: readonly (string | null)[], lastDay: string): string {
  const known = expiries.filter((day) => day !== null)
    .map((day) => yearsLater(day, RETENTION.yearsAfterExpiry));
  const isKnown = known.length > 0 && known.length === expiries.length;
  const days = isKnown ? known : [...known, yearsLater(lastDay, RETENTION.yearsUnknown)];
  return days.reduce((one, other) => one > other ? one : other);
}

/** The same day of the calendar; of 29 February the 1 March. */
function yearsLater(day: string, years: number): string {
  const then = new Date(`${day}T00:00:00Z`);
  then.setUTCFullYear(then.getUTCFullYear() + years);
  return then.toISOString().slice(0, 10);
}
