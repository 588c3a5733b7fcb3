/** The projection of lives: which box began each life of a node, and which names two boxes bear. */
import * as z from "zod";
import type { Entry } from "../../sync/entry.ts";
import { lifeOf, parseOrigin } from "../../sync/origin.ts";
import { bodyOf, type Projection } from "../projection.ts";
import { putInto } from "../sql/put.ts";
import type { Transaction } from "../sql/sql.ts";
import type { Table } from "../sql/table.ts";

/** Body of a `life` entry, as far as it is needed here; older ones name neither. */
export const lifeBody = z.object({
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

const lives: Table = {
  name: "lives",
  columns: {
    origin: "text",
    node: "text",
    life: "integer",
    reason: "text",
    machine: "text",
    boot: "text",
    wall: "integer",
  },
  key: ["origin"],
  indexes: { livesofnode: ["node", "life"] },
};

const twins: Table = {
  name: "twins",
  columns: { node: "text", pair: "text", wall: "integer", publickey: "text", about: "text" },
  key: ["node", "pair"],
};

/** An origin begins its life once, with its first entry. */
const putLife = putInto(lives, { onConflict: "keep" });
/** Both centres may have seen the same two: the later word counts, at both alike. */
const putTwins = putInto(twins, { onConflict: { newer: ["wall", "about"] } });

/** Of twins the word of these nodes counts: the county's own. */
export function livesOf(authorities: readonly string[]): Projection {
  return {
    name: "lives",
    version: 2,
    tables: [lives, twins],
    apply: async (sql, entries) => {
      for (const entry of entries) {
        const node = parseOrigin(entry.origin)?.node;
        if (node === undefined) continue;
        if (entry.kind === "life") await addLife(sql, entry, node);
        if (entry.kind === TWINS && authorities.includes(node)) await addTwins(sql, entry);
      }
    },
  };
}

async function addLife(sql: Transaction, entry: Entry, node: string): Promise<void> {
  const body = lifeBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { reason, machine, boot } = body.data;
  const { origin, time } = entry;
  await putLife(sql, [[origin, node, lifeOf(origin), reason, machine, boot, time.wallMs]]);
}

async function addTwins(sql: Transaction, entry: Entry): Promise<void> {
  const body = twinsBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { node, pair, publicKey } = body.data;
  const about = JSON.stringify(body.data);
  await putTwins(sql, [[node, pair, entry.time.wallMs, publicKey, about]]);
}
