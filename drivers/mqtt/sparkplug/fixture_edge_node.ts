/** An edge node of others: Eclipse Tahu's client, which speaks by the official protobuf. */
import { once } from "node:events";
import sparkplug from "sparkplug-client";
import { madeUpDevice, madeUpPoint, PASSWORD } from "../fixtures.ts";

export const NODE = "ward/edge-1";
export const DEVICE = `${NODE}/fridge`;

type Metrics = NonNullable<Parameters<EdgeClient["publishNodeData"]>[0]["metrics"]>;
type EdgeClient = ReturnType<typeof sparkplug.newClient>;

/** As the product configures it: one device of the edge node, with two metrics. */
export const FRIDGE = madeUpDevice("fridge-1", {
  metrics: [
    madeUpPoint("temperature", { unit: "Cel", metric: "Probes/Temperature", scale: 0.1 }),
    madeUpPoint("door-open", { metric: "Door" }),
  ],
}, { address: DEVICE });

/** The edge node's own reading. */
export const GATEWAY = madeUpDevice("edge-1", {
  metrics: [madeUpPoint("supply", { unit: "V", metric: "Supply" })],
}, { address: NODE });

export const TEMPERATURE_ALIAS = 7;

export class TahuEdgeNode implements AsyncDisposable {
  readonly client: EdgeClient;
  /** How often it was asked for its births, and told them. */
  asked = 0;
  births = 0;

  constructor(port: number, more: object = {}) {
    this.client = sparkplug.newClient({
      serverUrl: `mqtt://127.0.0.1:${port}`,
      username: "login",
      password: PASSWORD,
      groupId: "ward",
      edgeNode: "edge-1",
      clientId: "tahu",
      version: "spBv1.0",
      mqttOptions: { reconnectPeriod: 0 },
      ...more,
    });
    this.client.on("error", () => {});
    this.client.on("birth", () => this.birth());
    this.client.on("ncmd", ({ metrics }) => {
      const told = metrics?.find(({ name }) => name === "Node Control/Rebirth");
      if (told?.value !== true) return;
      this.asked++;
      this.birth();
    });
  }

  birth(): void {
    this.births++;
    const timestamp = Date.now();
    this.client.publishNodeBirth({
      timestamp,
      metrics: [
        { name: "Node Control/Rebirth", type: "Boolean", value: false },
        { name: "Supply", type: "Float", value: 23.9 },
      ],
    });
    this.client.publishDeviceBirth("fridge", {
      timestamp,
      metrics: [
        { name: "Probes/Temperature", alias: TEMPERATURE_ALIAS, type: "Int16", value: -45 },
        { name: "Door", type: "Boolean", value: false },
        { name: "Not wanted", type: "String", value: "x" },
      ],
    });
  }

  /** The fridge's data. */
  tell(metrics: Metrics, timestamp = Date.now()): void {
    this.client.publishDeviceData("fridge", { timestamp, metrics });
  }

  /** A temperature by its alias alone, in tenths. */
  tellTenths(value: number, more: object = {}): void {
    this.tell([{ alias: TEMPERATURE_ALIAS, type: "Int16", value, ...more }]);
  }

  /** Counts a message that never arrives. */
  lose(): void {
    Reflect.set(this.client, "seq", Reflect.get(this.client, "seq") + 1);
  }

  /** Its line is cut. */
  cut(): void {
    const own: unknown = Reflect.get(this.client, "client");
    if (typeof own === "object" && own !== null) Reflect.get(own, "stream").destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isConnected = Reflect.get(this.client, "connected") === true;
    const closed = isConnected ? once(this.client, "close") : null;
    this.client.stop();
    await closed;
  }
}
