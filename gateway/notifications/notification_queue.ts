/** What the tables know of notifications: what is still to be done, and what became of the rest. */
import type { Row } from "../../sync/database.ts";
import type { QueryTables } from "../tables.ts";
import { type Outcome, OUTCOMES, type UndeliveredBody, undeliveredBody } from "./delivery.ts";
import type { Waiting } from "./dispatch.ts";
import { type Notification, notificationBody } from "./notification.ts";

type Tables = Pick<QueryTables, "rows">;

/** Read in one go, the most severe first: what is beyond waits until there is room. */
const WAITING_MAX = 5000;
const UNPLANNED_MAX = 500;
/** Parameters of one statement. */
const AT_ONCE = 500;

/** Of which nobody has said yet who is told. */
export interface Unplanned {
  readonly notification: Notification;
  /** Whoever handed it over. */
  readonly node: string;
}

/** With the most rows. */
export const UNPLANNED = `SELECT n.node, n.body FROM notifications n
WHERE n.id IN (SELECT id FROM notificationsunplanned)
ORDER BY n.severity, n.wall, n.id LIMIT ?1`;

export async function unplannedOf(tables: Tables): Promise<Unplanned[]> {
  const rows = await tables.rows(UNPLANNED, [UNPLANNED_MAX]);
  return rows.map((row) => ({ notification: bodyOf(row), node: row.text("node") }));
}

export interface WaitingDelivery extends Waiting {
  readonly channel: string;
  /** Where it happened. */
  readonly site: string | null;
  /** Whoever planned it, or handed it over. */
  readonly node: string;
  readonly stage: "planned" | "handed-over";
}

/** 0 planned, 1 handed over; what is higher is over. */
const STAGES = ["planned", "handed-over"] as const;

/** With the node, the highest stage, and the most rows. */
export const WAITING =
  `SELECT d.notification, d.contact, d.channel, d.stage, d.node, n.severity, n.wall,
n.site, p.message FROM notificationdeliveries d
JOIN notifications n ON n.id = d.notification
LEFT JOIN notificationparts p ON p.notification = d.notification AND p.contact = d.contact
AND p.channel = d.channel AND p.node = ?1
WHERE d.stage IN (0, ?2) ORDER BY n.severity, n.wall, d.notification,
d.contact, d.channel LIMIT ?3`;

/** At a site what it planned itself, at a county also what sites handed over. */
export async function waitingOf(
  tables: Tables,
  node: string,
  role: "site" | "county",
): Promise<WaitingDelivery[]> {
  const upTo = role === "county" ? 1 : 0;
  const rows = await tables.rows(WAITING, [node, upTo, WAITING_MAX]);
  return rows.map((row) => ({
    notification: row.text("notification"),
    contact: row.text("contact"),
    channel: row.text("channel"),
    stage: STAGES[row.number("stage")],
    node: row.text("node"),
    severity: row.number("severity"),
    wallMs: row.number("wall"),
    site: row.textOrNull("site"),
    message: row.textOrNull("message"),
  }));
}

/** Those that a message of this node tells, in the order in which it tells them. */
export async function notificationsIn(
  tables: Tables,
  node: string,
  message: string,
): Promise<Notification[]> {
  const rows = await tables.rows(
    `SELECT n.body FROM notificationparts p JOIN notifications n ON n.id = p.notification
    WHERE p.message = ?1 AND p.node = ?2 ORDER BY n.severity, n.wall, n.id`,
    [message, node],
  );
  return rows.map(bodyOf);
}

/** By their ids; what is not known is left out. */
export async function notificationsOf(
  tables: Tables,
  ids: readonly string[],
): Promise<Notification[]> {
  const found: Notification[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE);
    const places = some.map((_, index) => `?${index + 1}`).join(", ");
    const rows = await tables.rows(
      `SELECT body FROM notifications WHERE id IN (${places}) ORDER BY severity, wall, id`,
      some,
    );
    found.push(...rows.map(bodyOf));
  }
  return found;
}

/**
 * Whether something that a siren is told of is left to be heard: raised or escalated since then,
 * and neither acknowledged nor over.
 */
export async function isSounding(
  tables: Tables,
  channel: string,
  sinceMs: number,
): Promise<boolean> {
  const rows = await tables.rows(
    `SELECT n.id FROM notifications n WHERE n.wall >= ?1 AND n.event IN ('raised', 'escalated')
    AND NOT EXISTS (SELECT 1 FROM notifications m WHERE m.subject = n.subject
      AND m.number > n.number AND m.event IN ('acknowledged', 'recovered'))
    AND EXISTS (SELECT 1 FROM notificationdeliveries d WHERE d.notification = n.id
      AND d.channel = ?2) LIMIT 1`,
    [sinceMs, channel],
  );
  return rows.length > 0;
}

export interface DeliveryView {
  readonly notification: Notification;
  readonly contact: string;
  readonly channel: string;
  readonly state: typeof STAGES[0] | Outcome;
  /** Whoever said so last. */
  readonly node: string;
  readonly detail: string;
  readonly wallMs: number;
}

/** What was said of deliveries last, the latest first. */
export async function latestDeliveries(tables: Tables, limit: number): Promise<DeliveryView[]> {
  const rows = await tables.rows(
    `SELECT d.contact, d.channel, d.stage, d.node, d.detail, d.wall, n.body
    FROM notificationdeliveries d JOIN notifications n ON n.id = d.notification
    ORDER BY d.wall DESC, d.notification, d.contact, d.channel LIMIT ?1`,
    [limit],
  );
  return rows.map((row) => ({
    notification: bodyOf(row),
    contact: row.text("contact"),
    channel: row.text("channel"),
    state: row.number("stage") === 0 ? "planned" : OUTCOMES[row.number("stage") - 1],
    node: row.text("node"),
    detail: row.text("detail"),
    wallMs: row.number("wall"),
  }));
}

export interface UndeliveredView extends UndeliveredBody {
  readonly node: string;
  readonly wallMs: number;
}

/** Who could not be told since then, the latest first (T10). */
export async function undeliveredSince(
  tables: Tables,
  sinceMs: number,
  limit: number,
): Promise<UndeliveredView[]> {
  const rows = await tables.rows(
    `SELECT node, body, wall FROM notificationsundelivered WHERE wall >= ?1
    ORDER BY wall DESC, id, node LIMIT ?2`,
    [sinceMs, limit],
  );
  return rows.map((row) => ({
    ...undeliveredBody.parse(JSON.parse(row.text("body"))),
    node: row.text("node"),
    wallMs: row.number("wall"),
  }));
}

function bodyOf(row: Row): Notification {
  return notificationBody.parse(JSON.parse(row.text("body")));
}
