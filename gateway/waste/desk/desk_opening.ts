/** What a running node has of waste: a site that is configured for it acts, others see. */
import type { OpenDesk } from "../../domain.ts";
import { balanceReport } from "../balance/balance_report.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { countyResolutionRoute } from "./county_resolution.ts";
import { epidemicRoutes } from "./epidemic_desk.ts";
import { wastePages } from "../pages/waste_pages.ts";
import { labelRoute } from "./label_route.ts";
import { WasteDesk } from "./waste_desk.ts";
import { actRoutes, readRoutes } from "./waste_routes.ts";

export const openWasteDesk: OpenDesk = (node) => {
  const { config, clock, disk, journal, tables } = node;
  const own = { name: config.node, clock, disk, journal, tables };
  const shared = [...readRoutes(own), ...epidemicRoutes(own, config.role)];
  const reports = [balanceReport(tables)];
  const shown = { node: own, role: config.role, title: config.title } as const;
  if (config.role !== "site" || config.waste === undefined) {
    const county = config.role === "county" ? [countyResolutionRoute(own)] : [];
    const pages = wastePages({ ...shown, desk: null });
    return { routes: [...shared, ...county], pages, reports };
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
