/**
 * What a HIS is told of prescriptions, in the order in which it came about here. A file of the node
 * beside the journal: how far that was read, and what is told of it, are one commit, so a crash
 * leaves out no change. Lost, it begins anew with what comes from then on; where each stands can be
 * asked for at any time.
 */
import { Database, type Row } from "../../../sync/database.ts";
import type { RecordKey } from "../record/stored_events.ts";

export interface Place {
  readonly origin: string;
  readonly stream: string;
  readonly seq: number;
}

export interface Change extends RecordKey {
  /** Grows with each; a listener goes on behind the one that it has heard last. */
  readonly id: number;
  /** A `StandingView` as JSON. */
  readonly body: string;
}

export interface RefusedChange extends Change {
  readonly reason: string;
}

/** Changes that are kept for listeners who come back: several days of a county. */
export const KEPT_MAX = 200_000;
const CHECKPOINT_PAGES = 1000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT NOT NULL, number TEXT NOT NULL,
    body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS changesofone ON changes (site, number, id);
  CREATE TABLE IF NOT EXISTS places (
    origin TEXT NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (origin, stream)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS delivered (one INTEGER PRIMARY KEY, id INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS refused (id INTEGER PRIMARY KEY, reason TEXT NOT NULL);
`;
const AFTER = "SELECT id, site, number, body FROM changes WHERE id > ? ORDER BY id LIMIT ?";
const REFUSED = "SELECT id, site, number, body, reason FROM refused JOIN changes USING (id) " +
  "ORDER BY id LIMIT ?";
const LAST_OF = "SELECT body FROM changes WHERE site = ? AND number = ? ORDER BY id DESC LIMIT 1";

export class ToldStore implements Disposable {
  readonly #database: Database;
  /** Whether nothing was read yet: the past is not told. */
  readonly isNew: boolean;

  constructor(path: string, encryptionKey: string) {
    this.#database = new Database({
      path,
      encryptionKey,
      synchronous: "FULL",
      checkpointPages: CHECKPOINT_PAGES,
    });
    this.#database.exec(SCHEMA);
    this.isNew = this.places().length === 0;
  }

  places(): Place[] {
    return this.#database.rows("SELECT origin, stream, seq FROM places").map((row) => ({
      origin: row.text("origin"),
      stream: row.text("stream"),
      seq: row.number("seq"),
    }));
  }

  /** Of each prescription what is not what was told last; resolves with whether there was any. */
  note(standings: readonly (RecordKey & { readonly body: string })[], read: readonly Place[]) {
    return this.#database.transaction(() => {
      let isChanged = false;
      for (const { site, number, body } of standings) {
        if (this.#database.row(LAST_OF, [site, number])?.text("body") === body) continue;
        const insert = "INSERT INTO changes (site, number, body) VALUES (?, ?, ?)";
        this.#database.run(insert, [site, number, body]);
        isChanged = true;
      }
      for (const { origin, stream, seq } of read) {
        this.#database.run("INSERT OR REPLACE INTO places VALUES (?, ?, ?)", [origin, stream, seq]);
      }
      const past = this.span().last - KEPT_MAX;
      this.#database.run("DELETE FROM changes WHERE id <= ?", [past]);
      this.#database.run("DELETE FROM refused WHERE id <= ?", [past]);
      return isChanged;
    });
  }

  after(id: number, limit: number): Change[] {
    return this.#database.rows(AFTER, [id, limit]).map(changeOf);
  }

  /** Ids of the first that is kept, and of the latest; 1 and 0 before there is any. */
  span(): { readonly first: number; readonly last: number } {
    const row = this.#database.row("SELECT MIN(id) AS first, MAX(id) AS last FROM changes");
    return { first: row?.numberOrNull("first") ?? 1, last: row?.numberOrNull("last") ?? 0 };
  }

  /** Id of the last change that the webhook has taken; none: it begins with the next one. */
  delivered(): number {
    const row = this.#database.row("SELECT id FROM delivered");
    if (row !== undefined) return row.number("id");
    const { last } = this.span();
    this.deliver(last);
    return last;
  }

  deliver(id: number): void {
    this.#database.run("INSERT OR REPLACE INTO delivered VALUES (1, ?)", [id]);
  }

  /** Puts aside what the webhook's other end does not take: what is behind it goes on. */
  refuse(id: number, reason: string): void {
    this.#database.transaction(() => {
      this.#database.run("INSERT OR REPLACE INTO refused VALUES (?, ?)", [id, reason]);
      this.deliver(id);
    });
  }

  /** What was put aside, and is kept. */
  refused(limit: number): RefusedChange[] {
    return this.#database.rows(REFUSED, [limit]).map((row) => ({
      ...changeOf(row),
      reason: row.text("reason"),
    }));
  }

  /**
   * Tells again, as new changes, what was put aside, unless something newer was told of the same
   * prescription; resolves with how many are told.
   */
  tellRefusedAgain(): number {
    return this.#database.transaction(() => {
      let told = 0;
      for (const { site, number, body } of this.refused(KEPT_MAX)) {
        if (this.#database.row(LAST_OF, [site, number])?.text("body") !== body) continue;
        const insert = "INSERT INTO changes (site, number, body) VALUES (?, ?, ?)";
        this.#database.run(insert, [site, number, body]);
        told++;
      }
      this.#database.run("DELETE FROM refused");
      return told;
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function changeOf(row: Row): Change {
  return {
    id: row.number("id"),
    site: row.text("site"),
    number: row.text("number"),
    body: row.text("body"),
  };
}
