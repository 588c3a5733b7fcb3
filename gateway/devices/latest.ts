/** The projection of devices: what they are, what each said last, and whether it is there. */
import * as z from "zod";
import type { Database } from "../../sync/database.ts";
import type { Entry } from "../../sync/entry.ts";
import { type Life, parseOrigin } from "../../sync/origin.ts";
import { bodyOf, type Projection } from "../projection.ts";

export const latest: Projection = {
  name: "latest",
  version: 5,
  schema: `
CREATE TABLE devices (
  node TEXT NOT NULL,
  device TEXT NOT NULL,
  state TEXT,
  reason TEXT,
  since INTEGER,
  bootid TEXT,
  bootms INTEGER,
  clock TEXT,
  life INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  about TEXT,
  silent INTEGER,
  silentlife INTEGER NOT NULL DEFAULT 0,
  silentseq INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (node, device)
) STRICT, WITHOUT ROWID;
CREATE TABLE nodes (
  node TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  catalogue TEXT NOT NULL,
  life INTEGER NOT NULL,
  seq INTEGER NOT NULL
) STRICT;
CREATE TABLE points (
  node TEXT NOT NULL,
  device TEXT NOT NULL,
  point TEXT NOT NULL,
  value TEXT NOT NULL,
  unit TEXT NOT NULL,
  quality TEXT NOT NULL,
  reason TEXT,
  wall INTEGER NOT NULL,
  bootid TEXT NOT NULL,
  bootms INTEGER NOT NULL,
  clock TEXT NOT NULL,
  devicetime INTEGER,
  origin TEXT NOT NULL,
  life INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (node, device, point)
) STRICT, WITHOUT ROWID;`,
  apply,
};

/** The last moment that a date can tell, milliseconds since 1970 UTC (ECMA-262, time values). */
export const DATE_MAX = 8.64e15;

const readingBody = z.object({
  device: z.string(),
  // A device's clock may say anything: what is no moment is left out, the values are kept.
  deviceTime: z.int().min(-DATE_MAX).max(DATE_MAX).optional().catch(undefined),
  readings: z.array(z.object({
    point: z.string(),
    value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
    unit: z.string(),
    quality: z.string(),
    reason: z.string().optional(),
  })),
});
const stateBody = z.object({ device: z.string(), state: z.string(), reason: z.string() });

const silenceBody = z.object({ device: z.string() });

const catalogueBody = z.object({
  title: z.object({ zh: z.string(), en: z.string() }),
  devices: z.array(z.object({ device: z.string() }).loose()),
});

type Reading = z.infer<typeof readingBody>["readings"][number];

/** A reading's entry, as far as all its points share it. */
interface Told {
  readonly entry: Entry;
  readonly device: string;
  readonly deviceTime: number | null;
}

/** The last word on a point or a device within the entries at hand. */
interface LastPoint {
  readonly told: Told;
  readonly reading: Reading;
}

interface LastState {
  readonly entry: Entry;
  readonly state: z.infer<typeof stateBody>;
  /** The first entry that told this state without another one in between. */
  since: Entry;
  /** Another state was told before that one; else what is in the table may be the same. */
  began: boolean;
}

/** Points written by one statement at most. */
const POINTS_MAX = 32;
const statements = new Map<number, string>();

/** Writes so many points of one entry: what they share is bound once, which is most of the work. */
function upsertPoints(count: number): string {
  const known = statements.get(count);
  if (known !== undefined) return known;
  const rows = Array.from({ length: count }, (_, row) => {
    const own = Array.from({ length: 5 }, (_, column) => `?${11 + 5 * row + column}`).join(",");
    return `(?1,?2,${own},?3,?4,?5,?6,?7,?8,?9,?10)`;
  });
  const sql = `
INSERT INTO points (node, device, point, value, unit, quality, reason, wall, bootid, bootms, clock,
  devicetime, origin, life, seq)
VALUES ${rows.join(",")}
ON CONFLICT (node, device, point) DO UPDATE SET
  value = excluded.value, unit = excluded.unit, quality = excluded.quality,
  reason = excluded.reason, wall = excluded.wall, bootid = excluded.bootid,
  bootms = excluded.bootms, clock = excluded.clock, devicetime = excluded.devicetime,
  origin = excluded.origin, life = excluded.life, seq = excluded.seq
WHERE (excluded.life, excluded.seq) > (life, seq)`;
  statements.set(count, sql);
  return sql;
}

