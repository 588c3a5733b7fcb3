/** A simulated Modbus TCP device: a server whose registers follow a model. */
import * as jsmodbus from "jsmodbus";
import * as net from "node:net";
import type { Model } from "../simulation.ts";
import { encodeRegister } from "./encode.ts";
import type { ModbusProfile } from "./profile.ts";

export interface ModbusSimulation {
  readonly profile: ModbusProfile;
  readonly model: Model;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** How often the registers follow the model. */
const STEP_MS = 200;
const TABLE_BYTES = 2 * 65_536;

export class ModbusSimulator implements AsyncDisposable {
  readonly port: number;
  readonly #server: net.Server;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #sockets: Set<net.Socket>;

  private constructor(
    server: net.Server,
    port: number,
    timer: ReturnType<typeof setInterval>,
    sockets: Set<net.Socket>,
  ) {
    this.#server = server;
    this.port = port;
    this.#timer = timer;
    this.#sockets = sockets;
  }

  static async start({ profile, model, host, port }: ModbusSimulation): Promise<ModbusSimulator> {
    const tables = {
      coil: Buffer.alloc(TABLE_BYTES / 16),
      discrete: Buffer.alloc(TABLE_BYTES / 16),
      holding: Buffer.alloc(TABLE_BYTES),
      input: Buffer.alloc(TABLE_BYTES),
    };
    const startMs = performance.now();
    const step = () => write(tables, profile, model(performance.now() - startMs));
    step();
    const server = net.createServer();
    const sockets = new Set<net.Socket>();
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => socket.destroy());
    });
    new jsmodbus.server.TCP(server, {
      coils: tables.coil,
      discrete: tables.discrete,
      holding: tables.holding,
      input: tables.input,
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(port, host, resolve);
    await promise;
    const address = server.address();
    const bound = typeof address === "object" && address !== null ? address.port : port;
    return new ModbusSimulator(server, bound, setInterval(step, STEP_MS), sockets);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }
}

type Tables = Record<"coil" | "discrete" | "holding" | "input", Buffer>;

function write(tables: Tables, profile: ModbusProfile, values: ReturnType<Model>): void {
  for (const { point, register } of profile.points) {
    const value = values[point];
    if (value === undefined) continue;
    const table = tables[register.table];
    const address = register.address - profile.addressBase;
    if (register.table === "coil" || register.table === "discrete") {
      const mask = 1 << (address & 7);
      table[address >> 3] = value ? table[address >> 3] | mask : table[address >> 3] & ~mask;
    } else if (register.type === "bool") {
      // Several switches may share a register: only this one's bit changes.
      const mask = Buffer.from(encodeRegister(register, true)).readUInt16BE();
      const word = table.readUInt16BE(2 * address);
      table.writeUInt16BE(value ? word | mask : word & ~mask & 0xffff, 2 * address);
    } else {
      table.set(encodeRegister(register, value), 2 * address);
    }
  }
}
