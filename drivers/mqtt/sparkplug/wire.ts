/**
 * Sparkplug B payloads as bytes: Protocol Buffers, read and written by protobufjs. Field numbers
 * are those of the Sparkplug 3.0 specification (6.4, Payloads); what we do not read is left out,
 * and skipped where it comes.
 */
import protobuf from "protobufjs/light.js";
import * as z from "zod";

const optional = (type: string, id: number) => ({ type, id });

/** A value of a metric or of one of its properties, from the first field number on. */
const valueFields = (first: number) => ({
  intValue: optional("uint32", first),
  longValue: optional("uint64", first + 1),
  floatValue: optional("float", first + 2),
  doubleValue: optional("double", first + 3),
  booleanValue: optional("bool", first + 4),
  stringValue: optional("string", first + 5),
});

/** Zero and false are values that are told: in proto2, a field that is left out has none. */
const message = (fields: Record<string, protobuf.IField>) => ({ edition: "proto2", fields });

const Payload = protobuf.Root.fromJSON({
  nested: {
    PropertyValue: message({ type: optional("uint32", 1), ...valueFields(3) }),
    PropertySet: message({
      keys: { rule: "repeated", type: "string", id: 1 },
      values: { rule: "repeated", type: "PropertyValue", id: 2 },
    }),
    Metric: message({
      name: optional("string", 1),
      alias: optional("uint64", 2),
      timestamp: optional("uint64", 3),
      datatype: optional("uint32", 4),
      isHistorical: optional("bool", 5),
      isNull: optional("bool", 7),
      properties: optional("PropertySet", 9),
      ...valueFields(10),
    }),
    Payload: message({
      timestamp: optional("uint64", 1),
      metrics: { rule: "repeated", type: "Metric", id: 2 },
      seq: optional("uint64", 3),
      uuid: optional("string", 4),
    }),
  },
}).lookupType("Payload");

/** Metrics of one payload; more are no birth of a device that we know. */
const METRICS_MAX = 10_000;

const long = z.string().transform(BigInt).optional();
/** Also what is no number: many a device tells so that it has none. */
const float = z.custom<number>((told) => typeof told === "number").optional();
const value = {
  intValue: z.number().optional(),
  longValue: long,
  floatValue: float,
  doubleValue: float,
  booleanValue: z.boolean().optional(),
  stringValue: z.string().optional(),
};

const metricSchema = z.object({
  name: z.string().optional(),
  alias: long,
  timestamp: long,
  datatype: z.number().optional(),
  isHistorical: z.boolean().default(false),
  isNull: z.boolean().default(false),
  properties: z.object({
    keys: z.array(z.string()).default([]),
    values: z.array(z.object(value)).default([]),
  }).optional(),
  ...value,
});
export type Metric = z.infer<typeof metricSchema>;

const payloadSchema = z.object({
  timestamp: long,
  metrics: z.array(metricSchema).max(METRICS_MAX).default([]),
  seq: z.string().transform(Number).optional(),
  uuid: z.string().optional(),
});
export type Payload = z.infer<typeof payloadSchema>;

/** Eclipse Tahu's mark of a payload inside a compressed body; the specification knows none. */
const COMPRESSED = "SPBV1.0_COMPRESSED";

/** Reads a payload, or says why it is none. */
export function decodeSparkplug(bytes: Uint8Array): Payload | { readonly reason: string } {
  try {
    const payload = payloadSchema.parse(Payload.toObject(Payload.decode(bytes), { longs: String }));
    return payload.uuid === COMPRESSED ? { reason: "The payload is compressed" } : payload;
  } catch {
    return { reason: "The payload is not Sparkplug B" };
  }
}

/** What is written: the fields that are given. */
type Written = Partial<Omit<Metric, "timestamp">>;

export function encodeSparkplug(
  ms: number,
  metrics: readonly Written[],
  seq?: number,
): Uint8Array {
  // The library wants its own long integers, or numbers: ours are small.
  const own = metrics.map(({ alias, longValue, ...metric }) => ({
    ...metric,
    timestamp: ms,
    ...(alias === undefined ? {} : { alias: Number(alias) }),
    ...(longValue === undefined ? {} : { longValue: Number(longValue) }),
  }));
  const numbered = seq === undefined ? {} : { seq };
  return Payload.encode(Payload.create({ timestamp: ms, metrics: own, ...numbered })).finish();
}

/** Data types of the specification (6.4.16) that are written. */
export const WRITTEN_TYPES = { uint64: 8, double: 10, boolean: 11, string: 12 } as const;
export const REBIRTH = "Node Control/Rebirth";

/** Asks an edge node for all its births (Sparkplug 3.0, 6.4.22). */
export function rebirthRequest(nowMs: number): Uint8Array {
  const metric = { name: REBIRTH, datatype: WRITTEN_TYPES.boolean, booleanValue: true };
  return encodeSparkplug(nowMs, [metric]);
}
