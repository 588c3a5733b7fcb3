/** A simulated MQTT device: logs in, and publishes at QoS 1 what its model says. */
import mqtt from "mqtt";
import { type Faults, SimulationError } from "../simulated_faults.ts";
import type { Model, Values } from "../simulation.ts";
import { encodePayload } from "./encode.ts";
import { put } from "./json_path.ts";
import { malformed } from "./malformed.ts";
import { type Availability, type MqttDevice, type MqttProfile, topicOf } from "./profile.ts";
import { SimulatedEdgeNode, type Told } from "./sparkplug/simulated_edge_node.ts";

/**
 * silent: a message is not sent; malformed: nobody can read it; reboot: the connection is lost,
 * then all begins anew, counters and ids from zero; drifting-clock: the device's own clock runs
 * fast, by that share.
 */
export const MQTT_FAULTS = ["silent", "malformed", "reboot", "drifting-clock"] as const;
export type MqttFault = typeof MQTT_FAULTS[number];

/** Refuses a clock that drifts where the device tells no time. */
export function refuseFaults(
  asked: readonly { readonly fault: MqttFault }[],
  { profile, metrics, messages }: MqttProfile,
): void {
  if (!asked.some(({ fault }) => fault === "drifting-clock")) return;
  if (metrics.length > 0 || messages.some(({ time }) => time !== undefined)) return;
  throw new SimulationError(`"${profile}" tells no time: its clock can not be seen to drift`);
}

export interface MqttSimulation {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly device: MqttDevice;
  readonly model: Model;
  readonly intervalMs: number;
  readonly faults?: Faults<MqttFault> | undefined;
  /** How long it is away when it restarts. */
  readonly restartMs?: number;
}

/** A real device tries again after a while, and so does this one. */
const RECONNECT_MS = 1000;
const RESTART_MS = 3000;

/** From one restart to the next. */
interface Life {
  readonly client: mqtt.MqttClient;
  /** Where the device is an edge node of Sparkplug. */
  readonly edge: SimulatedEdgeNode | null;
  readonly bootMs: number;
  readonly restarts: number;
  /** Stands before the numbers of its messages. */
  readonly run: string;
  messages: number;
}

export class MqttSimulator implements AsyncDisposable {
  readonly #simulation: MqttSimulation;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #start = { wallMs: Date.now(), performanceMs: performance.now() };
  #life: Life;
  #restarting: ReturnType<typeof setTimeout> | null = null;
  /** Messages that the broker has acknowledged. */
  acknowledged = 0;

  constructor(simulation: MqttSimulation) {
    this.#simulation = simulation;
    this.#life = this.#boot(0);
    this.#timer = setInterval(() => this.#publish(), simulation.intervalMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    if (this.#restarting !== null) clearTimeout(this.#restarting);
    await this.#life.client.endAsync(true);
  }

  #boot(restarts: number): Life {
    const { url, username, password, device } = this.#simulation;
    const isEdge = device.profile.metrics.length > 0;
    const edge = isEdge ? new SimulatedEdgeNode(device, restarts) : null;
    const will = edge?.death(this.#clockMs()) ?? presenceOf(device, "offline").at(0);
    const client = mqtt.connect(url, {
      username,
      password,
      clientId: `${username}-simulator`,
      protocolVersion: 4,
      clean: isEdge,
      reconnectPeriod: RECONNECT_MS,
      queueQoSZero: false,
      ...(will === undefined ? {} : { will: willOf(will, !isEdge) }),
    });
    // While the broker is away the library reconnects; there is nothing else to do about it.
    client.on("error", () => {});
    const run = crypto.randomUUID().slice(0, 8);
    const life = { client, edge, bootMs: performance.now(), restarts, run, messages: 0 };
    const births = () => {
      if (edge !== null) this.#send(edge.births(this.#values(life), this.#clockMs()));
    };
    client.on("connect", () => {
      if (edge === null) {
        this.#send(presenceOf(device, "online"), true);
        this.#publish();
      } else {
        client.subscribe(edge.commands);
        births();
      }
    });
    client.on("message", (_topic, payload) => {
      if (edge?.asksForBirths(payload)) births();
    });
    return life;
  }

  #publish(): void {
    const { device, faults } = this.#simulation;
    const life = this.#life;
    if (this.#restarting !== null || !life.client.connected) return;
    const values = this.#values(life);
    const ms = this.#clockMs();
    for (const message of life.edge === null ? device.profile.messages : [null]) {
      const fault = faults?.next("drifting-clock") ?? null;
      if (fault === "reboot") return this.#reboot();
      if (fault === "silent") continue;
      const told = message === null ? life.edge?.data(values, ms) ?? [] : [{
        topic: topicOf(message.topic, device),
        payload: encodePayload(message, values, { id: `${life.run}-${++life.messages}`, ms }),
      }];
      if (fault !== "malformed" || faults === undefined) this.#send(told);
      else {
        const between = (least: number, most: number) => faults.between(least, most);
        const kind = message?.payload ?? "sparkplug";
        this.#send(told.map(({ topic, payload }) => ({
          topic,
          payload: malformed(payload, kind, between),
        })));
      }
    }
  }

  /** As if its power was cut: it does not take leave, and knows nothing of before. */
  #reboot(): void {
    const { client, restarts } = this.#life;
    client.end(true);
    this.#restarting = setTimeout(() => {
      this.#restarting = null;
      this.#life = this.#boot(restarts + 1);
    }, this.#simulation.restartMs ?? RESTART_MS);
  }

  #values({ bootMs, restarts }: Life): Values {
    return this.#simulation.model(performance.now() - bootMs, restarts);
  }

  /** What the device takes for the time. */
  #clockMs(): number {
    const { wallMs, performanceMs } = this.#start;
    const drift = this.#simulation.faults?.shareOf("drifting-clock") ?? 0;
    return Math.round(wallMs + (performance.now() - performanceMs) * (1 + drift));
  }

  #send(messages: readonly Told[], retain = false): void {
    for (const { topic, payload } of messages) {
      this.#life.client.publish(topic, Buffer.from(payload), { qos: 1, retain }, (error) => {
        if (!error) this.acknowledged++;
      });
    }
  }
}

/** What the device, or what stands before it, says of its being there. */
function presenceOf(device: MqttDevice, word: "online" | "offline"): Told[] {
  return device.profile.availability.map((one: Availability) => {
    const document = {};
    if (one.path !== undefined) put(document, one.path, one[word]);
    const text = one.path === undefined ? one[word] : JSON.stringify(document);
    return { topic: topicOf(one.topic, device), payload: new TextEncoder().encode(text) };
  });
}

function willOf({ topic, payload }: Told, retain: boolean) {
  return { topic, payload: Buffer.from(payload), qos: 1, retain } as const;
}
