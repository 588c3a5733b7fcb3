/** Two boxes with one identity: the county names both, until one of them has a new key. */
import * as z from "zod";
import type { Journal } from "../../sync/journal.ts";
import type { TwinSighting } from "../../sync/twins.ts";
import type { Clock } from "../clock.ts";
import { newEntry, once } from "../collected_entry.ts";
import type { QueryTables } from "../tables.ts";
import { TWINS, type TwinsBody, twinsBody } from "./lives.ts";

const boxView = z.object({
  origin: z.string(),
  machine: z.string().describe("Names its hardware; empty where nobody can say"),
  began: z.string().nullable().describe("When this life began, by its own clock"),
  remote: z.string().nullable().describe("Address from which it asked last"),
});

export const twinsView = z.object({
  node: z.string(),
  seen: z.string().describe("When both were seen"),
  boxes: z.array(boxView),
});
export type TwinsView = z.infer<typeof twinsView>;

export interface TwinsDesk {
  readonly journal: Journal;
  readonly tables: Pick<QueryTables, "rows" | "caughtUp">;
  readonly clock: Clock;
}

/** Writes the alarm, once for two boxes; returns what was seen where that is news. */
export async function tellTwins(
  { journal, tables, clock }: TwinsDesk,
  { node, boxes }: TwinSighting,
): Promise<TwinsBody | null> {
  await tables.caughtUp(journal);
  const known = await Promise.all(boxes.map(async ({ origin, remote }) => {
    const [row] = await tables.rows("SELECT machine, boot, wall FROM lives WHERE origin = ?", [
      origin,
    ]);
    return {
      origin,
      machine: row?.text("machine") ?? "",
      bootId: row?.text("boot") ?? "",
      beganMs: row?.number("wall") ?? 0,
      remote,
    };
  }));
  const [member] = await tables.rows("SELECT publickey FROM members WHERE node = ?", [node]);
  const publicKey = member?.text("publickey") ?? "";
  const body = twinsBody.parse({ node, pair: pairOf(known), publicKey, boxes: known });
  const time = clock.now();
  const id = `${node} ${body.pair} ${publicKey}`;
  const entry = once(newEntry("alarm", TWINS, time, body), TWINS, id);
  const [outcome] = await journal.append([entry], time);
  return outcome.kind === "stored" ? body : null;
}

/** Boxes are told apart by their hardware; where that is not known, by the lives they write in. */
function pairOf(boxes: readonly { machine: string; origin: string }[]): string {
  const machines = boxes.map(({ machine }) => machine);
  const told = machines.every((machine) => machine !== "") && machines[0] !== machines[1];
  return (told ? machines : boxes.map(({ origin }) => origin)).toSorted().join(" ");
}

/** Once a node has another key, the box that has only the old one is refused. */
const SELECT = `SELECT about, twins.wall AS wall FROM twins
LEFT JOIN members ON members.node = twins.node
WHERE members.publickey IS NULL OR members.publickey = twins.publickey
ORDER BY twins.node, twins.wall`;

/** The nodes of which there are two boxes, as far as nobody has done anything about it. */
export async function listTwins(tables: Pick<QueryTables, "rows">): Promise<TwinsView[]> {
  const rows = await tables.rows(SELECT);
  return rows.map((row) => {
    const { node, boxes } = twinsBody.parse(JSON.parse(row.text("about")));
    return {
      node,
      seen: new Date(row.number("wall")).toISOString(),
      boxes: boxes.map(({ origin, machine, beganMs, remote }) => ({
        origin,
        machine,
        began: beganMs > 0 ? isoOf(beganMs) : null,
        remote,
      })),
    };
  });
}

/** A clock may say what no calendar has. */
function isoOf(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
