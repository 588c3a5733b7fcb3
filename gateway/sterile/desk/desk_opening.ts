/** What a running node has of sterile supply: a site that is configured for it acts, others see. */
import type { OpenDesk } from "../../domain.ts";
import { together } from "../../together.ts";
import { cycleList } from "../cycle_list/cycle_list.ts";
import { readRules } from "../county_rules.ts";
import { actRoutes } from "./act_routes.ts";
import type { SterileNode } from "./desk_node.ts";
import { watchEarlyResults } from "./early_result.ts";
import { watchUnattended } from "./escalate.ts";
import { followReadings } from "./follow.ts";
import { sterilePages } from "../pages/sterile_pages.ts";
import { knownDevices } from "./known_devices.ts";
import { watchBiologicals } from "./overdue.ts";
import { readRoutes, recordRoute } from "./read_routes.ts";
import { RecallTelling } from "./recall_telling.ts";
import { setupsOf } from "./setup.ts";
import { SterileDesk } from "./sterile_desk.ts";
import { watchSupplierRecalls } from "./supplier_recalls.ts";

export const openSterileDesk: OpenDesk = (node, { links }) => {
  const { config, clock, disk, journal, tables } = node;
  const { node: name, title, dataDir } = config;
  const suppliers = config.sterile?.suppliers ?? [];
  const own: SterileNode = { name, title, dataDir, suppliers, clock, disk, journal, tables };
  const book = readRules(config.sterile?.rules);
  const shared = [...readRoutes(own, book), recordRoute(own, book)];
  const reports = [cycleList(tables, book)];
  if (config.role !== "site" || config.sterile === undefined) {
    const seen = { routes: shared, pages: sterilePages(own, book, null), reports };
    if (config.role !== "county") return seen;
    const isUp = () => links.at(0)?.status().state === "up";
    const telling = new RecallTelling(own, { other: config.peer?.node ?? null, isUp });
    return { ...seen, run: (signal) => telling.run(signal) };
  }
  const { setups } = setupsOf(config.sterile, knownDevices(config));
  const desk = new SterileDesk(own, setups, book);
  return {
    routes: [...actRoutes(desk), ...shared],
    pages: sterilePages(own, book, desk),
    reports,
    run: async (signal) => {
      await desk.announce();
      await together([
        { run: (own) => followReadings(desk, own) },
        { run: (own) => watchBiologicals(desk, own) },
        { run: (own) => watchEarlyResults(desk, own) },
        { run: (own) => watchSupplierRecalls(desk, own) },
        { run: (own) => watchUnattended(desk, own) },
      ], signal);
    },
  };
};
