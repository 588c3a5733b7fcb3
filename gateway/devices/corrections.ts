/**
 * What time it was when a clock was wrong: `clock-trusted` entries say by how much, and nothing
 * that was stored is changed for it (T12).
 */
import type { Entry } from "../../sync/entry.ts";
import { nodeOf } from "../../sync/origin.ts";
import type { Correction } from "../age.ts";
import { clockTrustedBody } from "../clock_trust.ts";
import { among } from "../keyed_words.ts";
import { bodyOf, type Projection } from "../projection.ts";
import { putInto } from "../sql/put.ts";
import type { Rows, Transaction } from "../sql/sql.ts";
import type { Table } from "../sql/table.ts";

const table: Table = {
  name: "corrections",
  columns: {
    node: "text",
    bootid: "text",
    since: "integer",
    until: "integer",
    offsetms: "integer",
  },
  key: ["node", "bootid", "until"],
  indexes: { correctionsofboot: ["bootid", "until"] },
};

/** Boots of one statement. */
const BOOTS_MAX = 200;
/** Of one boot: a clock that is set so often is nobody's. */
const CORRECTIONS_MAX = 20 * BOOTS_MAX;

/** The statement for so many boots. */
export function correctionsSelect(boots: number): string {
  return `SELECT node, bootid, since, until, offsetms FROM corrections ` +
    `WHERE ${among("bootid", boots)} ORDER BY bootid, until LIMIT ${CORRECTIONS_MAX}`;
}

/** What these nodes found out of their clocks in these boots; nobody says it of another's. */
export async function correctionsOf(
  rows: Rows,
  boots: readonly { readonly node: string; readonly bootId: string }[],
): Promise<Correction[]> {
  const own = new Set(boots.map(({ node, bootId }) => `${node}/${bootId}`));
  const ids = [...new Set(boots.map(({ bootId }) => bootId))].sort();
  const found: Correction[] = [];
  for (let at = 0; at < ids.length; at += BOOTS_MAX) {
    const some = ids.slice(at, at + BOOTS_MAX);
    for (const row of await rows.rows(correctionsSelect(some.length), some)) {
      const bootId = row.text("bootid");
      if (!own.has(`${row.text("node")}/${bootId}`)) continue;
      const span = { sinceBootMs: row.number("since"), bootMs: row.number("until") };
      found.push({ bootId, ...span, offsetMs: row.number("offsetms") });
    }
  }
  return found;
}

/** A boot says one thing of one moment; of two words every node takes the same. */
const put = putInto(table, { onConflict: { newer: ["since", "offsetms"] } });

export const corrections: Projection = {
  name: "corrections",
  version: 3,
  tables: [table],
  apply,
};

async function apply(sql: Transaction, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    if (entry.kind !== "clock-trusted") continue;
    const body = clockTrustedBody.safeParse(bodyOf(entry));
    if (!body.success) continue;
    const { bootId, sinceBootMs, bootMs, offsetMs } = body.data;
    await put(sql, [[nodeOf(entry.origin), bootId, sinceBootMs, bootMs, offsetMs]]);
  }
}
