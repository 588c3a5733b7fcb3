/** What a running node has of the cold chain: a site decides and acts, both show. */
import type { OpenDesk } from "../../domain.ts";
import { unitPage } from "../pages/unit_page.ts";
import { unitsPages } from "../pages/units_page.ts";
import { Calendar } from "../series/calendar.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { actRoutes, readRoutes } from "./cold_routes.ts";
import { QuarantineDesk } from "./quarantine_desk.ts";

export const openColdDesk: OpenDesk = ({ config, clock, disk, journal, tables }) => {
  const shown = { name: config.node, clock, journal, tables };
  const calendar = new Calendar();
  if (config.role !== "site") {
    const pages = [...unitsPages(shown, calendar), unitPage(shown, calendar, null)];
    return { routes: readRoutes(shown), pages };
  }
  const own = {
    ...{ ...shown, title: config.title, disk },
    coldchain: config.coldchain,
    contacts: config.notifications.contacts,
  };
  const [alarms, quarantines] = [new AlarmDesk(own), new QuarantineDesk(own)];
  return {
    routes: [...readRoutes(shown), ...actRoutes(own)],
    pages: [...unitsPages(shown, calendar), unitPage(shown, calendar, own)],
    run: async (signal) => {
      await Promise.all([alarms.run(signal), quarantines.run(signal)]);
    },
  };
};
