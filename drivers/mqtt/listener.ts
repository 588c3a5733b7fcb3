/**
 * The port that devices connect to, plain or with TLS. A connection is handed over as soon as it
 * is there; with TLS its first read waits for the handshake, so that who is slow with that counts
 * among the strangers too. TLS is Node's: Deno's own does not ask for client certificates.
 */
import { once } from "node:events";
import type { Socket } from "node:net";
import { createServer, type PeerCertificate, type Server, type TLSSocket } from "node:tls";
import { DeviceError } from "../driver.ts";
import type { BrokerSettings } from "./broker_settings.ts";

/** What a client showed in its handshake. */
export interface Certificate {
  readonly commonName: string;
  /** SHA-256 over the certificate, hexadecimal digits. */
  readonly fingerprint: string;
  /** Why it is not to be believed; `null` for one of the authority's that is in date. */
  readonly problem: string | null;
}

/** A connection, as far as the broker wants it; Deno's own are such. */
export interface LineSocket {
  readonly remoteAddr: Deno.Addr;
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
  certificate?(): Certificate | null;
}

export interface Listener extends AsyncIterable<LineSocket> {
  readonly port: number;
  close(): void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Throws a {@link DeviceError} when the port or a file cannot be had. */
export async function listen({ host, port, tls }: BrokerSettings): Promise<Listener> {
  try {
    if (tls !== undefined) return await TlsListener.open(host, port, tls);
    const listener = Deno.listen({ hostname: host, port });
    return Object.assign(listener, { port: listener.addr.port });
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new DeviceError(`Cannot listen on ${host}:${port}: ${found}`, { cause });
  }
}

type TlsFiles = NonNullable<BrokerSettings["tls"]>;

class TlsListener implements Listener {
  readonly #server: Server;
  /** Connections whose handshake is under way, by the other end's address. */
  readonly #pending = new Map<string, TlsConnection>();
  readonly #accepted: TlsConnection[] = [];
  #wake: () => void = () => {};
  #closed = false;

  private constructor(files: TlsFiles) {
    const clientCa = files.clientCa === undefined ? undefined : read(files.clientCa);
    this.#server = createServer({
      cert: read(files.certificate),
      key: read(files.key),
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      // Whoever logs in with a password needs none; what is shown is judged at the login.
      ...(clientCa === undefined
        ? {}
        : { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
    });
    this.#server.on("connection", (socket) => this.#accept(socket));
    this.#server.on("secureConnection", (socket) => {
      this.#pending.get(endOf(socket))?.secured(socket);
      this.#pending.delete(endOf(socket));
    });
    this.#server.on("tlsClientError", (error, socket) => {
      this.#pending.get(endOf(socket))?.failed(error);
      socket.destroy();
    });
  }

  static async open(host: string, port: number, files: TlsFiles): Promise<TlsListener> {
    const listener = new TlsListener(files);
    listener.#server.listen(port, host);
    await once(listener.#server, "listening");
    return listener;
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  }

  close(): void {
    this.#closed = true;
    this.#server.close();
    this.#wake();
  }

  #accept(socket: Socket): void {
    const connection = new TlsConnection(socket);
    const end = endOf(socket);
    this.#pending.set(end, connection);
    socket.once("close", () => {
      if (this.#pending.get(end) === connection) this.#pending.delete(end);
      connection.failed(new Error("connection closed"));
    });
    this.#accepted.push(connection);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LineSocket> {
    while (!this.#closed) {
      const next = this.#accepted.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}

class TlsConnection implements LineSocket {
  readonly remoteAddr: Deno.Addr;
  readonly #raw: Socket;
  readonly #handshake = Promise.withResolvers<TLSSocket>();
  #socket: TLSSocket | null = null;
  #ended = false;
  #left: Uint8Array | null = null;

  constructor(raw: Socket) {
    this.#raw = raw;
    const { remoteAddress: hostname = "?", remotePort: port = 0 } = raw;
    this.remoteAddr = { transport: "tcp", hostname, port };
    // Who never reads does not care how the handshake ends.
    this.#handshake.promise.catch(() => {});
  }

  secured(socket: TLSSocket): void {
    this.#socket = socket;
    const end = () => this.#ended = true;
    socket.once("end", end).once("close", end).once("error", end);
    this.#handshake.resolve(socket);
  }

  failed(error: Error): void {
    this.#handshake.reject(error);
  }

  certificate(): Certificate | null {
    const socket = this.#socket;
    if (socket === null) return null;
    const shown: Partial<PeerCertificate> = socket.getPeerCertificate() ?? {};
    const { subject, fingerprint256 } = shown;
    if (fingerprint256 === undefined) return null;
    const name: unknown = subject?.CN;
    return {
      commonName: typeof name === "string" ? name : "",
      fingerprint: fingerprint256.replaceAll(":", "").toLowerCase(),
      // Whoever shows one that is not good in every way need not have its key: that is checked of
      // good ones only. So none is taken that is merely out of date.
      problem: socket.authorized ? null : problemOf(shown),
    };
  }

  async read(into: Uint8Array): Promise<number | null> {
    const socket = this.#socket ?? await this.#handshake.promise;
    for (;;) {
      const chunk: Uint8Array | null = this.#left ?? socket.read();
      if (chunk !== null) {
        const taken = chunk.subarray(0, into.length);
        this.#left = taken.length < chunk.length ? chunk.subarray(taken.length) : null;
        into.set(taken);
        return taken.length;
      }
      if (this.#ended) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      const events = ["readable", "end", "close", "error"];
      for (const event of events) socket.once(event, resolve);
      await promise;
      for (const event of events) socket.off(event, resolve);
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    const socket = this.#socket ?? await this.#handshake.promise;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.write(bytes, (error) => error ? reject(error) : resolve());
    await promise;
    return bytes.length;
  }

  close(): void {
    if (this.#socket === null) this.#raw.destroy();
    else this.#socket.destroySoon();
  }
}

/** Why a certificate is not good; a box whose clock is wrong has to see that. */
function problemOf({ valid_from = "", valid_to = "" }: Partial<PeerCertificate>): string {
  const now = Date.now();
  return now < Date.parse(valid_from) || now > Date.parse(valid_to)
    ? `it is good from ${valid_from} to ${valid_to}, and now is ${new Date(now).toISOString()}`
    : "no authority of tls.clientCa issued it";
}

function read(path: string): string {
  return Deno.readTextFileSync(path);
}

function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
