/** The projection of lives: which box began each life of a node, and which names two boxes bear. */
import * as z from "zod";
import type { Database } from "../../sync/database.ts";
import type { Entry } from "../../sync/entry.ts";
import { lifeOf, parseOrigin } from "../../sync/origin.ts";
import { bodyOf, type Projection } from "../projection.ts";

/** Body of a `life` entry, as far as it is needed here; older ones name neither. */
const lifeEntry = z.object({
  reason: z.string(),
  boot: z.string().default(""),
  machine: z.string().default(""),
});

const twinBox = z.object({
  origin: z.string(),
  /** Names its hardware; empty where nobody can say. */
  machine: z.string(),
  bootId: z.string(),
  /** When this life began, by its own clock; milliseconds since 1970 UTC, 0: not known yet. */
  beganMs: z.number(),
  /** Address from which it asked last, where that is known. */
  remote: z.string().nullable(),
});

/** Body of a `twins` entry: two boxes say that they are one node. */
export const twinsBody = z.object({
  node: z.string(),
  /** The same for the same two boxes, whichever centre saw them. */
  pair: z.string(),
  /** The key that both have: once the node has another, one of them is refused. */
  publicKey: z.string(),
  boxes: z.tuple([twinBox, twinBox]),
});
export type TwinsBody = z.infer<typeof twinsBody>;

export const TWINS = "twins";

/** Of twins the word of these nodes counts: the county's own. */
export function livesOf(authorities: readonly string[]): Projection {
  return {
    name: "lives",
    version: 1,
    schema: `
CREATE TABLE lives (
  origin TEXT PRIMARY KEY,
  node TEXT NOT NULL,
  life INTEGER NOT NULL,
  reason TEXT NOT NULL,
  machine TEXT NOT NULL,
  boot TEXT NOT NULL,
  wall INTEGER NOT NULL
) STRICT;
CREATE INDEX livesofnode ON lives (node, life);
CREATE TABLE twins (
  node TEXT NOT NULL,
  pair TEXT NOT NULL,
  wall INTEGER NOT NULL,
  publickey TEXT NOT NULL,
  about TEXT NOT NULL,
  PRIMARY KEY (node, pair)
) STRICT, WITHOUT ROWID;`,
    apply: (database, entries) => {
      for (const entry of entries) {
        const node = parseOrigin(entry.origin)?.node;
        if (node === undefined) continue;
        if (entry.kind === "life") addLife(database, entry, node);
        if (entry.kind === TWINS && authorities.includes(node)) addTwins(database, entry);
      }
    },
  };
}

const INSERT_LIFE = `INSERT INTO lives (origin, node, life, reason, machine, boot, wall)
VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`;
/** Both centres may have seen the same two: the later word counts, at both alike. */
const UPSERT_TWINS = `INSERT INTO twins (node, pair, wall, publickey, about) VALUES (?,?,?,?,?)
ON CONFLICT (node, pair) DO UPDATE SET wall = excluded.wall, publickey = excluded.publickey,
about = excluded.about WHERE (excluded.wall, excluded.about) > (wall, about)`;

function addLife(database: Database, { origin, time, ...entry }: Entry, node: string): void {
  const body = lifeEntry.safeParse(bodyOf({ origin, time, ...entry }));
  if (!body.success) return;
  const { reason, machine, boot } = body.data;
  const life = [origin, node, lifeOf(origin), reason, machine, boot, time.wallMs];
  database.run(INSERT_LIFE, life);
}

function addTwins(database: Database, entry: Entry): void {
  const body = twinsBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { node, pair, publicKey } = body.data;
  const about = JSON.stringify(body.data);
  database.run(UPSERT_TWINS, [node, pair, entry.time.wallMs, publicKey, about]);
}
