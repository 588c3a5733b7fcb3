/**
 * Which doses nobody gets before somebody decides (C10): those of a lot in quarantine in its unit,
 * and those that have left it since for a session or another unit. Scanned packs are told apart; of
 * counted doses all that may be among them are held back. What is to be destroyed stays held back,
 * wherever it is, until it is written off.
 */
import type { Rows } from "../../sql/sql.ts";
import { quarantinedLots } from "../life/quarantine.ts";
import type { QuarantineBody } from "../life/quarantine_body.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { eventsOf } from "../record/stored_events.ts";
import { type Dose, exposureOf } from "./exposure.ts";
import { placeOf } from "./place.ts";
import { stepsOf } from "./trace.ts";

export const HELD = {
  units: "SELECT unit, held FROM coldlots WHERE barred IS NOT NULL AND site = ? " +
    "AND product = ? AND lot = ?",
  ended: "SELECT ended FROM coldepisodes WHERE site = ? AND episode = ?",
} as const;

/** Where a dose is now. */
export interface HeldDose extends Omit<Dose, "atMs"> {
  readonly product: string;
  readonly lot: string;
}

export async function isHeldBack(rows: Rows, dose: HeldDose): Promise<boolean> {
  const { site, place, product, lot } = dose;
  const units = (await rows.rows(HELD.units, [site, product, lot]))
    .map((row) => ({ unit: row.text("unit"), isOpen: row.numberOrNull("held") !== null }));
  // What the county, or another site, found of the lot is about all of it.
  if (units.some(({ unit }) => unit === WHOLE_SITE)) return true;
  if (units.some(({ unit, isOpen }) => isOpen && placeOf("unit", unit) === place)) return true;
  if (units.length === 0) return false;
  const steps = await stepsOf(rows, product, lot);
  for (const { unit } of units) {
    const lots = quarantinedLots(await eventsOf(rows, { site, subject: `lots/${unit}` }));
    const own = lots.find((one) => one.product === product && one.lot === lot);
    for (const { body } of own?.barring ?? []) {
      const toMs = await endOf(rows, body);
      const from = { site, place: placeOf("unit", unit), fromMs: body.sinceMs, toMs };
      // Wherever the clock stands: the last stay there is the one that it is in.
      if (exposureOf(steps, from).includes({ ...dose, atMs: Number.MAX_SAFE_INTEGER })) return true;
    }
  }
  return false;
}

/** When what it comes of was over; `null`: it goes on, or is no alarm of a unit. */
export async function endOf(
  rows: Rows,
  { site, because }: Pick<QuarantineBody, "site" | "because">,
): Promise<number | null> {
  let last = 0;
  for (const episode of because) {
    const [row] = await rows.rows(HELD.ended, [site, episode]);
    const ended = row?.numberOrNull("ended") ?? null;
    if (ended === null) return null;
    last = Math.max(last, ended);
  }
  return last;
}
