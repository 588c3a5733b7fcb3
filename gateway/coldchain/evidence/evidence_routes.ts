/** The record of a unit as a signed file (C11): report, curve, tables. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import type { ApiRoute } from "../../api_route.ts";
import type { Node } from "../../node.ts";
import { evidenceFile } from "../../report/evidence_file.ts";
import { printProblem } from "../../report/print_problem.ts";
import { Printing } from "../../report/printing.ts";
import { Calendar } from "../series/calendar.ts";
import { periodOf, unitRecordOf } from "./evidence_reads.ts";
import { unitReport, unitTables } from "./unit_report.ts";

const DAYS_MAX = 31;
const DAY_MS = 86_400_000;

const day = z.iso.date("want a day such as 2026-11-28");
const query = z.object({
  from: day.describe("First day, of the zone"),
  to: day.describe(`Last day; ${DAYS_MAX} days at most`),
  language: z.enum(["zh", "en"]).default("zh"),
});

const encoder = new TextEncoder();

export function evidenceRoutes(node: Pick<Node, "clock" | "config" | "keystore" | "tables">) {
  const printing = new Printing();
  const calendar = new Calendar();
  const route: ApiRoute = {
    method: "get",
    path: "/api/coldchain/units/{site}/{unit}/evidence",
    right: "audit.export",
    summary:
      "A unit's record of some days as ZIP: PDF with the curve, CSV, and this node's signature",
    query,
    answer: z.string(),
    contentType: "application/zip",
    handle: async (_parts, { path: { site, unit }, query: asked }) => {
      const { from, to, language } = query.parse(asked);
      const period = periodOf(from, to, calendar);
      if (period === null || period.toMs - period.fromMs > (DAYS_MAX + 0.5) * DAY_MS) {
        return problemResponse(NO_PERIOD);
      }
      const nowMs = node.clock.now().wallMs;
      const organisation = node.config.title[language];
      const of = { site, unit, period, calendar, nowMs, organisation };
      const record = await unitRecordOf(node.tables, of);
      if (record === null) return problemResponse(NO_UNIT);
      try {
        const pdf = await printing.pdf(unitReport(record, language));
        const tables = unitTables(record)
          .map(({ name, text }) => ({ name, bytes: encoder.encode(text) }));
        const parts = [{ name: "report.pdf", bytes: pdf }, ...tables];
        const { key } = node.keystore;
        const file = evidenceFile(parts, { node: node.config.node, madeMs: nowMs, key });
        const name = `${site}_${unit}_${from}_${to}.zip`;
        return new Response(file, {
          headers: {
            "content-type": "application/zip",
            "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
          },
        });
      } catch (error) {
        return problemResponse(printProblem(error));
      }
    },
  };
  return [route];
}

const NO_PERIOD = {
  status: 400,
  code: "no-period",
  title: "These days are no time that can be exported",
  hint: `want from and to as 2026-11-01 and 2026-11-30, in this order, ${DAYS_MAX} days at most`,
} as const satisfies Problem;

const NO_UNIT = {
  status: 404,
  code: "no-such-unit",
  title: "There is no unit of this name at this site",
} as const satisfies Problem;
