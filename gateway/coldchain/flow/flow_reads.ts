/** What the desk looks up before it writes, and lists. */
import type { Rows } from "../../sql/sql.ts";
import { PRODUCT_DIGITS } from "../codes/trace_code.ts";
import { scannedCode } from "../codes/scanned_code.ts";
import type { HeldOfStep, LotHere } from "./flow_rules.ts";
import { holdOf, suppliersOf } from "./held_back.ts";
import { isKept } from "./stays.ts";
import { usedUp } from "./trace.ts";

export const READS = {
  units: "SELECT unit FROM coldunits WHERE site = ? AND watched IS NOT NULL",
  staysAt: "SELECT product, lot, doses, expires FROM coldstays " +
    "WHERE here IS NOT NULL AND site = ? AND place = ?",
  usedAt: "SELECT count(*) AS doses FROM colduses " +
    "WHERE product = ? AND lot = ? AND site = ? AND place = ? AND void IS NULL",
  stepOf: "SELECT product, lot, source, target FROM coldmoves " +
    "WHERE site = ? AND id = ? AND void IS NULL",
  putAway: "SELECT doses FROM coldmoves WHERE product = ? AND lot = ? AND site = ? " +
    "AND source = ? AND void IS NULL",
  codeUsed: "SELECT id FROM colduses WHERE code IS NOT NULL AND code = ? AND void IS NULL LIMIT 1",
  ranges: "SELECT last, lot, expires, name FROM coldlotcodes " +
    "WHERE product = ? AND first <= ? AND (site = '' OR site = ?) ORDER BY first DESC LIMIT 20",
  stock: "SELECT site, place, product, lot, doses, expires, since FROM coldstays " +
    "WHERE here IS NOT NULL AND site >= ? AND site <= ? ORDER BY site, place, product, lot " +
    "LIMIT 2000",
} as const;

export async function unitsOf(rows: Rows, site: string): Promise<Set<string>> {
  return new Set((await rows.rows(READS.units, [site])).map((row) => row.text("unit")));
}

/** Lots in a unit or a session, without what was given; `code`: of the pack that is asked about. */
export async function lotsAt(
  rows: Rows,
  site: string,
  place: string,
  code: string | null = null,
): Promise<LotHere[]> {
  const stays = await rows.rows(READS.staysAt, [site, place]);
  return await Promise.all(stays.map(async (row) => {
    const [product, lot] = [row.text("product"), row.text("lot")];
    const [used] = await rows.rows(READS.usedAt, [product, lot, site, place]);
    const hold = await holdOf(rows, { site, place, product, lot, code });
    return {
      product,
      lot,
      doses: row.number("doses") - used.number("doses"),
      hold,
      suppliers: hold === "to-return" ? await suppliersOf(rows, { site, product, lot }) : [],
      expires: row.textOrNull("expires"),
    };
  }));
}

/** The same, with who supplied those of them that are asked about. */
export async function lotsToSend(
  rows: Rows,
  site: string,
  place: string,
  asked: readonly Pick<LotHere, "product" | "lot">[],
): Promise<LotHere[]> {
  const here = await lotsAt(rows, site, place);
  return await Promise.all(here.map(async (one) => {
    const { product, lot } = one;
    const isAsked = asked.some((other) => other.product === product && other.lot === lot);
    return isAsked ? { ...one, suppliers: await suppliersOf(rows, { site, product, lot }) } : one;
  }));
}

export async function isCodeUsed(rows: Rows, code: string): Promise<boolean> {
  return (await rows.rows(READS.codeUsed, [code])).length > 0;
}

/**
 * Lots of a step whose doses are held back where it led from, or to. None of a step by which they
 * left for good: taken back, they are held back again where it led from.
 */
