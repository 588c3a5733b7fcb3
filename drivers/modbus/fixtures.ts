/** The other ends of Modbus lines in tests: pymodbus, and a server that misbehaves. */
import * as net from "node:net";
import { freePort, listening, Program, tool } from "../fixtures.ts";
import type { Order } from "../packed_value.ts";
import type { Table, ValueType } from "./profile.ts";

export interface PackedValue {
  readonly table: Extract<Table, "holding" | "input">;
  readonly address: number;
  readonly type: ValueType;
  readonly order?: Order;
  readonly value?: number | string;
  /** The bytes themselves, where a value cannot say them. */
  readonly hex?: string;
  readonly encoding?: string;
}

export interface Pymodbus extends AsyncDisposable {
  readonly port: number;
  readonly program: Program;
}

/** pymodbus with these values, packed by Python's struct. */
export async function pymodbus(
  values: readonly PackedValue[],
  { identity, ...bits }: {
    readonly coil?: readonly boolean[];
    readonly discrete?: readonly boolean[];
    /** What it says of itself, by the id of the object. */
    readonly identity?: Readonly<Record<string, string>>;
  } = {},
  port = freePort(),
): Promise<Pymodbus> {
  const python = tool("python3", "python3");
  const probe = new Deno.Command(python, {
    args: ["-c", "import pymodbus.server"],
    stderr: "null",
  });
  if (!probe.outputSync().success) {
    throw new Error(
      "pymodbus is missing: sudo apt-get install -y python3-pymodbus python3-serial-asyncio",
    );
  }
  const input = Deno.makeTempFileSync({ suffix: ".json" });
  Deno.writeTextFileSync(input, JSON.stringify({ port, values, bits, identity }));
  const script = new URL("./pymodbus_server.py", import.meta.url).pathname;
  const program = new Program("/bin/sh", ["-c", `exec ${python} ${script} < ${input}`]);
  await listening(port);
  Deno.removeSync(input);
  return { port, program, [Symbol.asyncDispose]: () => program.kill() };
}

/** Answers each request with the bytes that `answer` makes of it; `null` is silence. */
export async function badServer(
  answer: (request: Buffer) => Buffer | null,
): Promise<AsyncDisposable & { readonly port: number; requests: number }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      bad.requests++;
      const bytes = answer(Buffer.from(chunk));
      if (bytes !== null) socket.write(bytes);
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const bad = {
    port,
    requests: 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
  return bad;
}

/** A Modbus TCP answer to a request, with this body. */
export function answerTo(request: Buffer, body: readonly number[]): Buffer {
  const head = Buffer.from([request[0], request[1], 0, 0, 0, body.length + 1, request[6]]);
  return Buffer.concat([head, Buffer.from(body)]);
}

/** A profile of these points, which needs no more than their registers. Who answers has time. */
export function profileOf(
  registers: Readonly<Record<string, object>>,
  more: object = {},
) {
  return {
    protocol: "modbus",
    profile: "test",
    title: { zh: "测试", en: "Test" },
    source: "a test",
    intervalSeconds: 0.2,
    timeoutMs: 30_000,
    points: Object.entries(registers).map(([point, register]) => ({
      point,
      title: { zh: point, en: point },
      unit: "1",
      example: 0,
      register,
    })),
    ...more,
  };
}
