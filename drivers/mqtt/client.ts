/**
 * A client of a broker that is there already: MQTT.js, acknowledging a message once it is on
 * disk. It subscribes at QoS 1 at most: at QoS 2 the library sends PUBREC before it asks.
 */
import type { IClientOptions, MqttClient } from "mqtt";
import { DeviceError, type Driver } from "../driver.ts";
import { Gatherer } from "../gatherer.ts";
import { Backlog } from "./backlog.ts";
import { type ClientSettings, clientSettings } from "./client_settings.ts";
import { Speaker } from "./speaker.ts";
import { type Rebirth, sparkplugFilters } from "./sparkplug/host.ts";

/** The broker has so long to answer CONNECT and SUBSCRIBE. */
const CONNECT_TIMEOUT_MS = 10_000;
/** MQTT 5 lets us bound what may be under way to us; the library handles one at a time anyway. */
const RECEIVE_MAXIMUM = 100;
const PACKET_BYTES_MAX = 1 << 20;

export const mqttClient: Driver<ClientSettings> = {
  kind: "mqtt-client",
  settings: clientSettings,
  async *run(settings, signal) {
    // CommonJS: bundled, it has no names of its own.
    const { default: mqtt } = await import("mqtt");
    const gatherer = new Gatherer();
    const client = mqtt.connect(settings.url, await options(settings));
    const speaker = new Speaker(settings.devices);
    receive(client, settings, speaker, gatherer, watchBacklog(client));
    // Else a PINGREQ behind a PUBACK waits for the broker's machine to acknowledge that in TCP.
    const { stream } = client;
    if ("setNoDelay" in stream && typeof stream.setNoDelay === "function") stream.setNoDelay(true);
    // What waits in the session comes before the answer to SUBSCRIBE, and is stored meanwhile.
    const topics = [...speaker.topics, ...sparkplugFilters(settings.devices)];
    subscribed(client, settings, topics, signal).then(
      () => {
        gatherer.put({ kind: "line", detail: `connected to ${settings.url}` });
        for (const item of speaker.connected("its broker is connected")) gatherer.put(item);
      },
      (error) => gatherer.fail(error),
    );
    try {
      yield* gatherer.run(signal);
    } finally {
      // Without DISCONNECT on failure: the broker keeps the session and what was not acknowledged.
      client.end(true);
      client.on("error", () => {});
    }
  },
};

async function options(settings: ClientSettings): Promise<IClientOptions> {
  const { version, username, passwordFile, ca, certificate, key } = settings;
  const read = async (path: string) => {
    try {
      return await Deno.readTextFile(path);
    } catch (cause) {
      throw new DeviceError(`Cannot use the broker at ${settings.url}: cannot read ${path}`, {
        cause,
      });
    }
  };
  return {
    clientId: settings.clientId,
    protocolVersion: version === "5" ? 5 : 4,
    clean: false,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepalive: settings.keepAliveSeconds,
    resubscribe: false,
    ...(username === undefined ? {} : { username }),
    ...(passwordFile === undefined ? {} : { password: (await read(passwordFile)).trimEnd() }),
    ...(ca === undefined ? {} : { ca: await read(ca) }),
    ...(certificate === undefined ? {} : { cert: await read(certificate) }),
    ...(key === undefined ? {} : { key: await read(key) }),
    ...(version === "5"
      ? {
        properties: {
          sessionExpiryInterval: Math.round(settings.sessionHours * 3600),
          receiveMaximum: RECEIVE_MAXIMUM,
          maximumPacketSize: PACKET_BYTES_MAX,
        },
      }
      : {}),
  };
}

/** What waits in the broker's session may come before the library tells that it is connected. */
function watchBacklog(client: MqttClient): Backlog {
  const backlog = new Backlog(() => client.sendPing());
  client.on("packetreceive", (packet) => {
    if (packet.cmd === "connack") backlog.connected(packet.sessionPresent);
    if (packet.cmd === "pingresp") backlog.answered();
  });
  client.on("packetsend", ({ cmd }) => {
    if (cmd === "pingreq") backlog.pinged();
  });
  client.once("connect", () => backlog.ask());
  return backlog;
}

/** Takes messages; each is acknowledged by the callback, once it is stored. */
function receive(
  client: MqttClient,
  settings: ClientSettings,
  speaker: Speaker,
  gatherer: Gatherer,
  backlog: Backlog,
): void {
  const ask = ({ topic, payload, node, reason }: Rebirth) => {
    gatherer.put({ kind: "request", what: "rebirth", who: node, reason });
    client.publish(topic, Buffer.from(payload), { qos: 0 });
  };
  client.handleMessage = (packet, done) => {
    const { topic, payload, retain, dup } = packet;
    const doubt = backlog.doubt(dup);
    const acknowledged = backlog.came();
    const acknowledge = () => {
      done();
      acknowledged();
    };
    const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    const kept = packet.qos > 0;
    const published = {
      payload: bytes,
      repeated: dup,
      identity: null,
      kept,
      ...(doubt === null ? {} : { doubt }),
    };
    // What the broker retained is the last value of some time ago, not a new one; only whether a
    // device is there, it tells as it is now.
    const taken = retain ? speaker.retained(topic, published) : speaker.take(topic, published);
    if (taken === "ignored") return acknowledge();
    if (taken === "not-allowed") {
      const detail = `the broker sent a message on ${topic}, which was not asked for`;
      gatherer.put({ kind: "refusal", code: "unknown-device", who: topic, detail });
      return acknowledge();
    }
    if (taken.rebirth !== null) ask(taken.rebirth);
    // One that is refused is told and counted, and taken as well: the broker, which had it from
    // the device long ago, would send it for ever, and all others behind it would wait (T6).
    // For one that there is no room for they do wait, at the broker, which keeps them.
    gatherer.offerAll(taken.items, () => acknowledge(), () => !kept);
  };
  const lost = (why: string) => (cause?: Error) => {
    const found = cause === undefined ? why : cause.message;
    gatherer.fail(new DeviceError(`Lost the broker at ${settings.url}: ${found}`, { cause }));
  };
  client.on("error", lost("error"));
  client.on("close", lost("the connection was closed"));
  client.on("offline", lost("no answer"));
}

async function subscribed(
  client: MqttClient,
  settings: ClientSettings,
  topics: string[],
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (found: string, cause?: unknown) =>
    reject(new DeviceError(`Cannot use the broker at ${settings.url}: ${found}`, { cause }));
  const stop = () => fail("stopped");
  signal.addEventListener("abort", stop);
  const timer = setTimeout(() => fail("no answer"), 2 * CONNECT_TIMEOUT_MS);
  client.once("error", (error) => fail(error.message, error));
  client.once("close", () => fail("the connection was closed"));
  client.once("connect", () => {
    client.subscribe(topics, { qos: settings.qos }, (error, granted) => {
      if (error) return fail(error.message, error);
      const denied = (granted ?? []).filter(({ qos }) => qos > 2).map(({ topic }) => topic);
      if (denied.length > 0) return fail(`it does not let us subscribe to ${denied.join(", ")}`);
      resolve();
    });
  });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
