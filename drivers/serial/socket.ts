/** A TCP socket that carries the bytes of a serial line: what cheap RS-485 converters offer. */
import * as net from "node:net";
import { DeviceError } from "../driver.ts";
import { Breaking, type ByteLine, CHUNK_BYTES_MAX } from "./byte_line.ts";

const CONNECT_TIMEOUT_MS = 5000;
/** A peer that takes so little for so long is dead: nothing more is queued for it. */
const QUEUED_BYTES_MAX = 64 << 10;
/** So often the system asks an idle peer whether it is there. */
const KEEP_ALIVE_MS = 10_000;

export async function openSocket(
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ByteLine> {
  const socket = new net.Socket();
  const line = new SocketLine(`tcp://${host}:${port}`, socket);
  const { promise, resolve } = Promise.withResolvers<void>();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(
        new DeviceError(`Cannot reach ${line.address}: no answer for ${CONNECT_TIMEOUT_MS} ms`),
      ),
    CONNECT_TIMEOUT_MS,
  );
  socket.once("connect", resolve);
  socket.connect(port, host);
  try {
    await Promise.race([promise, line.broken, late.promise]);
    return line;
  } catch (error) {
    await line[Symbol.asyncDispose]();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

class SocketLine implements ByteLine {
  readonly address: string;
  readonly #breaking: Breaking;
  readonly #socket: net.Socket;

  constructor(address: string, socket: net.Socket) {
    this.address = address;
    this.#breaking = new Breaking(address);
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("error", (error) => this.#breaking.fail(error.message, error));
    socket.on("close", () => this.#breaking.fail("the connection was closed"));
  }

  get broken(): Promise<never> {
    return this.#breaking.broken;
  }

  listen(take: (bytes: Uint8Array) => void): void {
    this.#socket.on("data", (chunk: Uint8Array) => {
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES_MAX) {
        take(new Uint8Array(chunk.subarray(at, at + CHUNK_BYTES_MAX)));
      }
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#socket.writableLength > QUEUED_BYTES_MAX) {
      return Promise.reject(this.#breaking.fail("it takes no more bytes"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.write(bytes, (error) => {
      if (error) reject(this.#breaking.fail(error.message, error));
      else resolve();
    });
    return promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    return Promise.resolve();
  }
}
