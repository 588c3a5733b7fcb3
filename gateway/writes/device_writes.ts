/** What was written to devices, by whom, and what became of it: entries of `audit` (C12). */
import * as z from "zod";
import type { Database } from "../../sync/database.ts";
import type { Entry } from "../../sync/entry.ts";
import { nodeOf } from "../../sync/origin.ts";
import { bodyOf, type Projection } from "../projection.ts";

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

/** Either may come first: an outcome can be told by a later life of the node. */
export const deviceWrites: Projection = {
  name: "device-writes",
  version: 1,
  schema: `
CREATE TABLE devicewrites (
  node TEXT NOT NULL,
  id TEXT NOT NULL,
  device TEXT NOT NULL,
  wall INTEGER,
  write TEXT,
  outcome TEXT,
  UNIQUE (node, id)
) STRICT;
CREATE INDEX writesofdevice ON devicewrites (node, device);`,
  apply: (database, entries) => {
    for (const entry of entries) {
      if (entry.stream !== "audit") continue;
      if (entry.kind === WRITE) applyWrite(database, entry);
      if (entry.kind === WRITE_OUTCOME) applyOutcome(database, entry);
    }
  },
};

const PUT_WRITE = `INSERT INTO devicewrites (node, id, device, wall, write) VALUES (?,?,?,?,?)
ON CONFLICT (node, id) DO UPDATE SET wall = excluded.wall, write = excluded.write`;
const PUT_OUTCOME = `INSERT INTO devicewrites (node, id, device, outcome) VALUES (?,?,?,?)
ON CONFLICT (node, id) DO UPDATE SET outcome = excluded.outcome`;
const DROP_OLD = `DELETE FROM devicewrites WHERE node = ? AND device = ? AND outcome IS NOT NULL
AND rowid NOT IN
(SELECT rowid FROM devicewrites WHERE node = ? AND device = ? ORDER BY rowid DESC LIMIT ?)`;

function applyWrite(database: Database, entry: Entry): void {
  const body = writeBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { id, device } = body.data;
  const node = nodeOf(entry.origin);
  database.run(PUT_WRITE, [node, id, device, entry.time.wallMs, JSON.stringify(body.data)]);
  database.run(DROP_OLD, [node, device, node, device, KEPT_MAX]);
}

function applyOutcome(database: Database, entry: Entry): void {
  const body = outcomeBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { id, device } = body.data;
  database.run(PUT_OUTCOME, [nodeOf(entry.origin), id, device, JSON.stringify(body.data)]);
}
