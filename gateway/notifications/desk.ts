/** What has people told while a node runs. */
import { contactsInForce } from "./contact_book.ts";
import { ContactDesk } from "./contact_desk.ts";
import { openChannel } from "./channels/open_channels.ts";
import { coilSiren } from "./coil_siren.ts";
import { centresOf } from "../config.ts";
import type { OpenDesk } from "../domain.ts";
import { contactRoutes, notificationRoutes } from "./notification_routes.ts";
import { isSounding } from "./notification_queue.ts";
import { notificationPage } from "./notification_page.ts";
import { isOurs } from "./responsibility.ts";
import { Sender } from "./sender.ts";

const HOUR_MS = 3_600_000;
/** A siren that nobody has silenced for so long is heard by nobody. */
const SOUNDING_MS = 24 * HOUR_MS;

export const openNotificationDesk: OpenDesk = (node, { links, writer }) => {
  const { config, tables, clock } = node;
  const { notifications: settings, node: own } = config;
  const parts = {
    sounding: (channel: string) => isSounding(tables, channel, clock.now().wallMs - SOUNDING_MS),
    coil: (place: Parameters<typeof coilSiren>[1]) => coilSiren(writer, place),
  };
  const channels = settings.channels.map((one) => openChannel(one, parts));
  const isUp = () => links.some((link) => link.status().state === "up");
  const responsibility = {
    own,
    other: config.role === "county" ? config.peer?.node ?? null : null,
    isUp,
    takeOverMs: settings.takeOverSeconds * 1000,
  };
  const sender = new Sender({
    node,
    name: own,
    role: config.role,
    centres: centresOf(config),
    channels,
    contacts: () => contactsInForce(tables, settings.contacts),
    isOurs: (site, openMs) => isOurs(responsibility, site, openMs),
    canHandOver: isUp,
    limits: {
      foldMs: settings.foldSeconds * 1000,
      perHour: settings.messagesPerHour,
      expireMs: settings.expireHours * HOUR_MS,
      alarmMs: settings.alarmSeconds * 1000,
      handOverMs: settings.handOverSeconds * 1000,
    },
    nowMs: () => performance.now(),
    random: Math.random,
  });
  const shown = { node, channels, sender };
  const routes = notificationRoutes(shown);
  const pages = [notificationPage(shown)];
  if (config.role === "site") return { routes, pages, run: (signal) => sender.run(signal) };
  const contacts = new ContactDesk(node);
  return {
    routes: [...routes, ...contactRoutes(contacts)],
    pages,
    run: async (signal) => {
      const over = new AbortController();
      const either = AbortSignal.any([signal, over.signal]);
      const running = [sender.run(either), contacts.run(either)];
      try {
        await Promise.all(running);
      } finally {
        over.abort();
        await Promise.allSettled(running);
      }
    },
  };
};
