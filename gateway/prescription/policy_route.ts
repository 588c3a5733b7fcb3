/** The written policy that holds at this node now, for workbenches and programs (P12). */
import * as z from "zod";
import type { ApiRoute } from "../api_route.ts";
import { LINE_STATES, lineStateOf, POLICY_SOURCE, policyFor } from "./policy.ts";

const text = z.strictObject({ zh: z.string(), en: z.string() });

const policyAnswer = z.strictObject({
  side: z.enum(["site", "county"]),
  state: z.enum(LINE_STATES),
  title: text,
  summary: text,
  outcomes: z.array(z.strictObject({
    outcome: z.string(),
    happens: text,
    decides: text,
    right: z.string().nullable(),
    afterwards: text,
  })),
  version: z.int(),
  effective: z.iso.date(),
  source: text,
});

/** `waitMs`: how long a site waits for the county's verdict. */
export function policyRoute(waitMs: number): ApiRoute {
  return {
    method: "get",
    path: "/api/prescription-policy",
    right: "read",
    // Of no site.
    bySite: true,
    summary: "What happens to prescriptions in the present state of the line, and who decides",
    answer: policyAnswer,
    handle: ({ node, links }) => {
      const { role } = node.config;
      const nowMs = node.clock.now().wallMs;
      const statuses = links.map((link) => link.status());
      const state = lineStateOf(role, statuses, { nowMs, waitMs });
      return Promise.resolve(Response.json({ ...policyFor(role, state), ...POLICY_SOURCE }));
    },
  };
}
