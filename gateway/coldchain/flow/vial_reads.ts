/** Opened vials, as the tables know them. */
import * as z from "zod";
import type { Stamp } from "../../../sync/entry.ts";
import { nodeOf } from "../../../sync/origin.ts";
import type { WrittenMoment } from "../../age.ts";
import type { Row, Rows } from "../../sql/sql.ts";
import { codesIn } from "./stored_flow.ts";
import type { KnownVial } from "./vial_rules.ts";

/** Of one page; a session has a few. */
const OPEN_MAX = 200;
/** That may call somebody: what is left in 35 vials of each of 28 days, and nobody wrote it off. */
const WATCHED_MAX = 1000;
/** Of one lot at one site, the latest. */
const OF_LOT_MAX = 5000;
/** Of one day at one site: more than a township's sessions open. */
const OF_DAY_MAX = 2000;
const COLUMNS = "product, lot, code, id, opened, useby, place, doses, used, discarded, rest";

export const VIAL_READS = {
  ofCode: `SELECT ${COLUMNS} FROM coldvials WHERE site = ? AND code = ? ` +
    "ORDER BY product, lot LIMIT 10",
  ofOpening: "SELECT product, lot, code FROM coldopenings WHERE site = ? AND id = ? " +
    "AND void IS NULL LIMIT 1",
  thrownAway: "SELECT codes FROM coldmoves WHERE product = ? AND lot = ? AND site = ? " +
    "AND step IN ('wasted', 'expired') AND void IS NULL",
  ofLot: `SELECT ${COLUMNS} FROM coldvials WHERE site = ? AND product = ? AND lot = ? ` +
    `ORDER BY opened DESC LIMIT ${OF_LOT_MAX}`,
  open: `SELECT ${COLUMNS} FROM coldvials WHERE open IS NOT NULL AND site = ? ` +
    `ORDER BY useby DESC LIMIT ${OPEN_MAX}`,
  watched: `SELECT ${COLUMNS.split(", ").map((name) => `v.${name} AS ${name}`).join(", ")}, ` +
    "o.origin, o.wall, o.bootid, o.bootms, o.clock FROM coldvials v " +
    "JOIN coldopenings o ON o.site = v.site AND o.id = v.id AND o.void IS NULL " +
    `WHERE v.open IS NOT NULL AND v.site = ? ORDER BY v.useby DESC LIMIT ${WATCHED_MAX}`,
  openedIn: `SELECT ${COLUMNS} FROM coldvials WHERE site = ? AND opened >= ? AND opened < ? ` +
    `ORDER BY opened LIMIT ${OF_DAY_MAX}`,
} as const;

/** Of this lot where there is one, else of another: then the lot is wrong. */
export async function vialOfCode(
  rows: Rows,
  site: string,
  { product, lot, code }: Pick<KnownVial, "product" | "lot" | "code">,
): Promise<KnownVial | null> {
  const vials = (await rows.rows(VIAL_READS.ofCode, [site, code])).map(vialIn);
  return vials.find((one) => one.product === product && one.lot === lot) ?? vials.at(0) ?? null;
}

/** The vial that an opening is of, by the opening's id. */
export async function vialOfOpening(
  rows: Rows,
  site: string,
  id: string,
): Promise<KnownVial | null> {
  const [row] = await rows.rows(VIAL_READS.ofOpening, [site, id]);
  if (row === undefined) return null;
  const [product, lot, code] = [row.text("product"), row.text("lot"), row.text("code")];
  const vial = await vialOfCode(rows, site, { product, lot, code });
  return vial?.id === id ? vial : null;
}

/** Whether a pack was written off by its code. */
export async function isThrownAway(
  rows: Rows,
  site: string,
  { product, lot, code }: Pick<KnownVial, "product" | "lot" | "code">,
): Promise<boolean> {
  const steps = await rows.rows(VIAL_READS.thrownAway, [product, lot, site]);
  return steps.some((row) => codesIn(row).includes(code));
}

export async function vialsOfLot(
  rows: Rows,
  site: string,
  { product, lot }: Pick<KnownVial, "product" | "lot">,
): Promise<KnownVial[]> {
  return (await rows.rows(VIAL_READS.ofLot, [site, product, lot])).map(vialIn);
}

export async function vialsOfLots(
  rows: Rows,
  site: string,
  lots: readonly Pick<KnownVial, "product" | "lot">[],
): Promise<KnownVial[]> {
  return (await Promise.all(lots.map((lot) => vialsOfLot(rows, site, lot)))).flat();
}

/** In which a dose is left; first those that may be used the longest, last the latest. */
export async function openVials(rows: Rows, site: string): Promise<KnownVial[]> {
  return (await rows.rows(VIAL_READS.open, [site])).map(vialIn);
}

/** Of a text that this program has written. */
const storedClock = z.custom<Stamp["clock"]>();

/** A vial, and when it was written down that it is open. */
export interface WrittenVial extends KnownVial {
  readonly written: Required<WrittenMoment>;
}

/** The same as {@link openVials}, for whoever asks how long they are open. */
export async function writtenVials(rows: Rows, site: string): Promise<WrittenVial[]> {
  return (await rows.rows(VIAL_READS.watched, [site])).map((row) => ({
    ...vialIn(row),
    written: {
      ...{ node: nodeOf(row.text("origin")), wallMs: row.number("wall") },
      ...{ bootId: row.text("bootid"), bootMs: row.number("bootms") },
      clock: storedClock.parse(row.text("clock")),
    },
  }));
}

/** Those that were opened in a time, whatever is left in them. */
export async function vialsOpenedIn(
  rows: Rows,
  site: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<KnownVial[]> {
  return (await rows.rows(VIAL_READS.openedIn, [site, fromMs, toMs])).map(vialIn);
}

function vialIn(row: Row): KnownVial {
  return {
    product: row.text("product"),
    lot: row.text("lot"),
    code: row.text("code"),
    id: row.text("id"),
    openedMs: row.number("opened"),
    useByMs: row.number("useby"),
    place: row.text("place"),
    doses: row.number("doses"),
    given: row.number("used"),
    discarded: row.number("discarded"),
    left: row.number("rest"),
  };
}
