/** Routes of what reviews rest on: releasing it, what is in force, and verdicts made again. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import { readBody } from "../../../sync/read_body.ts";
import type { ApiRoute, Input } from "../../api_route.ts";
import { issueLines } from "../../schema_faults.ts";
import { ReleaseError } from "./parts.ts";
import type { ReleaseDesk } from "./release_desk.ts";
import { releaseRequest } from "./release_request.ts";
import { replayPrescription, replayView } from "./replay.ts";
import type { RuleBook } from "./rule_book.ts";
import type { Release } from "./stored_releases.ts";
import { unmappedCodes, unmappedQuery, unmappedView } from "./unmapped_codes.ts";

/** Sixteen packs at their largest would be more; a county's own are a tenth of it. */
const REQUEST_BYTES_MAX = 128 << 20;

export const releaseView = z.object({
  id: z.string(),
  number: z.int(),
  from: z.iso.datetime(),
  packs: z.array(z.string()).describe("Identities, as verdicts name them"),
  sites: z.array(z.string()).describe("Of which it has mappings"),
  registry: z.boolean(),
  by: z.string(),
  note: z.string(),
});

export const rulesView = z.object({
  release: releaseView.nullable().describe("In force; null: files of the configuration are"),
  packs: z.array(z.string()).describe("Identities of those in force"),
  drugs: z.string().describe("Version of the drug list in force"),
  refused: z.array(z.object({ number: z.int(), id: z.string(), reason: z.string() }))
    .describe("Newer ones that cannot be read here, so that the one before stays in force"),
  coming: z.array(releaseView),
});

function viewOf(release: Omit<Release, "origin" | "toldMs">): z.infer<typeof releaseView> {
  const { id, number, fromMs, packs, mappings, registry, by, note } = release;
  return {
    id,
    number,
    from: new Date(fromMs).toISOString(),
    packs: packs.map(({ identity }) => identity),
    sites: mappings.map(({ site }) => site),
    registry: registry !== null,
    by,
    note,
  };
}

export function ruleRoutes(book: RuleBook): ApiRoute[] {
  const query = z.object({ site: z.string().min(1).max(64).optional() });
  return [{
    method: "get",
    path: "/api/rules",
    right: "read",
    summary: "What prescriptions are reviewed by, and what was released and cannot be read",
    answer: rulesView,
    handle: () => {
      const { release, sources, refused, coming } = book.view();
      return Promise.resolve(Response.json({
        release: release === null ? null : viewOf(release),
        packs: sources.packs,
        drugs: sources.drugs.version,
        refused,
        coming: coming.map(viewOf),
      }));
    },
  }, {
    method: "get",
    path: "/api/rules/unmapped",
    right: "read",
    summary: "Codes of sites that no mapping has, by how often prescriptions of late had them",
    query: unmappedQuery,
    answer: unmappedView,
    handle: async ({ node: { tables, clock } }, input) => {
      const query = unmappedQuery.parse(input.query);
      const { sources } = book.view();
      return Response.json(await unmappedCodes(tables, sources, query, clock.now().wallMs));
    },
  }, {
    method: "get",
    path: "/api/prescriptions/{id}/replay",
    right: "read",
    summary: "The stored verdicts of the rules on a prescription, made again from their inputs",
    query,
    answer: z.array(replayView),
    handle: async ({ node }, { path, query: { site = node.config.node } }) => {
      await node.tables.caughtUp(node.journal);
      const key = { site, number: path.id };
      return Response.json(await replayPrescription(node.tables, key, book.now.shelf));
    },
  }];
}

/** At a county. */
export function releaseRoute(desk: ReleaseDesk): ApiRoute {
  return {
    method: "post",
    path: "/api/rules/releases",
    right: "system.manage",
    role: "county",
    summary: "Releases packs, drug list, mappings and registry: all of them, or none",
    upload: true,
    body: releaseRequest,
    answer: releaseView,
    handle: (_parts, input) => released(desk, input),
  };
}

async function released(desk: ReleaseDesk, { request, who }: Input): Promise<Response> {
  const bytes = await readBody(request, REQUEST_BYTES_MAX);
  if (bytes === null) {
    const title = `A release has ${REQUEST_BYTES_MAX >> 20} MiB at most`;
    return problemResponse({ status: 413, code: "too-large", title });
  }
  const asked = releaseRequest.safeParse(jsonOf(bytes));
  if (!asked.success) {
    const faults = issueLines(asked.error.issues);
    return problemResponse(refused(faults.join("; ")));
  }
  try {
    return Response.json(viewOf(await desk.release(asked.data, who)), { status: 201 });
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return problemResponse(refused(error.message));
  }
}

function refused(detail: string): Problem {
  return { status: 422, code: "bad-release", title: "This cannot be released", detail };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
