/** What the cold chain adds to a running node: units and their alarms, doses, evidence. */
import type { OpenDesk } from "../domain.ts";
import { siteCopies } from "../site_copies.ts";
import { complianceReport } from "./compliance/compliance_report.ts";
import { openColdDesk } from "./desk/desk_opening.ts";
import { evidenceRoutes } from "./evidence/evidence_routes.ts";
import { openFlowDesk } from "./flow/open_flow_desk.ts";

export const openColdchain: OpenDesk = (node, role) => {
  const [units, doses] = [openColdDesk(node, role), openFlowDesk(node)];
  return {
    ...units,
    routes: [...units.routes ?? [], ...doses.routes ?? [], ...evidenceRoutes(node)],
    pages: [...units.pages ?? [], ...doses.pages ?? []],
    reports: [
      complianceReport(
        node.tables,
        (site) => siteCopies({ node, links: role.replication.links }, site),
      ),
    ],
  };
};
