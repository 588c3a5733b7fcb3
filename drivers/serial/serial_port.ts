/**
 * A serial port: `stty` sets it raw, then its device is opened twice, since a handle that waits
 * for bytes cannot write meanwhile. There is no native module in between.
 */
import { DeviceError } from "../driver.ts";
import { Breaking, type ByteLine, CHUNK_BYTES_MAX } from "./byte_line.ts";
import type { SerialSettings } from "./settings.ts";

/**
 * A read ends without bytes after so long (termios VTIME, in tenths of a second). So no read is
 * left behind that would take bytes from the next one to open the port.
 */
const READ_TENTHS = 1;
/** An empty read that ended sooner did not wait: the port is gone (a hung-up tty reads empty). */
const HUNG_UP_MS = READ_TENTHS * 50;

export async function openSerialPort(settings: SerialSettings): Promise<ByteLine> {
  await setRaw(settings);
  const { port } = settings;
  const files: Deno.FsFile[] = [];
  try {
    files.push(await Deno.open(port, { read: true }), await Deno.open(port, { write: true }));
    // The lock of pyserial's `exclusive`: others that ask for it are told, too.
    if (!await files[0].tryLock(true)) throw new Error("another program has it open");
    return new SerialPort(settings, files[0], files[1]);
  } catch (cause) {
    for (const file of files) file.close();
    throw cannotOpen(port, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

class SerialPort implements ByteLine {
  readonly address: string;
  readonly #breaking: Breaking;
  readonly #reader: Deno.FsFile;
  readonly #writer: Deno.FsFile;
  #reading: Promise<void> | null = null;
  /** The last write: one after the other, as they were asked for. */
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor({ port }: SerialSettings, reader: Deno.FsFile, writer: Deno.FsFile) {
    this.address = `serial://${port}`;
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
    this.#writing = this.#writing.then(() => this.#writeAll(bytes));
    const done = this.#writing;
    this.#writing = done.catch(() => {});
    return done;
  }

  /** Resolves when the last read has ended: what comes then is the next one's. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#reading, this.#writing]);
    this.#reader.close();
    this.#writer.close();
  }

  async #read(take: (bytes: Uint8Array) => void): Promise<void> {
    const buffer = new Uint8Array(CHUNK_BYTES_MAX);
    while (!this.#closed) {
      const startMs = performance.now();
      let count: number | null;
      try {
        count = await this.#reader.read(buffer);
      } catch (error) {
        this.#breaking.fail(error instanceof Error ? error.message : String(error), error);
        return;
      }
      if (this.#closed) return;
      if (count !== null && count > 0) take(buffer.slice(0, count));
      else if (performance.now() - startMs < HUNG_UP_MS) {
        this.#breaking.fail("the port is gone: it was unplugged, or its other end closed it");
        return;
      }
    }
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length && !this.#closed;) {
        at += await this.#writer.write(bytes.subarray(at));
      }
    } catch (error) {
      throw this.#breaking.fail(error instanceof Error ? error.message : String(error), error);
    }
  }
}

async function setRaw({ port, baud, dataBits, parity, stopBits }: SerialSettings): Promise<void> {
  const parities = {
    none: ["-parenb"],
    even: ["parenb", "-parodd"],
    odd: ["parenb", "parodd"],
  } as const;
  const args = [
    ...["-F", port, String(baud), "raw", "-echo", "-echoe", "-echok", "-iexten"],
    ...[`cs${dataBits}`, ...parities[parity], stopBits === 2 ? "cstopb" : "-cstopb"],
    // No modem lines: an RS-485 adapter has none, and opening would wait for them.
    ...["clocal", "cread", "-crtscts", "-hupcl", "min", "0", "time", String(READ_TENTHS)],
  ];
  const { success, stderr } = await new Deno.Command("stty", {
    args,
    env: { LC_ALL: "C" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw cannotOpen(port, new TextDecoder().decode(stderr).trim());
}

function cannotOpen(port: string, found: string, cause?: unknown): DeviceError {
  return new DeviceError(`Cannot open the serial port "${port}": ${found}`, { cause });
}
