/** Page and routes of the reports that domains draw. */
import type { ApiRoute } from "../api_route.ts";
import type { Page } from "../console/page.ts";
import type { Node } from "../node.ts";
import type { DataReport } from "./data_report.ts";
import { DrawnReports } from "./drawn_reports.ts";
import { reportPage } from "./report_page.ts";
import { reportRoutes } from "./report_routes.ts";

export interface ReportDesk {
  readonly routes: readonly ApiRoute[];
  readonly pages: readonly Page[];
}

export function openReports(all: readonly DataReport[], node: Node): ReportDesk {
  const reports = new DrawnReports(all, node);
  const { node: name, role } = node.config;
  return {
    routes: reportRoutes(reports, node),
    pages: all.length === 0 ? [] : [reportPage(reports, role === "site" ? name : null)],
  };
}
