/** What a running node has of the cold chain: a site decides and acts, both show. */
import type { OpenDesk } from "../../domain.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { actRoutes, readRoutes } from "./cold_routes.ts";
import { QuarantineDesk } from "./quarantine_desk.ts";

export const openColdDesk: OpenDesk = ({ config, clock, disk, journal, tables }) => {
  const shown = { name: config.node, clock, journal, tables };
  if (config.role !== "site") return { routes: readRoutes(shown) };
  const own = {
    ...{ ...shown, title: config.title, disk },
    coldchain: config.coldchain,
    contacts: config.notifications.contacts,
  };
  const [alarms, quarantines] = [new AlarmDesk(own), new QuarantineDesk(own)];
  return {
    routes: [...readRoutes(shown), ...actRoutes(own)],
    run: async (signal) => {
      await Promise.all([alarms.run(signal), quarantines.run(signal)]);
    },
  };
};
