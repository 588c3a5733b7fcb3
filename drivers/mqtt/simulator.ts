/** A simulated MQTT device: logs in, and publishes at QoS 1 what its model says. */
import mqtt from "mqtt";
import type { Model } from "../simulation.ts";
import { encodePayload } from "./encode.ts";
import { type MqttDevice, topicOf } from "./profile.ts";

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
    let count = 0;
    this.#client = mqtt.connect(url, {
      username,
      password,
      clientId: `${username}-simulator`,
      protocolVersion: 4,
      clean: false,
      reconnectPeriod: RECONNECT_MS,
      queueQoSZero: false,
    });
    // While the broker is away the library reconnects; there is nothing else to do about it.
    this.#client.on("error", () => {});
    const publish = () => {
      if (!this.#client.connected) return;
      const values = model(performance.now() - startMs);
      for (const message of device.profile.messages) {
        const told = { id: `${run}-${++count}`, ms: Date.now() };
        const payload = encodePayload(message, values, told);
        this.#client.publish(
          topicOf(message.topic, device),
          Buffer.from(payload),
          { qos: 1 },
          (error) => {
            if (!error) this.acknowledged++;
          },
        );
      }
    };
    this.#client.on("connect", publish);
    this.#timer = setInterval(publish, intervalMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.endAsync(true);
  }
}
