/** Comparing and repairing as programs and people ask for it: against which centre, of whom. */
import * as z from "zod";
import { NODE_NAME, parseOrigin } from "../../sync/origin.ts";
import { type Peer, PeerError } from "../../sync/peer.ts";
import { type Problem, problemResponse } from "../../sync/problem.ts";
import type { CentreLink } from "../centre_link.ts";
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

/** What the last line says; `error` where the other node could not be asked to the end. */
export const comparisonEnd = z.object({
  compared: z.number(),
  different: z.number(),
  error: z.string().optional(),
});

const ASK_MS = 60_000;

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
export function isDifferent({ config }: Pick<Node, "config">, view: StreamComparison): boolean {
  if (view.state === "equal") return false;
  return !(config.role === "site" && view.state === "only-there");
}

/** A line for each stream, as it is compared, and one that counts. */
export function comparisonLines(parts: ComparingParts, query: ComparisonQuery): Response {
  const centre = centreOf(parts, query);
  if (!("peer" in centre)) return problemResponse(centre);
  const lines = ReadableStream.from(compareAll(parts, centre.peer, query));
  return new Response(lines.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "application/x-ndjson" },
  });
}

async function* compareAll(
  { node }: ComparingParts,
  peer: Peer,
  query: ComparisonQuery,
): AsyncGenerator<string> {
  let [compared, different] = [0, 0];
  const end = (more = {}) => `${JSON.stringify({ compared, different, ...more })}\n`;
  try {
    for await (const view of comparisons(node, peer, query)) {
      compared++;
      if (isDifferent(node, view)) different++;
      yield `${JSON.stringify(view)}\n`;
    }
    yield end();
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    yield end({ error: error.message });
  }
}

async function* comparisons(
  node: Node,
  peer: Peer,
  { node: asked, wait }: Pick<ComparisonQuery, "node" | "wait">,
): AsyncGenerator<StreamComparison> {
  const other = new OtherNode(peer, AbortSignal.timeout(ASK_MS + wait * 1000));
  for (const name of await nodesOf(node, other, asked)) {
    yield* (await compareNode(node, other, name, wait * 1000)).streams;
  }
}

/** All nodes of which either holds something; a site is about itself. */
async function nodesOf(
  { config, journal }: Node,
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
    for await (const view of comparisons(node, peer, { node: query.node, wait: 0 })) {
      views.push(view);
    }
    const signal = AbortSignal.timeout(ASK_MS);
    return Response.json(await repair(node, link, peer, views, signal), { status: 201 });
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    const title = "The centre could not be asked";
    const problem = { status: 502, code: "no-answer", title, detail: error.message };
    return problemResponse(problem);
  }
}
