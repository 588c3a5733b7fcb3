/** Asks the running node which codes are waiting to be mapped. */
import { Document, YAMLMap } from "yaml";
import { dayText } from "../../china_calendar.ts";
import { askNode } from "../../commands/local_api.ts";
import type { Config } from "../../config.ts";
import { SECTIONS } from "../mapping.ts";
import { type UnmappedView, unmappedView } from "./unmapped_codes.ts";

export interface UnmappedOptions {
  readonly site?: string;
  readonly days?: string;
  /** As lines for a mapping. */
  readonly yaml?: boolean;
}

/** Returns what to print. */
export async function unmappedText(config: Config, options: UnmappedOptions): Promise<string> {
  const { site, days, yaml = false } = options;
  const query = new URLSearchParams({
    ...(site === undefined ? {} : { site }),
    ...(days === undefined ? {} : { days }),
  });
  const view = unmappedView.parse(await askNode(config, `/api/rules/unmapped?${query}`));
  return yaml ? mappingLines(view) : unmappedTable(view);
}

type Line = UnmappedView["codes"][number];

export function unmappedTable({ codes, more, since, isWhole }: UnmappedView): string {
  const rows = codes.map((line) => [
    ...[line.site, line.section, line.code, oneLine(line.text)],
    ...[String(line.count), dayOf(line.first), dayOf(line.last), line.example],
  ]);
  const head = ["site", "list", "code", "reads", "times", "first", "last", "example"];
  return [
    ...(codes.length === 0 ? ["every code that came is mapped"] : [head, ...rows])
      .map((row) => typeof row === "string" ? row : row.join("\t")),
    ...(more > 0 ? [`and ${more} more: --site names one site`] : []),
    ...(isWhole ? [] : [`only since ${since}: --site or --days looks further`]),
  ].join("\n");
}

/** For each site the lists that its mapping lacks, with what each code is to mean left open. */
export function mappingLines({ codes }: UnmappedView): string {
  const sites = [...new Set(codes.map(({ site }) => site))].sort();
  return sites.map((site) => {
    const own = codes.filter((line) => line.site === site);
    const document = new Document({});
    document.commentBefore = ` ${site}: write behind each code what it means, and leave out the ` +
      "rest\n what is done goes into the site's mapping, and that to `rules release --mapping`";
    for (const section of SECTIONS) {
      const lines = own.filter((line) => line.section === section);
      if (lines.length > 0) document.set(section, listOf(document, lines));
    }
    return document.toString({ lineWidth: 0, nullStr: "" });
  }).join("---\n");
}

function listOf(document: Document, lines: readonly Line[]): YAMLMap {
  const list = new YAMLMap();
  for (const { code, text, count, first, example } of lines) {
    const pair = document.createPair(code, null);
    const value = document.createNode(null);
    value.comment = ` ${oneLine(text)} ×${count} since ${dayOf(first)}, as in ${example}`;
    pair.value = value;
    list.add(pair);
  }
  return list;
}

/** Words of a HIS may have line breaks. */
function oneLine(text: string | null): string {
  return (text ?? "").replaceAll(/\s+/g, " ");
}

/** In Shanghai. */
function dayOf(moment: string): string {
  return dayText(Date.parse(moment));
}
