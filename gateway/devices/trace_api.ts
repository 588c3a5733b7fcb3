/** The routes that show and record the last exchanges with a device, byte by byte. */
import * as z from "zod";
import type { Exchange } from "../../drivers/mod.ts";
import { recordedSchema, recordingOf } from "../../drivers/modbus/recording.ts";
import type { Chunk } from "../../drivers/modbus/trace.ts";
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
  late: z.array(z.object({ wallMs: z.number(), bytes: z.string() }))
    .describe("What came when it was over, before anything else was asked on the line"),
});
type ExchangeView = z.infer<typeof exchangeView>;

export const TRACE_ROUTE: ApiRoute = {
  method: "get",
  path: "/api/devices/{device}/trace",
  right: "read",
  summary: "The last exchanges with a device of a Modbus line, oldest first, as bytes and words",
  role: "site",
  answer: z.array(exchangeView),
  handle: (parts, { path }) => Promise.resolve(traceOf(parts, path.device)),
};

export const RECORDING_ROUTE: ApiRoute = {
  method: "get",
  path: "/api/devices/{device}/recording",
  right: "read",
  summary: "The last exchanges with a device of a Modbus line, as a recording to be replayed",
  role: "site",
  answer: recordedSchema,
  handle: (parts, { path }) => Promise.resolve(recorded(parts, path.device)),
};

function traceOf(parts: ApiParts, device: string): Response {
  const exchanges = exchangesOf(parts, device);
  if (exchanges instanceof Response) return exchanges;
  const startMs = startOf(parts);
  return Response.json(exchanges.map((exchange) => viewOf(exchange, startMs)));
}

function recorded(parts: ApiParts, device: string): Response {
  const exchanges = exchangesOf(parts, device);
  if (exchanges instanceof Response) return exchanges;
  const recording = recordingOf(device, exchanges, startOf(parts));
  if (recording !== null) return Response.json(recording);
  return problemResponse({
    status: 404,
    code: "no-exchanges",
    title: "Nothing was said yet",
    detail: `"${device}" was not asked since the node started`,
    hint: "`tributary status` says why",
  });
}

/** Of a device; a problem where there is none, or nothing of it is kept. */
function exchangesOf({ supervisors }: ApiParts, device: string): readonly Exchange[] | Response {
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
  if (exchanges !== null) return exchanges;
  return problemResponse({
    status: 404,
    code: "no-trace",
    title: "Exchanges are kept of Modbus devices only",
    detail: `"${device}" is on a line of ${line.status().driver}`,
  });
}

/** The time at which `performance.now()` was 0. */
function startOf({ node }: ApiParts): number {
  return node.clock.now().wallMs - performance.now();
}

function viewOf(exchange: Exchange, startMs: number): ExchangeView {
  const { question, sentMs, asked, chunks, answered, late } = exchange;
  const chunkOf = ({ bytes, ms }: Chunk) => ({
    wallMs: Math.round(startMs + ms),
    bytes: bytes.toHex(),
  });
  return {
    wallMs: Math.round(startMs + sentMs),
    sent: question.sent.toHex(),
    asked,
    received: chunks.map(chunkOf),
    answered,
    late: late.map(chunkOf),
  };
}
