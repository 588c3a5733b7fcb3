/** Reports of all domains for programs: as JSON, CSV, PDF, and as a signed file. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../sync/problem.ts";
import type { ApiRoute, Input } from "../api_route.ts";
import type { Node } from "../node.ts";
import { refusalForAll, refusalForSite } from "../site_scope.ts";
import { csvOfTable, jsonOfTable, reportOf } from "./data_forms.ts";
import { type Asked, type Drawn, DrawnReports, SITES_DEFAULT, SITES_MAX } from "./drawn_reports.ts";
import { evidenceFile } from "./evidence_file.ts";
import { periodOf } from "./period.ts";
import { printProblem } from "./print_problem.ts";
import { Printing } from "./printing.ts";

const asked = z.object({
  period: z.string().describe("A day as 2026-11-28, or a month as 2026-11, of Asia/Shanghai"),
  site: z.string().max(64).optional().describe("Of this site; none: of all, in a row each"),
  after: z.string().max(64).default("").describe("Of all sites: those behind this one"),
  limit: z.coerce.number().int().min(1).max(SITES_MAX).default(SITES_DEFAULT)
    .describe("Of all sites: so many at the most"),
});
const shown = asked.extend({ language: z.enum(["zh", "en"]).default("zh") });
const tableAsked = shown.extend({
  table: z.string().max(64).optional().describe("Name of a table, as JSON has it; none: the first"),
});
const text = z.object({ zh: z.string(), en: z.string() });
const answer = z.object({
  report: z.string(),
  site: z.string().nullable().describe("null: of all sites"),
  period: z.string(),
  asOf: z.string().describe("Until when it is known: the end of the period, or now"),
  isOver: z.boolean(),
  next: z.string().nullable().describe("Ask for those after this site; null: there are no more"),
  cut: text.nullable().describe("Which limit left something out; null: all is here"),
  facts: z.record(z.string(), z.number()),
  tables: z.array(z.object({
    name: z.string(),
    rows: z.array(z.record(z.string(), z.unknown())),
  })),
});

const encoder = new TextEncoder();

type Language = z.infer<typeof shown>["language"];
type Own = Pick<Node, "config" | "keystore">;

/** What a form of a report is made of. */
interface Found {
  readonly asked: Asked;
  readonly drawn: Drawn;
  readonly language: Language;
  /** Of a file, without its ending. */
  readonly name: string;
}

export function reportRoutes(reports: DrawnReports, node: Own): readonly ApiRoute[] {
  const printing = new Printing();
  const pdfOf = async (found: Found) => await printing.pdf(await paperOf(reports, node, found));
  const route = (
    more: Pick<ApiRoute, "path" | "summary" | "right" | "answer" | "query" | "contentType">,
    answerOf: (found: Found, input: Input) => Promise<Response> | Response,
  ): ApiRoute => ({
    ...more,
    method: "get",
    bySite: true,
    handle: async (_parts, input) => {
      const found = await foundOf(reports, input);
      if ("status" in found) return problemResponse(found);
      try {
        return await answerOf(found, input);
      } catch (error) {
        return problemResponse(printProblem(error));
      }
    },
  });
  const path = "/api/reports/{report}";
  return [
    listRoute(reports),
    route(
      {
        path,
        right: "read",
        summary: "A report of a day or a month, of a site or of all in a row each",
        query: asked,
        answer,
      },
      ({ asked: { of, site, period }, drawn }) =>
        Response.json({
          ...{ report: of.name, site, period: period.name },
          asOf: new Date(drawn.asOfMs).toISOString(),
          isOver: drawn.asOfMs >= period.toMs,
          ...{ next: drawn.next, cut: drawn.cut },
          facts: Object.fromEntries(drawn.facts.map(({ key, value }) => [key, value])),
          tables: drawn.tables.map(jsonOfTable),
        }),
    ),
    route(
      {
        path: `${path}/csv`,
        right: "read",
        summary: "A table of a report as CSV",
        query: tableAsked,
        answer: z.string(),
        contentType: "text/csv",
      },
      ({ drawn, language, name }, { query }) => {
        const wanted = tableAsked.parse(query).table;
        const table = drawn.tables.find((one) => wanted === undefined || one.name === wanted);
        if (table === undefined) return problemResponse(NO_TABLE);
        return file(csvOfTable(table, language), "text/csv; charset=utf-8", `${name}.csv`);
      },
    ),
    route(
      {
        path: `${path}/pdf`,
        right: "read",
        summary: "A report as PDF",
        query: shown,
        answer: z.string(),
        contentType: "application/pdf",
      },
      async (found) => file(await pdfOf(found), "application/pdf", `${found.name}.pdf`),
    ),
    route(
      {
        path: `${path}/evidence`,
        right: "audit.export",
        summary: "A report as ZIP: PDF, a CSV of each table, and this node's signature (C11)",
        query: shown,
        answer: z.string(),
        contentType: "application/zip",
      },
      async (found) => {
        const tables = found.drawn.tables.map((table) => ({
          name: `${table.name}.csv`,
          bytes: encoder.encode(csvOfTable(table, found.language)),
        }));
        const parts = [{ name: "report.pdf", bytes: await pdfOf(found) }, ...tables];
        const { keystore: { key }, config } = node;
        const zip = evidenceFile(parts, { node: config.node, madeMs: reports.nowMs, key });
        return file(zip, "application/zip", `${found.name}.zip`);
      },
    ),
  ];
}

