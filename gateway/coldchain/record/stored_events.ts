/** Events of the cold chain as the tables keep them. */
import * as z from "zod";
import type { Stamp } from "../../../sync/entry.ts";
import type { Present } from "../../age.ts";
import { type ClockNode, presentFor } from "../../devices/present.ts";
import type { Row, Rows } from "../../sql/sql.ts";
import { type ColdEvent, storedEventOf } from "../life/event.ts";
import type { Subject } from "./cold_entry.ts";

const COLUMNS = "origin, stream, seq, kind, node, wall, bootid, bootms, clock, body";

/** Of a text that this program has written. */
const storedClock = z.custom<Stamp["clock"]>();

/** By the id, of which there is one, and not by all that the subject has. */
export const EVENT_OF_ID = `SELECT ${COLUMNS} FROM coldevents WHERE site = ? AND id = ? ` +
  "AND subject || '' = ? ORDER BY wall, origin, stream, seq LIMIT 1";

/** All events of one subject. */
export async function eventsOf(rows: Rows, { site, subject }: Subject): Promise<ColdEvent[]> {
  const select = `SELECT ${COLUMNS} FROM coldevents WHERE site = ? AND subject = ?`;
  return (await rows.rows(select, [site, subject])).map(storedEvent);
}

/** The last ones of one subject, as its nodes told them. */
export async function latestEvents(
  rows: Rows,
  { site, subject }: Subject,
  most: number,
): Promise<ColdEvent[]> {
  const select = `SELECT ${COLUMNS} FROM coldevents WHERE site = ? AND subject = ? ` +
    `ORDER BY origin DESC, stream DESC, seq DESC LIMIT ${most}`;
  return (await rows.rows(select, [site, subject])).map(storedEvent);
}

/** Those about a moment from one on, and before another. */
export async function eventsAt(
  rows: Rows,
  { site, subject }: Subject,
  fromMs: number,
  toMs: number,
): Promise<ColdEvent[]> {
  const select = `SELECT ${COLUMNS} FROM coldevents ` +
    "WHERE site = ? AND subject = ? AND at IS NOT NULL AND at >= ? AND at < ?";
  return (await rows.rows(select, [site, subject, fromMs, toMs])).map(storedEvent);
}

/** The one of this id, as it was told first; `null`: there is none. */
export async function eventById(rows: Rows, site: string, id: string): Promise<ColdEvent | null> {
  const select = `SELECT ${COLUMNS} FROM coldevents WHERE site = ? AND id = ? ` +
    "ORDER BY wall, origin, stream, seq LIMIT 1";
  return (await rows.rows(select, [site, id])).map(storedEvent).at(0) ?? null;
}

/** The same, of one subject: whatever else stands under the id. */
export async function eventOfId(
  rows: Rows,
  { site, subject }: Subject,
  id: string,
): Promise<ColdEvent | null> {
  return (await rows.rows(EVENT_OF_ID, [site, id, subject])).map(storedEvent).at(0) ?? null;
}

/** Those about a moment from one on, of all subjects that begin so; the latest first. */
export async function eventsAmong(
  rows: Rows,
  site: string,
  prefix: string,
  fromMs: number,
  most: number,
): Promise<ColdEvent[]> {
  const select = `SELECT ${COLUMNS} FROM coldevents ` +
    "WHERE site = ? AND subject >= ? AND subject < ? AND at IS NOT NULL AND at >= ? " +
    `ORDER BY at DESC LIMIT ${most}`;
  const asked = [site, prefix, `${prefix}\u{10ffff}`, fromMs];
  return (await rows.rows(select, asked)).map(storedEvent);
}

/** This moment, with what is known of the clocks by which these were written. */
export async function presentOf(node: ClockNode, events: readonly ColdEvent[]): Promise<Present> {
  return await presentFor(
    node,
    events.flatMap(({ written, node }) => written === undefined ? [] : [{ ...written, node }]),
  );
}

function storedEvent(row: Row): ColdEvent {
  const written = {
    ...{ wallMs: row.number("wall"), bootId: row.text("bootid"), bootMs: row.number("bootms") },
    clock: storedClock.parse(row.text("clock")),
  };
  return storedEventOf(row.text("kind"), JSON.parse(row.text("body")), {
    place: `${row.text("origin")}/${row.text("stream")}/${row.number("seq")}`,
    node: row.text("node"),
    timeMs: written.wallMs,
    written,
  });
}
