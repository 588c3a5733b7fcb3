/**
 * Which doses nobody gets before somebody decides (C10): those of a lot in quarantine in its unit,
 * and those that have left it since for a session or another unit. Scanned packs are told apart; of
 * counted doses all that may be among them are held back. What is to be destroyed or sent back
 * stays held back, wherever it is, until it is written off or back where it came from.
 */
import type { Rows } from "../../sql/sql.ts";
import { quarantinedLots } from "../life/quarantine.ts";
import type { QuarantineBody } from "../life/quarantine_body.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { receiptOf } from "../record/receipt_reads.ts";
import { eventsOf } from "../record/stored_events.ts";
import { type Dose, exposureOf } from "./exposure.ts";
import { formOf, nameOf, placeOf } from "./place.ts";
import type { LotStep } from "./stays.ts";
import { stepsOf } from "./trace.ts";

export const HELD = {
  units: "SELECT unit FROM coldlots WHERE barred IS NOT NULL AND site = ? " +
    "AND product = ? AND lot = ?",
  sources: "SELECT DISTINCT source FROM coldmoves WHERE product = ? AND lot = ? AND site = ? " +
    "AND void IS NULL",
  ended: "SELECT ended FROM coldepisodes WHERE site = ? AND episode = ?",
} as const;

/** Where a dose is now. */
export interface HeldDose extends Omit<Dose, "atMs"> {
  readonly product: string;
  readonly lot: string;
}

/** `to-return`: it goes back to whoever supplied it, and nowhere else. */
export type Hold = "held" | "to-return";

export async function isHeldBack(rows: Rows, dose: HeldDose): Promise<boolean> {
  return await holdOf(rows, dose) !== null;
}

/** `null`: it is free; `held` goes before `to-return`, where quarantines differ. */
export async function holdOf(rows: Rows, dose: HeldDose): Promise<Hold | null> {
  const { site, place, product, lot } = dose;
  const units = (await rows.rows(HELD.units, [site, product, lot])).map((row) => row.text("unit"));
  let hold: Hold | null = null;
  let steps: readonly LotStep[] | null = null;
  for (const unit of units) {
    const lots = quarantinedLots(await eventsOf(rows, { site, subject: `lots/${unit}` }));
    const own = lots.find((one) => one.product === product && one.lot === lot);
    if (own === undefined) continue;
    if (own.open.length > 0 && placeOf("unit", unit) === place) return "held";
    for (const event of own.barring) {
      // What the county, or another site, found of the lot is about all of it.
      if (unit !== WHOLE_SITE) {
        steps ??= await stepsOf(rows, product, lot);
        if (!await isOf(rows, dose, event.body, steps)) continue;
      }
      if (!own.returning.includes(event)) return "held";
      hold = "to-return";
    }
  }
  return hold;
}

/** Whether it was, or may have been, in a unit while a quarantine was about what lay there. */
async function isOf(
  rows: Rows,
  dose: HeldDose,
  body: QuarantineBody,
  steps: readonly LotStep[],
): Promise<boolean> {
  const toMs = await endOf(rows, body);
  const place = placeOf("unit", body.unit);
  const from = { site: dose.site, place, fromMs: body.sinceMs, toMs };
  // Wherever the clock stands: the last stay there is the one that it is in.
  return exposureOf(steps, from).includes({ ...dose, atMs: Number.MAX_SAFE_INTEGER });
}

/** Who supplied doses of a lot, as steps and receipts name them. */
export async function suppliersOf(
  rows: Rows,
  { site, product, lot }: Pick<HeldDose, "site" | "product" | "lot">,
): Promise<string[]> {
  const suppliers = new Set<string>();
  for (const row of await rows.rows(HELD.sources, [product, lot, site])) {
    const source = row.text("source");
    if (formOf(source) === "away") suppliers.add(nameOf(source));
    if (formOf(source) !== "receipt") continue;
    const body = (await receiptOf(rows, site, nameOf(source)))?.receipt.body;
    for (const name of [body?.sentBy, body?.from]) if (name !== undefined) suppliers.add(name);
  }
  return [...suppliers].sort();
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
