/** The projection of devices: what they are, what each said last, and whether it is there. */
import * as z from "zod";
import type { Entry } from "../../sync/entry.ts";
import { type Life, parseOrigin } from "../../sync/origin.ts";
import { bodyOf, type Projection, streamsOf } from "../projection.ts";
import { putInto } from "../sql/put.ts";
import type { Transaction } from "../sql/sql.ts";
import type { Table } from "../sql/table.ts";

/**
 * `life`, `seq` and `origin` say which entry told the state, `silent…` which one told the silence;
 * `heardlife` is the latest life in which a value came. Where two boxes bear one name, an origin
 * decides between their entries of one number: so each node decides alike.
 */
const devices: Table = {
  name: "devices",
  columns: {
    node: "text",
    device: "text",
    state: "text?",
    reason: "text?",
    since: "integer?",
    bootid: "text?",
    bootms: "integer?",
    clock: "text?",
    life: "integer",
    seq: "integer",
    origin: "text",
    about: "text?",
    silent: "integer?",
    silentbootid: "text?",
    silentbootms: "integer?",
    silentlife: "integer",
    silentseq: "integer",
    silentorigin: "text",
    heardlife: "integer",
  },
  key: ["node", "device"],
};

const nodes: Table = {
  name: "nodes",
  columns: {
    node: "text",
    title: "text",
    catalogue: "text",
    life: "integer",
    seq: "integer",
    origin: "text",
  },
  key: ["node"],
};

const points: Table = {
  name: "points",
  columns: {
    node: "text",
    device: "text",
    point: "text",
    value: "text",
    unit: "text",
    quality: "text",
    reason: "text?",
    wall: "integer",
    bootid: "text",
    bootms: "integer",
    clock: "text",
    devicetime: "integer?",
    origin: "text",
    life: "integer",
    seq: "integer",
  },
  key: ["node", "device", "point"],
};

export const latest: Projection = {
  name: "latest",
  version: 7,
  tables: [devices, nodes, points],
  apply: async (sql, entries) => {
    for (const own of streamsOf(entries)) await apply(sql, own);
  },
};

/** The last moment that a date can tell, milliseconds since 1970 UTC (ECMA-262, time values). */
export const DATE_MAX = 8.64e15;

