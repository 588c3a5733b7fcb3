/** By which numbers each site goes, as far as it told (W5, W8). */
import type { Rows } from "../../sql/sql.ts";
import type { RulesBody } from "../entry/rules_body.ts";
import { StoredWords } from "../record/stored_words.ts";
import { byLife, rulesKey } from "../record/waste_entry.ts";
import type { WasteRules } from "../rules.ts";
import type { WasteNode } from "./waste_desk.ts";

/** A node, and by what it goes itself. */
export interface RuledNode {
  readonly node: Pick<WasteNode, "tables">;
  readonly role: "site" | "county";
  /** As it is configured; at a county for sites that told nothing. */
  readonly rules: WasteRules;
}

/** By what this node goes of each of these sites: a site by its own numbers, a county by theirs. */
export async function rulesFor(
  { node: { tables }, role, rules }: RuledNode,
  sites: Iterable<string>,
): Promise<(site: string) => WasteRules> {
  if (role === "site") return () => rules;
  const told = await toldRules(tables, [...new Set(sites)]);
  return (site) => told.get(site)?.rules ?? rules;
}

/** What each of these sites told last; one that told nothing is not there. */
export async function toldRules(
  rows: Rows,
  sites: readonly string[],
): Promise<ReadonlyMap<string, RulesBody>> {
  const words = (await new StoredWords(rows).under(sites.map(rulesKey)))
    .flatMap((word) => word.about === "rules" ? [word] : []);
  return new Map(words.sort(byLife).map(({ body }) => [body.site, body]));
}
