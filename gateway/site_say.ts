/** Whose word an entry about a site is, and whether it counts. */
import type { Entry } from "../sync/entry.ts";
import { nodeOf } from "../sync/origin.ts";
import { siteOf } from "../sync/stream.ts";

/**
 * A site speaks for itself; a county, at whose nodes `authorities` are its centres, for all, and in
 * a site's stream for that site. `null`: its writer has no say in it. A `site` that is null is all
 * of them, for which a county alone speaks.
 */
export function sayOf(
  { origin, stream }: Pick<Entry, "origin" | "stream">,
  site: string | null,
  authorities: readonly string[],
): "site" | "county" | null {
  const to = siteOf(stream);
  if (to !== null) return site === null || to === site ? "county" : null;
  const node = nodeOf(origin);
  if (authorities.includes(node)) return "county";
  return node === site ? "site" : null;
}