/** When a state began, which another reason for it does not change. */
const BEGINNING = ["since", "bootid", "bootms", "clock"].map((column) =>
  `${column} = CASE WHEN ?11 AND state = excluded.state AND life = excluded.life
    THEN ${column} ELSE excluded.${column} END`
).join(", ");

/** ?11: whether the state may be the one that was told before. */
const UPSERT_STATE = `
INSERT INTO devices (node, device, state, reason, since, bootid, bootms, clock, life, seq)
VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)
ON CONFLICT (node, device) DO UPDATE SET
  state = excluded.state, reason = excluded.reason, ${BEGINNING},
  life = excluded.life, seq = excluded.seq
WHERE (excluded.life, excluded.seq) > (life, seq)`;

const UPDATE_SILENCE = `
UPDATE devices SET silent = ?, silentlife = ?, silentseq = ?
WHERE node = ? AND device = ? AND (?, ?) > (silentlife, silentseq)`;

const UPSERT_NODE = `
INSERT INTO nodes (node, title, catalogue, life, seq) VALUES (?,?,?,?,?)
ON CONFLICT (node) DO UPDATE SET title = excluded.title, catalogue = excluded.catalogue,
  life = excluded.life, seq = excluded.seq
WHERE (excluded.life, excluded.seq) > (life, seq)`;

/** A device that has only spoken so far: nothing was said about its state. */
const INSERT_DEVICE = `
INSERT INTO devices (node, device, state, reason, since, life, seq)
VALUES (?,?,NULL,NULL,NULL,0,0) ON CONFLICT DO NOTHING`;

/** A device that is not named any more and has never spoken was a slip of the pen. */
const DELETE_SILENT = `
DELETE FROM devices WHERE node = ? AND about IS NULL AND seq = 0 AND NOT EXISTS
  (SELECT 1 FROM points WHERE points.node = devices.node AND points.device = devices.device)`;

/**
 * Of many entries only the last of each point counts: they are looked at from the newest to the
 * oldest, and what was told later already is passed over before it is checked.
 */
function apply(database: Database, entries: readonly Entry[]): void {
  const points = new Map<string, LastPoint>();
  const states = new Map<string, LastState>();
  for (const entry of entries.toReversed()) {
    if (entry.kind === "reading") takeReading(entry, points);
    else if (entry.kind === "state") takeState(entry, states);
  }
  for (const entry of entries) {
    if (entry.kind === "catalogue") writeCatalogue(database, entry);
    if (entry.kind === "no-data" || entry.kind === "data-again") writeSilence(database, entry);
  }
  const origin = entries.length === 0 ? null : parseOrigin(entries[0].origin);
  if (origin === null) return;
  const devices = new Set(Array.from(points.values(), ({ told }) => told.device));
  for (const device of devices) {
    database.run(INSERT_DEVICE, [origin.node, device]);
    database.run(CLEAR_SILENCE, [origin.node, device, origin.life]);
  }
  for (const [told, last] of Map.groupBy(points.values(), ({ told }) => told)) {
    writePoints(database, told, last.map(({ reading }) => reading), origin);
  }
  for (const { entry, state, since: { time }, began } of states.values()) {
    database.run(UPSERT_STATE, [
      origin.node,
      state.device,
      state.state,
      state.reason,
      time.wallMs,
      time.bootId,
      time.bootMs,
      time.clock,
      origin.life,
      entry.seq,
      began ? 0 : 1,
    ]);
  }
}

