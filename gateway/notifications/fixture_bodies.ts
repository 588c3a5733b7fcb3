/** Bodies of notifications, for tests that mix entries of every kind. */
import fc from "fast-check";
import { DELIVERY, MESSAGE, OUTCOMES, PLAN, UNDELIVERED } from "./delivery.ts";
import { CONTACTS, newContacts } from "./contact_tables.ts";
import { contact as contactOf, notification } from "./fixture_notifications.ts";
import { NOTIFICATION, SEVERITIES } from "./notification.ts";

const id = fc.constantFrom("n-1", "n-2", "n-3");
const message = fc.constantFrom("a".repeat(64), "b".repeat(64));
const contact = fc.constantFrom("li", "wang");
const channel = fc.constantFrom("sms", "mail");
const notifications = fc.uniqueArray(id, { minLength: 1, maxLength: 2 });
const few = fc.integer({ min: 0, max: 3 });

export const NOTIFICATION_BODIES: Readonly<Record<string, fc.Arbitrary<object>>> = {
  [NOTIFICATION]: fc.record({ id, number: few, severity: fc.constantFrom(...SEVERITIES) })
    .map(({ id, ...changed }) => notification(id, changed)),
  [PLAN]: fc.record({
    notification: id,
    recipients: fc.array(fc.record({ contact, channel }), { maxLength: 2 }),
  }),
  [MESSAGE]: fc.record({ id: message, contact, channel, notifications }),
  [DELIVERY]: fc.record({
    message,
    contact,
    channel,
    notifications,
    outcome: fc.constantFrom(...OUTCOMES),
    attempts: few,
    detail: fc.constantFrom("", "250"),
  }),
  [CONTACTS]: fc.record({
    number: fc.integer({ min: 1, max: 3 }),
    by: fc.constantFrom("li", "wang"),
  })
    .map(({ number, by }) => newContacts(number, [contactOf("li")], by)),
  [UNDELIVERED]: fc.record({
    id: message,
    notifications,
    contact: fc.constantFrom(null, "li"),
    channel: fc.constantFrom(null, "sms"),
    reason: fc.constant("refused"),
  }),
};
