/** Routes that every node has: how it is doing, and what it holds. */
import * as z from "zod";
import { problemResponse } from "../../sync/problem.ts";
import { ownerUrl } from "../api.ts";
import type { ApiRoute } from "../api_route.ts";
import { entriesStream } from "../entries.ts";
import { exportParts, exportQuery, exportRanges, tellExport } from "../export_request.ts";
import { beginRotation, rotationView } from "../key_rotation.ts";
import { statusOf } from "../status.ts";

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

export const NODE_ROUTES: readonly ApiRoute[] = [
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
    method: "post",
    path: "/api/owner-links",
    right: "owner",
    summary: "A one-time link to the console",
    answer: z.object({ url: z.string() }),
    handle: ({ sessions, url }) =>
      Promise.resolve(Response.json({ url: ownerUrl(url, sessions.newLink()) }, { status: 201 })),
  },
];
