/** The route that shows the last exchanges with a device, byte by byte. */
import * as z from "zod";
import type { Exchange } from "../../drivers/mod.ts";
import { problemResponse } from "../../sync/problem.ts";
import type { ApiParts, ApiRoute } from "../api_route.ts";

/** One question and what came of it. */
export const exchangeView = z.object({
  wallMs: z.number().describe("When it was sent, milliseconds since 1970"),
  sent: z.string().describe("The whole frame, hexadecimal"),
  asked: z.string().describe("What it asks, in words"),
  received: z.array(z.object({ wallMs: z.number(), bytes: z.string() }))
    .describe("What came meanwhile, hexadecimal, in the pieces in which it came"),
  answered: z.string().describe("What came of it, in words"),
});
type ExchangeView = z.infer<typeof exchangeView>;

export const TRACE_ROUTE: ApiRoute = {
  method: "get",
  path: "/api/devices/{device}/trace",
  summary: "The last exchanges with a device of a Modbus line, oldest first, as bytes and words",
  role: "site",
  answer: z.array(exchangeView),
  handle: (parts, { path }) => Promise.resolve(traceOf(parts, path.device)),
};

function traceOf({ node, supervisors }: ApiParts, device: string): Response {
  const line = supervisors.find((one) => one.status().devices.includes(device));
  if (line === undefined) {
    const all = supervisors.flatMap((one) => one.status().devices);
    return problemResponse({
      status: 404,
      code: "no-such-device",
      title: "This node has no such device",
      detail: `there is no "${device.slice(0, 100)}"`,
      hint: all.length === 0 ? "configure one under sources" : `it has ${all.join(", ")}`,
    });
  }
  const exchanges = line.exchangesWith(device);
  if (exchanges === null) {
    return problemResponse({
      status: 404,
      code: "no-trace",
      title: "Exchanges are kept of Modbus devices only",
      detail: `"${device}" is on a line of ${line.status().driver}`,
    });
  }
  const startMs = node.clock.now().wallMs - performance.now();
  return Response.json(exchanges.map((exchange) => viewOf(exchange, startMs)));
}

/** `startMs`: the time at which `performance.now()` was 0. */
function viewOf(exchange: Exchange, startMs: number): ExchangeView {
  const { sent, sentMs, asked, chunks, answered } = exchange;
  return {
    wallMs: Math.round(startMs + sentMs),
    sent: sent.toHex(),
    asked,
    received: chunks.map(({ bytes, ms }) => ({
      wallMs: Math.round(startMs + ms),
      bytes: bytes.toHex(),
    })),
    answered,
  };
}
