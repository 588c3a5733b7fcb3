/** A simulated MQTT device: logs in, and publishes at QoS 1 what its model says. */
import mqtt from "mqtt";
import type { Model } from "../simulation.ts";
import { encodePayload } from "./encode.ts";
import { type MqttDevice, topicOf } from "./profile.ts";
import { SimulatedEdgeNode, type Told } from "./sparkplug/simulated_edge_node.ts";

export interface MqttSimulation {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly device: MqttDevice;
  readonly model: Model;
  readonly intervalMs: number;
}

/** A real device tries again after a while, and so does this one. */
const RECONNECT_MS = 1000;

export class MqttSimulator implements AsyncDisposable {
  readonly #client: mqtt.MqttClient;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Messages that the broker has acknowledged. */
  acknowledged = 0;

  constructor({ url, username, password, device, model, intervalMs }: MqttSimulation) {
    const startMs = performance.now();
    const run = crypto.randomUUID().slice(0, 8);
    const edge = device.profile.metrics.length > 0 ? new SimulatedEdgeNode(device) : null;
    let count = 0;
    this.#client = mqtt.connect(url, {
      username,
      password,
      clientId: `${username}-simulator`,
      protocolVersion: 4,
      clean: edge !== null,
      reconnectPeriod: RECONNECT_MS,
      queueQoSZero: false,
      ...(edge === null ? {} : { will: { ...willOf(edge), qos: 1, retain: false } }),
    });
    // While the broker is away the library reconnects; there is nothing else to do about it.
    this.#client.on("error", () => {});
    const values = () => model(performance.now() - startMs);
    const publish = () => {
      if (!this.#client.connected) return;
      if (edge !== null) return this.#send(edge.data(values(), Date.now()));
      for (const message of device.profile.messages) {
        const told = { id: `${run}-${++count}`, ms: Date.now() };
        const payload = encodePayload(message, values(), told);
        this.#send([{ topic: topicOf(message.topic, device), payload }]);
      }
    };
    const births = () => edge === null ? publish() : this.#send(edge.births(values(), Date.now()));
    this.#client.on("connect", () => {
      if (edge !== null) this.#client.subscribe(edge.commands);
      births();
    });
    this.#client.on("message", (_topic, payload) => {
      if (edge?.asksForBirths(payload)) births();
    });
    this.#timer = setInterval(publish, intervalMs);
  }

  #send(messages: readonly Told[]): void {
    for (const { topic, payload } of messages) {
      this.#client.publish(topic, Buffer.from(payload), { qos: 1 }, (error) => {
        if (!error) this.acknowledged++;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.endAsync(true);
  }
}

function willOf(edge: SimulatedEdgeNode): { topic: string; payload: Buffer } {
  const { topic, payload } = edge.death(Date.now());
  return { topic, payload: Buffer.from(payload) };
}
