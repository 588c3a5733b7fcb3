/** What was written to devices, by whom, and what became of it: entries of `audit` (C12). */
import * as z from "zod";
import type { Entry } from "../../sync/entry.ts";
import { type Life, parseOrigin } from "../../sync/origin.ts";
import { bodyOf, type Projection } from "../projection.ts";
import { putInto } from "../sql/put.ts";
import type { Transaction } from "../sql/sql.ts";
import type { Table } from "../sql/table.ts";

/** Entry kinds: what is about to be sent, and what became of it. */
export const WRITE = "device-write";
export const WRITE_OUTCOME = "device-write-outcome";

const value = z.union([z.number(), z.boolean(), z.string()]);

/** Body of a `device-write`: on disk before anything is sent. */
export const writeBody = z.object({
  id: z.string().describe("Names this write: the same one is done once"),
  device: z.string(),
  point: z.string(),
  from: value.nullable().describe("What the register held before; null: no value"),
  to: value,
  unit: z.string(),
  reason: z.string(),
  who: z.string().describe("By which token or session, and from which address"),
});
export type WriteBody = z.infer<typeof writeBody>;

export const OUTCOMES = ["confirmed", "refused", "otherwise", "unknown", "not-sent"] as const;
export type OutcomeState = typeof OUTCOMES[number];

/** Body of a `device-write-outcome`. */
export const outcomeBody = z.object({
  id: z.string(),
  device: z.string(),
  point: z.string(),
  state: z.enum(OUTCOMES)
    .describe(
      "confirmed: the register holds it; refused: by the device; otherwise: it holds another " +
        "value; unknown: nobody can say whether it was done; not-sent: it was not",
    ),
  readBack: value.nullable().describe("What the register held afterwards; null: not known"),
  detail: z.string().nullable().describe("Why it is not confirmed"),
});
export type OutcomeBody = z.infer<typeof outcomeBody>;

export const writeView = z.object({
  ...writeBody.shape,
  time: z.string().describe("When it was about to be sent, by the node's wall clock"),
  state: z.enum(["under-way", ...OUTCOMES]),
  readBack: outcomeBody.shape.readBack,
  detail: outcomeBody.shape.detail,
});
export type WriteView = z.infer<typeof writeView>;

export function viewOf(write: WriteBody, wallMs: number, outcome: OutcomeBody | null): WriteView {
  return {
    ...write,
    time: new Date(wallMs).toISOString(),
    state: outcome?.state ?? "under-way",
    readBack: outcome?.readBack ?? null,
    detail: outcome?.detail ?? null,
  };
}

/** Writes of a device that are kept in the tables; the audit has all. */
const KEPT_MAX = 100;
/** A write has two outcomes at most: what came of it, and `unknown`, told by the next start. */
const OUTCOMES_MAX = 2 * KEPT_MAX;

/** `life`, `seq` and `origin` of the entry: the order in which a node wrote. */
const writes: Table = {
  name: "devicewrites",
  columns: {
    node: "text",
    id: "text",
    device: "text",
    wall: "integer",
    write: "text",
    life: "integer",
    seq: "integer",
    origin: "text",
  },
  key: ["node", "id"],
  indexes: { writesofdevice: ["node", "device", "life", "seq", "origin"] },
};

/** Apart from the writes: either may come first, an outcome can be told by a later life. */
const outcomes: Table = {
  name: "writeoutcomes",
  columns: {
    node: "text",
    id: "text",
    device: "text",
    outcome: "text",
    life: "integer",
    seq: "integer",
    origin: "text",
  },
  key: ["node", "id"],
  indexes: { outcomesofdevice: ["node", "device", "life", "seq", "origin"] },
};

export const deviceWrites: Projection = {
  name: "device-writes",
  version: 2,
  tables: [writes, outcomes],
  apply: async (sql, entries) => {
    for (const entry of entries) {
      const life = entry.stream === "audit" ? parseOrigin(entry.origin) : null;
      if (life === null) continue;
      if (entry.kind === WRITE) await applyWrite(sql, entry, life);
      if (entry.kind === WRITE_OUTCOME) await applyOutcome(sql, entry, life);
    }
  },
};

const NEWEST = ["life", "seq", "origin"] as const;
const putWrite = putInto(writes, { onConflict: { newer: NEWEST } });
const putOutcome = putInto(outcomes, { onConflict: { newer: NEWEST } });

/** Of each device the newest stay, whatever order they come in. */
function dropOldFrom({ name }: Table): string {
  return `DELETE FROM ${name} WHERE node = ?1 AND device = ?2 AND (life, seq, origin) <
(SELECT life, seq, origin FROM ${name} WHERE node = ?1 AND device = ?2
ORDER BY life DESC, seq DESC, origin DESC LIMIT 1 OFFSET ?3)`;
}
const DROP_WRITES = dropOldFrom(writes);
const DROP_OUTCOMES = dropOldFrom(outcomes);

async function applyWrite(sql: Transaction, entry: Entry, { node, life }: Life): Promise<void> {
  const body = writeBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { id, device } = body.data;
  const write = JSON.stringify(body.data);
  const { seq, origin, time } = entry;
  await putWrite(sql, [[node, id, device, time.wallMs, write, life, seq, origin]]);
  await sql.run(DROP_WRITES, [node, device, KEPT_MAX - 1]);
}

async function applyOutcome(sql: Transaction, entry: Entry, { node, life }: Life): Promise<void> {
  const body = outcomeBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { id, device } = body.data;
  const outcome = JSON.stringify(body.data);
  await putOutcome(sql, [[node, id, device, outcome, life, entry.seq, entry.origin]]);
  await sql.run(DROP_OUTCOMES, [node, device, OUTCOMES_MAX - 1]);
}
