/** The API for programs: each route is described once, for answering and for OpenAPI alike. */
import { Hono } from "hono";
import * as z from "zod";
import type { ApiParts, ApiRoute } from "./api_route.ts";
import { BLOB_ROUTES } from "./blobs/blob_api.ts";
import { NODE_NAME } from "../sync/origin.ts";
import { type Problem, problemResponse } from "../sync/problem.ts";
import { readBody } from "../sync/read_body.ts";
import { deviceView, listDevices, pointView } from "./devices/device_list.ts";
import { RECORDING_ROUTE, TRACE_ROUTE } from "./devices/trace_api.ts";
import { entriesStream } from "./entries.ts";
import { centresKnown, declareCentre } from "./fleet/centres.ts";
import { comparisonLines, comparisonQuery, repairWith } from "./fleet/comparing.ts";
import { compare, equalityView } from "./fleet/equality.ts";
import { exportParts, exportQuery, exportRanges, tellExport } from "./export_request.ts";
import { invite } from "./fleet/invite.ts";
import { type Actor, refuseWithout } from "./people/actor.ts";
import { PEOPLE_ROUTES } from "./people/people_api.ts";
import { beginRotation, rotationView } from "./key_rotation.ts";
import { listTwins, twinsView } from "./fleet/twins.ts";
import { ROLES } from "./fleet/members.ts";
import { REFUSAL_CODES } from "../drivers/driver.ts";
import { statusOf } from "./status.ts";
import { WRITE_ROUTES } from "./writes/write_api.ts";

const BODY_BYTES_MAX = 64 << 10;
const ENTRIES_MAX = 10_000;

const position = z.object({
  origin: z.string(),
  stream: z.string(),
  seq: z.number(),
  hash: z.string().describe("Hexadecimal"),
});

const entriesQuery = z.strictObject({
  origin: z.string().min(1).describe("As in /api/positions"),
  stream: z.string().min(1),
  after: z.coerce.number().int().min(0).default(0).describe("Entries behind this number"),
  limit: z.coerce.number().int().min(1).max(ENTRIES_MAX).default(1000),
});

const siteQuery = z.strictObject({ site: z.string().optional().describe("One site only") });

const invitationBody = z.strictObject({
  node: z.string().regex(NODE_NAME),
  role: z.enum(ROLES).default("site"),
  hours: z.number().positive().max(24 * 30).default(24).describe("How long the code is good"),
});

const centreBody = z.strictObject({
  centre: z.string().regex(NODE_NAME),
  lost: z.boolean().describe("false: it has returned"),
  reason: z.string().min(1).max(500).describe("For the auditor"),
});

