/** What devices say over one connection, as items: the same for our broker and for others'. */
import type { Item } from "../driver.ts";
import { type Binding, messageItems, type Published } from "./message_item.ts";
import { Presence } from "./presence.ts";
import { type MqttDevice, topicMatches, topicOf } from "./profile.ts";
import { commandFilters, NAMESPACE, SparkplugHost, type Taken } from "./sparkplug/host.ts";

export class Speaker {
  readonly devices: readonly MqttDevice[];
  readonly #bindings = new Map<string, Binding>();
  readonly #ignored: readonly string[];
  readonly #commands: ReadonlySet<string>;
  readonly #presence: Presence;
  readonly #sparkplug: SparkplugHost;
  readonly #hasEdgeNodes: boolean;
  #connections = 0;

  constructor(devices: readonly MqttDevice[]) {
    this.devices = devices;
    for (const device of devices) {
      for (const message of device.profile.messages) {
        const topic = topicOf(message.topic, device);
        this.#bindings.set(topic, { device, message, topic });
      }
    }
    const filters = (field: "ignored" | "commands") =>
      devices.flatMap((one) => one.profile[field].map((filter) => topicOf(filter, one)));
    this.#ignored = filters("ignored");
    this.#commands = new Set([...filters("commands"), ...commandFilters(devices)]);
    this.#presence = new Presence(devices);
    this.#sparkplug = new SparkplugHost(devices);
    this.#hasEdgeNodes = devices.some(({ profile }) => profile.metrics.length > 0);
  }

  /** Topics of messages and of availability. */
  get topics(): readonly string[] {
    return [...new Set([...this.#bindings.keys(), ...this.#presence.topics])];
  }

  /** Whether it may subscribe: to commands, and to whether a Sparkplug host is there. */
  mayHear(filter: string): boolean {
    const isState = filter.startsWith("STATE/") || filter.startsWith(`${NAMESPACE}/STATE/`);
    return this.#commands.has(filter) || this.#hasEdgeNodes && isState;
  }

  connected(reason: string): readonly Item[] {
    return ++this.#connections > 1 ? [] : this.#presence.connected(reason);
  }

  /** While one of several connections is left, its devices are there. */
  disconnected(reason: string): readonly Item[] {
    if (--this.#connections > 0) return [];
    return [...this.#presence.disconnected(reason), ...this.#sparkplug.lost(reason)];
  }

  take(topic: string, published: Published): Taken | "ignored" | "not-allowed" {
    const binding = this.#bindings.get(topic);
    if (binding !== undefined) {
      const items = messageItems(binding, published);
      // What may be of some time ago does not say that its device is there now.
      const sent = published.doubt === undefined ? this.#presence.sent(binding.device) : [];
      return { items: sent.length === 0 ? items : [...sent, ...items], rebirth: null };
    }
    if (this.#presence.isAvailability(topic)) return this.word(topic, published);
    // Births and data are never retained; what was is of a session before (Sparkplug 3.0, 6.4).
    if (this.#sparkplug.knows(topic) && published.retained) return "ignored";
    return this.#sparkplug.take(topic, published) ??
      (this.#ignored.some((filter) => topicMatches(filter, topic)) ? "ignored" : "not-allowed");
  }

  /** What another broker retained, of some time ago: only whether a device is there counts. */
  retained(topic: string, published: Published): Taken | "ignored" {
    return this.#presence.isAvailability(topic) ? this.word(topic, published) : "ignored";
  }

  /** Of a last will: only whether a device is there. */
  word(topic: string, published: Published): Taken {
    const items = this.#presence.said(topic, published.payload);
    const isDeath = topic.split("/")[2] === "NDEATH";
    return (isDeath ? this.#sparkplug.take(topic, published) : null) ?? { items, rebirth: null };
  }
}
