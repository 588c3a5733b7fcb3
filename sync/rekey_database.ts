/** Writes a database anew under another at-rest key: libsql cannot do that in place with a log. */
import { dirname } from "node:path";
import { Database, type DatabaseOptions, type Parameter } from "./database.ts";

/** What the power leaves of a copy; it is written over by the next. */
export const COPY_SUFFIX = ".rekeyed";

const TAILS = ["", "-wal", "-shm"] as const;

/** Before what is named has happened; a test lets it fail. */
export type RekeyStep = "copy" | "sync" | "name" | "sync-folder";

/** The database as it is from now on: `adopt` is called as soon as another took its place. */
export interface Rekeying {
  readonly database: Database;
  /** Those of the database, with the new key. */
  readonly options: DatabaseOptions;
  readonly adopt: (database: Database) => void;
  readonly onStep?: (step: RekeyStep) => void;
}

/**
 * Copies all tables, indexes and the user version into a file beside, and puts that in the place
 * of the database: durable when it returns. Nobody else may have the file open. Where it throws,
 * the database that was adopted last goes on, and all of this can be done once more; what is not
 * durable then is the name of the copy at most.
 */
export function rekeyDatabase({ database, options, adopt, onStep = () => {} }: Rekeying): void {
  const { path } = options;
  const copyPath = path + COPY_SUFFIX;
  removeDatabase(copyPath);
  onStep("copy");
  writeCopy(database, { ...options, path: copyPath });
  onStep("sync");
  syncPath(copyPath);
  moveLog(database);
  onStep("name");
  Deno.renameSync(copyPath, path);
  // The old file has no name any more: whatever closing it does, it does to nobody.
  removeLog(path);
  closeOld(database);
  removeLog(path);
  adopt(new Database(options));
  onStep("sync-folder");
  syncPath(dirname(path));
}

/** Not one sync is left to SQLite, which says nothing of some: the whole file is synced at once. */
function writeCopy(database: Database, options: DatabaseOptions): void {
  const copy = new Database({ ...options, synchronous: "OFF", checkpointPages: 0 });
  try {
    copy.transaction(() => copyAll(database, copy));
    copy.exec("PRAGMA journal_mode = WAL");
  } finally {
    copy.close();
  }
}

/** An old log beside the new file would be taken for its own, if the power fails right there. */
function moveLog(database: Database): void {
  try {
    database.checkpoint("TRUNCATE");
  } catch {
    // The copy has all of it.
  }
}

function closeOld(database: Database): void {
  try {
    database.close();
  } catch {
    // Nobody needs it.
  }
}

function removeLog(path: string): void {
  for (const tail of ["-wal", "-shm"] as const) removeIfThere(path + tail);
}

/** Removes a database and its log. */
export function removeDatabase(path: string): void {
  for (const tail of TAILS) removeIfThere(path + tail);
}

function copyAll(from: Database, to: Database): void {
  const version = from.row("PRAGMA user_version")?.number("user_version") ?? 0;
  to.exec(`PRAGMA user_version = ${version}`);
  const made = from.rows(
    "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'index'",
  ).filter((row) => !row.text("name").startsWith("sqlite_"));
  for (const row of made) {
    if (row.text("type") === "table") copyTable(from, to, row.text("name"), row.text("sql"));
    else to.exec(row.text("sql"));
  }
}

function copyTable(from: Database, to: Database, name: string, sql: string): void {
  to.exec(sql);
  const columns = from.rows("SELECT name FROM pragma_table_info(?)", [name])
    .map((row) => row.text("name"));
  const places = columns.map(() => "?").join(",");
  const insert = `INSERT INTO ${name} (${columns.join(",")}) VALUES (${places})`;
  for (const row of from.each(`SELECT ${columns.join(",")} FROM ${name}`)) {
    to.run(insert, columns.map((column) => parameter(row, column)));
  }
}

/** A column's value, of which every kind that SQLite knows can be bound again. */
function parameter(row: unknown, column: string): Parameter {
  const value: unknown = typeof row === "object" && row !== null ? Reflect.get(row, column) : null;
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Uint8Array) return value;
  throw new Error(`Cannot copy column "${column}": found ${typeof value}`);
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function syncPath(path: string): void {
  const file = Deno.openSync(path, { read: true });
  try {
    file.syncSync();
  } finally {
    file.close();
  }
}
