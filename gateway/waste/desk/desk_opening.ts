/** What a running node has of waste: a site that is configured for it acts, others see. */
import type { OpenDesk } from "../../domain.ts";
import { balanceReport } from "../balance/balance_report.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { countyResolutionRoute } from "./county_resolution.ts";
import { epidemicRoutes } from "./epidemic_desk.ts";
import { wastePages } from "../pages/waste_pages.ts";
import { labelRoute } from "./label_route.ts";
import { tellRules } from "./rules_desk.ts";
import { TellingDesk } from "./telling_desk.ts";
import { UnheardDesk } from "./unheard_desk.ts";
import { WasteDesk } from "./waste_desk.ts";
import { actRoutes, readRoutes } from "./waste_routes.ts";

export const openWasteDesk: OpenDesk = (node, { links }) => {
  const { config, clock, disk, journal, tables } = node;
  const own = { name: config.node, clock, disk, journal, tables };
  const rules = config.waste?.rules ?? DEFAULT_RULES;
  const ruled = { node: own, role: config.role, rules } as const;
  const shared = [...readRoutes(ruled), ...epidemicRoutes(own, config.role)];
  const reports = [balanceReport(tables)];
  const shown = { ...ruled, title: config.title };
  if (config.role !== "site" || config.waste === undefined) {
    const pages = wastePages({ ...shown, desk: null });
    if (config.role !== "county") return { routes: shared, pages, reports };
    const isUp = () => links.at(0)?.status().state === "up";
    const centres = { other: config.peer?.node ?? null, isUp };
    const telling = new TellingDesk(own, centres);
    const unheard = new UnheardDesk(own, rules, centres);
    return {
      routes: [...shared, countyResolutionRoute(own)],
      pages,
      reports,
      run: async (signal) => {
        await Promise.all([telling.run(signal), unheard.run(signal)]);
      },
    };
  }
  const desk = new WasteDesk(own, config.waste);
  const alarms = new AlarmDesk(desk, config.title);
  return {
    routes: [...actRoutes(desk), labelRoute(desk, config.title.zh), ...shared],
    pages: wastePages({ ...shown, desk }),
    reports,
    run: async (signal) => {
      await tellRules(desk, signal);
      await alarms.run(signal);
    },
  };
};
