/**
 * Which doses nobody gets before somebody decides (C10): those of a lot in quarantine in its unit,
 * and those that have left it since for a session or another unit. Scanned packs are told apart; of
 * counted doses all that may be among them are held back. What is to be destroyed or sent back
 * stays held back, wherever it is, until it is written off or back where it came from; what comes
 * anew of the lot, and not among it, is free.
 */
import type { Rows } from "../../sql/sql.ts";
import { isCountys } from "../life/lot_hold.ts";
import { type Barring, quarantinedLots } from "../life/quarantine.ts";
import type { QuarantineBody } from "../life/quarantine_body.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { receiptOf, receiptState } from "../record/receipt_reads.ts";
import { eventsOf } from "../record/stored_events.ts";
import { type Arrival, type Dose, type Excursion, exposureOf } from "./exposure.ts";
import { formOf, nameOf, placeOf } from "./place.ts";
import { putAwayId } from "./receipt_order.ts";
import type { LotStep } from "./stays.ts";
import { stepsOf } from "./trace.ts";

export const HELD = {
  units: "SELECT unit FROM coldlots WHERE barred IS NOT NULL AND site = ? " +
    "AND product = ? AND lot = ?",
  sources: "SELECT DISTINCT source FROM coldmoves WHERE product = ? AND lot = ? AND site = ? " +
    "AND void IS NULL",
  ended: "SELECT ended FROM coldepisodes WHERE site = ? AND episode = ?",
  step: "SELECT id FROM coldmoves WHERE site = ? AND id = ? LIMIT 1",
} as const;

/** Where a dose is now. */
export interface HeldDose extends Omit<Dose, "atMs"> {
  readonly product: string;
  readonly lot: string;
}

/**
 * `held`: nobody decided yet; `to-destroy`; `to-return`: it goes back to whoever supplied it, and
 * nowhere else. Where quarantines differ the first of these counts.
 */
export type Hold = "held" | "to-destroy" | "to-return";

export async function isHeldBack(rows: Rows, dose: HeldDose): Promise<boolean> {
  return await holdOf(rows, dose) !== null;
}

/** `null`: it is free. */
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
    for (const barring of own.barring) {
      if (!isOfAll(barring)) {
        steps ??= await stepsOf(rows, product, lot);
        if (!await isOf(rows, dose, barring, steps)) continue;
      }
      if (barring.decision === null) return "held";
      if (barring.decision === "destroyed") hold = "to-destroy";
      else hold ??= "to-return";
    }
  }
  return hold;
}

/**
 * What the county holds of a lot is about all of it; what another site found as well, until
 * somebody decides.
 */
function isOfAll({ event: { body }, decision }: Barring): boolean {
  return body.unit === WHOLE_SITE && (decision === null || isCountys(body));
}

/** Whether it is, or may be, what a quarantine is about. */
async function isOf(
  rows: Rows,
  dose: HeldDose,
  barring: Barring,
  steps: readonly LotStep[],
): Promise<boolean> {
  const { event: { body }, decidedMs } = barring;
  const about = body.unit === WHOLE_SITE
    ? { site: dose.site, toMs: decidedMs ?? Number.MAX_SAFE_INTEGER }
    : await heldAbout(rows, barring, steps);
  // Wherever the clock stands: the last stay there is the one that it is in.
  return exposureOf(steps, about).includes({ ...dose, atMs: Number.MAX_SAFE_INTEGER });
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

/**
 * Of which doses a quarantine of a unit is: those that lay there while its alarm went on, or that
 * came with goods which were not as they must be. Of what nobody knows anything: all since.
 */
export async function heldAbout(
  rows: Rows,
  { event, untilMs }: Pick<Barring, "untilMs"> & {
    readonly event: { readonly body: QuarantineBody };
  },
  steps: readonly LotStep[],
): Promise<Excursion | Arrival> {
  const { site, unit, because, sinceMs } = event.body;
  const place = placeOf("unit", unit);
  const about = { site, place, fromMs: sinceMs };
  const arrivals: string[] = [];
  let lastMs = 0;
  for (const one of because) {
    const [episode] = await rows.rows(HELD.ended, [site, one]);
    const endedMs = episode?.numberOrNull("ended") ?? null;
    if (endedMs !== null) lastMs = Math.max(lastMs, endedMs);
    else if (episode === undefined && await isArrival(rows, site, one)) arrivals.push(one);
    else return { ...about, toMs: untilMs };
  }
  if (arrivals.length < because.length) {
    return { ...about, toMs: Math.min(lastMs, untilMs ?? Infinity) };
  }
  const brought = steps.filter((step) =>
    step.to === place &&
    arrivals.some((one) =>
      step.id === one || step.from === placeOf("receipt", one) ||
      step.id === putAwayId(site, one, unit)
    )
  );
  return { site, steps: new Set(brought.map(({ id }) => id)) };
}

async function isArrival(rows: Rows, site: string, id: string): Promise<boolean> {
  return await receiptState(rows, site, id) !== null ||
    (await rows.rows(HELD.step, [site, id])).length > 0;
}
