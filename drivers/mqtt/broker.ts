/** The embedded MQTT 3.1.1 broker: Aedes, whose acknowledgements wait for the disk (G1). */
import type { Aedes, AuthenticateError, Client, PublishPacket } from "aedes";
import type { Delivery, Driver, Item, Outcome, RefusalCode } from "../driver.ts";
import { Gatherer } from "../gatherer.ts";
import { type BrokerSettings, brokerSettings } from "./broker_settings.ts";
import { Gate, type Pass } from "./gate.ts";
import { MqttConnection } from "./connection.ts";
import { type LineSocket, listen, type Listener } from "./listener.ts";
import type { Published } from "./message_item.ts";
import { QuietEmitter } from "./quiet_emitter.ts";
import { SessionStore } from "./session_store.ts";
import type { Rebirth } from "./sparkplug/host.ts";
import { Strangers } from "./strangers.ts";

/** A connection has so long to say who it is. */
const CONNECT_TIMEOUT_MS = 10_000;
/**
 * A message for which there is no room is held so long without an answer; then its connection
 * ends, because MQTT 3.1.1 (4.4) lets a device send it again on a new one only. It is less than
 * what devices wait for an answer to PINGREQ behind it, so most of them see no other fault.
 */
const HELD_MS = 20_000;
/** Messages to subscribers that may be under way at one time. */
const DELIVERIES_MAX = 100;
/** Of a message that another broker had kept for whoever comes. */
const RETAINED = { retained: true, doubt: "another broker had retained it" } as const;
/** CONNACK return codes (MQTT 3.1.1, 3.2.2.3). */
const BAD_USERNAME_OR_PASSWORD = 4;
const NOT_AUTHORIZED = 5;

export const mqttBroker: Driver<BrokerSettings> = {
  kind: "mqtt-broker",
  settings: brokerSettings,
  async *run(settings, signal) {
    const { Aedes } = await import("aedes");
    const gatherer = new Gatherer();
    await using broker = new Broker(settings, gatherer);
    await broker.open(Aedes);
    yield* gatherer.run(signal);
  },
};

/** Refused by us: told already, so the error that closes the connection is not told again. */
class RefusedError extends Error {}

class Broker implements AsyncDisposable {
  readonly #settings: BrokerSettings;
  readonly #gatherer: Gatherer;
  readonly #gate: Gate;
  #listener: Listener | null = null;
  /** Bridges of other brokers: what they retained, they send again whenever they connect. */
  readonly #bridges = new WeakSet<Client>();
  readonly #passes = new WeakMap<Client, Pass>();
  readonly #connected = new Map<string, Client>();
  readonly #connectedMs = new WeakMap<Client, number>();
  /** Why connections ended, until their end is told. */
  readonly #reasons = new WeakMap<Client, string>();
  readonly #connections = new Set<MqttConnection>();
  readonly #strangers: Strangers<Client["conn"]>;
  #aedes: Aedes | null = null;

  constructor(settings: BrokerSettings, gatherer: Gatherer) {
    this.#settings = settings;
    this.#gatherer = gatherer;
    this.#gate = new Gate(settings, () => performance.now());
    this.#strangers = new Strangers(settings.connectionsMax, () => performance.now());
  }

