/** What stands of a lot, by its own events alone: not by all that its unit or its site ever had. */
import type { Rows } from "../../sql/sql.ts";
import { type LotState, quarantinedLots } from "../life/quarantine.ts";
import type { LotKey } from "../life/quarantine_body.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { eventOfId } from "./stored_events.ts";

export const LOT_READS = {
  said: "SELECT said FROM coldlots WHERE site = ? AND unit = ? AND product = ? AND lot = ?",
  barred: "SELECT product, lot FROM coldlots WHERE barred IS NOT NULL AND site = ? " +
    `AND unit = '${WHOLE_SITE}' AND (product, lot) > (?, ?) ORDER BY product, lot LIMIT ?`,
} as const;

export interface LotPlace extends LotKey {
  readonly site: string;
  readonly unit: string;
}

/** `null`: nothing of it was ever set apart there. */
export async function lotState(
  rows: Rows,
  { site, unit, product, lot }: LotPlace,
): Promise<LotState | null> {
  const [row] = await rows.rows(LOT_READS.said, [site, unit, product, lot]);
  if (row === undefined) return null;
  const ids: readonly string[] = JSON.parse(row.text("said"));
  const subject = { site, subject: `lots/${unit}` };
  const events = await Promise.all(ids.map((id) => eventOfId(rows, subject, id)));
  return quarantinedLots(events.filter((event) => event !== null))
    .find((one) => one.product === product && one.lot === lot) ?? null;
}

/** Before all others. */
export const NO_LOT: LotKey = { product: "", lot: "" };

/** The first behind one, of lots that a centre holds back at all sites: has not let go. */
export async function barredAt(
  rows: Rows,
  centre: string,
  { product, lot }: LotKey,
  most: number,
): Promise<LotKey[]> {
  return (await rows.rows(LOT_READS.barred, [centre, product, lot, most]))
    .map((row) => ({ product: row.text("product"), lot: row.text("lot") }));
}
