/**
 * What time it was when a clock was wrong: `clock-trusted` entries say by how much, and nothing
 * that was stored is changed for it (T12).
 */
import * as z from "zod";
import type { Database } from "../../sync/database.ts";
import type { Entry } from "../../sync/entry.ts";
import { nodeOf } from "../../sync/origin.ts";
import { bodyOf, type Projection } from "../projection.ts";

export const corrections: Projection = {
  name: "corrections",
  version: 1,
  schema: `
CREATE TABLE corrections (
  node TEXT NOT NULL,
  bootid TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  offsetms INTEGER NOT NULL,
  PRIMARY KEY (node, bootid, until)
) STRICT, WITHOUT ROWID;`,
  apply,
};

const body = z.object({
  bootId: z.string(),
  sinceBootMs: z.int(),
  bootMs: z.int(),
  offsetMs: z.int(),
});

function apply(database: Database, entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (entry.kind !== "clock-trusted") continue;
    const parsed = body.safeParse(bodyOf(entry));
    if (!parsed.success) continue;
    const { bootId, sinceBootMs, bootMs, offsetMs } = parsed.data;
    database.run("INSERT OR REPLACE INTO corrections VALUES (?,?,?,?,?)", [
      nodeOf(entry.origin),
      bootId,
      sinceBootMs,
      bootMs,
      offsetMs,
    ]);
  }
}
