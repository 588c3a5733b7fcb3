/** What a running node tells of itself. */
import type { OpenDesk } from "../domain.ts";
import { NODE_ROUTES } from "./node_routes.ts";
import { REBUILD_ROUTE } from "./rebuild_route.ts";

export const openNodeDesk: OpenDesk = () => ({ routes: [...NODE_ROUTES, REBUILD_ROUTE] });
