/** Keeps the queue as the tables have it: what is due is offered, what is not is withdrawn. */
import type { QueryTables } from "../../tables.ts";
import type { Row } from "../../sql/sql.ts";
import type { LifeEvent } from "../life/event.ts";
import { ofKind } from "../life/told.ts";
import { standingOf } from "../life/standing.ts";
import { queueItemOf } from "../queue/queue_feed.ts";
import type { QueueItem, QueueKey } from "../queue/queue_item.ts";
import type { ReviewQueue } from "../queue/review_queue.ts";
import { chunksOf, eitherOf, eventsOf, nameOf, type RecordKey } from "../record/stored_events.ts";

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
  /** As whom a prescriber of a site may be signed in. */
  readonly authorsOf: (prescriber: string, site: string) => readonly string[];
}

interface Offered {
  readonly key: QueueKey;
  readonly stood: string | null;
  /** The version that was seen last; none: not known yet. */
  readonly version?: number;
}

export class QueueKeeper {
  readonly #parts: KeeperParts;
  /** What was offered, by name, as it stood then; `null`: at the start, of what is there. */
  #offered = new Map<string, Offered>();
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
      const version = row.number("version");
      return [nameOf(recordKey(key)), { key, version, stood: stoodIn(row) }];
    }));
    const missing = [...this.#offered].filter(([name]) => !due.has(name)).map(([, one]) => one);
    const gone = due.size < QUEUED_MAX ? missing : await this.#notDue(missing);
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
    if (gone.length > 0) {
      await queue.withdraw(gone.map(({ key, version }) => ({
        ...key,
        ...(version === undefined ? {} : { version }),
      })));
    }
    for (const { key } of gone) this.#offered.delete(nameOf(recordKey(key)));
    return gone.length + changed.length > 0;
  }

  /** What another node has withdrawn meanwhile, and is due all the same, is offered anew. */
  async compare(): Promise<void> {
    const there = new Set((await this.#parts.queue.keys()).map((key) => nameOf(recordKey(key))));
    for (const [name, { key }] of this.#offered) {
      if (!there.has(name)) this.touch(key);
    }
  }

  /** Of a queue that is full, what waits behind its end is due as well. */
  async #notDue(missing: readonly Offered[]): Promise<Offered[]> {
    const gone: Offered[] = [];
    for (const chunk of chunksOf(missing)) {
      const { where, values } = eitherOf(chunk.map(({ key }) => recordKey(key)));
      const rows = await this.#parts.tables.rows(
        `SELECT site, number FROM prescriptions WHERE review IS NOT NULL AND (${where})`,
        values,
      );
      const due = new Set(
        rows.map((row) => nameOf({ site: row.text("site"), number: row.text("number") })),
      );
      gone.push(...chunk.filter(({ key }) => !due.has(nameOf(recordKey(key)))));
    }
    return gone;
  }

  #due(): Promise<Row[]> {
    const { tables, site } = this.#parts;
    return site === null
      ? tables.rows(DUE, [QUEUED_MAX])
      : tables.rows(DUE_AT_SITE, [site, QUEUED_MAX]);
  }

  async #itemsOf(keys: readonly QueueKey[]): Promise<QueueItem[]> {
    const { tables, queue, secondBySenior, authorsOf } = this.#parts;
    const store = await queue.name();
    const events = await eventsOf(tables, keys.map(recordKey));
    return [...events.values()].flatMap((own) => {
      const standing = standingOf(own);
      const item = queueItemOf(standing, own, { store, senior: false });
      // A verdict may come before what it is of: then there is nothing to be seen yet.
      if (item === null || standing.receivedMs === null) return [];
      const senior = secondBySenior && item.not.length > 0;
      // Nobody reviews what he wrote himself (P14).
      const authors = prescriberOf(own, standing.version)
        .flatMap((prescriber) => authorsOf(prescriber, item.site));
      return [{ ...item, not: [...item.not, ...authors], senior }];
    });
  }
}

function prescriberOf(events: readonly LifeEvent[], version: number): string[] {
  return ofKind(events, "prescription").filter(({ body }) => body.prescription.version === version)
    .map(({ body }) => body.prescription.prescriber.id).slice(0, 1);
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
