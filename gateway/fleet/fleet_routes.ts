/** Routes of the county's nodes: who they are, and whether they hold the same. */
import * as z from "zod";
import { NODE_NAME } from "../../sync/origin.ts";
import { problemResponse } from "../../sync/problem.ts";
import type { ApiRoute } from "../api_route.ts";
import { centresOf } from "../config.ts";
import { declareCentre } from "./centres.ts";
import { comparisonLines, comparisonQuery, repairWith } from "./comparing.ts";
import { compare, equalityView } from "./equality.ts";
import { invite } from "./invite.ts";
import { ROLES } from "./members.ts";
import { listTwins, twinsView } from "./twins.ts";

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

export const FLEET_ROUTES: readonly ApiRoute[] = [
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
      const known = centresOf(node.config);
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
];
