/** Which contents of different prescriptions came under one key of their sender's (T2, P11). */
import { putInto } from "../../sql/put.ts";
import type { Parameter, Rows, Transaction } from "../../sql/sql.ts";
import type { Table } from "../../sql/table.ts";
import { type LifeEvent, numberOf } from "../life/event.ts";
import { keyHashOf, type SameKey, sameKeys, SEND_KEY } from "../life/same_key.ts";
import { chunksOf, eitherOf, eventsOf, nameOf, type RecordKey } from "./stored_events.ts";

/**
 * One row of each content that came later under a key than another one. `keyhash`: SHA-256 of the
 * key; `told`: 1 where an alarm was raised, else 0; `isopen`: 1 until that is over, then NULL.
 */
export const SAME_KEYS: Table = {
  name: "prescriptionsamekeys",
  columns: {
    site: "text",
    keyhash: "text",
    number: "text",
    version: "integer",
    hash: "text",
    firstnumber: "text",
    firstversion: "integer",
    firsthash: "text",
    id: "text",
    received: "integer",
    told: "integer",
    isopen: "integer?",
  },
  key: ["site", "keyhash", "number", "version", "hash"],
  sparse: {
    prescriptionsamekeysopen: {
      of: "isopen",
      columns: ["isopen", "told", "received", "site", "number"],
    },
  },
};

const putSameKeys = putInto(SAME_KEYS, { onConflict: "replace" });

/** A key that its sender gave, of one site. */
export interface SendKey {
  readonly site: string;
  readonly sendKey: string;
}

/** What else changes whether two under one key are a matter for a person. */
const ABOUT_KEYS: ReadonlySet<LifeEvent["kind"]> = new Set([
  "prescription-void",
  "prescription-same-key",
  "prescription-same-key-seen",
]);

/** Of all keys that these events touch, which the tables have by now. */
export async function tellSameKeys(sql: Transaction, events: readonly LifeEvent[]): Promise<void> {
  const given = events.flatMap((event): SendKey[] => {
    if (event.kind !== "prescription" || event.body.key.channel !== SEND_KEY) return [];
    return [{ site: event.body.site, sendKey: event.body.key.id }];
  });
  const touched = events.filter(({ kind }) => ABOUT_KEYS.has(kind)).map(numberOf)
    .map(({ site, prescription: number }) => ({ site, number }));
  await tellKeysAnew(sql, [...given, ...await sendKeysOf(sql, touched)], 2);
}

/** Keys under which these prescriptions came. */
export async function sendKeysOf(rows: Rows, numbers: readonly RecordKey[]): Promise<SendKey[]> {
  const found: SendKey[] = [];
  for (const chunk of chunksOf(numbers)) {
    const { where, values } = eitherOf(chunk);
    const select = `SELECT site, sendkey FROM prescriptionevents WHERE (${where}) ` +
      "AND sendkey IS NOT NULL";
    for (const row of await rows.rows(select, values)) {
      found.push({ site: row.text("site"), sendKey: row.text("sendkey") });
    }
  }
  return found;
}

/** Of keys with fewer than `entriesMin` entries nothing was told before, and nothing is. */
export async function tellKeysAnew(
  sql: Transaction,
  keys: readonly SendKey[],
  entriesMin = 0,
): Promise<void> {
  const once = [...new Map(keys.map((key) => [nameOfKey(key), key])).values()];
  for (const chunk of chunksOf(once)) {
    const where = chunk.map(() => "(site = ? AND sendkey = ?)").join(" OR ");
    const values = chunk.flatMap(({ site, sendKey }) => [site, sendKey]);
    const select = `SELECT site, sendkey, number FROM prescriptionevents WHERE ${where}`;
    const entries = (await sql.rows(select, values)).map((row) => ({
      site: row.text("site"),
      sendKey: row.text("sendkey"),
      number: row.text("number"),
    }));
    const byKey = Map.groupBy(entries, nameOfKey);
    for (const key of chunk) {
      const own = byKey.get(nameOfKey(key)) ?? [];
      if (own.length >= entriesMin) await tellKey(sql, key, own);
    }
  }
}

function nameOfKey({ site, sendKey }: SendKey): string {
  // A site's name has no slash.
  return `${site}/${sendKey}`;
}

async function tellKey(
  sql: Transaction,
  { site, sendKey }: SendKey,
  entries: readonly RecordKey[],
): Promise<void> {
  const numbers = [...new Map(entries.map((one) => [nameOf(one), one])).values()];
  const events = await eventsOf(sql, numbers);
  const found = sameKeys(site, sendKey, [...events.values()].flat());
  const gone = "DELETE FROM prescriptionsamekeys WHERE site = ? AND keyhash = ?";
  await sql.run(gone, [site, keyHashOf(sendKey)]);
  await putSameKeys(sql, found.map(rowOf));
}

/** In the order of the table's columns. */
function rowOf({ body, receivedMs, isTold, isOpen }: SameKey): Parameter[] {
  const { site, key, prescription, version, hash, first, id } = body;
  return [
    ...[site, key, prescription, version, hash],
    ...[first.prescription, first.version, first.hash, id],
    ...[receivedMs, isTold ? 1 : 0, isOpen ? 1 : null],
  ];
}

export const OPEN = "SELECT * FROM prescriptionsamekeys WHERE isopen = 1 " +
  "ORDER BY told, received, site, number LIMIT ?";

/** Those that are a matter for a person, at most `limit`: what no alarm tells first. */
export async function openSameKeys(rows: Rows, limit: number): Promise<SameKey[]> {
  return (await rows.rows(OPEN, [limit])).map((row) => ({
    body: {
      id: row.text("id"),
      site: row.text("site"),
      prescription: row.text("number"),
      version: row.number("version"),
      hash: row.text("hash"),
      key: row.text("keyhash"),
      first: {
        prescription: row.text("firstnumber"),
        version: row.number("firstversion"),
        hash: row.text("firsthash"),
      },
      rule: "T2",
    },
    receivedMs: row.number("received"),
    isTold: row.number("told") === 1,
    isOpen: true,
  }));
}
