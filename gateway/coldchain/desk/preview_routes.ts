/** The preview of a change of rules, for programs: nothing is changed by it. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import type { ApiRoute } from "../../api_route.ts";
import * as reads from "../record/cold_reads.ts";
import { rulesSchema } from "../rules/alarm_rule.ts";
import { presetOf, PRESETS } from "../rules/presets.ts";
import type { ColdNode } from "./cold_node.ts";
import { PREVIEW_DAYS_MAX, type Previews } from "./preview.ts";

const NAMES = PRESETS.map(({ name }) => name);

export const previewOrder = z.strictObject({
  preset: z.enum(NAMES).optional().describe("Rules that come with the program"),
  rules: rulesSchema.optional().describe("Or rules of its own"),
  days: z.int().min(1).max(PREVIEW_DAYS_MAX).default(PREVIEW_DAYS_MAX)
    .describe("So many of the last days, 90 at most"),
}).refine(({ preset, rules }) => (preset === undefined) !== (rules === undefined), {
  path: ["preset"],
  error: `want either preset, one of ${NAMES.join(", ")}, or rules`,
});

export function previewRoute(
  { tables, journal, clock }: Pick<ColdNode, "tables" | "journal" | "clock">,
  previews: Previews,
): ApiRoute {
  return {
    method: "post",
    path: "/api/coldchain/units/{site}/{unit}/preview",
    right: "read",
    summary: "What other rules would have made of the last days: alarms and minutes out of range",
    body: previewOrder,
    answer: z.array(z.record(z.string(), z.unknown())),
    handle: async (_parts, { path, body }) => {
      await tables.caughtUp(journal);
      const unit = await reads.unitOf(tables, path.site, path.unit);
      if (unit === null) return problemResponse(NO_SUCH);
      const { preset, rules, days } = previewOrder.parse(body);
      const wanted = rules ?? presetOf(preset ?? "")?.rules ?? [];
      const nowMs = clock.now().wallMs;
      const made = await previews.make(unit, { rules: wanted, days, nowMs });
      return made === null ? problemResponse(BUSY) : Response.json(made);
    },
  };
}

const NO_SUCH: Problem = {
  status: 404,
  code: "no-such-unit",
  title: "No unit is known here under this name",
  hint: "/api/coldchain/units lists them; what another node wrote may be on its way",
};
const BUSY: Problem = {
  status: 503,
  code: "preview-busy",
  title: "Another preview is being made at this node",
  hint: "ask again in some seconds",
};
