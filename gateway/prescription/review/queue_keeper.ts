/** Keeps the queue as the tables have it: what is due is offered, what is not is withdrawn. */
import type { QueryTables } from "../../tables.ts";
import type { Row } from "../../sql/sql.ts";
import { standingOf } from "../life/standing.ts";
import { queueItemOf } from "../queue/queue_feed.ts";
import type { QueueItem, QueueKey } from "../queue/queue_item.ts";
import type { ReviewQueue } from "../queue/review_queue.ts";
import { chunksOf, eventsOf, nameOf, type RecordKey } from "../record/stored_events.ts";

/** The first in order are in the queue; behind so many the others wait in the tables. */
const QUEUED_MAX = 20_000;
/** Prescriptions whose events are read in one go. */
const READ_AT_ONCE = 256;

const DUE = "SELECT site, number, version, state, severity, emergency, since, review, owed " +
  "FROM prescriptions WHERE review IS NOT NULL " +
  "ORDER BY emergency, severity, since, site, number LIMIT ?";
/** A site has those on which the county has not spoken yet (P12). */
const DUE_AT_SITE = DUE.replace(" ORDER BY", " AND owed = 'after-review' AND site = ? ORDER BY");

export interface KeeperParts {
  readonly tables: Pick<QueryTables, "rows">;
  readonly queue: Pick<ReviewQueue, "keys" | "name" | "offer" | "withdraw">;
  /** At a site: its own name. */
  readonly site: string | null;
  /** Whether the second of two signatures is a senior pharmacist's. */
  readonly secondBySenior: boolean;
}

export class QueueKeeper {
  readonly #parts: KeeperParts;
  /** What was offered, by name, as it stood then; `null`: at the start, of what is there. */
  #offered = new Map<string, { readonly key: QueueKey; readonly stood: string | null }>();
  #isFirst = true;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** It is offered anew, once the tables have what was decided. */
  touch(key: QueueKey): void {
    const name = nameOf(recordKey(key));
    const known = this.#offered.get(name);
    if (known !== undefined) this.#offered.set(name, { ...known, stood: null });
  }

  /** Resolves with whether anything changed. */
  async look(): Promise<boolean> {
    const { queue } = this.#parts;
    if (this.#isFirst) {
      for (const key of await queue.keys()) {
        this.#offered.set(nameOf(recordKey(key)), { key, stood: null });
      }
      this.#isFirst = false;
    }
    const due = new Map((await this.#due()).map((row) => {
      const key = { site: row.text("site"), prescription: row.text("number") };
      return [nameOf(recordKey(key)), { key, stood: stoodIn(row) }];
    }));
    const gone = [...this.#offered].filter(([name]) => !due.has(name)).map(([, { key }]) => key);
    const changed = [...due].filter(([name, { stood }]) => this.#offered.get(name)?.stood !== stood)
      .map(([, { key }]) => key);
    for (const chunk of chunksOf(changed, READ_AT_ONCE)) {
      const items = await this.#itemsOf(chunk);
      await queue.offer(items);
      for (const item of items) {
        const name = nameOf(recordKey(item));
        const found = due.get(name);
        if (found !== undefined) this.#offered.set(name, found);
      }
    }
    if (gone.length > 0) await queue.withdraw(gone);
    for (const key of gone) this.#offered.delete(nameOf(recordKey(key)));
    return gone.length + changed.length > 0;
  }

  #due(): Promise<Row[]> {
    const { tables, site } = this.#parts;
    return site === null
      ? tables.rows(DUE, [QUEUED_MAX])
      : tables.rows(DUE_AT_SITE, [site, QUEUED_MAX]);
  }

  async #itemsOf(keys: readonly QueueKey[]): Promise<QueueItem[]> {
    const { tables, queue, secondBySenior } = this.#parts;
    const store = await queue.name();
    const events = await eventsOf(tables, keys.map(recordKey));
    return [...events.values()].flatMap((own) => {
      const standing = standingOf(own);
      const item = queueItemOf(standing, own, { store, senior: false });
      // A verdict may come before what it is of: then there is nothing to be seen yet.
      if (item === null || standing.receivedMs === null) return [];
      return [{ ...item, senior: secondBySenior && item.purpose === "second-signature" }];
    });
  }
}

function recordKey({ site, prescription }: QueueKey): RecordKey {
  return { site, number: prescription };
}

/** Another task has another text. */
function stoodIn(row: Row): string {
  return JSON.stringify([
    row.number("version"),
    row.text("state"),
    row.text("review"),
    row.number("emergency"),
    row.number("severity"),
    row.number("since"),
  ]);
}
