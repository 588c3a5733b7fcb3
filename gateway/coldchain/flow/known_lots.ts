/** Which lots are known by their steps, here or at sites of a county. */
import type { Rows } from "../../sql/sql.ts";

export interface LotName {
  readonly product: string;
  readonly lot: string;
}

/** Names that one answer lists. */
const NAMES_MAX = 10;

export const KNOWN = {
  lot: "SELECT id FROM coldmoves WHERE product = ? AND lot = ? AND void IS NULL LIMIT 1",
  // One after the other: a product has many more steps than lots.
  nextLot: "SELECT lot FROM coldmoves WHERE product = ? AND lot > ? ORDER BY lot LIMIT 1",
  nextProduct: "SELECT product FROM coldmoves WHERE product > ? ORDER BY product LIMIT 1",
} as const;

export async function isLotKnown(rows: Rows, { product, lot }: LotName): Promise<boolean> {
  return (await rows.rows(KNOWN.lot, [product, lot])).length > 0;
}

export interface KnownNames {
  /** Which of the two nothing is known of. */
  readonly field: "product" | "lot";
  /** What is known instead: products, or lots of the product; ten at most. */
  readonly names: readonly string[];
}

/** Of a lot of which nothing is known: what is. */
export async function knownInstead(rows: Rows, { product }: LotName): Promise<KnownNames> {
  const lots = await names(async (after) =>
    (await rows.rows(KNOWN.nextLot, [product, after])).at(0)?.text("lot")
  );
  if (lots.length > 0) return { field: "lot", names: lots };
  const products = await names(async (after) =>
    (await rows.rows(KNOWN.nextProduct, [after])).at(0)?.text("product")
  );
  return { field: "product", names: products };
}

async function names(next: (after: string) => Promise<string | undefined>): Promise<string[]> {
  const found: string[] = [];
  while (found.length < NAMES_MAX) {
    const name = await next(found.at(-1) ?? "");
    if (name === undefined) break;
    found.push(name);
  }
  return found;
}
