/** Routes that tell of devices: their values, and who was turned away. */
import * as z from "zod";
import { REFUSAL_CODES } from "../../drivers/driver.ts";
import type { ApiRoute } from "../api_route.ts";
import { deviceView, listDevices, pointView } from "./device_list.ts";
import { RECORDING_ROUTE, TRACE_ROUTE } from "./trace_api.ts";

const siteQuery = z.strictObject({ site: z.string().optional().describe("One site only") });

export const DEVICE_ROUTES: readonly ApiRoute[] = [
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
  TRACE_ROUTE,
  RECORDING_ROUTE,
];
