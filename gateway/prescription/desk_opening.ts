/** What a running node has of prescriptions: nothing where it is not configured. */
import type { OpenDesk } from "../domain.ts";
import { CountyDesk, type DeskParts } from "./county_desk.ts";
import { Homes } from "./homes.ts";
import { LifeDesk } from "./life_desk.ts";
import { lifeRoutes } from "./life_routes.ts";
import { tokenSigner } from "./life/token.ts";
import { OfficeDesk } from "./office/office_desk.ts";
import { officePages } from "./office/pages/office_pages.ts";
import { officeRoutes } from "./office/office_routes.ts";
import { policyRoute } from "./policy_route.ts";
import { readSources } from "./review_sources.ts";
import { prescriptionRoutes } from "./routes.ts";
import { SiteDesk } from "./site_desk.ts";
import { TodoDesk } from "./todo_desk.ts";

export const openPrescriptionDesk: OpenDesk = (node, { links }) => {
  const { config, keystore } = node;
  if (config.prescription === undefined) return {};
  const signer = tokenSigner(keystore.key);
  const parts: DeskParts = {
    node,
    config: config.prescription,
    sources: readSources(config.prescription),
    sign: async (claims) => await (await signer)(claims),
  };
  const life = [...lifeRoutes(new LifeDesk(node)), policyRoute(config.prescription.waitMs)];
  if (config.role === "site") {
    const desk = new SiteDesk(parts, links);
    const routes = [...prescriptionRoutes(desk), ...life];
    return { routes, run: (signal) => desk.run(signal) };
  }
  const homes = {
    own: config.node,
    other: config.peer?.node ?? null,
    isUp: () => links.at(0)?.status().state === "up",
    takeOverMs: config.prescription.takeOverMs,
  };
  const desk = new CountyDesk(parts, new Homes(homes));
  const todo = new TodoDesk(parts, new Homes(homes));
  const office = new OfficeDesk(node);
  return {
    routes: [...prescriptionRoutes(desk), ...life, ...officeRoutes(office)],
    pages: officePages(office),
    run: async (signal) => {
      const over = new AbortController();
      const either = AbortSignal.any([signal, over.signal]);
      // Where one fails, both begin again.
      const both = [desk.run(either), todo.run(either)];
      try {
        await Promise.race(both);
      } finally {
        over.abort();
        await Promise.allSettled(both);
      }
    },
  };
};