export async function heldOfStep(rows: Rows, site: string, id: string): Promise<HeldOfStep[]> {
  const held = new Map<string, HeldOfStep>();
  for (const row of await rows.rows(READS.stepOf, [site, id])) {
    const [product, lot] = [row.text("product"), row.text("lot")];
    const [source, target] = [row.text("source"), row.text("target")];
    if (!isKept(target)) continue;
    for (const place of [source, target].filter(isKept)) {
      const hold = await holdOf(rows, { site, place, product, lot, code: null });
      if (hold !== null && held.get(lot)?.hold !== "held") held.set(lot, { lot, hold });
    }
  }
  return [...held.values()];
}

/** Doses of a lot that were put away from a receipt. */
export async function putAwayOf(
  rows: Rows,
  { site, product, lot, from }: {
    readonly site: string;
    readonly product: string;
    readonly lot: string;
    readonly from: string;
  },
): Promise<number> {
  const steps = await rows.rows(READS.putAway, [product, lot, site, from]);
  return steps.reduce((sum, row) => sum + row.number("doses"), 0);
}

export interface LotOfCode {
  readonly lot: string;
  readonly expires: string | null;
  readonly name: string;
}

/** `null`: no list names it; more than one: lists contradict each other. */
export async function lotsOfCode(rows: Rows, site: string, code: string): Promise<LotOfCode[]> {
  const product = code.slice(0, PRODUCT_DIGITS);
  const found = (await rows.rows(READS.ranges, [product, code, site]))
    .filter((row) => row.text("last") >= code)
    .map((row) => ({
      lot: row.text("lot"),
      expires: row.textOrNull("expires"),
      name: row.text("name"),
    }));
  return [...new Map(found.map((one) => [one.lot, one])).values()];
}

export type ReadScan =
  | {
    readonly kind: "read";
    readonly code: string | null;
    readonly product: string;
    readonly lot: string | null;
    readonly expires: string | null;
    readonly name: string;
    /** Compare with the pack: a field may have swallowed the next, or lists differ. */
    readonly isDoubtful: boolean;
  }
  | { readonly kind: "unreadable"; readonly reason: { readonly zh: string; readonly en: string } };

/** What was scanned, with its lot where the code or a list tells it. */
export async function readScan(rows: Rows, site: string, typed: string): Promise<ReadScan> {
  const scanned = scannedCode(typed);
  if (scanned.kind === "unreadable") return scanned;
  if (scanned.kind === "gs1") {
    const { code, product, lot, expires, isDoubtful } = scanned;
    return { kind: "read", code, product, lot, expires, name: "", isDoubtful };
  }
  const { code, product } = scanned;
  const lots = await lotsOfCode(rows, site, code);
  const [only] = lots;
  const isSure = lots.length === 1;
  return {
    kind: "read",
    code,
    product,
    lot: isSure ? only.lot : null,
    expires: isSure ? only.expires : null,
    name: only?.name ?? "",
    isDoubtful: lots.length > 1,
  };
}

export interface StockLine {
  readonly site: string;
  readonly place: string;
  readonly product: string;
  readonly lot: string;
  readonly doses: number;
  readonly expires: string | null;
}

/** Above all names of sites. */
const LAST = "\u{10ffff}";

/** Of one site, or of all that the tables know. */
export async function stockOf(rows: Rows, site: string | null): Promise<StockLine[]> {
  const stays = await rows.rows(READS.stock, [site ?? "", site ?? LAST]);
  const lots = Map.groupBy(
    stays,
    (row) => JSON.stringify([row.text("product"), row.text("lot"), row.text("site")]),
  );
  // Once a lot, and not for each of the sessions that it was ever taken to.
  const used = new Map(
    await Promise.all([...lots].map(async ([name, [one]]) => {
      const of = [one.text("product"), one.text("lot"), one.text("site")];
      return [name, await usedUp(rows, of)] as const;
    })),
  );
  return stays.map((row) => {
    const [where, place] = [row.text("site"), row.text("place")];
    const [product, lot] = [row.text("product"), row.text("lot")];
    const given = used.get(JSON.stringify([product, lot, where]))?.get(place) ?? 0;
    const doses = row.number("doses") - given;
    return { site: where, place, product, lot, doses, expires: row.textOrNull("expires") };
  }).filter(({ doses }) => doses > 0);
}
