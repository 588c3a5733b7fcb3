/** What the tables have of releases: the switches, the documents, what sites were told. */
import type { QueryTables } from "../../tables.ts";
import { MissingPart, textOf } from "./parts.ts";
import { type DocumentKind, DOCUMENTS, type SwitchBody, switchBody } from "./release_entries.ts";

type Tables = Pick<QueryTables, "rows">;

/** Releases that are looked at: a county that has more unreadable ones in a row has none. */
const RELEASES_MAX = 32;

export interface Release extends SwitchBody {
  /** Of the centre that released it; at a site, that told it. */
  readonly origin: string;
  /** By the clock of that centre, when it did. */
  readonly toldMs: number;
}

/** Which there are, to be compared with those that were there before. */
export async function releaseNames(tables: Tables): Promise<string> {
  const rows = await tables.rows(
    "SELECT id, wall FROM rulesreleases ORDER BY number DESC, id DESC LIMIT ?",
    [RELEASES_MAX],
  );
  return rows.map((row) => `${row.text("id")} ${row.number("wall")}`).join("\n");
}

/** The latest first. */
export async function storedReleases(tables: Tables, limit = RELEASES_MAX): Promise<Release[]> {
  const rows = await tables.rows(
    "SELECT origin, wall, body FROM rulesreleases ORDER BY number DESC, id DESC LIMIT ?",
    [limit],
  );
  return rows.map((row) => ({
    ...switchBody.parse(JSON.parse(row.text("body"))),
    origin: row.text("origin"),
    toldMs: row.number("wall"),
  }));
}

/** How many parts of a document are here, and how many there are; `null`: none is. */
async function packingOf(
  tables: Tables,
  document: string,
): Promise<{ packed: string; here: number; parts: number } | null> {
  const rows = await tables.rows(
    "SELECT packed, COUNT(*) AS here, MAX(parts) AS parts FROM rulesparts " +
      "WHERE document = ? GROUP BY packed ORDER BY packed",
    [document],
  );
  const found = rows.map((row) => ({
    packed: row.text("packed"),
    here: row.number("here"),
    parts: row.number("parts"),
  }));
  return found.find(({ here, parts }) => here === parts) ?? found.at(0) ?? null;
}

/** Throws {@link MissingPart} where nothing of it is here. */
export async function documentKind(tables: Tables, document: string): Promise<DocumentKind> {
  const [row] = await tables.rows("SELECT what FROM rulesparts WHERE document = ? LIMIT 1", [
    document,
  ]);
  const what = DOCUMENTS.find((one) => one === row?.text("what"));
  if (what !== undefined) return what;
  throw new MissingPart(`Cannot read the document ${document.slice(0, 12)}: it is not here`);
}

/** Whether all of it is here. */
export async function hasDocument(tables: Tables, document: string): Promise<boolean> {
  const packing = await packingOf(tables, document);
  return packing !== null && packing.here === packing.parts;
}

/** Its text, or `null` where a part has not come yet; throws {@link ReleaseError} when damaged. */
export async function storedDocument(tables: Tables, document: string): Promise<string | null> {
  const packing = await packingOf(tables, document);
  if (packing === null || packing.here !== packing.parts) return null;
  const rows = await tables.rows(
    "SELECT data FROM rulesparts WHERE document = ? AND packed = ? ORDER BY part",
    [document, packing.packed],
  );
  return textOf(document, rows.map((row) => row.text("data")));
}

/** The same where it has to be here: throws {@link MissingPart} where it is not. */
export async function documentText(tables: Tables, document: string): Promise<string> {
  const text = await storedDocument(tables, document);
  if (text !== null) return text;
  throw new MissingPart(`Cannot read the document ${document.slice(0, 12)}: a part is not here`);
}

/** Which documents and releases each site was told whole. */
export async function toldSites(tables: Tables): Promise<ReadonlyMap<string, Set<string>>> {
  const rows = await tables.rows(
    "SELECT site, name FROM rulestold GROUP BY site, name, packed HAVING COUNT(*) = MAX(parts)",
  );
  const told = new Map<string, Set<string>>();
  for (const row of rows) {
    const names = told.get(row.text("site")) ?? new Set();
    told.set(row.text("site"), names.add(row.text("name")));
  }
  return told;
}

/** A release that names this pack, by its identity; `null` where there is none. */
export async function releaseWithPack(
  tables: Tables,
  identity: string,
): Promise<SwitchBody | null> {
  const [row] = await tables.rows(
    "SELECT body FROM rulesreleases WHERE body LIKE ? ORDER BY number DESC LIMIT 1",
    [`%${identity}%`],
  );
  return row === undefined ? null : switchBody.parse(JSON.parse(row.text("body")));
}
