/** What a running node has of waste: a site that is configured for it acts, others see. */
import type { OpenDesk } from "../../domain.ts";
import { balanceReport } from "../balance/balance_report.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { countyResolutionRoute } from "./county_resolution.ts";
import { epidemicRoutes } from "./epidemic_desk.ts";
import { wastePages } from "../pages/waste_pages.ts";
import { labelRoute } from "./label_route.ts";
import { TellingDesk } from "./telling_desk.ts";
import { WasteDesk } from "./waste_desk.ts";
import { actRoutes, readRoutes } from "./waste_routes.ts";

export const openWasteDesk: OpenDesk = (node, { links }) => {
  const { config, clock, disk, journal, tables } = node;
  const own = { name: config.node, clock, disk, journal, tables };
  const shared = [...readRoutes(own), ...epidemicRoutes(own, config.role)];
  const reports = [balanceReport(tables)];
  const shown = { node: own, role: config.role, title: config.title } as const;
  if (config.role !== "site" || config.waste === undefined) {
    const pages = wastePages({ ...shown, desk: null });
    if (config.role !== "county") return { routes: shared, pages, reports };
    const isUp = () => links.at(0)?.status().state === "up";
    const telling = new TellingDesk(own, { other: config.peer?.node ?? null, isUp });
    return {
      routes: [...shared, countyResolutionRoute(own)],
      pages,
      reports,
      run: (signal) => telling.run(signal),
    };
  }
  const desk = new WasteDesk(own, config.waste);
  const alarms = new AlarmDesk(desk, config.title);
  return {
    routes: [...actRoutes(desk), labelRoute(desk, config.title.zh), ...shared],
    pages: wastePages({ ...shown, desk }),
    reports,
    run: (signal) => alarms.run(signal),
  };
};
