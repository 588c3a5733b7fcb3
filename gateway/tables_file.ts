/**
 * The file of the query tables: opened where it fits, else made anew and empty. It is a libsql file
 * of the node's own at a county on PostgreSQL too: each of its nodes follows the journal that they
 * share, so none waits for another, and a page costs the shared database nothing. What has to be
 * one for all of them (who holds a prescription) is not a projection, and lies in PostgreSQL.
 */
import { Database, type DatabaseOptions } from "../sync/database.ts";
import { COPY_SUFFIX, removeDatabase } from "../sync/rekey_database.ts";
import { CURSORS } from "./followed_tables.ts";
import type { Projection } from "./projection.ts";
import { creationOf, type Table } from "./sql/table.ts";

export interface TablesFileOpening {
  readonly path: string;
  /** At-rest keys, the newest first; none leaves the file readable. */
  readonly encryptionKeys?: readonly string[];
  /** Nodes whose word on memberships counts: the county's own. */
  readonly authorities: readonly string[];
}

export interface TablesFile {
  readonly database: Database;
  /** The key that it is under. */
  readonly encryptionKey: string | undefined;
  /** Why it had to be made anew, or `null`. */
  readonly madeAnew: string | null;
}

/** 16 MiB of write-ahead log: a page that many commits touch is moved to its place once. */
const CHECKPOINT_PAGES = 4096;

/** Indexes are touched all over, and what is written has to be in the cache first. */
const CACHE_KIB = 16_384;

/** Tables that are being made beside those in use. */
export const REBUILT_SUFFIX = ".rebuilt";

export function fileOptions(path: string, encryptionKey: string | undefined): DatabaseOptions {
  return {
    path,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
    // What a power cut takes is made again from the journal.
    synchronous: "NORMAL",
    checkpointPages: CHECKPOINT_PAGES,
    cacheKib: CACHE_KIB,
  };
}

export function openTablesFile(
  { path, encryptionKeys = [], authorities }: TablesFileOpening,
  projections: readonly Projection[],
): TablesFile {
  // Whose word counts decides what stands in the tables as much as the projections do.
  const made = projections.map(({ name, version }) => `${name} ${version}`);
  const version = [...made, ...authorities.toSorted()].join(", ");
  removeDatabase(path + COPY_SUFFIX);
  removeDatabase(path + REBUILT_SUFFIX);
  const keys = encryptionKeys.length === 0 ? [undefined] : encryptionKeys;
  let reason: string | null = null;
  for (const encryptionKey of keys) {
    const look = opened(path, encryptionKey);
    if ("reason" in look) {
      reason ??= look.reason;
      continue;
    }
    const { database, found } = look;
    if (found === version) return { database, encryptionKey, madeAnew: null };
    reason = found === null ? null : `the tables were "${found}", now they are "${version}"`;
    database.close();
    break;
  }
  const database = newTablesFile(path, keys[0], projections);
  database.transaction(() => {
    database.exec("CREATE TABLE version (value TEXT NOT NULL) STRICT");
    database.run("INSERT INTO version VALUES (?)", [version]);
  });
  return { database, encryptionKey: keys[0], madeAnew: reason };
}

/** A file with empty tables and no cursors, in place of what was there. */
export function newTablesFile(
  path: string,
  encryptionKey: string | undefined,
  projections: readonly Projection[],
): Database {
  removeDatabase(path);
  const database = new Database(fileOptions(path, encryptionKey));
  const tables: Table[] = [CURSORS, ...projections.flatMap(({ tables }) => tables)];
  database.transaction(() => {
    for (const statement of tables.flatMap((table) => creationOf(table, "libsql"))) {
      database.exec(statement);
    }
  });
  return database;
}

/** What the file is under this key: of which version (`null`: empty), or why it is nothing. */
function opened(
  path: string,
  encryptionKey: string | undefined,
): { database: Database; found: string | null } | { reason: string } {
  let database: Database | null = null;
  try {
    database = new Database(fileOptions(path, encryptionKey));
    const known = database.row("SELECT name FROM sqlite_master WHERE name = 'version'");
    const row = known === undefined ? undefined : database.row("SELECT value FROM version");
    return { database, found: row?.text("value") ?? null };
  } catch (error) {
    database?.close();
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