function takeReading(entry: Entry, points: Map<string, LastPoint>): void {
  const raw = bodyOf(entry);
  if (raw === undefined || !tellsMore(raw, points)) return;
  const body = readingBody.safeParse(raw);
  if (!body.success) return;
  const { device, deviceTime = null, readings } = body.data;
  const told: Told = { entry, device, deviceTime };
  for (const reading of readings) {
    const key = pointKey(device, reading.point);
    if (!points.has(key)) points.set(key, { told, reading });
  }
}

/** Whether it speaks of a point that nothing later spoke of; looks before anything is checked. */
function tellsMore(raw: object, points: ReadonlyMap<string, LastPoint>): boolean {
  // What is told late says nothing of now.
  if ("historical" in raw) return false;
  if (!("device" in raw) || !("readings" in raw) || !Array.isArray(raw.readings)) return false;
  const { device } = raw;
  return raw.readings.some((reading) => !points.has(pointKey(device, reading?.point)));
}

function pointKey(device: unknown, point: unknown): string {
  return `${device}\n${point}`;
}

function takeState(entry: Entry, states: Map<string, LastState>): void {
  const body = stateBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const state = body.data;
  const last = states.get(state.device);
  if (last === undefined) states.set(state.device, { entry, state, since: entry, began: false });
  else if (last.state.state !== state.state) last.began = true;
  else if (!last.began) last.since = entry;
}

/** Since when a device has been silent (rule C7), or that it is not any more. */
function writeSilence(database: Database, entry: Entry): void {
  const life = parseOrigin(entry.origin);
  const body = silenceBody.safeParse(bodyOf(entry));
  if (life === null || !body.success) return;
  const since = entry.kind === "no-data" ? entry.time.wallMs : null;
  const { device } = body.data;
  database.run(INSERT_DEVICE, [life.node, device]);
  const at = [life.life, entry.seq];
  database.run(UPDATE_SILENCE, [since, ...at, life.node, device, ...at]);
}

/** What a node says of itself and of all its devices; those it does not name are gone. */
function writeCatalogue(database: Database, entry: Entry): void {
  const origin = parseOrigin(entry.origin);
  const body = catalogueBody.safeParse(bodyOf(entry));
  if (origin === null || !body.success) return;
  const { node, life } = origin;
  const title = JSON.stringify(body.data.title);
  const catalogue = new TextDecoder().decode(entry.body);
  database.run(UPSERT_NODE, [node, title, catalogue, life, entry.seq]);
  const newest = database.row("SELECT life, seq FROM nodes WHERE node = ?", [node]);
  if (newest?.number("life") !== life || newest.number("seq") !== entry.seq) return;
  database.run("UPDATE devices SET about = NULL WHERE node = ?", [node]);
  for (const { device, ...about } of body.data.devices) {
    database.run(INSERT_DEVICE, [node, device]);
    const update = "UPDATE devices SET about = ? WHERE node = ? AND device = ?";
    database.run(update, [JSON.stringify(about), node, device]);
  }
  database.run(DELETE_SILENT, [node]);
}

/** A later life tells its own silences: one of before is over once a value of it has come. */
const CLEAR_SILENCE = `
UPDATE devices SET silent = NULL
WHERE node = ? AND device = ? AND silent IS NOT NULL AND silentlife < ?`;

function writePoints(
  database: Database,
  { entry, device, deviceTime }: Told,
  readings: readonly Reading[],
  { node, life }: Life,
): void {
  const { wallMs, bootId, bootMs, clock } = entry.time;
  const at = [wallMs, bootId, bootMs, clock, deviceTime, entry.origin, life, entry.seq];
  for (let from = 0; from < readings.length; from += POINTS_MAX) {
    const rows = readings.slice(from, from + POINTS_MAX);
    database.run(upsertPoints(rows.length), [
      node,
      device,
      ...at,
      ...rows.flatMap(({ point, value, unit, quality, reason = null }) => [
        point,
        JSON.stringify(value),
        unit,
        quality,
        reason,
      ]),
    ]);
  }
}
