/** Sites that a table has rows of, without going through it. */
import type { Rows } from "../sql/sql.ts";

/**
 * Names of sites from behind one on, `limit` at the most, each by one look at the index. `nextSite`
 * finds the first `site` behind its one parameter.
 */
export async function sitesBehind(
  rows: Rows,
  nextSite: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const sites: string[] = [];
  for (let last = after; sites.length < limit;) {
    const [row] = await rows.rows(nextSite, [last]);
    if (row === undefined) break;
    last = row.text("site");
    sites.push(last);
  }
  return sites;
}
