/**
 * Doses that stand at two sites (C14): the one that sent them has taken its step back, while the
 * other has stored more from there than was sent. No site sees it alone; a county does, in whatever
 * order it hears of both.
 */
import type { Rows } from "../../sql/sql.ts";
import { formOf, nameOf, placeOf } from "./place.ts";

/** Steps taken back that are looked at, the latest; each is settled once both sites agree. */
const REVERSED_MAX = 500;

export const COUNTED_TWICE = {
  reversed: "SELECT m.site AS site, m.target AS target, m.product AS product, m.lot AS lot " +
    "FROM coldmoves m WHERE m.void IS NOT NULL AND m.step = 'sent' AND EXISTS " +
    "(SELECT 1 FROM coldreversals r WHERE r.site = m.site AND r.what = m.id) " +
    `ORDER BY m.wall DESC LIMIT ${REVERSED_MAX}`,
  sent: "SELECT doses FROM coldmoves WHERE product = ? AND lot = ? AND site = ? AND target = ? " +
    "AND void IS NULL",
  stored: "SELECT doses FROM coldmoves WHERE product = ? AND lot = ? AND site = ? AND source = ? " +
    "AND void IS NULL",
} as const;

export interface CountedTwice {
  readonly product: string;
  readonly lot: string;
  /** Which took back what it had sent. */
  readonly sender: string;
  /** Which has stored it. */
  readonly receiver: string;
  /** That the sender says it sent, without what it took back. */
  readonly sent: number;
  readonly stored: number;
}

/** By lot and sites. */
export async function countedTwice(rows: Rows): Promise<CountedTwice[]> {
  const ways = new Map<string, Omit<CountedTwice, "sent" | "stored">>();
  for (const row of await rows.rows(COUNTED_TWICE.reversed)) {
    const target = row.text("target");
    if (formOf(target) !== "away") continue;
    const way = {
      ...{ product: row.text("product"), lot: row.text("lot") },
      ...{ sender: row.text("site"), receiver: nameOf(target) },
    };
    ways.set(JSON.stringify(way), way);
  }
  const found = [];
  for (const [, way] of [...ways].sort(([one], [other]) => one < other ? -1 : 1)) {
    const { product, lot, sender, receiver } = way;
    const sum = async (select: string, site: string, other: string) =>
      (await rows.rows(select, [product, lot, site, placeOf("away", other)]))
        .reduce((doses, row) => doses + row.number("doses"), 0);
    const sent = await sum(COUNTED_TWICE.sent, sender, receiver);
    const stored = await sum(COUNTED_TWICE.stored, receiver, sender);
    if (stored > sent) found.push({ ...way, sent, stored });
  }
  return found;
}
