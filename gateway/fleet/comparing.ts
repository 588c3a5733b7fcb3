/** Comparing and repairing as programs and people ask for it: against which centre, of whom. */
import * as z from "zod";
import { NODE_NAME, parseOrigin } from "../../sync/origin.ts";
import { type Peer, PeerError } from "../../sync/peer.ts";
import { type Problem, problemResponse } from "../../sync/problem.ts";
import type { Timer } from "../../sync/timer.ts";
import type { CentreLink } from "../centre_link.ts";
import type { Config } from "../config.ts";
import type { Node } from "../node.ts";
import { compareNode, type StreamComparison } from "./comparison.ts";
import { OtherNode } from "./other_node.ts";
import { repair } from "./repair.ts";

/** What is on its way is waited for so long when nothing else is said. */
const WAIT_SECONDS = 10;

export const comparisonQuery = z.strictObject({
  against: z.string().regex(NODE_NAME).optional().describe("A centre; none: the first configured"),
  node: z.string().regex(NODE_NAME).optional().describe("Entries of this node only"),
  wait: z.coerce.number().min(0).max(600).default(WAIT_SECONDS)
    .describe("Seconds for what is on its way"),
});
type ComparisonQuery = z.infer<typeof comparisonQuery>;

export interface ComparingParts {
  readonly node: Node;
  readonly links: readonly CentreLink[];
}

/** A line before each node: how many of how many were compared, and which comes now. */
export const comparisonProgress = z.object({
  progress: z.object({ node: z.string(), done: z.number(), of: z.number() }),
});
export type ComparisonProgress = z.infer<typeof comparisonProgress>["progress"];

/** What the last line says; `error` where the other node could not be asked to the end. */
export const comparisonEnd = z.object({
  compared: z.number(),
  different: z.number(),
  error: z.string().optional(),
});

export type ComparisonLine =
  | StreamComparison
  | z.infer<typeof comparisonProgress>
  | z.infer<typeof comparisonEnd>;

/** Each question has a deadline of its own; all together take what they take. */
const NO_DEADLINE = new AbortController().signal;

function centreOf(
  { links }: ComparingParts,
  { against }: Pick<ComparisonQuery, "against">,
): { link: CentreLink; peer: Peer } | Problem {
  const link = links.find(({ centre }) => against === undefined || centre === against);
  if (link === undefined) {
    return {
      status: 404,
      code: "no-such-centre",
      title: "No such centre is configured here",
      detail: links.map(({ centre }) => centre).join(", "),
    };
  }
  const peer = link.questions;
  if (peer === null) {
    const title = "This node is not enrolled at that centre";
    return { status: 409, code: "not-enrolled", title };
  }
  return { link, peer };
}

/** Whether two nodes differ; a site does not hold all that it ever was, and need not. */
export function isDifferent(
  { config }: { readonly config: Pick<Config, "role"> },
  view: StreamComparison,
): boolean {
  if (view.state === "equal") return false;
  return !(config.role === "site" && view.state === "only-there");
}

/** A line for each stream, as it is compared, how far it is, and one that counts. */
export function comparisonLines(parts: ComparingParts, query: ComparisonQuery): Response {
  const centre = centreOf(parts, query);
  if (!("peer" in centre)) return problemResponse(centre);
  const lines = ReadableStream.from(compareAll(parts.node, centre.peer, query))
    .pipeThrough(
      new TransformStream<ComparisonLine, string>({
        transform: (line, controller) => controller.enqueue(`${JSON.stringify(line)}\n`),
      }),
    );
  return new Response(lines.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "application/x-ndjson" },
  });
}

type Comparing = Pick<Node, "config" | "journal" | "tables">;

/** Compares node by node. `timer` is for the deadline of each question. */
export async function* compareAll(
  node: Comparing,
  peer: Pick<Peer, "ask" | "node">,
  query: Pick<ComparisonQuery, "node" | "wait">,
  timer?: Timer,
): AsyncGenerator<ComparisonLine> {
  let [compared, different, at] = [0, 0, ""];
  try {
    for await (const line of comparisons(node, peer, query, timer)) {
      if ("progress" in line) at = ` of "${line.progress.node}"`;
      else {
        compared++;
        if (isDifferent(node, line)) different++;
      }
      yield line;
    }
    yield { compared, different };
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    const what = `Cannot compare what "${peer.node}" holds${at}`;
    yield { compared, different, error: `${what}: ${error.message}` };
  }
}

async function* comparisons(
  node: Comparing,
  peer: Pick<Peer, "ask" | "node">,
  { node: asked, wait }: Pick<ComparisonQuery, "node" | "wait">,
  timer?: Timer,
): AsyncGenerator<StreamComparison | z.infer<typeof comparisonProgress>> {
  const other = new OtherNode(peer, NO_DEADLINE, timer);
  const names = await nodesOf(node, other, asked);
  for (const [done, name] of names.entries()) {
    yield { progress: { node: name, done, of: names.length } };
    yield* (await compareNode(node, other, name, wait * 1000)).streams;
  }
}

/** All nodes of which either holds something; a site is about itself. */
async function nodesOf(
  { config, journal }: Pick<Node, "config" | "journal">,
  other: OtherNode,
  asked: string | undefined,
): Promise<string[]> {
  if (config.role === "site") return [config.node];
  if (asked !== undefined) return [asked];
  const held = [...journal.positions(), ...await other.streams("")];
  return [...new Set(held.flatMap(({ origin }) => parseOrigin(origin)?.node ?? []))].sort();
}

/** Compares, and makes both ask again where they differ; says so in `audit`. */
export async function repairWith(
  parts: ComparingParts,
  query: ComparisonQuery,
): Promise<Response> {
  const { node } = parts;
  const centre = centreOf(parts, query);
  if (!("peer" in centre)) return problemResponse(centre);
  const { link, peer } = centre;
  const time = node.clock.now();
  const body = JSON.stringify({ against: link.centre, node: query.node ?? null });
  await node.journal.append(
    [{ kind: "entry", stream: "audit", entryKind: "repair", time, body }],
    time,
  );
  try {
    const views: StreamComparison[] = [];
    for await (const line of comparisons(node, peer, { node: query.node, wait: 0 })) {
      if (!("progress" in line)) views.push(line);
    }
    return Response.json(await repair(node, link, peer, views, NO_DEADLINE), { status: 201 });
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    const title = "The centre could not be asked";
    const problem = { status: 502, code: "no-answer", title, detail: error.message };
    return problemResponse(problem);
  }
}
