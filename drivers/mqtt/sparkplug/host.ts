/** Sparkplug B from edge nodes of others, as items: the same for our broker and for others'. */
import type { DeviceState, Item, Reading } from "../../driver.ts";
import { type MessageItem, partOf, type Published } from "../message_item.ts";
import { doubted, fault, readValue } from "../point_value.ts";
import type { MqttDevice, MqttMetric } from "../profile.ts";
import { EdgeNode, MESSAGE_TYPES, type MessageType, type NamedMetric } from "./edge_node.ts";
import { momentOf, qualityOf, valueOf } from "./metric_value.ts";
import { RebirthTimes } from "./rebirth_times.ts";
import { decodeSparkplug, type Payload, rebirthRequest } from "./wire.ts";

export const NAMESPACE = "spBv1.0";

/** A command for an edge node to tell all its births anew: the only thing that is ever sent. */
export interface Rebirth {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** GROUP/NODE. */
  readonly node: string;
  readonly reason: string;
}

export interface Taken {
  /** What to store, before it is acknowledged. */
  readonly items: readonly Item[];
  readonly rebirth: Rebirth | null;
}

interface Node {
  readonly edge: EdgeNode;
  readonly rebirths: RebirthTimes;
  /** Configured devices by their name; the node itself under "". */
  readonly devices: ReadonlyMap<string, MqttDevice>;
}

/** Where a message came from, and what it is. */
interface Address {
  readonly node: Node;
  /** GROUP/NODE. */
  readonly name: string;
  readonly type: MessageType;
  readonly device: string | null;
}

export class SparkplugHost {
  readonly #nodes = new Map<string, Node>();

  constructor(devices: readonly MqttDevice[]) {
    for (const [name, own] of byNode(devices)) {
      const node = { edge: new EdgeNode(), rebirths: new RebirthTimes(), devices: own };
      this.#nodes.set(name, node);
    }
  }

  /** Whether the topic is one of an edge node that is configured. */
  knows(topic: string): boolean {
    return this.#address(topic) !== null;
  }

  take(topic: string, published: Published): Taken | null {
    const address = this.#address(topic);
    if (address === null) return null;
    const { node, name, type, device } = address;
    const payload = decodeSparkplug(published.payload);
    if ("reason" in payload) {
      node.edge.distrust();
      return this.#unbelieved(address, topic, published, payload.reason);
    }
    const verdict = node.edge.take(type, device, payload, published.repeated);
    switch (verdict.kind) {
      case "unbelieved":
        return this.#unbelieved(address, topic, published, verdict.reason);
      case "outlived":
        return { items: [], rebirth: null };
      case "death": {
        const gone = device === null ? node.devices.values() : [node.devices.get(device)];
        return { items: [...gone].flatMap(stateOf("offline", `it sent ${type}`)), rebirth: null };
      }
      case "birth":
      case "data": {
        const own = node.devices.get(device ?? "");
        const born = verdict.kind === "birth" ? stateOf("online", `it sent ${type}`)(own) : [];
        if (type === "NBIRTH") {
          node.rebirths.born();
          born.push(...unborn(node));
        }
        if (own === undefined) {
          return { items: [...born, ...unknown(name, verdict.kind, device)], rebirth: null };
        }
        const items = readingItems(own, payload, verdict.metrics, published);
        if (items.length > 0 || verdict.kind === "data") {
          return { items: [...born, ...items], rebirth: null };
        }
        const wanted = own.profile.metrics.map(({ metric }) => metric).join(", ");
        const reason = `The birth has none of ${wanted}`;
        return { items: [...born, unreadable(own, topic, published, reason)], rebirth: null };
      }
    }
  }

  /** The connection over which they came is gone. */
  lost(reason: string): Item[] {
    return this.#nodes.values().flatMap(({ edge, devices }) => {
      edge.distrust();
      return devices.values().flatMap((device) => stateOf("offline", reason)(device));
    }).toArray();
  }

  /** Kept as it came; its node is asked for its births. */
  #unbelieved(
    { node, name, device, type }: Address,
    topic: string,
    published: Published,
    found: string,
  ): Taken {
    const own = node.devices.get(device ?? "");
    const reason = `Cannot believe a ${type}: ${found}`;
    const items: Item[] = own === undefined ? [] : [unreadable(own, topic, published, reason)];
    items.push(...unborn(node));
    if (!node.rebirths.mayAsk(performance.now())) return { items, rebirth: null };
    const [group, edge] = name.split("/");
    const rebirth = {
      topic: `${NAMESPACE}/${group}/NCMD/${edge}`,
      payload: rebirthRequest(Date.now()),
      node: name,
      reason,
    };
    return { items, rebirth };
  }

  #address(topic: string): Address | null {
    const [namespace, group, type, edge, device = null, ...more] = topic.split("/");
    const known = MESSAGE_TYPES.find((one) => one === type);
    if (namespace !== NAMESPACE || known === undefined || more.length > 0) return null;
    if ((device !== null) !== known.startsWith("D")) return null;
    const name = `${group}/${edge}`;
    const node = this.#nodes.get(name);
    return node === undefined ? null : { node, name, type: known, device };
  }
}

