import * as tahu from "sparkplug-payload";
import { expect, test } from "vitest";
import { mqttDevice } from "../profile.ts";
import { FRIDGE, GATEWAY } from "./fixture_edge_node.ts";
import { SparkplugHost } from "./host.ts";

type Payload = Parameters<NonNullable<ReturnType<typeof tahu.get>>["encodePayload"]>[0];

const delivery = { connectedMs: 10, number: 7 };

/** What Eclipse Tahu's payload on this topic comes to. */
function taken(host: SparkplugHost, topic: string, payload: Payload) {
  const bytes = tahu.get("spBv1.0")?.encodePayload(payload) ?? new Uint8Array();
  const published = { payload: bytes, repeated: false, identity: null, kept: true, delivery };
  const { items = [] } = host.take(`spBv1.0/ward/${topic}`, published) ?? {};
  return items.flatMap((item) => item.kind === "reading" ? [item] : []);
}

test("G3: of a payload of several moments each is known by the message's number and its place", () => {
  const host = new SparkplugHost([FRIDGE, GATEWAY].map((device) => mqttDevice.parse(device)));
  const at = 1_795_328_852_000;
  const name = "Probes/Temperature";
  taken(host, "NBIRTH/edge-1", {
    timestamp: at,
    seq: 0,
    metrics: [
      { name: "bdSeq", type: "UInt64", value: 0 },
      { name: "Supply", type: "Float", value: 23.5 },
    ],
  });
  const metric = { name, type: "Int16" as const, value: 42, timestamp: at };
  const birth = { timestamp: at, seq: 1, metrics: [metric] };
  expect(taken(host, "DBIRTH/edge-1/fridge", birth).map((item) => item.delivery)).toEqual([
    delivery,
  ]);
  const later = [1, 2].map((second) => ({ ...metric, timestamp: at + 1000 * second }));
  const data = { timestamp: at + 3000, seq: 2, metrics: later };
  expect(
    taken(host, "DDATA/edge-1/fridge", data).map((item) => [item.deviceMs, item.delivery]),
  ).toEqual([[at + 1000, { ...delivery, part: 0 }], [at + 2000, { ...delivery, part: 1 }]]);
});
