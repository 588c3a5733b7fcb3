/**
 * The queue that the county's pharmacists share (P7, P8), over a store that any number of nodes
 * share. It is fed from where prescriptions stand and can be made anew from the journal at any
 * time; that one is decided once is kept by the fence here, and by the journal's key of it.
 */
import type { Sql, Statements } from "../../sql/sql.ts";
import { QUEUE_ORDER, type WaitPolicy } from "../life/queue_order.ts";
import { AwayWatch } from "./away_watch.ts";
import { offerTo, withdrawFrom, type Withdrawn } from "./offer.ts";
import {
  type Claim,
  claimOf,
  type Listed,
  memberText,
  type QueueItem,
  type QueueKey,
  stateOf,
  type Taken,
  taskOf,
} from "./queue_item.ts";
import { openTables } from "./queue_tables.ts";

export interface QueueOptions {
  /**
   * Highest fence of any decision in the journal: those of a new store begin above it, and those
   * of one that lost its last commits too.
   */
  readonly decidedFence: number;
  /** Whether the decision made under this claim is in the journal, asked by the journal's key. */
  readonly isDecided: (claim: Claim) => Promise<boolean>;
  /** Without a sign of life for so long, claims return; none: 60 s (P7). */
  readonly awayMs?: number;
}

export type DecideOutcome<T> =
  | { readonly kind: "decided"; readonly result: T }
  /** Somebody else has it, or had, or it waits for something else by now: 409. */
  | { readonly kind: "stale" };

export interface Workload {
  /** Those that are not decided; of these, those that nobody holds. */
  readonly waiting: number;
  readonly free: number;
  readonly emergencies: number;
  /** By the policy, without the reviews afterwards, for which nobody waits. */
  readonly warned: number;
  readonly escalated: number;
  /** Since when the oldest of those waits, milliseconds since 1970 UTC. */
  readonly oldestMs: number | null;
  /** The same of emergencies alone. */
  readonly urgentMs: number | null;
  readonly onDuty: readonly string[];
}

/** Of one page of a workbench. */
const LIST_MAX = 500;

const SHOWN = "site, prescription, version, purpose, barred, about, senior, emergency, severity, " +
  "since, state, holder, fence";
const HELD = `SELECT ${SHOWN} FROM reviewitems WHERE holder = ? AND state IN (1, 2) ` +
  "ORDER BY fence LIMIT 1";
/** A list as text has `"id"` in it, or nothing to replace. */
const FREE = `SELECT ${SHOWN} FROM reviewitems WHERE state = 0 AND senior <= ? ` +
  `AND replace(barred, ?, '') = barred ORDER BY ${QUEUE_ORDER} LIMIT 1`;
const TAKE = "UPDATE reviewitems SET state = 1, holder = ?, fence = ? " +
  "WHERE site = ? AND prescription = ?";
const BY_CLAIM = "WHERE site = ? AND prescription = ? AND holder = ? AND fence = ? " +
  "AND EXISTS (SELECT 1 FROM reviewstore WHERE name = ?)";
const MARK = `UPDATE reviewitems SET state = 2 ${BY_CLAIM} AND state IN (1, 2)`;
const DECIDED = `UPDATE reviewitems SET state = 4, holder = NULL ${BY_CLAIM} AND state IN (2, 3)`;
const RELEASE = `UPDATE reviewitems SET state = 0, holder = NULL ${BY_CLAIM} AND state = 1`;
const SETTLED = `UPDATE reviewitems SET state = 0, holder = NULL ${BY_CLAIM} AND state = 3`;
const RETURN = "UPDATE reviewitems SET state = 0, holder = NULL WHERE holder = ? AND state = 1";
const SETTLE = "UPDATE reviewitems SET state = 3 WHERE holder = ? AND state = 2";
const SETTLING = `SELECT ${SHOWN} FROM reviewitems WHERE state = 3 ORDER BY ${QUEUE_ORDER}`;
const BEATS = "SELECT holder, beat FROM reviewholders WHERE duty = 1 OR holder IN " +
  "(SELECT holder FROM reviewitems WHERE state IN (1, 2)) ORDER BY holder";
const LIST = `SELECT ${SHOWN} FROM reviewitems WHERE state <> 4 ORDER BY ${QUEUE_ORDER} LIMIT ?`;
const ON_DUTY = "SELECT holder FROM reviewholders WHERE duty = 1 ORDER BY holder";
const COUNTS = "SELECT COUNT(*) AS waiting, COUNT(CASE WHEN state = 0 THEN 1 END) AS free, " +
  "COUNT(CASE WHEN emergency = 0 THEN 1 END) AS emergencies, " +
  "COUNT(CASE WHEN emergency < 2 AND since <= ?1 AND since > ?2 THEN 1 END) AS warned, " +
  "COUNT(CASE WHEN emergency < 2 AND since <= ?2 THEN 1 END) AS escalated, " +
  "MIN(CASE WHEN emergency < 2 THEN since END) AS oldest, " +
  "MIN(CASE WHEN emergency = 0 THEN since END) AS urgent FROM reviewitems WHERE state <> 4";
