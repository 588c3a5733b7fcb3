/** Short lists of the office: who is on duty, open cases, a month's sample and its comments. */
import type { Rows } from "../../sql/sql.ts";
import type { Span } from "../../china_calendar.ts";

/** More than a county has on duty in a day, and more cases than a day can close. */
const SHIFTS_MAX = 500;
const CASES_MAX = 200;
/** Insistences of a month. */
const POOL_MAX = 1000;
const COMMENTS_MAX = 5000;

export interface Shift {
  readonly day: string;
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly enteredBy: string;
}

const SHIFTS = "SELECT day, account, begins, ends, person FROM officeshifts " +
  "WHERE day >= ? AND day <= ? AND duty = 'on' ORDER BY day, begins, account LIMIT ?";

/** Of days from one to another, as they are named. */
export async function shiftsOf(tables: Rows, fromDay: string, toDay: string): Promise<Shift[]> {
  return (await tables.rows(SHIFTS, [fromDay, toDay, SHIFTS_MAX])).map((row) => ({
    day: row.text("day"),
    account: row.text("account"),
    from: row.text("begins"),
    to: row.text("ends"),
    enteredBy: row.text("person"),
  }));
}

export interface ContactCase {
  readonly id: string;
  readonly site: string;
  readonly number: string;
  readonly version: number;
  readonly cause: string;
  readonly openedMs: number;
}

const OPEN_CASES = "SELECT c.site AS site, c.number AS number, c.id AS id, " +
  "c.version AS version, c.cause AS cause, c.wall AS wall FROM officecontacts c " +
  "WHERE NOT EXISTS (SELECT 1 FROM officeclosings z WHERE z.site = c.site " +
  "AND z.number = c.number AND z.contact = c.id) ORDER BY c.wall, c.place LIMIT ?";

/** Patients that have to be called, the oldest first, at most {@link CASES_MAX}. */
export async function openCases(tables: Rows): Promise<ContactCase[]> {
  return (await tables.rows(OPEN_CASES, [CASES_MAX])).map((row) => ({
    id: row.text("id"),
    site: row.text("site"),
    number: row.text("number"),
    version: row.number("version"),
    cause: row.text("cause"),
    openedMs: row.number("wall"),
  }));
}

export interface Comment {
  readonly judgement: string;
  readonly items: readonly string[];
  readonly text: string | null;
  readonly person: string;
  readonly atMs: number;
}

export interface SampleItem {
  readonly site: string;
  readonly number: string;
  /** Drawn of outpatients or discharges, or in the comment pool (P10). */
  readonly from: "outpatient" | "discharge" | "pool";
  /** The oldest first. */
  readonly comments: readonly Comment[];
}

export interface Sample {
  readonly month: string;
  readonly seed: string;
  readonly county: string;
  readonly drawnBy: string;
  readonly drawnMs: number;
  readonly outpatients: number;
  readonly discharges: number;
}

const SAMPLE = "SELECT * FROM officesamples WHERE month = ?";
const ITEMS = "SELECT site, number, sample FROM officesampleitems " +
  "WHERE month = ? AND seed = ? ORDER BY sample, rank, site, number";
const POOL = "SELECT DISTINCT site, number FROM officepool " +
  "WHERE wall >= ? AND wall < ? ORDER BY site, number LIMIT ?";
const COMMENTS = "SELECT site, number, judgement, items, comment, person, wall " +
  "FROM officecomments WHERE month = ? ORDER BY wall, place LIMIT ?";

/** What was drawn of a month; `null`: nothing yet. */
export async function sampleOf(tables: Rows, month: string): Promise<Sample | null> {
  const [row] = await tables.rows(SAMPLE, [month]);
  if (row === undefined) return null;
  return {
    month,
    seed: row.text("seed"),
    county: row.text("county"),
    drawnBy: row.text("person"),
    drawnMs: row.number("wall"),
    outpatients: row.number("outpatients"),
    discharges: row.number("discharges"),
  };
}

/** All that is to be commented on of a month: the pool always, in addition to what was drawn. */
export async function sampleItems(
  tables: Rows,
  { month, seed }: { readonly month: string; readonly seed: string | null },
  { fromMs, toMs }: Span,
): Promise<SampleItem[]> {
  const comments = new Map<string, Comment[]>();
  for (const row of await tables.rows(COMMENTS, [month, COMMENTS_MAX])) {
    const name = `${row.text("site")}/${row.text("number")}`;
    const items: unknown = JSON.parse(row.text("items"));
    comments.set(name, [...comments.get(name) ?? [], {
      judgement: row.text("judgement"),
      items: Array.isArray(items) ? items.map(String) : [],
      text: row.textOrNull("comment"),
      person: row.text("person"),
      atMs: row.number("wall"),
    }]);
  }
  const drawn = seed === null ? [] : await tables.rows(ITEMS, [month, seed]);
  const pool = await tables.rows(POOL, [fromMs, toMs, POOL_MAX]);
  const items = new Map<string, SampleItem>();
  for (const row of [...pool, ...drawn]) {
    const [site, number] = [row.text("site"), row.text("number")];
    const name = `${site}/${number}`;
    if (items.has(name)) continue;
    const from = pool.includes(row) ? "pool" : groupIn(row.text("sample"));
    items.set(name, { site, number, from, comments: comments.get(name) ?? [] });
  }
  return [...items.values()];
}

function groupIn(sample: string): "outpatient" | "discharge" {
  return sample === "discharge" ? "discharge" : "outpatient";
}
