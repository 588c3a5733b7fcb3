/** Centres that an operator has declared lost: until one returns the other's receipt is enough. */
import * as z from "zod";
import type { Database } from "../sync/database.ts";
import type { Entry } from "../sync/entry.ts";
import { parseOrigin } from "../sync/origin.ts";
import { siteOf } from "../sync/stream.ts";
import { bodyOf, type Projection } from "./projection.ts";

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

/**
 * At a county: what the county's own nodes say in `audit`. At a site: what they say in the
 * stream for it, which only a county can write.
 */
export function centreLossesOf(authorities: readonly string[]): Projection {
  return {
    name: "centre-losses",
    version: 2,
    schema: `
CREATE TABLE centrelosses (
  centre TEXT PRIMARY KEY,
  lost INTEGER NOT NULL,
  reason TEXT NOT NULL,
  saidby TEXT NOT NULL,
  wall INTEGER NOT NULL,
  number INTEGER NOT NULL
) STRICT;`,
    apply: (database, entries) => {
      for (const entry of entries) {
        if (entry.kind !== CENTRE_LOST && entry.kind !== CENTRE_RETURNED) continue;
        const node = parseOrigin(entry.origin)?.node;
        const counts = siteOf(entry.stream) !== null ||
          (entry.stream === "audit" && node !== undefined && authorities.includes(node));
        if (node !== undefined && counts) applyOne(database, entry, node);
      }
    },
  };
}

/** The highest word counts, at all nodes alike; of two with one number that nothing is lost. */
const UPSERT = `INSERT INTO centrelosses (centre, lost, reason, saidby, wall, number)
VALUES (?,?,?,?,?,?)
ON CONFLICT (centre) DO UPDATE SET lost = excluded.lost, reason = excluded.reason,
saidby = excluded.saidby, wall = excluded.wall, number = excluded.number
WHERE excluded.number > number OR (excluded.number = number AND excluded.lost < lost)`;

function applyOne(database: Database, entry: Entry, by: string): void {
  const body = centreLossBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { centre, reason, number } = body.data;
  const lost = entry.kind === CENTRE_LOST ? 1 : 0;
  database.run(UPSERT, [centre, lost, reason, by, entry.time.wallMs, number]);
}
