import fc from "fast-check";
import * as tahu from "sparkplug-payload";
import { expect, test } from "vitest";
import { madeUpDevice, madeUpPoint } from "./fixtures.ts";
import { decodePayload } from "./payload.ts";
import { mqttDevice, mqttProfile } from "./profile.ts";
import { Speaker } from "./speaker.ts";
import { FRIDGE, GATEWAY } from "./sparkplug/fixture_edge_node.ts";

const RUNS = { numRuns: 3000 };

/** Births and data as Eclipse Tahu packs them, to be damaged. */
const PACKED = [
  { seq: 0, metrics: [{ name: "Supply", type: "Float" as const, value: 23.9 }] },
  {
    seq: 1,
    metrics: [
      { name: "Probes/Temperature", alias: 7, type: "Int16" as const, value: 42 },
      { name: "Door", type: "Boolean" as const, value: true },
    ],
  },
  { seq: 2, metrics: [{ alias: 7, type: "Int16" as const, value: 43 }] },
].map((payload) => {
  // Tahu's types want a name, its data need none.
  const metrics = payload.metrics.map((metric) => ({ name: undefined, ...metric }));
  return tahu.get("spBv1.0")?.encodePayload({ ...payload, metrics }) ?? new Uint8Array();
});
const TOPICS = ["NBIRTH/edge-1", "DBIRTH/edge-1/fridge", "DDATA/edge-1/fridge", "NDEATH/edge-1"]
  .map((end) => `spBv1.0/ward/${end}`);

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(fc.constantFrom(...PACKED), fc.nat(), fc.integer({ min: 0, max: 255 })).map(
    ([packed, at, value]) => packed.with(at % packed.length, value),
  ),
);

test("no bytes end the line of a Sparkplug edge node", () => {
  const devices = [FRIDGE, GATEWAY].map((device) => mqttDevice.parse(device));
  const speaker = new Speaker(devices);
  const message = fc.record({ topic: fc.constantFrom(...TOPICS), bytes, dup: fc.boolean() });
  fc.assert(
    fc.property(message, ({ topic, bytes: payload, dup }) => {
      const published = { payload, repeated: dup, identity: null, kept: false };
      const taken = speaker.take(topic, published);
      expect(typeof taken).toBe("object");
      if (typeof taken === "object") JSON.stringify(taken.items);
    }),
    RUNS,
  );
});

const json = fc.oneof(
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify({ list: [value, { v: value, id: value, t: 1 }] })),
).map((text) => new TextEncoder().encode(text));

test.each<[string, object]>([
  ["JSON", { id: "id", time: { path: "t", format: "seconds" } }],
  ["a list", { each: "list", id: "id", time: { path: "t", format: "iso" } }],
  ["bytes in JSON", { bytes: { path: "list[0]", encoding: "hex" } }],
  ["bytes", { payload: "binary", id: { offset: 3, type: "string", length: 4 } }],
  ["text of GB 18030", { payload: "text", charset: "gb18030" }],
])("no payload of %s ends the line of its device", (_what, message) => {
  const isBytes = "bytes" in message || "payload" in message && message.payload === "binary";
  const isJson = !("payload" in message);
  const points = isBytes
    ? [
      madeUpPoint("a", { unit: "1", packed: { offset: 0, type: "float32" } }),
      madeUpPoint("b", { packed: { offset: 1, type: "string", length: 3 } }),
    ]
    : isJson
    ? [madeUpPoint("c", { unit: "kg", path: "v[name=x].y" }), madeUpPoint("d", { path: "v" })]
    : [madeUpPoint("e")];
  const profile = { messages: [{ topic: "t", ...message, points }] };
  const { messages: [parsed] } = mqttProfile.parse(madeUpDevice("d", profile).profile);
  fc.assert(
    fc.property(fc.oneof(bytes, json), (payload) => {
      for (const decoded of decodePayload(payload, parsed)) {
        if (decoded.kind !== "readings") continue;
        for (const { value, quality } of decoded.readings) {
          expect(value === null).toBe(quality === "fault");
          if (typeof value === "number") expect(Number.isFinite(value)).toBe(true);
        }
      }
    }),
    RUNS,
  );
});
