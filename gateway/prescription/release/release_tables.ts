/** Tables of what the county has released, and of what each site was told of it. */
import type { Entry } from "../../../sync/entry.ts";
import { parseOrigin } from "../../../sync/origin.ts";
import { siteOf } from "../../../sync/stream.ts";
import { bodyOf, type Projection } from "../../projection.ts";
import { putInto } from "../../sql/put.ts";
import type { Parameter } from "../../sql/sql.ts";
import type { Table } from "../../sql/table.ts";
import { partBody, RULES_PART, RULES_SWITCH, switchBody } from "./release_entries.ts";

/** Documents in parts, as this node uses them. */
const PARTS: Table = {
  name: "rulesparts",
  columns: {
    document: "text",
    packed: "text",
    part: "integer",
    parts: "integer",
    what: "text",
    data: "text",
  },
  key: ["document", "packed", "part"],
};

/** What was released; `origin`: where; `wall`: when, by the clock of that node. */
const RELEASES: Table = {
  name: "rulesreleases",
  columns: { id: "text", number: "integer", origin: "text", wall: "integer", body: "text" },
  key: ["id"],
  indexes: { rulesreleasesbynumber: ["number", "id"] },
};

/** At a county: what stands in a site's stream, parts of documents and releases. */
const TOLD: Table = {
  name: "rulestold",
  columns: { site: "text", name: "text", packed: "text", part: "integer", parts: "integer" },
  key: ["site", "name", "packed", "part"],
};

const putParts = putInto(PARTS, { onConflict: { newer: ["parts", "what", "data"] } });
const putReleases = putInto(RELEASES, { onConflict: { newer: ["wall", "origin", "body"] } });
const putTold = putInto(TOLD, { onConflict: { newer: ["parts"] } });

/**
 * Whose word counts: at a county its own nodes', in `record`; at a site what comes down to it.
 * `authorities`: the county's nodes; none at a site.
 */
export function releasesOf(authorities: readonly string[]): Projection {
  return {
    name: "rules",
    version: 1,
    tables: [PARTS, RELEASES, TOLD],
    apply: async (sql, entries) => {
      const rows: Rows = { parts: [], releases: [], told: [] };
      for (const entry of entries) addRow(rows, entry, authorities);
      await putParts(sql, rows.parts);
      await putReleases(sql, rows.releases);
      await putTold(sql, rows.told);
    },
  };
}

type Rows = Readonly<Record<"parts" | "releases" | "told", Parameter[][]>>;

function addRow(rows: Rows, entry: Entry, authorities: readonly string[]): void {
  const { kind, origin, stream } = entry;
  if (kind !== RULES_PART && kind !== RULES_SWITCH) return;
  const site = siteOf(stream);
  const node = parseOrigin(origin)?.node;
  const isCounty = authorities.length > 0;
  if (node === undefined || (isCounty && !authorities.includes(node))) return;
  const counts = isCounty ? stream === "record" : site !== null;
  if (kind === RULES_PART) {
    const part = partBody.safeParse(bodyOf(entry)).data;
    if (part === undefined) return;
    const { document, packed, what, data } = part;
    const place = [packed, part.part, part.parts];
    if (counts) rows.parts.push([document, ...place, what, data]);
    else if (site !== null) rows.told.push([site, document, ...place]);
    return;
  }
  const release = switchBody.safeParse(bodyOf(entry)).data;
  if (release === undefined) return;
  const { id, number } = release;
  if (counts) rows.releases.push([id, number, origin, entry.time.wallMs, JSON.stringify(release)]);
  else if (site !== null) rows.told.push([site, id, "", 0, 1]);
}