  async open(library: typeof Aedes): Promise<void> {
    this.#listener = await listen(this.#settings);
    const sessions = new SessionStore(this.#settings, (client, id) => this.#release(client, id));
    this.#aedes = await library.createBroker({
      connectTimeout: CONNECT_TIMEOUT_MS,
      mq: new QuietEmitter(DELIVERIES_MAX),
      persistence: sessions,
      preConnect: (client, packet, done) => {
        if ("bridgeMode" in packet && packet.bridgeMode === true) this.#bridges.add(client);
        done(null, true);
      },
      authenticate: (client, username, password, done) => {
        this.#login(client, username, password).then(
          (pass) => done(null, pass),
          (error: AuthenticateError) => done(error, false),
        );
      },
      authorizePublish: (client, packet, done) => this.#publish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        const pass = this.#passes.get(client);
        if (pass?.speaker.mayHear(subscription.topic)) return done(null, subscription);
        this.#refuse("not-allowed", client, `it may not subscribe to ${subscription.topic}`);
        done(null, null);
      },
    });
    this.#watch(this.#aedes);
    this.#acceptAll(this.#aedes, this.#listener).catch((error) => this.#gatherer.fail(error));
    const { port } = this.#listener;
    this.#gatherer.put({ kind: "line", detail: `listening on ${this.#settings.host}:${port}` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener?.close();
    for (const connection of this.#connections) connection.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#aedes === null) resolve();
    else this.#aedes.close(resolve);
    await promise;
  }

  async #acceptAll(aedes: Aedes, listener: Listener): Promise<void> {
    for await (const socket of listener) {
      const { remoteAddr } = socket;
      const who = "hostname" in remoteAddr ? remoteAddr.hostname : "?";
      const crowd = this.#crowdAround(who);
      if (crowd === null) {
        this.#accept(aedes, socket);
        continue;
      }
      this.#refused("too-many", who, crowd);
      socket.close();
    }
  }

  /** Why an address may not connect at the moment, or `null`. */
  #crowdAround(address: string): string | null {
    const { connectionsMax } = this.#settings;
    if (this.#connections.size >= connectionsMax) {
      return `${connectionsMax} connections are open already`;
    }
    return this.#strangers.crowds(address)
      ? "too many of its connections have not said who they are"
      : null;
  }

  #accept(aedes: Aedes, socket: LineSocket): void {
    if ("setNoDelay" in socket && typeof socket.setNoDelay === "function") socket.setNoDelay(true);
    const limit = this.#settings.packetBytesMax;
    const connection = new MqttConnection(socket, limit, (length) => {
      this.#refuse("too-large", client, `a packet of ${length} bytes, at most ${limit}`);
    });
    this.#connections.add(connection);
    this.#strangers.add(connection, connection.remoteAddress);
    connection.once("close", () => {
      this.#connections.delete(connection);
      this.#strangers.delete(connection);
    });
    const client = aedes.handle(connection);
  }

  /** Rejects with the CONNACK's return code. */
  async #login(
    client: Client,
    username: string | undefined,
    password: Uint8Array | undefined,
  ): Promise<true> {
    this.#strangers.delete(client.conn);
    const address = addressOf(client.conn);
    const certificate = client.conn instanceof MqttConnection ? client.conn.certificate : null;
    const login = await this.#gate.login({ username, password, address, certificate });
    const deny = (code: RefusalCode, detail: string, returnCode: number) => {
      const who = username ?? `${client.id} at ${address}`;
      this.#refused(code, who, detail);
      return Object.assign(new RefusedError(detail), { returnCode });
    };
    if (login.kind !== "in") {
      const isPassword = login.kind === "wrong-password";
      const returnCode = isPassword ? BAD_USERNAME_OR_PASSWORD : NOT_AUTHORIZED;
      throw deny(login.kind, login.detail, returnCode);
    }
    const holder = this.#connected.get(client.id);
    const owner = holder === undefined ? undefined : this.#passes.get(holder)?.client.username;
    if (owner !== undefined && owner !== login.pass.client.username) {
      const detail = `the client id "${client.id}" is in use by "${owner}"`;
      throw deny("not-allowed", detail, NOT_AUTHORIZED);
    }
    this.#passes.set(client, login.pass);
    return true;
  }

  /** Calls `done` once the message is on disk; only then may its acknowledgement leave. */
  #publish(client: Client | null, packet: PublishPacket, done: (error?: Error) => void): void {
    const pass = client === null ? undefined : this.#passes.get(client);
    if (client === null || pass === undefined) {
      return done(new RefusedError("nobody may publish without a login"));
    }
    const { topic, retain } = packet;
    const payload = typeof packet.payload === "string"
      ? new TextEncoder().encode(packet.payload)
      : packet.payload;
    // A last will was written when the connection began: it is no measurement of now. What it
    // says of its device is taken; it is not passed on.
    if (packet.cmd !== "publish") {
      const will = { payload, repeated: false, identity: null, kept: false };
      for (const item of pass.speaker.word(topic, will).items) this.#gatherer.put(item);
      return done(new RefusedError("a last will is not stored"));
    }
    const published: Published = {
      payload,
      repeated: packet.dup,
      identity: packet.qos === 2 ? this.#handshake(client, packet, payload) : null,
      kept: packet.qos > 0,
      ...this.#delivery(client, packet),
      ...(retain && this.#bridges.has(client) ? RETAINED : {}),
    };
    const taken = pass.speaker.take(topic, published);
    if (taken === "ignored") return done();
    if (taken === "not-allowed") {
      return done(this.#refuse("not-allowed", client, `it may not publish to ${topic}`));
    }
    if (taken.rebirth !== null) this.#ask(taken.rebirth);
    this.#hold(taken.items, client, (outcome) => {
      if (outcome.kind === "refused") done(this.#refuse("not-allowed", client, outcome.reason));
      else if (outcome.kind === "unavailable") done(this.#unavailable(client, outcome.reason));
      else done();
    });
  }

  /** The one command that we send: an edge node of Sparkplug is to tell its births. */
  #ask({ topic, payload, node, reason }: Rebirth): void {
    this.#gatherer.put({ kind: "request", what: "rebirth", who: node, reason });
    const packet = { cmd: "publish", topic, payload: Buffer.from(payload) } as const;
    this.#aedes?.publish({ ...packet, qos: 0, retain: false, dup: false }, () => {});
  }

  /** Offers items until they are taken, for as long as their device waits for the answer. */
  #hold(items: readonly Item[], client: Client, settle: (outcome: Outcome) => void): void {
    const endMs = performance.now() + HELD_MS;
    this.#gatherer.offerAll(items, settle, () => client.closed || performance.now() > endMs);
  }

  /** Ends a connection without an acknowledgement: its device keeps the message. */
  #unavailable(client: Client, reason: string): RefusedError {
    this.#reasons.set(client, reason);
    return new RefusedError(reason);
  }

  /** Many clients send again without the DUP flag; the packet id stays the same. */
  #delivery(client: Client, { qos, messageId }: PublishPacket): { delivery?: Delivery } {
    const connectedMs = this.#connectedMs.get(client);
    const numbered = qos > 0 && messageId !== undefined && connectedMs !== undefined;
    return numbered ? { delivery: { connectedMs, number: messageId } } : {};
  }

  /**
   * QoS 2 tells repeats by the packet id, from the first PUBLISH until PUBREL, whatever the DUP
   * flag says (MQTT 3.1.1, 4.3.3). Under another topic it is another message, as with other bytes.
   */
  #handshake(client: Client, { messageId, topic }: PublishPacket, payload: Uint8Array) {
    const bytes = Buffer.concat([Buffer.from(`${topic}\0`), payload]);
    const channel = handshakeChannel(client);
    return { channel, id: String(messageId), bytes, windowMs: null, restarts: true };
  }

  async #release(client: Client, id: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#hold([{ kind: "release", channel: handshakeChannel(client), id }], client, resolve);
    const outcome = await promise;
    if (outcome.kind === "refused") throw new Error(outcome.reason);
    if (outcome.kind === "unavailable") throw this.#unavailable(client, outcome.reason);
  }

  #watch(aedes: Aedes): void {
    aedes.on("clientReady", (client) => {
      this.#connected.set(client.id, client);
      this.#connectedMs.set(client, performance.now());
      this.#tell(this.#passes.get(client)?.speaker.connected("connected"));
    });
    aedes.on("keepaliveTimeout", (client) => this.#reasons.set(client, "keep-alive timeout"));
    const ended = (client: Client, error: Error & { errorCode?: number }) => {
      if (!this.#reasons.has(client)) this.#reasons.set(client, error.message);
      if (error instanceof RefusedError || isLineError(error)) return;
      const code = error.errorCode === 1 ? "unsupported-protocol" : "malformed";
      this.#refuse(code, client, error.message);
    };
    aedes.on("clientError", ended);
    aedes.on("connectionError", ended);
    aedes.on("clientDisconnect", (client) => {
      const end = tookLeave(client) ? "disconnected" : "the connection was lost";
      this.#tell(this.#passes.get(client)?.speaker.disconnected(this.#reasons.get(client) ?? end));
      if (this.#connected.get(client.id) === client) this.#connected.delete(client.id);
      if (tookLeave(client)) this.#tellSettled(client);
    });
  }

  #tell(items: readonly Item[] = []): void {
    for (const item of items) this.#gatherer.put(item);
  }

  #tellSettled(client: Client): void {
    for (const { id } of this.#passes.get(client)?.client.devices ?? []) {
      this.#gatherer.put({ kind: "settled", device: id });
    }
  }

  #refuse(code: RefusalCode, client: Client, detail: string): RefusedError {
    this.#reasons.set(client, detail);
    const name = this.#passes.get(client)?.client.username ?? client.id;
    this.#refused(code, name ?? addressOf(client.conn), detail);
    return new RefusedError(detail);
  }

  #refused(code: RefusalCode, who: string, detail: string): void {
    this.#gatherer.put({ kind: "refusal", code, who, detail });
  }
}

/** Whether the client sent DISCONNECT; Aedes remembers it for the last will. */
function tookLeave(client: Client): boolean {
  return Reflect.get(client, "_disconnected") === true;
}

function handshakeChannel(client: Client): string {
  return `qos2:${client.id}`;
}

function addressOf(connection: Client["conn"]): string {
  return "remoteAddress" in connection ? `${connection.remoteAddress}` : "?";
}

/** The connection broke or timed out: that is the line, not something to refuse. */
function isLineError(error: Error): boolean {
  return /ECONNRESET|EPIPE|ETIMEDOUT|keep alive timeout|connection closed|connect did not arrive/i
    .test(`${error.message} ${"code" in error ? error.code : ""}`);
}
