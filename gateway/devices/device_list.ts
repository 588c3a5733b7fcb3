/** Devices and their last values, as API and console show them. */
import * as z from "zod";
import type { Row } from "../../sync/database.ts";
import type { Stamp } from "../../sync/entry.ts";
import type { QueryTables } from "../tables.ts";
import { type Corrections, readCorrections } from "./corrected_time.ts";
import { DATE_MAX } from "./latest.ts";
import { delayMs } from "../values/lateness.ts";
import { silentAfterMs } from "../values/silence.ts";

const text = z.object({ zh: z.string(), en: z.string() });

export const pointView = z.object({
  point: z.string(),
  title: text.nullable(),
  label: text.nullable().describe("What the value of an enumeration means"),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  unit: z.string().describe("UCUM code"),
  quality: z.string().describe("good, uncertain or fault, as it was stored"),
  reason: z.string().nullable().describe("Why the quality is not good"),
  time: z.iso.datetime().describe("Wall clock when it came to the site"),
  clock: z.string().describe("How far that clock may be believed: trusted, holdover, untrusted"),
  correctedTime: z.iso.datetime().nullable()
    .describe("When it came, where that clock was doubtful and is known to have been wrong"),
  deviceTime: z.iso.datetime().nullable().describe("The device's own clock, where it tells one"),
  ageSeconds: z.number().nullable().describe(
    "Since it came, in this node's own boot moved by no clock; and as much more as it was old " +
      "then by the device's own time, where the site's clock could be trusted. null: nobody " +
      "knows, since it is of another boot and a clock is untrusted or ahead",
  ),
  stale: z.boolean().describe(
    "Older than twice its interval, and the heartbeat where changes are stored, or one of these " +
      "is not known, or the device is silent: not a value of now",
  ),
  origin: z.string(),
  seq: z.number().describe("Entry of the stream reading that holds it"),
});
export type PointView = z.infer<typeof pointView>;

export const deviceView = z.object({
  site: z.string(),
  device: z.string(),
  title: text.nullable(),
  profile: z.string().nullable(),
  doubt: text.nullable().describe("What the profile's source leaves open: compare with the device"),
  source: z.string().nullable().describe("The site's line that it is on"),
  intervalSeconds: z.number().nullable(),
  configured: z.boolean().describe("False once the site does not know it any more"),
  state: z.string().nullable().describe("online, degraded, offline; null while nothing is known"),
  reason: z.string().nullable(),
  since: z.iso.datetime().nullable(),
  silentSince: z.iso.datetime().nullable()
    .describe("When it was found to tell nothing any more (no-data), until it does again"),
  stateForMs: z.number().nullable()
    .describe("So long it has had this state, by the boot-time clock; null: in another boot"),
  silentForMs: z.number().nullable().describe("The same of its silence"),
  points: z.array(pointView),
});
export type DeviceView = z.infer<typeof deviceView>;

const about = z.object({
  title: text,
  profile: z.string(),
  doubt: text.optional(),
  source: z.string(),
  intervalSeconds: z.number(),
  points: z.record(z.string(), text),
  labels: z.record(z.string(), z.record(z.string(), text)).default({}),
  pointIntervals: z.record(z.string(), z.number()).default({}),
  heartbeats: z.record(z.string(), z.number()).default({}),
});

/**
 * A value may seem to come from the future by so much. Clocks that are kept over a network differ
 * by far less than a second; one in holdover, wrong by 50 ppm, by 5 s after 28 hours.
 */
const AHEAD_MAX_MS = 5000;

interface Moments {
  readonly now: Stamp;
  readonly corrected: Corrections;
}

/** Devices of one site (`null`: of all), by site and name, with their points in order. */
export async function listDevices(
  tables: QueryTables,
  site: string | null,
  now: Stamp,
): Promise<DeviceView[]> {
  const where = site === null ? "" : "WHERE node = ?";
  const parameters = site === null ? [] : [site];
  const [corrected, devices, points] = await Promise.all([
    readCorrections(tables, site),
    tables.rows(`SELECT * FROM devices ${where} ORDER BY node, device`, parameters),
    tables.rows(`SELECT * FROM points ${where} ORDER BY node, device, point`, parameters),
  ]);
  const pointsOf = Map.groupBy(points, deviceKey);
  const moments = { now, corrected };
  return devices.map((row) => deviceFrom(row, pointsOf.get(deviceKey(row)) ?? [], moments));
}

