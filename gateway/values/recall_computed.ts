/** What was computed last before this process began, so that it goes on from there. */
import * as z from "zod";
import type { ComputedPoint } from "../../drivers/profile_parts.ts";
import { firstHash } from "../../sync/chain.ts";
import type { Row } from "../../sync/database.ts";
import type { Entry } from "../../sync/entry.ts";
import type { Journal } from "../../sync/journal.ts";
import { nodeOf } from "../../sync/origin.ts";
import { entriesOf } from "../../sync/run.ts";
import type { Clock } from "../clock.ts";
import type { DeviceConfig } from "../config.ts";
import type { QueryTables } from "../tables.ts";
import type { LastTold } from "./computing.ts";
import type { Values } from "./values.ts";

export interface RecallParts {
  readonly node: string;
  readonly tables: QueryTables;
  readonly journal: Journal;
  readonly clock: Clock;
}

const ONE_ENTRY = { entriesMax: 1, bytesMax: 4 << 20 };

const bodySchema = z.object({
  readings: z.array(z.object({
    point: z.string(),
    value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
    unit: z.string(),
    quality: z.enum(["good", "uncertain", "fault"]),
    reason: z.string().exactOptional(),
  })),
  // A repeat tells what was, not where a count stood last.
  possibleDuplicate: z.undefined().optional(),
  historical: z.undefined().optional(),
});

/** Takes up what was stored before this process, once the tables have followed it. */
export async function recallComputed(
  values: Values,
  devices: readonly DeviceConfig[],
  parts: RecallParts,
  signal: AbortSignal,
): Promise<void> {
  const isComputing = devices.some(({ profile }) => profile.computed.length > 0);
  const last = isComputing ? await lastTold(devices, parts, signal) : [];
  if (!signal.aborted) values.recall(last);
}

async function lastTold(
  devices: readonly DeviceConfig[],
  parts: RecallParts,
  signal: AbortSignal,
): Promise<LastTold[]> {
  const { node, tables } = parts;
  // What tables that are behind call the last would be counted from a second time.
  if (!await haveFollowed(parts, signal)) return [];
  const sql = "SELECT device, point, origin, seq FROM points WHERE node = ?";
  const rows = Map.groupBy(await tables.rows(sql, [node]), (row) => row.text("device"));
  const found: LastTold[] = [];
  for (const { id: device, profile } of devices) {
    const points = new Map((rows.get(device) ?? []).map((row) => [row.text("point"), row]));
    for (const rule of profile.computed) {
      const row = lastOf(rule, points);
      const told = row === undefined ? null : await toldIn(row, parts);
      if (told !== null) found.push({ device, point: rule.point, ...told });
    }
  }
  return found;
}

/** Whether the tables hold all that this node has stored of its devices until now. */
async function haveFollowed(
  { node, tables, journal }: RecallParts,
  signal: AbortSignal,
): Promise<boolean> {
  const own = journal.positions().filter(({ origin, stream }) =>
    stream === "reading" && nodeOf(origin) === node
  );
  await tables.caughtUp(journal, signal);
  const sql = "SELECT origin, seq FROM cursors WHERE stream = 'reading'";
  const rows = await tables.rows(sql);
  const cursors = new Map(rows.map((row) => [row.text("origin"), row.number("seq")]));
  return own.every(({ origin, seq }) => (cursors.get(origin) ?? 0) >= seq);
}

/** A count of which no difference was told yet begins at its last value. */
function lastOf(
  { rule, point, of }: ComputedPoint,
  points: ReadonlyMap<string, Row>,
): Row | undefined {
  return points.get(point) ?? (rule === "difference" ? points.get(of) : undefined);
}

/** The entry of a point's last value; `null` where it is gone, or only repeats. */
async function toldIn(
  row: Row,
  { journal, clock }: RecallParts,
): Promise<Pick<LastTold, "readings" | "receivedMs"> | null> {
  const [origin, seq] = [row.text("origin"), row.number("seq")];
  const result = await journal.read(origin, "reading", seq - 1, ONE_ENTRY);
  if (result.kind !== "run") return null;
  const entry = Array.from(entriesOf(result.run, firstHash())).find((one) => one.seq === seq);
  if (entry === undefined) return null;
  const body = bodySchema.safeParse(JSON.parse(new TextDecoder().decode(entry.body)));
  if (!body.success) return null;
  return { readings: body.data.readings, receivedMs: receivedMsOf(entry, clock) };
}

function receivedMsOf({ time }: Entry, clock: Clock): number | null {
  const nowMs = performance.now();
  const { bootId, bootMs } = clock.ruler()(nowMs);
  return time.bootId === bootId ? nowMs - (bootMs - time.bootMs) : null;
}
