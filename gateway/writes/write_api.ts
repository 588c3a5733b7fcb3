/** Routes that write to devices of a site, and show what was written. A county has none. */
import * as z from "zod";
import { nameSchema } from "../../drivers/profile_parts.ts";
import { problemResponse } from "../../sync/problem.ts";
import type { ApiRoute } from "../api_route.ts";
import type { DeviceWriter } from "./device_writer.ts";
import { writeView } from "./device_writes.ts";
import { outcomeProblem } from "./write_problems.ts";
import { writesTo } from "./write_tables.ts";

const writeOrder = z.strictObject({
  id: z.string().regex(/^[\w.:-]{8,64}$/, "want 8 to 64 letters, digits and . _ : -")
    .describe("Names this write, best at random: asked again, it tells what became of it"),
  point: nameSchema,
  value: z.union([z.number(), z.boolean()]).describe("In the point's unit; a coil: true or false"),
  reason: z.string().trim().min(1).max(500).describe("For the auditor"),
});

export function writeRoutes(writer: DeviceWriter): readonly ApiRoute[] {
  return [
    {
      method: "post",
      path: "/api/devices/{device}/writes",
      right: "device.write",
      summary:
        "Writes a point that profile and configuration permit, and reads it back; anything " +
        "but confirmed is a problem document",
      role: "site",
      body: writeOrder,
      answer: writeView,
      handle: async (_parts, { body, path, who }) => {
        const order = { ...writeOrder.parse(body), device: path.device, who };
        const result = await writer.write(order);
        if (result.kind === "problem") return problemResponse(result.problem);
        const problem = outcomeProblem(result.write);
        if (problem !== null) return problemResponse(problem);
        return Response.json(result.write, { status: result.kind === "done" ? 201 : 200 });
      },
    },
    {
      method: "get",
      path: "/api/devices/{device}/writes",
      right: "read",
      summary: "The last writes to a device, the latest first; the audit has all",
      role: "site",
      answer: z.array(writeView),
      handle: async ({ node }, { path }) => {
        await node.tables.caughtUp(node.journal);
        return Response.json(await writesTo(node.tables, node.config.node, path.device));
      },
    },
  ];
}