/** Topics of edge nodes to subscribe to; never their commands. */
export function sparkplugFilters(devices: readonly MqttDevice[]): string[] {
  return [...byNode(devices).keys()].flatMap((name) => {
    const [group, edge] = name.split("/");
    return MESSAGE_TYPES.map((type) =>
      `${NAMESPACE}/${group}/${type}/${edge}${type.startsWith("D") ? "/+" : ""}`
    );
  });
}

/** Filters by which the edge nodes themselves hear commands (Sparkplug 3.0, 5.1). */
export function commandFilters(devices: readonly MqttDevice[]): string[] {
  return [...byNode(devices).keys()].flatMap((name) => {
    const [group, edge] = name.split("/");
    const node = `${NAMESPACE}/${group}/NCMD/${edge}`;
    const device = `${NAMESPACE}/${group}/DCMD/${edge}`;
    return [node, `${node}/#`, `${device}/#`, `${device}/+`];
  });
}

function byNode(devices: readonly MqttDevice[]): Map<string, Map<string, MqttDevice>> {
  const nodes = new Map<string, Map<string, MqttDevice>>();
  for (const device of devices.filter(({ profile }) => profile.metrics.length > 0)) {
    const [group, edge, name = ""] = (device.address ?? device.id).split("/");
    const own = nodes.get(`${group}/${edge}`) ?? new Map<string, MqttDevice>();
    nodes.set(`${group}/${edge}`, own.set(name, device));
  }
  return nodes;
}

function stateOf(state: DeviceState, reason: string) {
  return (device: MqttDevice | undefined): Item[] =>
    device === undefined
      ? []
      : [{ kind: "state", device: device.id, state, reason, receivedMs: performance.now() }];
}

/** Whoever was online, and is not believed any more. */
function unborn({ edge, devices }: Node): Item[] {
  return [...devices].flatMap(([name, device]) =>
    edge.isBorn(name === "" ? null : name)
      ? []
      : stateOf("degraded", "its birth is awaited")(device)
  );
}

/** A device that was born and is not configured: listed, so that it can be. */
function unknown(node: string, kind: "birth" | "data", device: string | null): Item[] {
  if (kind === "data" || device === null) return [];
  const detail = "its edge node told of its birth, and it is not configured";
  return [{ kind: "refusal", code: "unknown-device", who: `${node}/${device}`, detail }];
}

/** One item for each moment that the metrics are of. */
function readingItems(
  device: MqttDevice,
  payload: Payload,
  metrics: readonly NamedMetric[],
  published: Published,
): MessageItem[] {
  const moments = new Map<string, { readings: Reading[]; ms: number | null; late: boolean }>();
  for (const { name, datatype, metric } of metrics) {
    const ms = momentOf(metric.timestamp ?? payload.timestamp);
    const late = metric.isHistorical;
    const moment = moments.getOrInsertComputed(
      `${ms} ${late}`,
      () => ({ readings: [], ms, late }),
    );
    for (const point of device.profile.metrics) {
      if (point.metric === name) moment.readings.push(readMetric(point, datatype, metric));
    }
  }
  const items = [...moments.values()].filter(({ readings }) => readings.length > 0);
  return items.map(({ readings, ms, late }, index) => ({
    kind: "reading",
    ...named(device, items.length === 1 ? published : partOf(published, index)),
    readings,
    deviceMs: ms,
    ...(late ? { historical: true as const } : {}),
  }));
}

function readMetric(point: MqttMetric, datatype: number, metric: NamedMetric["metric"]): Reading {
  const value = valueOf(metric, datatype);
  if (value.kind === "fault") return fault(point, value.reason);
  const doubt = qualityOf(metric);
  if (doubt?.isBad) return fault(point, doubt.reason);
  const reading = readValue(value.raw, point);
  return doubt === null ? reading : doubted(reading, doubt.reason);
}

function unreadable(
  device: MqttDevice,
  topic: string,
  published: Published,
  reason: string,
): MessageItem {
  const item = named(device, published);
  return { kind: "unreadable", ...item, address: topic, bytes: published.payload, reason };
}

function named(device: MqttDevice, published: Published) {
  const { repeated, identity, kept, delivery, doubt } = published;
  return {
    device: device.id,
    receivedMs: performance.now(),
    identity,
    possibleDuplicate: repeated && identity === null,
    ...(kept ? { kept: true as const } : {}),
    ...(identity === null && delivery !== undefined ? { delivery } : {}),
    ...(doubt === undefined ? {} : { doubt }),
  };
}
