/**
 * A serial port: `stty` sets it raw, then its device is opened twice, since a handle that waits
 * for bytes cannot write meanwhile. There is no native module in between.
 */
import { constants, type FileHandle, open } from "node:fs/promises";
import { DeviceError } from "../driver.ts";
import { Breaking, type ByteLine, CHUNK_BYTES_MAX } from "./byte_line.ts";
import { characterMs, type SerialSettings } from "./settings.ts";

/**
 * A read ends without bytes after so long (termios VTIME, in tenths of a second). So no read is
 * left behind that would take bytes from the next one to open the port.
 */
const READ_TENTHS = 1;
/** An empty read that ended sooner did not wait: the port is gone (a hung-up tty reads empty). */
const HUNG_UP_MS = READ_TENTHS * 50;

const GONE = "the port is gone: it was unplugged, or its other end closed it";
const STUCK = "it takes no bytes: its adapter hangs; unplug it and plug it in again";
/** So long after its bytes would have left at its baud rate, a write has hung. */
const STUCK_MS = 5000;
const IN_USE = "another program has it open";

export async function openSerialPort(settings: SerialSettings): Promise<ByteLine> {
  const { port } = settings;
  // Opening would wait for a modem otherwise. Nothing else is set: it may be somebody else's.
  await stty(port, ["clocal"]);
  let writer: Deno.FsFile | null = null;
  try {
    writer = await Deno.open(port, { write: true });
    // The lock of pyserial's `exclusive`: others that ask for it are told, too.
    if (!await writer.tryLock(true)) throw new Error(IN_USE);
    await stty(port, rawArguments(settings));
    // A service leads a session: a port that it opened for reading as Deno does would become its
    // terminal, and end it when it is pulled out. One that is only written to does not.
    const reader = await open(port, constants.O_RDONLY | constants.O_NOCTTY);
    return new SerialPort(settings, reader, writer);
  } catch (cause) {
    writer?.close();
    if (cause instanceof DeviceError) throw cause;
    throw cannotOpen(port, messageOf(cause), cause);
  }
}

class SerialPort implements ByteLine {
  readonly address: string;
  readonly #breaking: Breaking;
  readonly #reader: FileHandle;
  readonly #writer: Deno.FsFile;
  #reading: Promise<void> | null = null;
  /** The last write: one after the other, as they were asked for. */
  #writing: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #characterMs: number;

  constructor(settings: SerialSettings, reader: FileHandle, writer: Deno.FsFile) {
    this.address = `serial://${settings.port}`;
    this.#characterMs = characterMs(settings);
    this.#breaking = new Breaking(this.address);
    this.#reader = reader;
    this.#writer = writer;
  }

  get broken(): Promise<never> {
    return this.#breaking.broken;
  }

  listen(take: (bytes: Uint8Array) => void): void {
    this.#reading ??= this.#read(take);
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#writing = this.#writing.then(() => this.#inTime(this.#writeAll(bytes), bytes.length));
    const done = this.#writing;
    this.#writing = done.catch(() => {});
    return done;
  }

  /** Resolves when the last read has ended: what comes then is the next one's. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#reading, this.#writing]);
    await this.#reader.close();
    this.#writer.close();
  }

  async #read(take: (bytes: Uint8Array) => void): Promise<void> {
    const buffer = new Uint8Array(CHUNK_BYTES_MAX);
    while (!this.#closed) {
      const startMs = performance.now();
      let count: number;
      try {
        ({ bytesRead: count } = await this.#reader.read(buffer, 0, buffer.length, null));
      } catch (error) {
        this.#breaking.fail(isGone(error) ? GONE : messageOf(error), error);
        return;
      }
      if (this.#closed) return;
      if (count > 0) take(buffer.slice(0, count));
      else if (performance.now() - startMs < HUNG_UP_MS) {
        this.#breaking.fail(GONE);
        return;
      }
    }
  }

  /** An adapter that hangs takes no bytes and says nothing: then the line is broken. */
  async #inTime(writing: Promise<void>, length: number): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const stuck = () => reject(this.#breaking.fail(STUCK));
    const timer = setTimeout(stuck, length * this.#characterMs + STUCK_MS);
    writing.catch(() => {});
    try {
      await Promise.race([writing, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length && !this.#closed;) {
        at += await this.#writer.write(bytes.subarray(at));
      }
    } catch (error) {
      throw this.#breaking.fail(isGone(error) ? GONE : messageOf(error), error);
    }
  }
}

/**
 * What sets a port raw. A parity is checked: a byte that fails reads as NUL, neither left out
 * (IGNPAR) nor marked (PARMRK), so that its frame keeps its length and fails its check (termios(3);
 * the serial port's driver tells the errors only with INPCK). Framing errors read so too.
 */
export function rawArguments({ baud, dataBits, parity, stopBits }: SerialSettings): string[] {
  const checked = ["inpck", "-ignpar", "-parmrk"] as const;
  const parities = {
    none: ["-parenb", "-inpck"],
    even: ["parenb", "-parodd", ...checked],
    odd: ["parenb", "parodd", ...checked],
  } as const;
  return [
    // First of all: it unsets what stands behind it.
    ...[String(baud), "raw", "-echo", "-echoe", "-echok", "-iexten"],
    ...[`cs${dataBits}`, ...parities[parity], stopBits === 2 ? "cstopb" : "-cstopb"],
    // No modem lines: an RS-485 adapter has none.
    ...["clocal", "cread", "-crtscts", "-hupcl", "min", "0", "time", String(READ_TENTHS)],
  ];
}

async function stty(port: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("stty", {
    args: ["-F", port, ...args],
    env: { LC_ALL: "C" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const found = new TextDecoder().decode(stderr).trim();
  // What TIOCEXCL of another program says, as ModemManager and terminal programs set it.
  throw cannotOpen(port, found.includes("Device or resource busy") ? IN_USE : found);
}

function cannotOpen(port: string, found: string, cause?: unknown): DeviceError {
  return new DeviceError(`Cannot open the serial port "${port}": ${found}`, { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the system says of a device that was pulled out: EIO, ENXIO or ENODEV. */
function isGone(error: unknown): boolean {
  return /\b(EIO|ENXIO|ENODEV)\b|\(os error (5|6|19)\)/.test(messageOf(error));
}
