/** A line of bytes, whatever carries it: a serial port, or a socket of a cheap converter. */
import { DeviceError } from "../driver.ts";
import type { SerialSettings, SocketSettings } from "./settings.ts";

/** Bytes of one read at most; nothing is kept beyond it. */
export const CHUNK_BYTES_MAX = 4096;

export interface ByteLine extends AsyncDisposable {
  /** `serial:///dev/serial/by-id/usb-1a86`, `tcp://10.0.0.7:4196`: what errors and lines name. */
  readonly address: string;
  /** Rejects with a {@link DeviceError} when the line is gone; never resolves. */
  readonly broken: Promise<never>;
  /**
   * From now on `take` gets what comes, in order and at once, {@link CHUNK_BYTES_MAX} bytes at
   * most; the bytes are its to keep. The line holds nothing back and buffers nothing.
   */
  listen(take: (bytes: Uint8Array) => void): void;
  /** Resolves when the bytes are with the system; a line that fails rejects with its error. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Opens what the settings name; throws {@link DeviceError} where that is not to be had. */
export async function openByteLine(settings: SerialSettings | SocketSettings): Promise<ByteLine> {
  if (settings.type === "serial") {
    const { openSerialPort } = await import("./serial_port.ts");
    return await openSerialPort(settings);
  }
  const { openSocket } = await import("./socket.ts");
  return await openSocket(settings);
}

/** How a line tells its end: once, to all who wait. */
export class Breaking {
  readonly broken: Promise<never>;
  readonly #address: string;
  readonly #reject: (error: DeviceError) => void;

  constructor(address: string) {
    const { promise, reject } = Promise.withResolvers<never>();
    // Nobody may be waiting: that is no error of the program.
    promise.catch(() => {});
    this.broken = promise;
    this.#address = address;
    this.#reject = reject;
  }

  /** The line cannot be used any more. */
  fail(found: string, cause?: unknown): DeviceError {
    const error = new DeviceError(`Cannot use the line ${this.#address}: ${found}`, { cause });
    this.#reject(error);
    return error;
  }
}
