/**
 * `modbus_devices.ts CONTROL_PORT DEVICES`: Modbus TCP devices, each on a port of its own, that
 * answer at once and cost as little as may be beside what is measured. What was asked of them is
 * told in JSON at the control port: `{ports, requests, wrong}`.
 */
import { WanderingRegisters } from "./modbus_tags.ts";

const HEADER = 7;
const REQUEST_BYTES = HEADER + 5;
const READ_HOLDING = 3;

const counts = { requests: 0, wrong: 0 };

/** Answers each whole request among the bytes; returns how many bytes those took. */
function answersTo(
  bytes: Uint8Array,
  registers: WanderingRegisters,
): { answers: Uint8Array[]; taken: number } {
  const answers: Uint8Array[] = [];
  let taken = 0;
  for (; bytes.length - taken >= REQUEST_BYTES; taken += REQUEST_BYTES) {
    const request = bytes.subarray(taken, taken + REQUEST_BYTES);
    const start = request[8] << 8 | request[9];
    const length = 2 * (request[10] << 8 | request[11]);
    const end = 2 * start + length;
    counts.requests++;
    // Nothing else is asked by who asks what is there.
    if (request[HEADER] !== READ_HOLDING || end > registers.bytes.length) counts.wrong++;
    registers.wander();
    const answer = new Uint8Array(HEADER + 2 + length);
    answer.set(request.subarray(0, HEADER + 1));
    answer[4] = length + 3 >> 8;
    answer[5] = length + 3 & 0xff;
    answer[HEADER + 1] = length;
    answer.set(registers.bytes.subarray(2 * start, end), HEADER + 2);
    answers.push(answer);
  }
  return { answers, taken };
}

async function serve(connection: Deno.TcpConn, registers: WanderingRegisters): Promise<void> {
  connection.setNoDelay(true);
  const buffer = new Uint8Array(4096);
  let held = 0;
  for (;;) {
    const count = await connection.read(buffer.subarray(held));
    if (count === null) return;
    held += count;
    const { answers, taken } = answersTo(buffer.subarray(0, held), registers);
    buffer.copyWithin(0, taken, held);
    held -= taken;
    for (const answer of answers) {
      for (let at = 0; at < answer.length;) at += await connection.write(answer.subarray(at));
    }
  }
}

async function listen(listener: Deno.TcpListener): Promise<void> {
  const registers = new WanderingRegisters();
  for await (const connection of listener) {
    // Whoever asked has gone.
    serve(connection, registers).catch(() => {}).finally(() => connection.close());
  }
}

const [controlPort, devices] = Deno.args.map(Number);
const listeners = Array.from(
  { length: devices },
  () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
);
for (const listener of listeners) void listen(listener);
const ports = listeners.map(({ addr }) => addr.port);
Deno.serve(
  { hostname: "127.0.0.1", port: controlPort, onListen: () => {} },
  () => Response.json({ ports, ...counts }),
);