function deviceKey(row: Row): string {
  return `${row.text("node")}\n${row.text("device")}`;
}

function deviceFrom(row: Row, points: readonly Row[], moments: Moments): DeviceView {
  const told = row.textOrNull("about");
  const known = about.safeParse(JSON.parse(told ?? "null")).data ?? null;
  const order = Object.keys(known?.points ?? {});
  const place = ({ point }: PointView) => {
    const index = order.indexOf(point);
    return index < 0 ? order.length : index;
  };
  const silent = row.numberOrNull("silent");
  return {
    site: row.text("node"),
    device: row.text("device"),
    title: known?.title ?? null,
    profile: known?.profile ?? null,
    doubt: known?.doubt ?? null,
    source: known?.source ?? null,
    intervalSeconds: known?.intervalSeconds ?? null,
    configured: told !== null,
    state: row.textOrNull("state"),
    reason: row.textOrNull("reason"),
    since: iso(moments.corrected(row) ?? row.numberOrNull("since")),
    silentSince: iso(silent),
    stateForMs: bootAgeMs(row.textOrNull("bootid"), row.numberOrNull("bootms"), moments.now),
    silentForMs: bootAgeMs(
      row.textOrNull("silentbootid"),
      row.numberOrNull("silentbootms"),
      moments.now,
    ),
    points: points.map((point) => pointFrom(point, known, silent !== null, moments))
      .sort((a, b) => place(a) - place(b)),
  };
}

function pointFrom(
  row: Row,
  known: z.infer<typeof about> | null,
  silent: boolean,
  { now, corrected }: Moments,
): PointView {
  const right = corrected(row);
  const cameSeconds = ageSecondsOf(row, right, now);
  const deviceTime = row.numberOrNull("devicetime");
  const clock = right === null ? row.text("clock") : "trusted";
  const delay = delayMs(deviceTime, { wallMs: right ?? row.number("wall"), clock });
  const ageSeconds = cameSeconds === null ? null : cameSeconds + Math.round(delay / 1000);
  const point = row.text("point");
  const value = JSON.parse(row.text("value"));
  // An interval that nobody knows vouches for nothing.
  const limit = known === null
    ? -Infinity
    : silentAfterMs((known.pointIntervals[point] ?? known.intervalSeconds) * 1000) / 1000 +
      (known.heartbeats[point] ?? 0);
  return {
    point,
    title: known?.points[point] ?? null,
    label: known?.labels[point]?.[String(value)] ?? null,
    value,
    unit: row.text("unit"),
    quality: row.text("quality"),
    reason: row.textOrNull("reason"),
    time: iso(row.number("wall")) ?? "",
    clock: row.text("clock"),
    correctedTime: iso(right),
    deviceTime: iso(deviceTime),
    ageSeconds,
    stale: silent || ageSeconds === null || ageSeconds > limit,
    origin: row.text("origin"),
    seq: row.number("seq"),
  };
}

/** Of a moment of this boot, which no correction of a wall clock moves; else `null`. */
function bootAgeMs(bootId: string | null, bootMs: number | null, now: Stamp): number | null {
  return bootMs === null || bootId !== now.bootId ? null : Math.max(0, now.bootMs - bootMs);
}

/** `null` where nobody knows: what may be old is not shown as of now (G7). */
function ageSecondsOf(row: Row, right: number | null, now: Stamp): number | null {
  const isOfThisBoot = row.text("bootid") === now.bootId;
  const isVouchedFor = now.clock !== "untrusted" &&
    (right !== null || row.text("clock") !== "untrusted");
  if (!isOfThisBoot && !isVouchedFor) return null;
  const ageMs = isOfThisBoot
    ? now.bootMs - row.number("bootms")
    : now.wallMs - (right ?? row.number("wall"));
  return ageMs < -AHEAD_MAX_MS ? null : Math.max(0, Math.round(ageMs / 1000));
}

function iso(ms: number | null): string | null {
  return ms === null || Math.abs(ms) > DATE_MAX ? null : new Date(ms).toISOString();
}
