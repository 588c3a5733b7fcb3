/** A Modbus TCP line: jsmodbus over one socket, one request at a time for all units. */
import * as jsmodbus from "jsmodbus";
import * as net from "node:net";
import { DeviceError } from "../driver.ts";
import type { Answer, Line } from "./line.ts";
import type { Block } from "./plan.ts";

type Client = InstanceType<typeof jsmodbus.client.TCP>;

const CONNECT_TIMEOUT_MS = 5000;
/** A Modbus TCP frame has at most 260 bytes; the library keeps what it cannot read. */
const STRAY_BYTES_MAX = 64 << 10;

export class TcpLine implements Line {
  readonly address: string;
  readonly broken: Promise<never>;
  readonly #host: string;
  readonly #port: number;
  readonly #socket = new net.Socket();
  /** The library keeps one client a unit and timeout; they share the socket. */
  readonly #clients = new Map<string, Client>();
  /** Bytes since the last answer that was understood. */
  #strayBytes = 0;

  /** `units`: all that will be read, since the library has to see the socket connect. */
  constructor(
    host: string,
    port: number,
    units: readonly { readonly unit: number; readonly timeoutMs: number }[],
  ) {
    this.address = `tcp://${host}:${port}`;
    this.#host = host;
    this.#port = port;
    const { promise, reject } = Promise.withResolvers<never>();
    this.broken = promise;
    promise.catch(() => {});
    const fail = (found: string, cause?: Error) =>
      reject(new DeviceError(`Cannot use the Modbus line ${this.address}: ${found}`, { cause }));
    this.#socket.setNoDelay(true);
    this.#socket.on("error", (error) => fail(error.message, error));
    this.#socket.on("close", () => fail("the connection was closed"));
    this.#socket.on("data", (chunk) => {
      this.#strayBytes += chunk.length;
      if (this.#strayBytes <= STRAY_BYTES_MAX) return;
      fail(`${this.#strayBytes} bytes came that are no answers`);
      this.#socket.destroy();
    });
    // Each client listens on the socket by itself: that is meant, not a leak.
    this.#socket.setMaxListeners(3 * units.length + 10);
    for (const { unit, timeoutMs } of units) {
      const key = `${unit} ${timeoutMs}`;
      if (this.#clients.has(key)) continue;
      this.#clients.set(key, new jsmodbus.client.TCP(this.#socket, unit, timeoutMs));
    }
  }

  async connect(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      reject(
        new DeviceError(`Cannot reach ${this.address}: no answer for ${CONNECT_TIMEOUT_MS} ms`),
      );
    }, CONNECT_TIMEOUT_MS);
    this.#socket.once("connect", resolve);
    this.#socket.connect(this.#port, this.#host);
    try {
      await Promise.race([promise, this.broken]);
    } finally {
      clearTimeout(timer);
    }
  }

  async read(unit: number, block: Block, timeoutMs: number): Promise<Answer> {
    const client = this.#clients.get(`${unit} ${timeoutMs}`);
    if (client === undefined) throw new Error(`The unit ${unit} was not named for this line`);
    try {
      const answer = await ask(client, block);
      this.#strayBytes = 0;
      return answer;
    } catch (error) {
      return failure(error);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

async function ask(client: Client, block: Block): Promise<Answer> {
  const { start, count } = block;
  switch (block.table) {
    case "coil":
      return bits(block, (await client.readCoils(start, count)).response.body);
    case "discrete":
      return bits(block, (await client.readDiscreteInputs(start, count)).response.body);
    case "holding":
      return registers(block, (await client.readHoldingRegisters(start, count)).response.body);
    case "input":
      return registers(block, (await client.readInputRegisters(start, count)).response.body);
  }
}

function registers(block: Block, body: { readonly valuesAsBuffer: Buffer }): Answer {
  const bytes = body.valuesAsBuffer;
  if (bytes.length === block.count * 2) return { kind: "registers", bytes };
  const reason = `it answered ${bytes.length} bytes to a question for ${block.count * 2}`;
  return { kind: "failed", reason };
}

function bits(block: Block, body: { readonly valuesAsBuffer: Buffer }): Answer {
  const bytes = body.valuesAsBuffer;
  const wanted = Math.ceil(block.count / 8);
  if (bytes.length !== wanted) {
    const reason = `it answered ${bytes.length} bytes to a question for ${wanted}`;
    return { kind: "failed", reason };
  }
  const bit = (_: unknown, index: number) => (bytes[index >> 3] >> (index & 7) & 1) === 1;
  return { kind: "bits", bits: Array.from({ length: block.count }, bit) };
}

/** What the library throws is no Error, but says what happened. */
function failure(error: unknown): Answer {
  if (!jsmodbus.errors.isUserRequestError(error)) {
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
  const { err, message, response } = error;
  if (err === "ModbusException" && response?.body !== undefined && "code" in response.body) {
    return { kind: "exception", code: Number(response.body.code) };
  }
  return { kind: "failed", reason: err === "Timeout" ? "no answer" : message };
}
