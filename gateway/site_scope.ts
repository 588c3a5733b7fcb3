/** Of which sites a program may ask at a county: some by their names, or all, which is said. */
import * as z from "zod";
import { NODE_NAME } from "../sync/origin.ts";
import type { Problem } from "../sync/problem.ts";

/** Twice the sites of a large county. */
const SITES_MAX = 1000;
/** So many are named to who asks of another. */
const TOLD = 5;

export const siteScope = z.union([
  z.literal("all"),
  z.array(z.string().regex(NODE_NAME, "want a site's name")).min(1).max(SITES_MAX),
], { error: 'want names of sites, such as [site-017], or "all"' });

/** None: it may ask of no site. */
export type SiteScope = "all" | readonly string[];

export function includesSite(scope: SiteScope, site: string): boolean {
  return scope === "all" || scope.includes(site);
}

/**
 * Why who has this scope may not ask of the site; `null`: they may, or no site is named and there
 * is one of which they may.
 */
export function refusalForSite(scope: SiteScope, site: string | null): Problem | null {
  if (site === null ? scope.length > 0 : includesSite(scope, site)) return null;
  const asked = site === null ? "no site was asked of" : `asked was "${site}"`;
  return { ...OTHER_SITE, detail: `${asked}; ${scopeText(scope)}` };
}

/** What who may ask of some sites only is told where answers are of all. */
export function refusalForAll(scope: SiteScope): Problem | null {
  return scope === "all" ? null : { ...OTHER_SITE, detail: `here is of all; ${scopeText(scope)}` };
}

function scopeText(scope: SiteScope): string {
  if (scope === "all") return "it is for all";
  if (scope.length === 0) return "it is for none, as it was made before tokens named their sites";
  return `it is for ${scope.slice(0, TOLD).join(", ")}${scope.length > TOLD ? " and others" : ""}`;
}

const OTHER_SITE: Problem = {
  status: 403,
  code: "other-site-token",
  title: "What you have shown is not for this site",
  hint: "a system administrator makes a token that names the site",
};
