/**
 * Whether devices are there, by what is known of it: the connection, their availability topics,
 * and that they speak. Decides; does nothing. Edge nodes of Sparkplug say it by births and deaths.
 */
import type { DeviceState, StateItem, UnreadableItem } from "../driver.ts";
import { at } from "./json_path.ts";
import { type Availability, type MqttDevice, topicOf } from "./profile.ts";

interface Watched {
  readonly device: MqttDevice;
  /** Availability topics on which it was last said to be offline. */
  readonly offline: Set<string>;
  state: DeviceState | null;
}

export type PresenceItem = StateItem | UnreadableItem;

export class Presence {
  readonly #watched = new Map<string, Watched>();
  readonly #topics = new Map<string, { watched: Watched; availability: Availability }[]>();

  constructor(devices: readonly MqttDevice[]) {
    for (const device of devices.filter(({ profile }) => profile.metrics.length === 0)) {
      const watched = { device, offline: new Set<string>(), state: null };
      this.#watched.set(device.id, watched);
      for (const availability of device.profile.availability) {
        const topic = topicOf(availability.topic, device);
        this.#topics.getOrInsertComputed(topic, () => []).push({ watched, availability });
      }
    }
  }

  get topics(): ReadonlySet<string> {
    return new Set(this.#topics.keys());
  }

  isAvailability(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** A device that says itself whether it is there, is so once it says it, or anything. */
  connected(reason: string): PresenceItem[] {
    return this.#watched.values()
      .filter(({ device }) => device.profile.availability.length === 0)
      .flatMap((watched) => became(watched, "online", reason)).toArray();
  }

  disconnected(reason: string): PresenceItem[] {
    return this.#watched.values().flatMap((watched) => {
      watched.offline.clear();
      return became(watched, "offline", reason);
    }).toArray();
  }

  /** A value came, and is of now: whatever was said before, the device is there. */
  sent({ id }: MqttDevice): PresenceItem[] {
    const watched = this.#watched.get(id);
    if (watched === undefined || watched.device.profile.availability.length === 0) return [];
    watched.offline.clear();
    return became(watched, "online", "it sends");
  }

  /** What was published on an availability topic, also as a last will or retained. */
  said(topic: string, payload: Uint8Array): PresenceItem[] {
    // Empty: what was retained is taken back.
    if (payload.length === 0) return [];
    return (this.#topics.get(topic) ?? []).flatMap(({ watched, availability }): PresenceItem[] => {
      const word = wordIn(payload, availability);
      if (word === null) return [unreadable(watched.device, topic, payload)];
      if (word === "offline") watched.offline.add(topic);
      else watched.offline.delete(topic);
      const [gone] = watched.offline;
      return gone === undefined
        ? became(watched, "online", `${topic} says online`)
        : became(watched, "offline", `${gone} says offline`);
    });
  }
}

function became(watched: Watched, state: DeviceState, reason: string): StateItem[] {
  if (watched.state === state) return [];
  watched.state = state;
  const { id } = watched.device;
  return [{ kind: "state", device: id, state, reason, receivedMs: performance.now() }];
}

/** Bridges say the word plainly or, in newer versions, in a document: either is taken. */
function wordIn(payload: Uint8Array, said: Availability): "online" | "offline" | null {
  const text = new TextDecoder().decode(payload).trim();
  const words = [text];
  if (said.path !== undefined) {
    try {
      words.push(String(at(JSON.parse(text), said.path)));
    } catch {
      // It is no JSON: the plain word counts.
    }
  }
  if (words.includes(said.online)) return "online";
  return words.includes(said.offline) ? "offline" : null;
}

function unreadable(device: MqttDevice, topic: string, bytes: Uint8Array): UnreadableItem {
  return {
    kind: "unreadable",
    device: device.id,
    address: topic,
    bytes,
    reason: "It says neither online nor offline",
    receivedMs: performance.now(),
    identity: null,
    possibleDuplicate: false,
  };
}
