/** The embedded MQTT 3.1.1 broker: Aedes, whose acknowledgements wait for the disk (G1). */
import type { Aedes, AuthenticateError, Client, PublishPacket } from "aedes";
import {
  type Delivery,
  DeviceError,
  type Driver,
  type Item,
  type Outcome,
  type RefusalCode,
} from "../driver.ts";
import { Gatherer } from "../gatherer.ts";
import { type BrokerSettings, brokerSettings } from "./broker_settings.ts";
import { bindingOf, Gate, type Pass } from "./gate.ts";
import { MqttConnection } from "./connection.ts";
import { messageItem } from "./message_item.ts";
import { QuietEmitter } from "./quiet_emitter.ts";
import { SessionStore } from "./session_store.ts";
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
  readonly #listener: Deno.Listener;
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
    this.#listener = listen(settings);
  }

  async open(library: typeof Aedes): Promise<void> {
    const sessions = new SessionStore(this.#settings, (client, id) => this.#release(client, id));
    this.#aedes = await library.createBroker({
      connectTimeout: CONNECT_TIMEOUT_MS,
      mq: new QuietEmitter(DELIVERIES_MAX),
      persistence: sessions,
      authenticate: (client, username, password, done) => {
        this.#login(client, username, password).then(
          (pass) => done(null, pass),
          (error: AuthenticateError) => done(error, false),
        );
      },
      authorizePublish: (client, packet, done) => this.#publish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        const pass = this.#passes.get(client);
        if (pass?.hears.includes(subscription.topic)) return done(null, subscription);
        this.#refuse("not-allowed", client, `it may not subscribe to ${subscription.topic}`);
        done(null, null);
      },
    });
    this.#watch(this.#aedes);
    this.#acceptAll(this.#aedes).catch((error) => this.#gatherer.fail(error));
    const { addr } = this.#listener;
    const port = addr.transport === "tcp" ? addr.port : this.#settings.port;
    this.#gatherer.put({ kind: "line", detail: `listening on ${this.#settings.host}:${port}` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) connection.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#aedes === null) resolve();
    else this.#aedes.close(resolve);
    await promise;
  }

  async #acceptAll(aedes: Aedes): Promise<void> {
    for await (const socket of this.#listener) {
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

  #accept(aedes: Aedes, socket: Deno.Conn): void {
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
    const login = await this.#gate.login({ username, password, address: addressOf(client.conn) });
    const deny = (code: RefusalCode, detail: string, returnCode: number) => {
      const who = username ?? `${client.id} at ${addressOf(client.conn)}`;
      this.#refused(code, who, detail);
      return Object.assign(new RefusedError(detail), { returnCode });
    };
    if (login.kind !== "in") {
      const unknown = login.kind === "unknown-client";
      const returnCode = unknown ? NOT_AUTHORIZED : BAD_USERNAME_OR_PASSWORD;
      throw deny(login.kind, login.detail, returnCode);
    }
    const holder = this.#connected.get(client.id);
    const owner = holder === undefined ? undefined : this.#passes.get(holder)?.client.username;
    if (owner !== undefined && owner !== username) {
      const detail = `the client id "${client.id}" is in use by "${owner}"`;
      throw deny("not-allowed", detail, NOT_AUTHORIZED);
    }
    this.#passes.set(client, login.pass);
    return true;
  }

  /** Calls `done` once the message is on disk; only then may its acknowledgement leave. */
  #publish(client: Client | null, packet: PublishPacket, done: (error?: Error) => void): void {
    const pass = client === null ? undefined : this.#passes.get(client);
    // A last will was written when the connection began: it is no measurement of now.
    if (client === null || pass === undefined || packet.cmd !== "publish") {
      return done(new RefusedError("a last will is not stored"));
    }
    const binding = bindingOf(pass, packet.topic);
    if (binding === "ignored") return done();
    if (binding === "not-allowed") {
      return done(this.#refuse("not-allowed", client, `it may not publish to ${packet.topic}`));
    }
    const payload = typeof packet.payload === "string"
      ? new TextEncoder().encode(packet.payload)
      : packet.payload;
    const item = messageItem(binding, {
      payload,
      repeated: packet.dup,
      identity: packet.qos === 2 ? this.#handshake(client, packet, payload) : null,
      kept: packet.qos > 0,
      ...this.#delivery(client, packet),
    });
    this.#hold(item, client, (outcome) => {
      if (outcome.kind === "refused") done(this.#refuse("not-allowed", client, outcome.reason));
      else if (outcome.kind === "unavailable") done(this.#unavailable(client, outcome.reason));
      else done();
    });
  }

  /** Offers an item until it is taken, for as long as its device waits for the answer. */
  #hold(item: Item, client: Client, settle: (outcome: Outcome) => void): void {
    const endMs = performance.now() + HELD_MS;
    this.#gatherer.offer(item, settle, () => client.closed || performance.now() > endMs);
  }

  /** Ends a connection without an acknowledgement: its device keeps the message. */
  #unavailable(client: Client, reason: string): RefusedError {
    this.#reasons.set(client, reason);
    return new RefusedError(reason);
  }

  /** Many clients send again without the DUP flag; the packet id stays the same. */
  #delivery(client: Client, { qos, messageId }: PublishPacket): { delivery?: Delivery } {
    const connectedMs = this.#connectedMs.get(client);
    const numbered = qos === 1 && messageId !== undefined && connectedMs !== undefined;
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
    this.#hold({ kind: "release", channel: handshakeChannel(client), id }, client, resolve);
    const outcome = await promise;
    if (outcome.kind === "refused") throw new Error(outcome.reason);
    if (outcome.kind === "unavailable") throw this.#unavailable(client, outcome.reason);
  }

  #watch(aedes: Aedes): void {
    aedes.on("clientReady", (client) => {
      this.#connected.set(client.id, client);
      this.#connectedMs.set(client, performance.now());
      this.#tellState(client, "online", "connected");
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
      this.#tellState(client, "offline", this.#reasons.get(client) ?? "disconnected");
      if (this.#connected.get(client.id) === client) this.#connected.delete(client.id);
      if (tookLeave(client)) this.#tellSettled(client);
    });
  }

  #tellState(client: Client, state: "online" | "offline", reason: string): void {
    const receivedMs = performance.now();
    for (const { id } of this.#passes.get(client)?.client.devices ?? []) {
      this.#gatherer.put({ kind: "state", device: id, state, reason, receivedMs });
    }
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

function listen({ host, port, tls }: BrokerSettings): Deno.Listener {
  try {
    return tls === undefined ? Deno.listen({ hostname: host, port }) : Deno.listenTls({
      hostname: host,
      port,
      cert: Deno.readTextFileSync(tls.certificate),
      key: Deno.readTextFileSync(tls.key),
    });
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new DeviceError(`Cannot listen on ${host}:${port}: ${found}`, { cause });
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
