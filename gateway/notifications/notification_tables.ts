/** Tables of what is to be told, and how far that has come. */
import type * as z from "zod";
import type { Entry } from "../../sync/entry.ts";
import { type Life, parseOrigin } from "../../sync/origin.ts";
import { bodyOf, type Projection } from "../projection.ts";
import { putInto } from "../sql/put.ts";
import type { Transaction } from "../sql/sql.ts";
import type { Table } from "../sql/table.ts";
import {
  DELIVERY,
  deliveryBody,
  MESSAGE,
  messageBody,
  OUTCOMES,
  PLAN,
  planBody,
  UNDELIVERED,
  undeliveredBody,
} from "./delivery.ts";
import { NOTIFICATION, notificationBody, severityRank } from "./notification.ts";

/** Which entry a row is of: of two that say different things the same one stands everywhere. */
const SOURCE = { wall: "integer", life: "integer", seq: "integer", origin: "text" } as const;
const NEWER = ["life", "seq", "origin"] as const;

const notifications: Table = {
  name: "notifications",
  columns: {
    id: "text",
    node: "text",
    site: "text?",
    subject: "text",
    number: "integer",
    event: "text",
    severity: "integer",
    body: "text",
    ...SOURCE,
  },
  key: ["id"],
  indexes: { notificationsofsubject: ["subject", "number"], notificationsbytime: ["wall"] },
};

const plans: Table = { name: "notificationplans", columns: { id: "text" }, key: ["id"] };

/** Those of which there is no plan yet. */
const unplanned: Table = { name: "notificationsunplanned", columns: { id: "text" }, key: ["id"] };

/** `stage`: 0 planned, then 1 + the index in `OUTCOMES`; the highest stands, whoever told it. */
const deliveries: Table = {
  name: "notificationdeliveries",
  columns: {
    notification: "text",
    contact: "text",
    channel: "text",
    stage: "integer",
    node: "text",
    detail: "text",
    ...SOURCE,
  },
  key: ["notification", "contact", "channel"],
  indexes: { deliveriesbystage: ["stage", "channel", "contact"], deliveriesbytime: ["wall"] },
};

/** Which message of a node tells a contact of it by a channel. */
const parts: Table = {
  name: "notificationparts",
  columns: {
    notification: "text",
    contact: "text",
    channel: "text",
    node: "text",
    message: "text",
    ...SOURCE,
  },
  key: ["notification", "contact", "channel", "node"],
  indexes: { partsofmessage: ["message", "node"] },
};

const undelivered: Table = {
  name: "notificationsundelivered",
  columns: { id: "text", node: "text", body: "text", ...SOURCE },
  key: ["id", "node"],
  indexes: { undeliveredbytime: ["wall"] },
};

const putNotification = putInto(notifications, { onConflict: { newer: NEWER } });
const putPlan = putInto(plans, { onConflict: "keep" });
const putUnplanned = putInto(unplanned, { onConflict: "keep" });
const putDelivery = putInto(deliveries, { onConflict: { newer: ["stage", ...NEWER] } });
const putPart = putInto(parts, { onConflict: { newer: NEWER } });
const putUndelivered = putInto(undelivered, { onConflict: { newer: NEWER } });

export const notificationTables: Projection = {
  name: "notifications",
  version: 1,
  tables: [notifications, plans, unplanned, deliveries, parts, undelivered],
  apply: async (sql, entries) => {
    for (const entry of entries) {
      const life = entry.stream === "alarm" ? parseOrigin(entry.origin) : null;
      if (life !== null) await APPLY[entry.kind]?.(sql, entry, life);
    }
  },
};

type Apply = (sql: Transaction, entry: Entry, life: Life) => Promise<void>;

/** Of an entry that is not understood nothing is applied. */
function applying<T>(
  schema: z.ZodType<T>,
  apply: (
    sql: Transaction,
    body: T,
    source: readonly (string | number)[],
    node: string,
  ) => Promise<void>,
): Apply {
  return async (sql, entry, { life, node }) => {
    const body = schema.safeParse(bodyOf(entry));
    if (!body.success) return;
    await apply(sql, body.data, [entry.time.wallMs, life, entry.seq, entry.origin], node);
  };
}

const APPLY: Readonly<Record<string, Apply>> = {
  [NOTIFICATION]: applying(notificationBody, async (sql, body, source, node) => {
    const { id, site, subject, number, event, severity } = body;
    const what = [subject, number, event, severityRank(severity), JSON.stringify(body)];
    await putNotification(sql, [[id, node, site, ...what, ...source]]);
    const planned = await sql.rows("SELECT id FROM notificationplans WHERE id = ?1", [id]);
    if (planned.length === 0) await putUnplanned(sql, [[id]]);
  }),
  [PLAN]: applying(planBody, async (sql, { notification, recipients }, source, node) => {
    await putPlan(sql, [[notification]]);
    await sql.run("DELETE FROM notificationsunplanned WHERE id = ?1", [notification]);
    const rows = recipients.map((
      { contact, channel },
    ) => [notification, contact, channel, 0, node, "", ...source]);
    if (rows.length > 0) await putDelivery(sql, rows);
  }),
  [MESSAGE]: applying(messageBody, async (sql, body, source, node) => {
    const { id, contact, channel, notifications } = body;
    const rows = notifications.map((one) => [one, contact, channel, node, id, ...source]);
    await putPart(sql, rows);
  }),
  [DELIVERY]: applying(deliveryBody, async (sql, body, source, node) => {
    const { contact, channel, notifications, outcome, detail } = body;
    const stage = 1 + OUTCOMES.indexOf(outcome);
    const rows = notifications.map((
      one,
    ) => [one, contact, channel, stage, node, detail, ...source]);
    await putDelivery(sql, rows);
  }),
  [UNDELIVERED]: applying(undeliveredBody, async (sql, body, source, node) => {
    await putUndelivered(sql, [[body.id, node, JSON.stringify(body), ...source]]);
  }),
};
