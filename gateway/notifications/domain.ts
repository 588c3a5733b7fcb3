/** Telling people: what domains hand over leaves by channels, and what became of it is kept. */
import type { Domain } from "../domain.ts";
import {
  CHANNEL,
  channelBody,
  DELIVERY,
  deliveryBody,
  MESSAGE,
  messageBody,
  PLAN,
  planBody,
  TEST,
  testBody,
  UNDELIVERED,
  undeliveredBody,
} from "./delivery.ts";
import { CONTACTS, contactsBody, contactTables } from "./contact_tables.ts";
import { NOTIFICATION, notificationBody } from "./notification.ts";
import { notificationTables } from "./notification_tables.ts";

export const notifications: Domain = {
  name: "notifications",
  kinds: [
    {
      kind: NOTIFICATION,
      streams: ["alarm"],
      about: "What people are to be told, as a domain hands it over",
      body: notificationBody,
    },
    {
      kind: PLAN,
      streams: ["alarm"],
      about: "Which contacts are told of a notification, by which channels",
      body: planBody,
    },
    {
      kind: MESSAGE,
      streams: ["alarm"],
      about: "Notifications that one message to a contact tells of, before it is sent",
      body: messageBody,
    },
    {
      kind: DELIVERY,
      streams: ["alarm"],
      about: "What became of a message",
      body: deliveryBody,
    },
    {
      kind: UNDELIVERED,
      streams: ["alarm"],
      about: "Somebody could not be told, and has to be in another way (T10)",
      body: undeliveredBody,
    },
    {
      kind: CONTACTS,
      streams: ["record", "to"],
      about: "Whom the county has told of alarms, as it names them, and what concerns a site",
      body: contactsBody,
    },
    {
      kind: CHANNEL,
      streams: ["alarm"],
      about: "A channel does not work, or does again",
      body: channelBody,
    },
    {
      kind: TEST,
      streams: ["audit"],
      about: "Somebody has tried a channel with a test message",
      body: testBody,
    },
  ],
  projections: (authorities) => [notificationTables, contactTables(authorities)],
  desk: async () => (await import("./desk.ts")).openNotificationDesk,
  commands: async () => (await import("./commands.ts")).addNotifyCommands,
};