export const API_ROUTES: readonly ApiRoute[] = [
  {
    method: "get",
    path: "/api/status",
    right: "read",
    summary: "How this node is doing: lines, links, journal, clock",
    answer: z.object({ node: z.string(), role: z.string() }).loose(),
    handle: async (parts) => Response.json(await statusOf(parts)),
  },
  {
    method: "get",
    path: "/api/positions",
    right: "read",
    summary: "The last entry held of every origin and stream, with its hash",
    answer: z.array(position),
    handle: async (parts) => Response.json((await statusOf(parts)).positions),
  },
  {
    method: "get",
    path: "/api/entries",
    right: "entries",
    summary: "Entries of one origin and stream, one JSON document a line",
    query: entriesQuery,
    answer: z.string(),
    contentType: "application/x-ndjson",
    handle: ({ node }, { query }) =>
      Promise.resolve(entriesStream(node.journal, entriesQuery.parse(query))),
  },
  {
    method: "get",
    path: "/api/export",
    right: "audit.export",
    summary: "Entries as a signed file that whoever has it can verify (sync/README.md: Exports)",
    query: exportQuery,
    answer: z.string(),
    contentType: "application/x-ndjson",
    handle: async ({ node }, { query, who }) => {
      const asked = exportQuery.parse(query);
      const ranges = await exportRanges(node, asked);
      if (ranges.length === 0) {
        const detail = JSON.stringify(asked);
        const title = "Nothing is held here of what is asked";
        return problemResponse({ status: 404, code: "nothing-held", title, detail });
      }
      await tellExport(node, asked, who);
      const name = `${asked.node ?? asked.origin}-${asked.from ?? "all"}.ndjson`;
      return new Response(ReadableStream.from(exportParts(node, ranges)), {
        headers: {
          "content-type": "application/x-ndjson",
          "content-disposition": `attachment; filename="${name}"`,
        },
      });
    },
  },
  {
    method: "get",
    path: "/api/devices",
    right: "read",
    summary: "Devices and whether they are there",
    query: siteQuery,
    answer: z.array(deviceView),
    handle: async ({ node }, { query }) => {
      const site = siteQuery.parse(query).site ?? null;
      return Response.json(await listDevices(node.tables, site, node.clock.now()));
    },
  },
  {
    method: "get",
    path: "/api/latest",
    right: "read",
    summary: "The last value of every measuring point",
    query: siteQuery,
    answer: z.array(pointView.extend({ site: z.string(), device: z.string() })),
    handle: async ({ node }, { query }) => {
      const site = siteQuery.parse(query).site ?? null;
      const devices = await listDevices(node.tables, site, node.clock.now());
      return Response.json(
        devices.flatMap(({ site, device, points }) =>
          points.map((point) => ({ site, device, ...point }))
        ),
      );
    },
  },
  {
    method: "get",
    path: "/api/refusals",
    right: "read",
    summary: "Who and what was turned away lately",
    answer: z.array(z.object({
      source: z.string(),
      code: z.enum(REFUSAL_CODES),
      who: z.string(),
      detail: z.string(),
      count: z.number(),
      firstMs: z.number(),
      lastMs: z.number(),
    })),
    handle: ({ node }) => Promise.resolve(Response.json(node.refusals.list())),
  },
  {
    method: "get",
    path: "/api/equality",
    right: "read",
    summary: "Whether the other centre holds the same, stream by stream",
    role: "county",
    answer: z.array(equalityView),
    handle: async ({ node, links }) =>
      Response.json(await compare(node.journal, links.at(0) ?? null, Date.now())),
  },
  {
    method: "get",
    path: "/api/comparison",
    right: "read",
    summary: "Each stream compared with what a centre holds: place, days, the first difference; " +
      "a JSON document a line, before each node how far it is, and last how many are different",
    query: comparisonQuery,
    answer: z.string(),
    contentType: "application/x-ndjson",
    handle: (parts, { query }) =>
      Promise.resolve(comparisonLines(parts, comparisonQuery.parse(query))),
  },
  {
    method: "post",
    path: "/api/repairs",
    right: "fleet.manage",
    summary: "Asks a centre again where the two differ, and pulls what is missing here",
    body: comparisonQuery,
    answer: z.object({ filled: z.number(), forks: z.number() }),
    handle: async (parts, { body }) => await repairWith(parts, comparisonQuery.parse(body)),
  },
  {
    method: "get",
    path: "/api/twins",
    right: "read",
    summary: "Nodes of which there are two boxes, until one of them has a new key",
    role: "county",
    answer: z.array(twinsView),
    handle: async ({ node }) => Response.json(await listTwins(node.tables)),
  },
  {
    method: "get",
    path: "/api/key-rotation",
    right: "read",
    summary: "Whether all that is at rest is under the newest key",
    answer: rotationView,
    handle: ({ node }) => Promise.resolve(Response.json(node.rotation.view())),
  },
  {
    method: "post",
    path: "/api/key-rotation",
    right: "system.manage",
    summary: "Takes a new at-rest key into use, and writes everything anew under it",
    answer: rotationView,
    handle: async ({ node }) => await beginRotation(node),
  },
  {
    method: "get",
    path: "/api/members",
    right: "read",
    summary: "Nodes that are enrolled here",
    answer: z.array(z.object({ node: z.string(), role: z.enum(ROLES), publicKey: z.string() })),
    handle: ({ node }) =>
      Promise.resolve(
        Response.json(node.registry.list().map(({ node, member }) => ({ node, ...member }))),
      ),
  },
  {
    method: "post",
    path: "/api/invitations",
    right: "fleet.manage",
    summary: "A one-time code with which a node may enrol",
    role: "county",
    body: invitationBody,
    answer: z.object({ code: z.string(), node: z.string(), expiresMs: z.number() }),
    handle: async ({ node }, { body }) => {
      const invitation = await invite(node, invitationBody.parse(body));
      node.log({ kind: "invited", node: invitation.node, role: invitation.role });
      return Response.json(invitation, { status: 201 });
    },
  },
  {
    method: "get",
    path: "/api/centres",
    right: "read",
    summary: "Centres of which an operator has said that they are lost, or have returned",
    answer: z.array(z.object({
      centre: z.string(),
      lost: z.boolean(),
      reason: z.string(),
      by: z.string().describe("The county's node where it was said"),
      wallMs: z.number(),
    })),
    handle: ({ node }) => Promise.resolve(Response.json(node.losses.list())),
  },
  {
    method: "post",
    path: "/api/centres",
    right: "fleet.manage",
    summary:
      "Declares a centre lost, or returned: while it is lost sites wait for no receipt of it",
    role: "county",
    body: centreBody,
    answer: z.object({ centre: z.string(), lost: z.boolean(), sites: z.number() }),
    handle: async ({ node }, { body }) => {
      const word = centreBody.parse(body);
      const { centre, lost, reason } = word;
      const known = centresKnown(node);
      if (!known.includes(centre)) {
        return problemResponse({
          status: 404,
          code: "no-such-centre",
          title: "The county has no such centre",
          detail: `it has ${known.join(" and ")}`,
        });
      }
      const sites = await declareCentre(node, word);
      node.log({ kind: lost ? "centre-lost" : "centre-returned", centre, reason });
      return Response.json({ centre, lost, sites }, { status: 201 });
    },
  },
  {
    method: "post",
    path: "/api/owner-links",
    right: "owner",
    summary: "A one-time link to the console",
    answer: z.object({ url: z.string() }),
    handle: ({ sessions, url }) =>
      Promise.resolve(Response.json({ url: ownerUrl(url, sessions.newLink()) }, { status: 201 })),
  },
  TRACE_ROUTE,
  ...WRITE_ROUTES,
  RECORDING_ROUTE,
  ...BLOB_ROUTES,
  ...PEOPLE_ROUTES,
];

