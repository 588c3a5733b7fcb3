/** Tables that are made anew from the journal, beside those in use, which answer meanwhile. */
import type { Database } from "../sync/database.ts";
import { removeDatabase } from "../sync/rekey_database.ts";
import { type Followed, FollowedTables, MissingEntries } from "./followed_tables.ts";
import type { Projection } from "./projection.ts";
import { LibsqlSql } from "./sql/libsql_sql.ts";
import { adoptRows } from "./table_difference.ts";
import { newTablesFile, REBUILT_SUFFIX } from "./tables_file.ts";

/** How far it is, in entries of all streams together; numbers that were pruned count as read. */
export interface RebuildProgress {
  readonly entries: number;
  readonly of: number;
  /** Once the tables were switched: how many rows of each are other than before. */
  readonly changed: Readonly<Record<string, number>> | null;
}

/** The tables in use: their database, and how far they have come. */
export interface InUse {
  readonly database: Database;
  readonly followed: FollowedTables;
}

export class Rebuilding implements Disposable {
  readonly #path: string;
  readonly #database: Database;
  readonly #beside: FollowedTables;

  private constructor(path: string, database: Database, beside: FollowedTables) {
    this.#path = path;
    this.#database = database;
    this.#beside = beside;
  }

  /** In a file of its own beside `path`, which no restart takes up. */
  static async begin(
    { path, encryptionKey }: { readonly path: string; readonly encryptionKey?: string },
    projections: readonly Projection[],
    journal: Followed,
  ): Promise<Rebuilding> {
    const place = path + REBUILT_SUFFIX;
    const database = newTablesFile(place, encryptionKey, projections);
    const sql = new LibsqlSql(database);
    const beside = await FollowedTables.open(sql, projections, journal);
    return new Rebuilding(place, database, beside);
  }

  /**
   * Follows until then, by at least one read; where it has come as far as the tables in use, it
   * puts its rows in the place of theirs, in one transaction. Nobody else follows meanwhile.
   */
  async step(inUse: InUse, untilMs: number): Promise<RebuildProgress> {
    const places = inUse.followed.places();
    const of = places.reduce((sum, { seq }) => sum + seq, 0);
    const entries = () =>
      places.reduce((sum, { origin, stream }) => sum + this.#beside.seqOf(origin, stream), 0);
    const { more, faults } = await this.#beside.follow(places, untilMs);
    // What is lost here, those in use have not either.
    const failed = faults.find(({ error }) => !(error instanceof MissingEntries));
    if (failed !== undefined) throw failed.error;
    if (more) return { entries: entries(), of, changed: null };
    return { entries: entries(), of, changed: await this.#switch(inUse) };
  }

  #switch({ database, followed }: InUse): Promise<Record<string, number>> {
    return followed.sql.transaction(async (sql) => {
      const changed: Record<string, number> = {};
      for (const table of this.#beside.projections.flatMap(({ tables }) => tables)) {
        changed[table.name] = await adoptRows(table, this.#database, { database, sql });
      }
      return changed;
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
    removeDatabase(this.#path);
  }
}
