/** How the queue is fed: what is offered twice is there once, and a claim outlives it. */
import { putInto } from "../../sql/put.ts";
import type { Parameter, Sql, Statements, Transaction } from "../../sql/sql.ts";
import { listText, type QueueItem, type QueueKey, STATE } from "./queue_item.ts";
import { ITEMS } from "./queue_tables.ts";

/** Items of one transaction: whoever takes passes over its rows until it is committed. */
const CHUNK = 32;

const put = putInto(ITEMS, { onConflict: "keep" });

/** Of the same task only its place in the order may have changed. */
const REORDER = "UPDATE reviewitems SET emergency = ?, severity = ?, since = ?, senior = ? " +
  "WHERE site = ? AND prescription = ? AND version = ? AND purpose = ? AND barred = ? " +
  "AND about = ?";
/** Its last claim led to a decision that the offer knows, and yet it is due again. */
const REOPEN = "UPDATE reviewitems SET state = 0, holder = NULL " +
  "WHERE site = ? AND prescription = ? AND state <> 0 AND fence <= ?";
/** Another task: whoever holds the old one is told so when deciding. */
const REPLACE = "UPDATE reviewitems SET emergency = ?, severity = ?, since = ?, senior = ?, " +
  "version = ?, purpose = ?, barred = ?, about = ?, state = 0, holder = NULL " +
  "WHERE site = ? AND prescription = ?";
/** What another node offered of a later version stays. */
const WITHDRAW = "DELETE FROM reviewitems WHERE site = ? AND prescription = ? AND version <= ?";

/** With a version: that, and those before. */
export type Withdrawn = QueueKey & { readonly version?: number };

export async function offerTo(sql: Sql, items: readonly QueueItem[]): Promise<void> {
  for (const chunk of chunksOf(items)) {
    await sql.transaction(async (transaction) => {
      const there = await thereOf(transaction, chunk);
      const isNew = (item: QueueItem) => !there.has(nameOf(item));
      await put(transaction, chunk.filter(isNew).map(newRow));
      for (const item of chunk.filter((item) => !isNew(item))) await renew(transaction, item);
    });
  }
}

/** Whether or not they are there, or in somebody's hands. */
export async function withdrawFrom(sql: Sql, keys: readonly Withdrawn[]): Promise<void> {
  for (const chunk of chunksOf(keys)) {
    await sql.transaction(async (transaction) => {
      for (const { site, prescription, version = Number.MAX_SAFE_INTEGER } of chunk) {
        await transaction.run(WITHDRAW, [site, prescription, version]);
      }
    });
  }
}

async function renew(transaction: Transaction, item: QueueItem): Promise<void> {
  const key = [item.site, item.prescription];
  const [order, task] = [orderRow(item), taskRow(item)];
  if (await transaction.run(REORDER, [...order, ...key, ...task]) === 0) {
    await transaction.run(REPLACE, [...order, ...task, ...key]);
  } else if (item.decidedFence > 0) {
    await transaction.run(REOPEN, [...key, item.decidedFence]);
  }
}

async function thereOf(sql: Statements, keys: readonly QueueKey[]): Promise<Set<string>> {
  const either = keys.map(() => "(site = ? AND prescription = ?)").join(" OR ");
  const rows = await sql.rows(
    `SELECT site, prescription FROM reviewitems WHERE ${either}`,
    keys.flatMap(({ site, prescription }) => [site, prescription]),
  );
  return new Set(
    rows.map((row) => nameOf({ site: row.text("site"), prescription: row.text("prescription") })),
  );
}

function nameOf({ site, prescription }: QueueKey): string {
  return JSON.stringify([site, prescription]);
}

function orderRow({ order, senior }: QueueItem): Parameter[] {
  return [order.emergency, order.severity, order.sinceMs, senior ? 1 : 0];
}

function taskRow({ version, purpose, not, over }: QueueItem): Parameter[] {
  return [version, purpose, listText(not), listText(over)];
}

/** In the order of the table's columns. */
function newRow(item: QueueItem): Parameter[] {
  const [emergency, severity, since, senior] = orderRow(item);
  return [
    ...[item.site, item.prescription, ...taskRow(item), senior],
    ...[emergency, severity, since, STATE.free, null, 0],
  ];
}

/** Each key once, the last counting, and in one order: two who feed then never wait in a circle. */
function chunksOf<T extends QueueKey>(all: readonly T[]): T[][] {
  const once = new Map(all.map((one) => [nameOf(one), one]));
  const sorted = [...once.keys()].sort().flatMap((name) => once.get(name) ?? []);
  const count = Math.ceil(sorted.length / CHUNK);
  return Array.from({ length: count }, (_, n) => sorted.slice(n * CHUNK, (n + 1) * CHUNK));
}
