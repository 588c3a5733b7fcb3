/** `tributary verify --against`: this node's journal beside that of a centre. */
import * as z from "zod";
import type { Centre, Config } from "../config.ts";
import {
  comparisonEnd,
  type ComparisonProgress,
  comparisonProgress,
  isDifferent,
} from "../fleet/comparing.ts";
import { type StreamComparison, streamComparison } from "../fleet/comparison.ts";
import { jsonLinesOf } from "./json_lines.ts";
import { askForStream, askNode, UsageError } from "./local_api.ts";
import { table } from "./table.ts";

export interface AgainstOptions {
  /** Address or name of a configured centre. */
  readonly against: string;
  readonly node?: string;
  readonly wait?: number;
  readonly repair?: boolean;
}

/** What was compared so far, and what comes now. */
export interface SoFar extends ComparisonProgress {
  readonly streams: number;
}

export interface Watcher {
  readonly onProgress: (soFar: SoFar) => void;
  /** Ends the comparison; what was compared until then is told. */
  readonly signal: AbortSignal;
}

interface Found {
  readonly streams: readonly StreamComparison[];
  readonly different: number;
  /** Nodes compared to the end, and how many there are; `null`: not even that was told. */
  readonly nodes: { readonly done: number; readonly of: number } | null;
  /** Why it ended before all was compared, or `null`. */
  readonly stopped: string | null;
}

export interface Against extends Found {
  readonly centre: string;
  /** What asking again brought, where that was wanted and something differed. */
  readonly repaired: z.infer<typeof repairedSchema> | null;
}

/** The node compares one node of the county anew, and pulls what is missing of it. */
const REPAIR_MS = 600_000;
const INTERRUPTED = "It was interrupted";

const repairedSchema = z.object({ filled: z.number(), forks: z.number() });

/** Asks the running node to compare; and where it is wanted, to repair and compare again. */
export async function verifyAgainst(
  config: Config,
  options: AgainstOptions,
  watcher: Watcher,
): Promise<Against> {
  const centre = centreAt(config, options.against);
  const query = {
    against: centre,
    ...(options.node === undefined ? {} : { node: options.node }),
    ...(options.wait === undefined ? {} : { wait: String(options.wait) }),
  };
  const found = await compared(config, query, watcher);
  if (found.different === 0 || found.stopped !== null || options.repair !== true) {
    return { centre, ...found, repaired: null };
  }
  const repaired = { filled: 0, forks: 0 };
  const differing = found.streams.filter((view) => isDifferent({ config }, view));
  for (const node of new Set(differing.map(({ node }) => node))) {
    const asking = askNode(config, "/api/repairs", { ...query, node }, REPAIR_MS);
    const answer = await Promise.race([asking, aborted(watcher.signal)]);
    if (answer === INTERRUPTED) return { centre, ...found, stopped: INTERRUPTED, repaired };
    const one = repairedSchema.parse(answer);
    repaired.filled += one.filled;
    repaired.forks += one.forks;
  }
  return { centre, ...await compared(config, query, watcher), repaired };
}

function aborted(signal: AbortSignal): Promise<typeof INTERRUPTED> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(INTERRUPTED);
    signal.addEventListener("abort", () => resolve(INTERRUPTED), { once: true });
  });
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
  { onProgress, signal }: Watcher,
): Promise<Found> {
  const body = await askForStream(config, `/api/comparison?${new URLSearchParams(query)}`);
  const streams: StreamComparison[] = [];
  let nodes: ComparisonProgress | null = null;
  let end: z.infer<typeof comparisonEnd> | null = null;
  for await (const line of jsonLinesOf(body, signal)) {
    const [ended, under] = [comparisonEnd.safeParse(line), comparisonProgress.safeParse(line)];
    if (ended.success) end = ended.data;
    else if (under.success) {
      nodes = under.data.progress;
      onProgress({ ...nodes, streams: streams.length });
    } else streams.push(streamComparison.parse(line));
  }
  const { done, of } = nodes ?? { done: 0, of: 0 };
  if (end?.error === undefined && end !== null) {
    return { streams, different: end.different, nodes: { done: of, of }, stopped: null };
  }
  const cut = signal.aborted ? INTERRUPTED : "The node ended in the middle of its answer";
  return {
    streams,
    different: end?.different ?? streams.filter((view) => isDifferent({ config }, view)).length,
    nodes: nodes === null ? null : { done, of },
    stopped: end?.error ?? cut,
  };
}

/** How far a comparison is, on one line. */
export function progressText({ node, done, of, streams }: SoFar): string {
  return `compared ${done} of ${of} nodes, ${streams} streams; now ${node}`;
}

export function againstText(against: Against): string {
  const { centre, streams, repaired } = against;
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
  return [table(head, rows), ...days, ...asked, endText(against)].join("\n");
}

function endText({ streams, different, nodes, stopped }: Against): string {
  const end = different === 0
    ? `equal: ${streams.length} streams`
    : `NOT equal: ${different} of ${streams.length} streams`;
  if (stopped === null) return end;
  const far = nodes === null ? "nothing" : `${nodes.done} of ${nodes.of} nodes`;
  return `NOT complete: ${stopped}; compared so far: ${far}, ${end}`;
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