const NEWEST = "SELECT MAX(CASE WHEN since <= ?1 THEN since END) AS warned, " +
  "MAX(CASE WHEN since <= ?2 THEN since END) AS escalated FROM reviewitems " +
  "WHERE state <> 4 AND emergency < 2";

export class ReviewQueue {
  readonly #sql: Sql;
  readonly #isDecided: QueueOptions["isDecided"];
  readonly #watch: AwayWatch;
  /** Claims whose decision this process is just writing. */
  readonly #deciding = new Set<Claim>();

  private constructor(sql: Sql, { isDecided, awayMs }: QueueOptions) {
    this.#sql = sql;
    this.#isDecided = isDecided;
    this.#watch = new AwayWatch(awayMs);
  }

  /** Makes the tables where they are missing. A libsql file is to be opened `FULL`. */
  static async open(sql: Sql, options: QueueOptions): Promise<ReviewQueue> {
    await openTables(sql, crypto.randomUUID(), options.decidedFence);
    return new ReviewQueue(sql, options);
  }

  /** The store's random name, which decisions bear beside the fence. */
  name(): Promise<string> {
    return nameOf(this.#sql);
  }

  /**
   * What is due by where prescriptions stand, as often as one likes: a claim on the same task
   * stays, one on another task is stale from now on.
   */
  offer(items: readonly QueueItem[]): Promise<void> {
    return offerTo(this.#sql, items);
  }

  /** What is due no longer; whoever holds it finds the claim stale. */
  withdraw(keys: readonly Withdrawn[]): Promise<void> {
    return withdrawFrom(this.#sql, keys);
  }

  /** What was told last of waiting (P8), of all nodes that share the store. */
  async told(): Promise<string> {
    const [row] = await this.#sql.rows("SELECT told FROM reviewstore");
    return row.text("told");
  }

  async tell(told: string): Promise<void> {
    await this.#sql.run("UPDATE reviewstore SET told = ?", [told]);
  }

  /** All that are in it, decided ones too. */
  async keys(): Promise<QueueKey[]> {
    const rows = await this.#sql.rows("SELECT site, prescription FROM reviewitems");
    return rows.map((row) => ({ site: row.text("site"), prescription: row.text("prescription") }));
  }

  /**
   * The first free one by the order of P8 that `holder` may decide; `null` where there is none.
   * Whoever has one already gets that again, so an answer that was lost on its way costs nothing.
   * It counts as a sign of life, and as coming on duty.
   */
  take(holder: string, { senior = false } = {}): Promise<Taken | null> {
    return this.#sql.transaction(async (transaction) => {
      // First, since it makes two calls of one person wait for each other.
      await beat(transaction, holder);
      const store = await nameOf(transaction);
      const [held] = await transaction.rows(HELD, [holder]);
      if (held !== undefined) return { ...taskOf(held), claim: claimOf(held, store) };
      const may = [senior ? 1 : 0, memberText(holder)];
      const [free] = await transaction.lockedRows(FREE, may);
      if (free === undefined) return null;
      const task = taskOf(free);
      const fence = await nextFence(transaction);
      const { site, prescription } = task;
      await transaction.run(TAKE, [holder, fence, site, prescription]);
      return { ...task, claim: { site, prescription, holder, fence, store } };
    });
  }

  /** What `holder` has taken and not yet decided. */
  async held(holder: string): Promise<Taken | null> {
    const [row] = await this.#sql.rows(HELD, [holder]);
    return row === undefined ? null : { ...taskOf(row), claim: claimOf(row, await this.name()) };
  }

  /**
   * A sign of life: written every few seconds while a stream of `holder` is answered from. It
   * brings nobody on duty: who went off stays off with the page open.
   */
  async present(holder: string): Promise<void> {
    await this.#sql.run("UPDATE reviewholders SET beat = beat + 1 WHERE holder = ?", [holder]);
  }

  /**
   * Returns what those hold of whom nothing was heard for 60 s, who are off duty then, and settles
   * what a process that died was deciding; resolves with how many became free. Every node calls it
   * every few seconds;
   * `nowMs` is of the node's own steady clock.
   */
  async expire(nowMs: number): Promise<number> {
    for (const holder of new Set([...this.#deciding].map(({ holder }) => holder))) {
      await this.#sql.run("UPDATE reviewholders SET beat = beat + 1 WHERE holder = ?", [holder]);
    }
    const beats = (await this.#sql.rows(BEATS)).map((row) => ({
      holder: row.text("holder"),
      beat: row.number("beat"),
    }));
    let returned = 0;
    for (const { holder, beat } of this.#watch.away(beats, nowMs)) {
      returned += await this.#sql.transaction(async (transaction) => {
        const update = "UPDATE reviewholders SET duty = 0, beat = beat + 1 " +
          "WHERE holder = ? AND beat = ?";
        // Heard of at the last moment.
        if (await transaction.run(update, [holder, beat]) === 0) return 0;
        await transaction.run(SETTLE, [holder]);
        return await transaction.run(RETURN, [holder]);
      });
    }
    return returned + await this.#settle();
  }

  /** Returns at once what `holder` has; not what is just being decided. */
  offDuty(holder: string): Promise<number> {
    return this.#sql.transaction(async (transaction) => {
      const update = "UPDATE reviewholders SET duty = 0, beat = beat + 1 WHERE holder = ?";
      await transaction.run(update, [holder]);
      return await transaction.run(RETURN, [holder]);
    });
  }

  /** Puts it back; `stale` too where it is just being decided. */
  async release(claim: Claim): Promise<"released" | "stale"> {
    return await this.#sql.run(RELEASE, placesOf(claim)) === 1 ? "released" : "stale";
  }

  /**
   * Runs `append`, which writes the decision into the journal under a key of claim and store, so
   * that twice is once; meanwhile nobody else gets it. What `append` throws is thrown on, and the
   * claim stays as it is: whether something was written is not known, so the holder may try
   * again, and once the holder is gone the journal is asked.
   *
   * A decision that is in the journal already is appended again, for the same acknowledgement.
   */
  async decide<T>(claim: Claim, append: () => Promise<T>): Promise<DecideOutcome<T>> {
    this.#deciding.add(claim);
    try {
      const marked = await this.#sql.run(MARK, placesOf(claim));
      if (marked === 0 && !(await this.#isDecided(claim))) return { kind: "stale" };
      const result = await append();
      await this.#sql.run(DECIDED, placesOf(claim));
      return { kind: "decided", result };
    } finally {
      this.#deciding.delete(claim);
    }
  }

  /** The first in the order of P8, at most 500. */
  async list(limit: number): Promise<Listed[]> {
    const rows = await this.#sql.rows(LIST, [Math.min(limit, LIST_MAX)]);
    return rows.map((row) => ({
      ...taskOf(row),
      state: stateOf(row),
      holder: row.textOrNull("holder"),
    }));
  }

  /**
   * `nowMs`: wall clock, milliseconds since 1970 UTC, as is since when they wait. Nodes whose
   * clocks differ warn earlier or later by that; nothing is decided by it (P3).
   */
  async workload(
    nowMs: number,
    { warnMs, escalateMs }: Pick<WaitPolicy, "warnMs" | "escalateMs">,
  ): Promise<Workload> {
    const [row] = await this.#sql.rows(COUNTS, [nowMs - warnMs, nowMs - escalateMs]);
    return {
      waiting: row.number("waiting"),
      free: row.number("free"),
      emergencies: row.number("emergencies"),
      warned: row.number("warned"),
      escalated: row.number("escalated"),
      oldestMs: row.numberOrNull("oldest"),
      urgentMs: row.numberOrNull("urgent"),
      onDuty: (await this.#sql.rows(ON_DUTY)).map((each) => each.text("holder")),
    };
  }

  /**
   * Since when the newest waits of those past each limit, milliseconds since 1970 UTC; `null`: none
   * is past it.
   */
  async newestPast(
    nowMs: number,
    { warnMs, escalateMs }: Pick<WaitPolicy, "warnMs" | "escalateMs">,
  ): Promise<{ readonly warnedMs: number | null; readonly escalatedMs: number | null }> {
    const [row] = await this.#sql.rows(NEWEST, [nowMs - warnMs, nowMs - escalateMs]);
    return { warnedMs: row.numberOrNull("warned"), escalatedMs: row.numberOrNull("escalated") };
  }

  /** Several nodes may ask the journal about one: they hear the same. */
  async #settle(): Promise<number> {
    const rows = await this.#sql.rows(SETTLING);
    if (rows.length === 0) return 0;
    const store = await this.name();
    let freed = 0;
    for (const claim of rows.map((row) => claimOf(row, store))) {
      if (await this.#isDecided(claim)) await this.#sql.run(DECIDED, placesOf(claim));
      else freed += await this.#sql.run(SETTLED, placesOf(claim));
    }
    return freed;
  }
}

function placesOf({ site, prescription, holder, fence, store }: Claim): (string | number)[] {
  return [site, prescription, holder, fence, store];
}

async function nameOf(sql: Statements): Promise<string> {
  const [row] = await sql.rows("SELECT name FROM reviewstore");
  return row.text("name");
}

async function beat(sql: Statements, holder: string): Promise<void> {
  const update = "UPDATE reviewholders SET duty = 1, beat = beat + 1 WHERE holder = ?";
  if (await sql.run(update, [holder]) > 0) return;
  await sql.run("INSERT INTO reviewholders (holder, duty, beat) VALUES (?, 1, 1)", [holder]);
}

/** Behind the row that is taken: those that take wait for each other only for one commit. */
async function nextFence(sql: Statements): Promise<number> {
  await sql.run("UPDATE reviewstore SET fence = fence + 1");
  const [row] = await sql.rows("SELECT fence FROM reviewstore");
  return row.number("fence");
}
