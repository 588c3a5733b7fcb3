/** What a running node has of the cold chain: a site decides and acts, both show. */
import type { OpenDesk } from "../../domain.ts";
import { LoggerFolders } from "../loggers/logger_folders.ts";
import { loggerReadRoute, loggerRoute } from "../loggers/logger_routes.ts";
import { previewPage } from "../pages/preview_page.ts";
import { quarantinePage } from "../pages/quarantine_page.ts";
import { unitPage } from "../pages/unit_page.ts";
import { unitsPages } from "../pages/units_page.ts";
import { Calendar } from "../series/calendar.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { actRoutes, readRoutes } from "./cold_routes.ts";
import { HoldDesk } from "./hold_desk.ts";
import { holdRoutes } from "./lot_holds.ts";
import { Previews } from "./preview.ts";
import { previewRoute } from "./preview_routes.ts";
import { QuarantineDesk } from "./quarantine_desk.ts";
import { SilentSites } from "./silent_sites.ts";

export const openColdDesk: OpenDesk = (node, { links }) => {
  const { config, clock, disk, journal, tables } = node;
  const shown = { name: config.node, clock, journal, tables };
  const calendar = new Calendar();
  const previews = new Previews(tables.near, calendar);
  const routes = [
    ...readRoutes(shown),
    previewRoute(shown, previews),
    loggerReadRoute(shown),
  ];
  const pages = [...unitsPages(shown, calendar), previewPage(shown, previews)];
  if (config.role !== "site") {
    const { silentSiteMinutes } = config.coldchain;
    const silent = new SilentSites({ ...shown, disk, silentSiteMinutes });
    const isUp = () => links.at(0)?.status().state === "up";
    const other = config.peer?.node ?? null;
    const fellow = other === null
      ? null
      : { name: other, isLost: () => node.losses.lost.has(other) };
    const acting = { ...shown, disk, fellow };
    const holds = new HoldDesk(acting, { other, isUp });
    return {
      routes: [...routes, ...holdRoutes(acting)],
      pages: [...pages, unitPage(shown, calendar, null), quarantinePage(acting, "county")],
      run: async (signal) => {
        await Promise.all([silent.run(signal), holds.run(signal)]);
      },
    };
  }
  const own = {
    ...{ ...shown, title: config.title, disk },
    coldchain: config.coldchain,
    ...{ contacts: config.notifications.contacts, channels: config.notifications.channels },
  };
  const [alarms, quarantines] = [new AlarmDesk(own), new QuarantineDesk(own)];
  const importing = { ...own, blobs: node.blobs };
  const folders = new LoggerFolders(importing, node);
  return {
    routes: [...routes, ...actRoutes(own), loggerRoute(importing)],
    pages: [...pages, unitPage(shown, calendar, importing), quarantinePage(own, "site")],
    concerns: () => folders.concerns(),
    run: async (signal) => {
      await Promise.all([alarms.run(signal), quarantines.run(signal), folders.run(signal)]);
    },
  };
};
