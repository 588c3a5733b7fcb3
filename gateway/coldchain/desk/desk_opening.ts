/** What a running node has of the cold chain: a site decides and acts, both show. */
import type { OpenDesk } from "../../domain.ts";
import { AlarmDesk } from "./alarm_desk.ts";

export const openColdDesk: OpenDesk = ({ config, clock, disk, journal, tables }) => {
  if (config.role !== "site") return {};
  const own = {
    ...{ name: config.node, title: config.title, clock, disk, journal, tables },
    coldchain: config.coldchain,
    contacts: config.notifications.contacts,
  };
  const alarms = new AlarmDesk(own);
  return { run: (signal) => alarms.run(signal) };
};