export function ownerUrl(url: string, token: string): string {
  return new URL(`/owner/${token}`, url).href;
}

/** What whoever guards the routes has found out. */
export interface Guarded {
  Variables: { who: string; actor: Actor };
}

/** The routes that a node of this role has, behind whatever guards them. */
export function apiApp(parts: ApiParts): Hono<Guarded> {
  const app = new Hono<Guarded>();
  const role = parts.node.config.role;
  for (const route of API_ROUTES) {
    if (route.role !== undefined && route.role !== role) continue;
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    app.on(route.method.toUpperCase(), path, async (context) => {
      const [who, actor] = [context.get("who"), context.get("actor")];
      const refused = refuseWithout(actor, route.right);
      if (refused !== null) return refused;
      const query = route.query?.safeParse(context.req.query());
      if (query?.success === false) return badInput(query.error);
      const body = route.body === undefined ? undefined : await jsonBody(context.req.raw);
      const parsed = route.body?.safeParse(body);
      if (parsed?.success === false) return badInput(parsed.error);
      const { raw: request } = context.req;
      const path = context.req.param();
      const input = { query: context.req.query(), body, path, request, who, actor };
      return await route.handle(parts, input);
    });
  }
  return app;
}

async function jsonBody(request: Request): Promise<unknown> {
  const bytes = await readBody(request, BODY_BYTES_MAX);
  try {
    return bytes === null ? undefined : JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function badInput(error: z.ZodError): Response {
  const problem: Problem = {
    status: 400,
    code: "bad-input",
    title: "The request is not what this route takes",
    detail: error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    hint: "see /api/openapi.json",
  };
  return problemResponse(problem);
}
