import type { DomainDesk } from "../../domain.ts";
import type { Node } from "../../node.ts";
import { receiptsPage } from "../pages/receipts_page.ts";
import { sessionPage } from "../pages/session_page.ts";
import { stockPage } from "../pages/stock_page.ts";
import { tracePage } from "../pages/trace_page.ts";
import { FlowDesk } from "./flow_desk.ts";
import { flowRoutes } from "./flow_routes.ts";
import { RecipientKey } from "./recipient.ts";

/** Doses of a node: routes and pages. Throws where the key of recipients cannot be read. */
export function openFlowDesk(node: Node): DomainDesk {
  const { recipientKeyFile } = node.config.vaccines;
  const key = recipientKeyFile === undefined ? null : RecipientKey.read(recipientKeyFile);
  const desk = new FlowDesk(node, key);
  return {
    routes: flowRoutes(desk),
    pages: [stockPage(desk), receiptsPage(desk), sessionPage(desk), tracePage(desk)],
  };
}
