/** What was published, as an item to be stored: the same for our broker and for others'. */
import type { Delivery, Identity, ReadingItem, UnreadableItem } from "../driver.ts";
import { decodePayload } from "./payload.ts";
import type { MqttDevice, MqttMessage } from "./profile.ts";

/** A device's message and where it is published. */
export interface Binding {
  readonly device: MqttDevice;
  readonly message: MqttMessage;
  readonly topic: string;
}

export interface Published {
  readonly payload: Uint8Array;
  /** It was sent before, and may have arrived then. */
  readonly repeated: boolean;
  /** What the protocol itself tells repeats by, where it does (QoS 2). */
  readonly identity: Identity | null;
  readonly delivery?: Delivery;
  /** Its sender keeps it until it is acknowledged. */
  readonly kept: boolean;
}

const HOUR_MS = 3_600_000;

export function messageItem(
  { device, message, topic }: Binding,
  published: Published,
): ReadingItem | UnreadableItem {
  const { payload } = published;
  const decoded = decodePayload(payload, message);
  const own = decoded.kind === "readings" ? decoded.id : null;
  const identity = own === null ? published.identity : {
    channel: device.id,
    id: own,
    bytes: payload,
    windowMs: message.idWindowHours * HOUR_MS,
    restarts: message.idRestarts,
  };
  const item = {
    device: device.id,
    receivedMs: performance.now(),
    identity,
    possibleDuplicate: published.repeated && identity === null,
    ...(published.kept ? { kept: true as const } : {}),
    ...(published.delivery === undefined || identity !== null
      ? {}
      : { delivery: published.delivery }),
  };
  if (decoded.kind === "unreadable") {
    return { kind: "unreadable", ...item, address: topic, bytes: payload, reason: decoded.reason };
  }
  const { readings, deviceMs } = decoded;
  return { kind: "reading", ...item, readings, deviceMs };
}
