/** Packs that sites received of another supply, and recalls that reach them (S5). */
import { among } from "../../keyed_words.ts";
import type { Rows } from "../../sql/sql.ts";
import type { BodyOf } from "../supply/event.ts";
import { toldOfSite } from "../supply/told.ts";
import { keyOf } from "./sterile_entry.ts";
import { SELECTS } from "./sterile_reads.ts";
import { StoredWords } from "./stored_words.ts";

/** Packs of one statement. */
const TOGETHER = 100;

/** The statement for so many packs of a supplier: where they were received. */
export function receivedSelect(packs: number): string {
  return "SELECT site, pack FROM sterilepacks WHERE supplier IS NOT NULL AND supplier = ? " +
    `AND ${among("pack", packs)} ORDER BY pack, site`;
}

/** The same of packs that one site received, of whomever. */
export function receivedHereSelect(packs: number): string {
  return "SELECT pack FROM sterilepacks WHERE site = ? AND supplier IS NOT NULL " +
    `AND ${among("pack", packs)}`;
}

export interface ReceivedAt {
  readonly site: string;
  readonly pack: string;
}

/** Where packs of a supplier are received, by pack and then by site. */
export async function receivedOf(
  rows: Rows,
  supplier: string,
  packs: readonly string[],
): Promise<ReceivedAt[]> {
  const found: ReceivedAt[] = [];
  for (const some of chunks(packs)) {
    const received = await rows.rows(receivedSelect(some.length), [supplier, ...some]);
    found.push(...received.map((row) => ({ site: row.text("site"), pack: row.text("pack") })));
  }
  return found;
}

/** Whether a supplier is a node that told of sterilisers of its own here. */
export async function supplies(rows: Rows, supplier: string): Promise<boolean> {
  return (await rows.rows(SELECTS.sterilisersOf, [supplier])).length > 0;
}

/** Those of some labels that a site received. */
export async function receivedAt(
  rows: Rows,
  site: string,
  packs: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const some of chunks(packs)) {
    const received = await rows.rows(receivedHereSelect(some.length), [site, ...some]);
    found.push(...received.map((row) => row.text("pack")));
  }
  return found;
}

/**
 * Recalls by the supplier of a received pack, of which its site has none: of the same cause, and by
 * the same proof. What a pack was that went on and came back, its first site knows itself.
 */
export async function untoldRecalls(
  rows: Rows,
  { site, pack, supplier }: Pick<BodyOf<"sterile-receipt">, "site" | "pack" | "supplier">,
): Promise<BodyOf<"sterile-recall">[]> {
  const found = await recallsNaming(rows, supplier, pack);
  if (found.length === 0) return [];
  const known = new Set((await recallsNaming(rows, site, pack)).map(reasonOf));
  return found.filter((recall) => !known.has(reasonOf(recall)));
}

/** What two entries of one recall have in common. */
export function reasonOf({ cause, because }: BodyOf<"sterile-recall">): string {
  return JSON.stringify([cause, because]);
}

async function recallsNaming(rows: Rows, site: string, pack: string) {
  const events = await new StoredWords(rows, site).events([keyOf.recalled(pack)]);
  return toldOfSite(events).of("sterile-recall").map(({ body }) => body)
    .filter(({ packs }) => packs.includes(pack));
}

function* chunks(packs: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < packs.length; at += TOGETHER) yield packs.slice(at, at + TOGETHER);
}