function listRoute(reports: DrawnReports): ApiRoute {
  return {
    method: "get",
    path: "/api/reports",
    summary: "Reports that this node draws from its data",
    right: "read",
    bySite: true,
    answer: z.array(z.object({ report: z.string(), title: text })),
    handle: () =>
      Promise.resolve(
        Response.json(reports.all.map(({ name, title }) => ({ report: name, title }))),
      ),
  };
}

async function foundOf(
  reports: DrawnReports,
  { query, path, actor }: Input,
): Promise<Found | Problem> {
  const { period: name, site, after, limit, language } = shown.parse({ language: "zh", ...query });
  const other = site === undefined ? refusalForAll(actor.sites) : refusalForSite(actor.sites, site);
  if (other !== null) return other;
  const of = reports.named(path.report);
  if (of === null) return NO_REPORT;
  const period = periodOf(name);
  if (period === null) return NO_PERIOD;
  const asked: Asked = { of, site: site ?? null, after, limit, period };
  const drawn = await reports.draw(asked);
  if (drawn === null) return NOT_BEGUN;
  return { asked, drawn, language, name: `${of.name}_${site ?? "all"}_${period.name}` };
}

async function paperOf(
  reports: DrawnReports,
  { config }: Own,
  { asked: { of, site, period }, drawn, language }: Found,
) {
  const title = site === null ? config.title : await reports.titleOf(site);
  return reportOf({
    ...{ of, site, period, drawn, language },
    organisation: title[language],
    madeMs: reports.nowMs,
  });
}

function file(body: string | Uint8Array<ArrayBuffer>, type: string, name: string): Response {
  return new Response(body, {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    },
  });
}

const NO_REPORT = {
  status: 404,
  code: "no-such-report",
  title: "There is no report of this name",
  hint: "/api/reports lists them",
} as const satisfies Problem;
const NO_PERIOD = {
  status: 400,
  code: "no-period",
  title: "This is no day and no month",
  hint: "want period as 2026-11-28 or 2026-11, from 2000 on",
} as const satisfies Problem;
const NOT_BEGUN = {
  status: 400,
  code: "not-begun",
  title: "This time has not begun",
  hint: "ask for today, for this month, or for an earlier one",
} as const satisfies Problem;
const NO_TABLE = {
  status: 404,
  code: "no-such-table",
  title: "The report has no table of this name",
  hint: "the report as JSON names its tables",
} as const satisfies Problem;
