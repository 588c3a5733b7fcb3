/** What the cold chain adds to a running node. */
import type { OpenDesk } from "../domain.ts";
import { evidenceRoutes } from "./evidence/evidence_routes.ts";
import { openFlowDesk } from "./flow/open_flow_desk.ts";

export const openColdDesk: OpenDesk = (node) => {
  const { routes = [], pages = [] } = openFlowDesk(node);
  return { routes: [...routes, ...evidenceRoutes(node)], pages };
};
