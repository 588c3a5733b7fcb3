/** A device as good ones are: MQTT.js at QoS 1, with a session and messages that it keeps. */
import mqtt, { type IClientPublishOptions, type MqttClient, type Packet, Store } from "mqtt";
import { PASSWORD } from "../../drivers/mqtt/fixtures.ts";

/**
 * What was sent and not acknowledged. What comes out of the store is sent again, and MQTT 3.1.1
 * (3.3.1.1) asks for the DUP flag then, which the library leaves to its store.
 */
class KeptMessages extends Store {
  override put(packet: Packet, done: Parameters<Store["put"]>[1]): this {
    super.put(packet.cmd === "publish" ? { ...packet, dup: true } : packet, done);
    return this;
  }
}

/** Tries to connect again so often: a gateway that restarts is missed for no longer. */
const RECONNECT_MS = 20;

export class MqttDevice implements AsyncDisposable {
  readonly #client: MqttClient;
  readonly #topic: string;
  /** Resolved while there is a connection on which all that was kept has been sent again. */
  #ready = Promise.withResolvers<void>();
  #isReady = false;
  /** PUBLISH packets written, and how many of them said that they may be repeats. */
  sent = 0;
  repeated = 0;
  acknowledged = 0;

  /** Logs in as `name`, and publishes to `topic` only. */
  constructor(name: string, port: number, topic: string) {
    this.#topic = topic;
    this.#client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      clientId: name,
      username: name,
      password: PASSWORD,
      protocolVersion: 4,
      clean: false,
      reconnectPeriod: RECONNECT_MS,
      outgoingStore: new KeptMessages(),
    });
    this.#client.on("error", () => {});
    this.#client.on("connect", () => {
      this.#isReady = true;
      this.#ready.resolve();
    });
    this.#client.on("close", () => {
      if (this.#isReady) this.#ready = Promise.withResolvers();
      this.#isReady = false;
    });
    this.#client.on("packetsend", (packet) => {
      if (packet.cmd !== "publish") return;
      this.sent++;
      if (packet.dup) this.repeated++;
    });
  }

  /** Resolves with the PUBACK, over however many connections it takes. */
  async publish(payload: string): Promise<void> {
    const options: IClientPublishOptions = { qos: 1 };
    for (;;) {
      await this.#ready.promise;
      try {
        await this.#client.publishAsync(this.#topic, payload, options);
        this.acknowledged++;
        return;
      } catch {
        // The connection went before this one could leave.
      }
    }
  }

  /** Publishes what `next` gives, `inflight` at one time, until it gives `null`. */
  async publishAll(inflight: number, next: () => string | null): Promise<void> {
    const lane = async () => {
      for (let payload = next(); payload !== null; payload = next()) await this.publish(payload);
    };
    await Promise.all(Array.from({ length: inflight }, lane));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }
}
