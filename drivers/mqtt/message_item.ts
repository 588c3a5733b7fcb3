/** What was published, as items to be stored: the same for our broker and for others'. */
import type { Delivery, Identity, ReadingItem, UnreadableItem } from "../driver.ts";
import { type Decoded, decodePayload } from "./payload.ts";
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
  /** Why its values may be of some time ago, where they may. */
  readonly doubt?: string;
  /** It is not sent now: another broker had kept it for whoever comes. */
  readonly retained?: true;
}

export type MessageItem = ReadingItem | UnreadableItem;

const HOUR_MS = 3_600_000;

/** One item, or one of each sample where the payload is a list. */
export function messageItems(binding: Binding, published: Published): MessageItem[] {
  const receivedMs = performance.now();
  return decodePayload(published.payload, binding.message).map((decoded, index) => {
    const own = decoded.part === null ? published : partOf(published, index);
    return messageItem(binding, own, decoded, receivedMs);
  });
}

/** What tells repeats of a message stands for all of it: a part's is its number and its place. */
export function partOf(published: Published, part: number): Published {
  const { delivery, ...rest } = published;
  const placed = delivery === undefined ? {} : { delivery: { ...delivery, part } };
  return { ...rest, identity: null, ...placed };
}

function messageItem(
  { device, message, topic }: Binding,
  published: Published,
  decoded: Decoded,
  receivedMs: number,
): MessageItem {
  const bytes = decoded.part ?? published.payload;
  const own = decoded.kind === "readings" ? decoded.id : null;
  const identity = own !== null
    ? {
      channel: channelOf(device, message),
      id: own,
      bytes,
      windowMs: message.idWindowHours * HOUR_MS,
      restarts: message.idRestarts,
    }
    : published.identity;
  const { delivery } = published;
  const item = {
    device: device.id,
    receivedMs,
    identity,
    possibleDuplicate: published.repeated && identity === null,
    ...(published.kept ? { kept: true as const } : {}),
    ...(delivery !== undefined && identity === null ? { delivery } : {}),
    ...(published.doubt === undefined ? {} : { doubt: published.doubt }),
  };
  if (decoded.kind === "unreadable") {
    return { kind: "unreadable", ...item, address: topic, bytes, reason: decoded.reason };
  }
  const { readings, deviceMs } = decoded;
  return { kind: "reading", ...item, readings, deviceMs };
}

/**
 * Within which a message's ids count. A message that alone has ids has all of its device's; of
 * several each may count for itself.
 */
function channelOf({ id, profile }: MqttDevice, { topic }: MqttMessage): string {
  const counting = profile.messages.filter((message) => message.id !== undefined);
  // No device's id has a space. The topic is the profile's: an address may change.
  return counting.length > 1 ? `${id} ${topic}` : id;
}
