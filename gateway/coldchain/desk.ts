/** What the cold chain adds to a running node. */
import type { OpenDesk } from "../domain.ts";
import { openFlowDesk } from "./flow/open_flow_desk.ts";

export const openColdDesk: OpenDesk = (node) => openFlowDesk(node);
