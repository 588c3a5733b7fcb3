/** What programs may see of sterile supply: at a site its own, at a county all. */
import * as z from "zod";
import { dayText } from "../../china_calendar.ts";
import { problemResponse } from "../../../sync/problem.ts";
import type { ApiRoute, Input } from "../../api_route.ts";
import { maskNumber } from "../../people/masking.ts";
import { Printing, PrintingBusy } from "../../report/printing.ts";
import { ReportFontMissing } from "../../report/report_font.ts";
import { cyclesBefore, loadsBefore, SELECTS } from "../record/sterile_reads.ts";
import { keptUntil } from "../retention.ts";
import { type RuleBook, rulesOn } from "../rules.ts";
import type { PackTrace } from "../supply/pack_trace.ts";
import { cycleReport } from "./cycle_report.ts";
import type { SterileNode } from "./desk_node.ts";
import { shownSamples } from "./shown_samples.ts";
import * as views from "./views.ts";

const LIST_MAX = 200;
const anything = z.record(z.string(), z.unknown());
const listQuery = z.object({
  site: z.string().optional().describe("Of this site; none: of all that the node knows"),
  before: z.coerce.number().optional().describe("Before this moment, ms since 1970 UTC"),
  limit: z.coerce.number().int().min(1).max(LIST_MAX).default(50),
});
const siteQuery = z.object({ site: z.string().optional().describe("None: this node") });

export function readRoutes(node: SterileNode, book: RuleBook): readonly ApiRoute[] {
  const { tables } = node;
  const rules = () => rulesOn(book, dayText(node.clock.now().wallMs));
  const siteOf = ({ query }: Input) => query.site ?? node.name;
  const asked = ({ query }: Input) => {
    const { site = null, before = Number.MAX_SAFE_INTEGER, limit } = listQuery.parse(query);
    return { site, beforeMs: before, limit };
  };
  const one = (
    path: string,
    summary: string,
    view: (input: Input) => Promise<object | null>,
  ): ApiRoute => ({
    method: "get",
    path,
    summary,
    right: "read",
    query: siteQuery,
    answer: anything,
    handle: async (_parts, input) => answer(await view(input)),
  });
  const list = (
    path: string,
    summary: string,
    view: (input: Input) => Promise<readonly object[]>,
  ): ApiRoute => ({
    method: "get",
    path,
    summary,
    right: "read",
    query: listQuery,
    answer: z.array(anything),
    handle: async (_parts, input) => Response.json(await view(input)),
  });
  return [
    list(
      "/api/sterile/sterilisers",
      "Sterilisers, their programs, and whether each may be used now",
      async ({ query }) => await views.steriliserViews(node, query.site ?? null, rules()),
    ),
    list(
      "/api/sterile/cycles",
      "Cycles with their verdicts, the latest first",
      async (input) => await cyclesBefore(tables, asked(input)),
    ),
    one(
      "/api/sterile/cycles/{cycle}",
      "A cycle: verdict with reasons, tests, and its curve or print-out (S1-S4, S6)",
      async (input) => await views.cycleView(tables, siteOf(input), input.path.cycle),
    ),
    list(
      "/api/sterile/loads",
      "Loads, the latest first",
      async (input) => await loadsBefore(tables, asked(input)),
    ),
    one(
      "/api/sterile/loads/{load}",
      "Where a load stands, and what it waits for (S5)",
      async (input) => await views.loadView(tables, siteOf(input), input.path.load, rules()),
    ),
    one(
      "/api/sterile/packs/{pack}",
      "A pack: its load, its cycle, where it went, and why it is not to be used (S5)",
      async (input) => {
        const asked = { rules: rules(), now: node.clock.now(), suppliers: node.suppliers };
        const found = await views.packView(tables, siteOf(input), input.path.pack, asked);
        return found.isKnown ? masked(found) : null;
      },
    ),
    {
      ...list(
        "/api/sterile/patients/{patient}",
        "Packs that were used on a patient (S5)",
        async (input) => {
          const { patient } = input.path;
          const traces = await views.patientView(tables, siteOf(input), patient, rules());
          return traces.map(masked);
        },
      ),
      query: siteQuery,
    },
    list("/api/sterile/recalls", "What had to come back, the latest first", async (input) => {
      const { site, beforeMs, limit } = asked(input);
      const rows = await tables.rows(SELECTS.recalls, [beforeMs, limit]);
      const found = await Promise.all(
        rows.map((row) => views.recallView(tables, row.text("site"), row.text("recall"))),
      );
      return found.flatMap((view) =>
        view === null || (site !== null && view.site !== site) ? [] : [view]
      );
    }),
    list("/api/sterile/alarms", "Alarms, the latest first", async (input) => {
      const { site, limit } = asked(input);
      return await views.alarmsOf(tables, { site, open: false, limit });
    }),
  ];
}

const recordQuery = siteQuery.extend({
  language: z.enum(["zh", "en"]).default("zh"),
});

/** The record of a cycle on paper (S6). */
export function recordRoute(node: SterileNode, book: RuleBook): ApiRoute {
  const printing = new Printing();
  const { tables } = node;
  return {
    method: "get",
    path: "/api/sterile/cycles/{cycle}/record",
    summary: "The record of a cycle as PDF: verdict, reasons, curve, tests, release (S6)",
    right: "read",
    query: recordQuery,
    answer: z.string(),
    contentType: "application/pdf",
    handle: async (_parts, { query, path: { cycle } }) => {
      const { site = node.name, language } = recordQuery.parse(query);
      const found = await views.cycleView(tables, site, cycle);
      if (found === null) return answer(null);
      const [row] = await tables.rows(SELECTS.steriliser, [site, found.line.steriliser]);
      const { samples, title } = shownSamples(found, row?.text("body") ?? null);
      const nowMs = node.clock.now().wallMs;
      const rules = rulesOn(book, dayText(nowMs));
      const load = found.line.load === null
        ? null
        : await views.loadView(tables, site, found.line.load, rules);
      const organisation = site === node.name ? node.title[language] : site;
      const printed = { cycle: found, samples, title, load, organisation, language };
      try {
        const { endedMs, startedMs } = found.line;
        const keptUntilMs = keptUntil(endedMs ?? startedMs, rules);
        const report = cycleReport({ ...printed, madeMs: nowMs, keptUntilMs });
        const pdf = await printing.pdf(report);
        return new Response(pdf, { headers: { "content-type": "application/pdf" } });
      } catch (error) {
        if (error instanceof ReportFontMissing || error instanceof PrintingBusy) {
          const detail = error.message;
          return problemResponse({ status: 503, code: "not-printed", title: NOT_PRINTED, detail });
        }
        throw error;
      }
    },
  };
}

const NOT_PRINTED = "The record cannot be printed now";

function masked<T extends PackTrace>(trace: T): T {
  if (trace.where.kind !== "used") return trace;
  const uses = trace.where.uses.map((use) => ({ ...use, patient: maskNumber(use.patient) }));
  return { ...trace, where: { ...trace.where, uses } };
}

function answer(view: object | null): Response {
  if (view !== null) return Response.json(view);
  return problemResponse({
    status: 404,
    code: "unknown",
    title: "There is no such thing here",
    hint: "say which site: ?site=",
  });
}