export const readingBody = z.object({
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
export const stateBody = z.object({ device: z.string(), state: z.string(), reason: z.string() });

export const silenceBody = z.object({ device: z.string() });

export const catalogueBody = z.object({
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

const NEWEST = ["life", "seq", "origin"] as const;

const putPoints = putInto(points, {
  shared: [
    ...["node", "device", "wall", "bootid", "bootms", "clock", "devicetime"],
    ...["origin", "life", "seq"],
  ],
  own: ["point", "value", "unit", "quality", "reason"],
  onConflict: { newer: NEWEST },
});

const putNode = putInto(nodes, { onConflict: { newer: NEWEST } });

/** Of a device that is new here nothing was said about its state. */
const putDevices = putInto(devices, {
  shared: [
    ...["node", "life", "seq", "origin"],
    ...["silentlife", "silentseq", "silentorigin", "heardlife"],
  ],
  own: ["device"],
  onConflict: "keep",
});

function keepDevices(sql: Transaction, node: string, devices: readonly string[]): Promise<void> {
  return putDevices(sql, devices.map((device) => [device]), [node, 0, 0, "", 0, 0, "", 0]);
}

/** When a state began, which another reason for it does not change. */
const BEGINNING = [["since", 3], ["bootid", 4], ["bootms", 5], ["clock", 6]].map(([column, at]) =>
  `${column} = CASE WHEN ?12 = 1 AND state = ?1 AND origin = ?9 THEN ${column} ELSE ?${at} END`
).join(", ");

/** ?12: 1 where the state may be the one that was told before. */
const UPDATE_STATE = `
UPDATE devices SET ${BEGINNING}, state = ?1, reason = ?2, life = ?7, seq = ?8, origin = ?9
WHERE node = ?10 AND device = ?11 AND (?7, ?8, ?9) > (life, seq, origin)`;

const UPDATE_SILENCE = `
UPDATE devices SET silent = ?1, silentlife = ?2, silentseq = ?3, silentorigin = ?4,
  silentbootid = ?7, silentbootms = ?8
WHERE node = ?5 AND device = ?6 AND (?2, ?3, ?4) > (silentlife, silentseq, silentorigin)`;

const UPDATE_HEARD = `
UPDATE devices SET heardlife = ?1 WHERE node = ?2 AND device = ?3 AND heardlife < ?1`;

/** A later life tells its own silences: one of before is over once a value of it has come. */
const END_SILENCES = `
UPDATE devices SET silent = NULL, silentbootid = NULL, silentbootms = NULL
WHERE node = ? AND silent IS NOT NULL AND silentlife < heardlife`;

/** A device that is not named any more and was never told of was a slip of the pen. */
const DELETE_UNNAMED = `
DELETE FROM devices WHERE node = ? AND about IS NULL AND seq = 0 AND silentseq = 0 AND NOT EXISTS
  (SELECT 1 FROM points WHERE points.node = devices.node AND points.device = devices.device)`;

/**
 * Of many entries of a stream only the last of each point counts: they are looked at from the
 * newest to the oldest, and what was told later already is passed over before it is checked.
 */
async function apply(sql: Transaction, entries: readonly Entry[]): Promise<void> {
  const life = entries.length === 0 ? null : parseOrigin(entries[0].origin);
  if (life === null) return;
  const points = new Map<string, LastPoint>();
  const states = new Map<string, LastState>();
  for (const entry of entries.toReversed()) {
    if (entry.kind === "reading") takeReading(entry, points);
    else if (entry.kind === "state") takeState(entry, states);
  }
  for (const entry of entries) {
    if (entry.kind === "catalogue") await writeCatalogue(sql, entry, life);
    if (entry.kind === "no-data" || entry.kind === "data-again") {
      await writeSilence(sql, entry, life);
    }
  }
  const heard = [...new Set(Array.from(points.values(), ({ told }) => told.device))];
  await keepDevices(sql, life.node, heard);
  for (const device of heard) await sql.run(UPDATE_HEARD, [life.life, life.node, device]);
  if (heard.length > 0) await sql.run(END_SILENCES, [life.node]);
  for (const [told, last] of Map.groupBy(points.values(), ({ told }) => told)) {
    await writePoints(sql, told, last.map(({ reading }) => reading), life);
  }
  await keepDevices(sql, life.node, [...states.keys()]);
  for (const last of states.values()) await writeState(sql, last, life);
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

async function writeState(
  sql: Transaction,
  { entry, state: { device, state, reason }, since, began }: LastState,
  { node, life }: Life,
): Promise<void> {
  const { wallMs, bootId, bootMs, clock } = since.time;
  const told = [state, reason, wallMs, bootId, bootMs, clock];
  const { seq, origin } = entry;
  await sql.run(UPDATE_STATE, [...told, life, seq, origin, node, device, began ? 0 : 1]);
}

/** Since when a device has been silent (rule C7), or that it is not any more. */
async function writeSilence(sql: Transaction, entry: Entry, { node, life }: Life): Promise<void> {
  const body = silenceBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { wallMs, bootId, bootMs } = entry.time;
  const [since, ...boot] = entry.kind === "no-data" ? [wallMs, bootId, bootMs] : [null, null, null];
  const { device } = body.data;
  await keepDevices(sql, node, [device]);
  await sql.run(UPDATE_SILENCE, [since, life, entry.seq, entry.origin, node, device, ...boot]);
  await sql.run(END_SILENCES, [node]);
}

/** What a node says of itself and of all its devices; those it does not name are gone. */
async function writeCatalogue(sql: Transaction, entry: Entry, { node, life }: Life): Promise<void> {
  const body = catalogueBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const title = JSON.stringify(body.data.title);
  const catalogue = new TextDecoder().decode(entry.body);
  await putNode(sql, [[node, title, catalogue, life, entry.seq, entry.origin]]);
  const [newest] = await sql.rows("SELECT origin, seq FROM nodes WHERE node = ?", [node]);
  if (newest.text("origin") !== entry.origin || newest.number("seq") !== entry.seq) return;
  await sql.run("UPDATE devices SET about = NULL WHERE node = ?", [node]);
  await keepDevices(sql, node, body.data.devices.map(({ device }) => device));
  for (const { device, ...about } of body.data.devices) {
    const update = "UPDATE devices SET about = ? WHERE node = ? AND device = ?";
    await sql.run(update, [JSON.stringify(about), node, device]);
  }
  await sql.run(DELETE_UNNAMED, [node]);
}

async function writePoints(
  sql: Transaction,
  { entry, device, deviceTime }: Told,
  readings: readonly Reading[],
  { node, life }: Life,
): Promise<void> {
  const { wallMs, bootId, bootMs, clock } = entry.time;
  const at = [wallMs, bootId, bootMs, clock, deviceTime, entry.origin, life, entry.seq];
  const rows = readings.map(({ point, value, unit, quality, reason = null }) => [
    ...[point, JSON.stringify(value), unit, quality],
    reason,
  ]);
  await putPoints(sql, rows, [node, device, ...at]);
}
