/**
 * `modbus_floor.ts LOAD`: the floor of bench:modbus, jsmodbus and nothing else: reads all registers
 * of each device, at its pace or as fast as answers come, and keeps nothing of it.
 */
import * as jsmodbus from "jsmodbus";
import * as net from "node:net";
import * as z from "zod";

const load = z.object({
  ports: z.array(z.number()),
  registers: z.number(),
  /** Time from one poll of a device to the next; 0 for none. */
  everyMs: z.number(),
});
export type FloorLoad = z.infer<typeof load>;

const TIMEOUT_MS = 5000;

async function poll(port: number, { registers, everyMs }: FloorLoad): Promise<never> {
  const socket = new net.Socket();
  const client = new jsmodbus.client.TCP(socket, 1, TIMEOUT_MS);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("connect", resolve);
  socket.once("error", reject);
  socket.setNoDelay(true);
  socket.connect(port, "127.0.0.1");
  await promise;
  for (let dueMs = performance.now();;) {
    await client.readHoldingRegisters(0, registers);
    if (everyMs === 0) continue;
    dueMs += everyMs;
    const waitMs = Math.max(0, dueMs - performance.now());
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

const asked = load.parse(JSON.parse(Deno.args[0]));
await Promise.all(asked.ports.map((port) => poll(port, asked)));
