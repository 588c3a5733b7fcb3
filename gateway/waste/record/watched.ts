/**
 * All that a site has to look after, however much it is: read by pages in the order of their keys,
 * so that nothing stands beyond a limit, and none of them holds up whatever else goes on.
 */
import type { Row, Rows } from "../../sql/sql.ts";
import { type Custodian, custodianKey } from "../entry/subject.ts";
import type { ManifestStanding } from "../manifest/manifest.ts";
import { bagsCalled, type KnownBag } from "./waste_reads.ts";

/** Rows of one page: what is decided on them takes milliseconds. */
export const PAGE_ROWS = 500;
/** Bags that are kept from one look to the next, some kilobytes each; the rest is read again. */
const KEPT_MAX = 10_000;

/** Each of one site or custodian, behind one key. */
export const PAGE_SELECTS = {
  bags: "SELECT bag, digest FROM wastebags " +
    "WHERE unsettled IS NOT NULL AND site = ? AND bag > ? ORDER BY bag LIMIT ?",
  held: "SELECT bag, grams FROM wastebags WHERE held = ? AND bag > ? ORDER BY bag LIMIT ?",
  faultyManifests: "SELECT manifest, standing FROM wastemanifests " +
    "WHERE faults IS NOT NULL AND site = ? AND manifest > ? ORDER BY manifest LIMIT ?",
  openAlarms: "SELECT alarm FROM wastealarms " +
    "WHERE unsettled IS NOT NULL AND site = ? AND alarm > ? ORDER BY alarm LIMIT ?",
} as const;

async function* pagesOf(
  rows: Rows,
  of: keyof typeof PAGE_SELECTS,
  whose: string,
  key: "bag" | "manifest" | "alarm",
): AsyncGenerator<readonly Row[]> {
  for (let after: string | undefined = ""; after !== undefined;) {
    const page: readonly Row[] = await rows.rows(PAGE_SELECTS[of], [whose, after, PAGE_ROWS]);
    if (page.length > 0) yield page;
    after = page.at(PAGE_ROWS - 1)?.text(key);
  }
}

interface Kept {
  readonly digest: string;
  readonly known: KnownBag;
}

/** Bags of a site that somebody has to look after; one is read again once it stands otherwise. */
export class WatchedBags {
  readonly #rows: Rows;
  readonly #site: string;
  #kept: ReadonlyMap<string, Kept> = new Map();

  constructor(rows: Rows, site: string) {
    this.#rows = rows;
    this.#site = site;
  }

  async *pages(): AsyncGenerator<readonly KnownBag[]> {
    const kept = new Map<string, Kept>();
    for await (const page of pagesOf(this.#rows, "bags", this.#site, "bag")) {
      const marks = page.map((row) => ({ bag: row.text("bag"), digest: row.text("digest") }));
      const own = await this.#read(marks);
      own.slice(0, KEPT_MAX - kept.size).forEach((one) => kept.set(one.known.standing.bag, one));
      yield own.map(({ known }) => known);
    }
    this.#kept = kept;
  }

  async #read(marks: readonly { readonly bag: string; readonly digest: string }[]) {
    const isKept = ({ bag, digest }: typeof marks[number]) =>
      this.#kept.get(bag)?.digest === digest;
    const changed = marks.filter((one) => !isKept(one)).map(({ bag }) => bag);
    const read = new Map(
      (await bagsCalled(this.#rows, changed)).map((known) => [known.standing.bag, known]),
    );
    return marks.flatMap(({ bag, digest }): Kept[] => {
      const known = read.get(bag) ?? this.#kept.get(bag)?.known;
      return known === undefined ? [] : [{ digest, known }];
    });
  }
}

/** Ids of all alarms of a site that are not over. */
export async function openAlarmIds(rows: Rows, site: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const page of pagesOf(rows, "openAlarms", site, "alarm")) {
    page.forEach((row) => ids.add(row.text("alarm")));
  }
  return ids;
}

/** Those of a site of which a receipt or a disposal does not fit what left. */
export async function* faultyManifests(
  rows: Rows,
  site: string,
): AsyncGenerator<readonly ManifestStanding[]> {
  for await (const page of pagesOf(rows, "faultyManifests", site, "manifest")) {
    yield page.map((row) => JSON.parse(row.text("standing")));
  }
}

export interface HeldBag {
  readonly bag: string;
  /** `null`: nobody weighed it, or weights disagree. */
  readonly grams: number | null;
}

/** All that a custodian holds. */
export async function heldIn(rows: Rows, custodian: Custodian): Promise<HeldBag[]> {
  const held: HeldBag[] = [];
  for await (const page of pagesOf(rows, "held", custodianKey(custodian), "bag")) {
    held.push(...page.map((row) => ({ bag: row.text("bag"), grams: row.numberOrNull("grams") })));
  }
  return held;
}
