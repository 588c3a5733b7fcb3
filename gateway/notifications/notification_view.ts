/** What is to be seen of notifications: channels, what waits (T8), and who could not be told. */
import * as z from "zod";
import type { Node } from "../node.ts";
import type { Channel } from "./channels/channel.ts";
import { EVENTS, type Notification, SEVERITIES } from "./notification.ts";
import { latestDeliveries, notificationsOf, undeliveredSince } from "./notification_queue.ts";
import type { Sender } from "./sender.ts";

export interface ShownParts {
  readonly node: Pick<Node, "tables" | "clock" | "disk" | "config">;
  readonly channels: readonly Channel[];
  readonly sender: Sender;
}

const ROWS_MAX = 100;
/** Who could not be told is shown for so long: a week, with the weekend in it. */
const UNDELIVERED_MS = 7 * 86_400_000;

const words = z.object({ zh: z.string(), en: z.string() });
const delivery = {
  notification: z.string(),
  contact: z.string(),
  channel: z.string(),
};

export const notificationsView = z.object({
  channels: z.array(z.object({
    channel: z.string(),
    reason: z.string().nullable().describe("Why it does not work; null: nothing says so"),
  })),
  undelivered: z.array(z.object({
    notifications: z.array(z.string()),
    what: words.nullable().describe("Of the most severe of them; null: it is not known here"),
    where: words.nullable(),
    contact: z.string().nullable().describe("null: no contact fits"),
    channel: z.string().nullable(),
    reason: z.string(),
    node: z.string(),
    time: z.iso.datetime(),
  })).describe("Of the last seven days: somebody has to be told in another way (T10)"),
  waiting: z.array(z.object({
    ...delivery,
    stage: z.enum(["planned", "handed-over"]),
    ageSeconds: z.int(),
    attempts: z.int(),
    nextSeconds: z.int(),
    reason: z.string().nullable(),
  })).describe("By destination, for how long and why, and when it is tried next (T8)"),
  latest: z.array(z.object({
    ...delivery,
    what: words,
    where: words,
    severity: z.enum(SEVERITIES),
    event: z.enum(EVENTS),
    state: z.enum(["planned", "handed-over", "expired", "refused", "delivered"]),
    detail: z.string(),
    node: z.string(),
    time: z.iso.datetime(),
  })).describe("What was said of deliveries last"),
});
export type NotificationsView = z.infer<typeof notificationsView>;

export async function viewOf({ node, channels, sender }: ShownParts): Promise<NotificationsView> {
  const { tables, clock } = node;
  const since = clock.now().wallMs - UNDELIVERED_MS;
  const undelivered = await undeliveredSince(tables, since, ROWS_MAX);
  // Most severe first.
  const known = await notificationsOf(tables, undelivered.flatMap((one) => one.notifications));
  const latest = await latestDeliveries(tables, ROWS_MAX);
  return {
    channels: channels.map(({ name }) => ({ channel: name, reason: sender.failing(name) })),
    undelivered: undelivered.map(({ notifications, contact, channel, reason, node, wallMs }) => ({
      notifications,
      ...placeOf(known.find(({ id }) => notifications.includes(id))),
      contact,
      channel,
      reason,
      node,
      time: timeOf(wallMs),
    })),
    waiting: (await sender.waiting()).slice(0, ROWS_MAX),
    latest: latest.map(({ notification, contact, channel, state, detail, node, wallMs }) => ({
      notification: notification.id,
      contact,
      channel,
      ...wordsOf(notification),
      severity: notification.severity,
      event: notification.event,
      state,
      detail,
      node,
      time: timeOf(wallMs),
    })),
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function placeOf(notification: Notification | undefined) {
  return notification === undefined ? { what: null, where: null } : wordsOf(notification);
}

/** Where it is, with the site's name before the device's. */
function wordsOf({ what, where, place }: Notification) {
  return {
    what: { zh: what.zh, en: what.en },
    where: { zh: `${place.zh} ${where.zh}`, en: `${place.en}, ${where.en}` },
  };
}
