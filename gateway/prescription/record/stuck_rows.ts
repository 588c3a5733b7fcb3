/** Of which prescriptions a node has told that it cannot decide them, as its alarms say. */
import { nodeOf } from "../../../sync/origin.ts";
import { bodyOf, type Projection } from "../../projection.ts";
import { putInto } from "../../sql/put.ts";
import type { Parameter, Rows } from "../../sql/sql.ts";
import type { Table } from "../../sql/table.ts";
import type { RecordKey } from "./stored_events.ts";
import { PRESCRIPTION_STUCK, type StuckAt, stuckBody } from "./stuck_body.ts";

/** `desk`: a word of `STUCK_AT`; `since`, `wall`: milliseconds since 1970 UTC. */
export const STUCK: Table = {
  name: "prescriptionsstuck",
  columns: {
    node: "text",
    desk: "text",
    site: "text",
    number: "text",
    since: "integer",
    reason: "text",
    wall: "integer",
    place: "text",
  },
  key: ["node", "desk", "site", "number"],
};

const putStuck = putInto(STUCK, { onConflict: { newer: ["since", "wall", "place"] } });

export const stuckRows: Projection = {
  name: "prescriptionsstuck",
  version: 1,
  tables: [STUCK],
  apply: async (sql, entries) => {
    const rows = entries.flatMap((entry): Parameter[][] => {
      if (entry.kind !== PRESCRIPTION_STUCK) return [];
      const read = stuckBody.safeParse(bodyOf(entry));
      if (!read.success) return [];
      const { origin, stream, seq, time: { wallMs } } = entry;
      const { at, prescriptions } = read.data;
      return prescriptions.map(({ site, prescription, since, reason }) => [
        ...[nodeOf(origin), at, site, prescription],
        ...[since, reason, wallMs, `${origin}/${stream}/${seq}`],
      ]);
    });
    await putStuck(sql, rows);
  },
};

export interface StuckRow {
  readonly key: RecordKey;
  /** Since when, by the wall clock, milliseconds since 1970 UTC. */
  readonly wallMs: number;
  readonly reason: string;
}

/** More are told anew after a restart. */
const STUCK_MAX = 1000;

/** What is due of a prescription while it may be stuck there. */
const DUE: Readonly<Record<StuckAt, string>> = {
  "review": "p.owed IN ('screen', 'after-review')",
  "after-split": "p.owed = 'after-split'",
  "todo": "p.todo = 1",
};

export function stuckSelect(at: StuckAt): string {
  return "SELECT s.site AS site, s.number AS number, s.since AS since, s.reason AS reason " +
    "FROM prescriptionsstuck s JOIN prescriptions p ON p.site = s.site AND p.number = s.number " +
    `WHERE s.node = ? AND s.desk = ? AND ${DUE[at]} ORDER BY s.since, s.site, s.number LIMIT ?`;
}

/** Those that this node has told of, and that are due still. */
export async function stuckOf(rows: Rows, node: string, at: StuckAt): Promise<StuckRow[]> {
  return (await rows.rows(stuckSelect(at), [node, at, STUCK_MAX])).map((row) => ({
    key: { site: row.text("site"), number: row.text("number") },
    wallMs: row.number("since"),
    reason: row.text("reason"),
  }));
}
