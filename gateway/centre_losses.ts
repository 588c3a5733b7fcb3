/** Centres that an operator has declared lost: until one returns the other's receipt is enough. */
import * as z from "zod";
import type { Entry } from "../sync/entry.ts";
import { parseOrigin } from "../sync/origin.ts";
import { siteOf } from "../sync/stream.ts";
import { bodyOf, type Projection } from "./projection.ts";
import { putInto } from "./sql/put.ts";
import type { Transaction } from "./sql/sql.ts";
import type { Table } from "./sql/table.ts";

/** Body of a `centre-lost` and a `centre-returned` entry. */
export const centreLossBody = z.object({
  centre: z.string(),
  reason: z.string(),
  /** Counts the words on a centre: the highest stands, whatever clocks said. */
  number: z.number().int().min(1),
});
export type CentreLossBody = z.infer<typeof centreLossBody>;

export const CENTRE_LOST = "centre-lost";
export const CENTRE_RETURNED = "centre-returned";

const table: Table = {
  name: "centrelosses",
  columns: {
    centre: "text",
    lost: "integer",
    returned: "integer",
    reason: "text",
    saidby: "text",
    wall: "integer",
    number: "integer",
  },
  key: ["centre"],
};

/**
 * The highest word counts, at all nodes alike; of two with one number that nothing is lost. Both
 * centres tell a new site the word that stands: of those the one said later is shown.
 */
const put = putInto(table, {
  onConflict: { newer: ["number", "returned", "wall", "saidby", "reason"] },
});

/**
 * At a county: what the county's own nodes say in `audit`. At a site: what they say in the
 * stream for it, which only a county can write.
 */
export function centreLossesOf(authorities: readonly string[]): Projection {
  return {
    name: "centre-losses",
    version: 3,
    tables: [table],
    apply: async (sql, entries) => {
      for (const entry of entries) {
        if (entry.kind !== CENTRE_LOST && entry.kind !== CENTRE_RETURNED) continue;
        const node = parseOrigin(entry.origin)?.node;
        const counts = siteOf(entry.stream) !== null ||
          (entry.stream === "audit" && node !== undefined && authorities.includes(node));
        if (node !== undefined && counts) await applyOne(sql, entry, node);
      }
    },
  };
}

async function applyOne(sql: Transaction, entry: Entry, by: string): Promise<void> {
  const body = centreLossBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { centre, reason, number } = body.data;
  const lost = entry.kind === CENTRE_LOST ? 1 : 0;
  await put(sql, [[centre, lost, 1 - lost, reason, by, entry.time.wallMs, number]]);
}
