/** `tributary verify --against`: this node's journal beside that of a centre. */
import * as z from "zod";
import type { Centre, Config } from "../config.ts";
import { comparisonEnd } from "../fleet/comparing.ts";
import { type StreamComparison, streamComparison } from "../fleet/comparison.ts";
import { askForStream, askNode, CommandError, UsageError } from "./local_api.ts";
import { table } from "./table.ts";

export interface AgainstOptions {
  /** Address or name of a configured centre. */
  readonly against: string;
  readonly node?: string;
  readonly wait?: number;
  readonly repair?: boolean;
}

export interface Against {
  readonly centre: string;
  readonly streams: readonly StreamComparison[];
  readonly different: number;
  /** What asking again brought, where that was wanted and something differed. */
  readonly repaired: z.infer<typeof repairedSchema> | null;
}

const repairedSchema = z.object({ filled: z.number(), forks: z.number() });

/** Asks the running node to compare; and where it is wanted, to repair and compare again. */
export async function verifyAgainst(config: Config, options: AgainstOptions): Promise<Against> {
  const centre = centreAt(config, options.against);
  const query = {
    against: centre,
    ...(options.node === undefined ? {} : { node: options.node }),
    ...(options.wait === undefined ? {} : { wait: String(options.wait) }),
  };
  const found = await compared(config, query);
  if (found.different === 0 || options.repair !== true) {
    return { centre, ...found, repaired: null };
  }
  const repaired = repairedSchema.parse(await askNode(config, "/api/repairs", query));
  return { centre, ...await compared(config, query), repaired };
}

/** The name of the configured centre at an address, or of this name. */
function centreAt(config: Config, against: string): string {
  const centres: readonly Centre[] = config.role === "site"
    ? config.counties
    : config.peer === undefined
    ? []
    : [config.peer];
  const origin = URL.parse(against)?.origin;
  const found = centres.find(({ node, url }) =>
    node === against || (origin !== undefined && URL.parse(url)?.origin === origin)
  );
  if (found !== undefined) return found.node;
  const known = centres.map(({ node, url }) => `${node} at ${url}`).join(", ");
  throw new UsageError(`"${against}" is no centre of this node; configured: ${known || "none"}`);
}

async function compared(
  config: Config,
  query: Readonly<Record<string, string>>,
): Promise<Pick<Against, "streams" | "different">> {
  const body = await askForStream(config, `/api/comparison?${new URLSearchParams(query)}`);
  const text = await new Response(body).text();
  const lines = text.trimEnd().split("\n").map((line): unknown => JSON.parse(line));
  const end = comparisonEnd.safeParse(lines.pop());
  if (!end.success) throw new CommandError("The node ended in the middle of its answer");
  if (end.data.error !== undefined) throw new CommandError(end.data.error);
  return {
    streams: lines.map((line) => streamComparison.parse(line)),
    different: end.data.different,
  };
}

export function againstText({ centre, streams, different, repaired }: Against): string {
  const place = (standing: StreamComparison["here"]) =>
    standing === null ? "–" : `${standing.seq} ${standing.hash.slice(0, 8)}`;
  const rows = streams.map((view) => [
    view.origin,
    view.stream,
    place(view.here),
    place(view.there),
    view.differing.length === 0 ? String(view.days) : `${view.days}, ${view.differing.length} not`,
    verdict(view),
  ]);
  const head = ["ORIGIN", "STREAM", "HERE", centre.toUpperCase(), "DAYS", "VERDICT"];
  const days = streams.flatMap(({ origin, stream, differing }) =>
    differing.map(({ day, here, there }) => {
      const counts = `${here?.count ?? 0} entries here, ${there?.count ?? 0} at ${centre}`;
      return `${day}: origin ${origin}, stream ${stream}: ${counts}`;
    })
  );
  const asked = repaired === null ? [] : [
    `asked again: ${repaired.filled} entries that were missing here have come` +
    (repaired.forks === 0 ? "" : `; ${repaired.forks} streams are forks, which it cannot mend`),
  ];
  const end = different === 0
    ? `equal: ${streams.length} streams`
    : `NOT equal: ${different} of ${streams.length} streams`;
  return [table(head, rows), ...days, ...asked, end].join("\n");
}

function verdict({ state, firstDifference }: StreamComparison): string {
  const at = firstDifference === null ? "" : ` from entry ${firstDifference}`;
  switch (state) {
    case "equal":
      return "equal";
    case "behind":
      return `it lacks what is here${at}`;
    case "ahead":
      return `lacking here${at}`;
    case "different":
      return firstDifference === null
        ? "DIFFERENT: it lacks entries"
        : `DIFFERENT: first differing entry ${firstDifference}`;
    case "only-here":
      return "only here";
    case "only-there":
      return "only there";
  }
}
