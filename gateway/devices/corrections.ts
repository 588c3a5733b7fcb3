/**
 * What time it was when a clock was wrong: `clock-trusted` entries say by how much, and nothing
 * that was stored is changed for it (T12).
 */
import type { Entry } from "../../sync/entry.ts";
import { nodeOf } from "../../sync/origin.ts";
import { clockTrustedBody } from "../clock_trust.ts";
import { bodyOf, type Projection } from "../projection.ts";
import { putInto } from "../sql/put.ts";
import type { Transaction } from "../sql/sql.ts";
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
};

/** A boot says one thing of one moment; of two words every node takes the same. */
const put = putInto(table, { onConflict: { newer: ["since", "offsetms"] } });

export const corrections: Projection = {
  name: "corrections",
  version: 2,
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
