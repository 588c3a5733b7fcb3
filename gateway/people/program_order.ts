/** What is asked for when a program is to have a token. */
import * as z from "zod";
import { siteScope } from "../site_scope.ts";
import { SCOPES } from "./roles.ts";

/** Ten years: what is to last longer can be made again. */
const DAYS_MAX = 3660;

export const programOrder = z.strictObject({
  name: z.string().trim().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u, "want 1 to 40 letters")
    .describe("What the audit calls it"),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).describe("What it may do"),
  sites: siteScope.optional()
    .describe('At a county, for which sites, or "all"; at a site it is for this one'),
  days: z.number().int().min(1).max(DAYS_MAX).optional().describe("None: until it is revoked"),
});
export type ProgramOrder = z.infer<typeof programOrder>;

/** What is wrong with its sites at such a node; `null`: nothing. */
export function sitesFault({ sites }: ProgramOrder, role: "site" | "county"): string | null {
  if (role === "site") {
    return sites === undefined ? null : "sites: this node is one site; leave them out";
  }
  return sites === undefined ? 'sites: want names of sites, such as [site-017], or "all"' : null;
}
