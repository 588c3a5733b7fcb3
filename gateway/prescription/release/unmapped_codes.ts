/** Codes that are waiting to be mapped, as the tables have them and as it is told. */
import type { Rows } from "../../sql/sql.ts";
import * as z from "zod";
import { type Codes, SECTIONS } from "../mapping.ts";
import { mappingFor, type ReviewSources } from "../review_sources.ts";
import { isMapped, type SeenCode, unmappedOf } from "../unmapped.ts";

const DAYS_MAX = 366;
const LIMIT_MAX = 5000;
const DAY_MS = 86_400_000;
/** Rows that one slice brings over from the tables' thread: some milliseconds. */
const SLICE_ROWS = 2000;
/** Rows of one answer: a day of a county whose sites have no mapping at all. */
const ROWS_MAX = 200_000;

export const unmappedQuery = z.object({
  site: z.string().min(1).max(64).optional().describe("At a county: of this one alone"),
  days: z.coerce.number().int().min(1).max(DAYS_MAX).default(30)
    .describe("Of prescriptions that came within so many days"),
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(1000),
});

export const unmappedView = z.object({
  codes: z.array(z.object({
    site: z.string(),
    section: z.enum(SECTIONS).describe("The list of the site's mapping that lacks it"),
    code: z.string(),
    text: z.string().nullable().describe("What it read as when it was first seen"),
    count: z.int().describe("In so many places of prescriptions"),
    first: z.iso.datetime().describe("When the first of them was issued"),
    last: z.iso.datetime(),
    example: z.string().describe("Number of the last of them"),
  })).describe("Most often seen first"),
  more: z.int().describe("Codes that are waiting beyond these"),
  since: z.iso.datetime().describe("What came before was not looked at"),
  isWhole: z.boolean().describe("False: there was more within the days than is looked at"),
});
export type UnmappedView = z.infer<typeof unmappedView>;

type Asked = z.infer<typeof unmappedQuery>;

const COLUMNS = "site, number, version, place, section, code, words, issued, received";
const SELECT = `SELECT ${COLUMNS} FROM unmappedcodes WHERE `;
const BEHIND = "(received, site, number, version, place) < (?, ?, ?, ?, ?) AND received >= ? " +
  "ORDER BY received DESC, site DESC, number DESC, version DESC, place DESC LIMIT ?";
const OF_SITE = "site = ? AND (received, number, version, place) < (?, ?, ?, ?) " +
  "AND received >= ? ORDER BY received DESC, number DESC, version DESC, place DESC LIMIT ?";

interface Seen extends SeenCode {
  readonly version: number;
  readonly place: string;
  readonly receivedMs: number;
}

const section = z.enum(SECTIONS);

/** The latest first, in slices, so that doors and pages are answered between them. */
async function* seenSince(tables: Rows, fromMs: number, site?: string): AsyncGenerator<Seen[]> {
  let [ms, of, number, version, place] = [Number.MAX_SAFE_INTEGER, "", "", 0, ""];
  for (;;) {
    const rows = site === undefined
      ? await tables.rows(SELECT + BEHIND, [ms, of, number, version, place, fromMs, SLICE_ROWS])
      : await tables.rows(SELECT + OF_SITE, [site, ms, number, version, place, fromMs, SLICE_ROWS]);
    const seen = rows.map((row) => ({
      site: row.text("site"),
      section: section.parse(row.text("section")),
      code: row.text("code"),
      text: row.textOrNull("words"),
      number: row.text("number"),
      ms: row.number("issued"),
      version: row.number("version"),
      place: row.text("place"),
      receivedMs: row.number("received"),
    }));
    if (seen.length > 0) yield seen;
    const last = seen.at(-1);
    if (last === undefined || seen.length < SLICE_ROWS) return;
    ({ receivedMs: ms, site: of, number, version, place } = last);
  }
}

/** What the mappings in force do not have, of what came lately. */
export async function unmappedCodes(
  tables: Rows,
  sources: ReviewSources,
  { site, days, limit }: Asked,
  nowMs: number,
): Promise<UnmappedView> {
  let sinceMs = nowMs - days * DAY_MS;
  const waiting: SeenCode[] = [];
  const known = new Map<string, boolean>();
  let rows = 0;
  let isWhole = true;
  for await (const slice of seenSince(tables, sinceMs, site)) {
    for (const seen of slice) if (!isKnown(seen, sources, known)) waiting.push(seen);
    rows += slice.length;
    if (rows < ROWS_MAX) continue;
    sinceMs = slice.at(-1)?.receivedMs ?? sinceMs;
    isWhole = false;
    break;
  }
  const { lines, leftOut } = unmappedOf(waiting);
  return {
    codes: lines.slice(0, limit).map(({ firstMs, lastMs, ...line }) => ({
      ...line,
      first: new Date(firstMs).toISOString(),
      last: new Date(lastMs).toISOString(),
    })),
    more: Math.max(0, lines.length - limit),
    since: new Date(sinceMs).toISOString(),
    isWhole: isWhole && leftOut === 0,
  };
}

/** By the mapping in force, which is asked once for each code. */
function isKnown(seen: SeenCode, sources: ReviewSources, known: Map<string, boolean>): boolean {
  const { site, section, code } = seen;
  const key = JSON.stringify([site, section, code]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const codes: Codes = { mapping: mappingFor(sources, site), drugs: sources.drugs };
  const found = isMapped(seen, codes);
  known.set(key, found);
  return found;
}
