/** A simulated Modbus device: on TCP, behind a converter that carries RTU, or on a serial port. */
import * as net from "node:net";
import type { ByteLine } from "../serial/byte_line.ts";
import { PacedSender } from "../serial/paced_sender.ts";
import { characterMs, type SerialSettings } from "../serial/settings.ts";
import { ServedRtu, ServedTcp } from "./served_framing.ts";
import { Conversation, SimulatedDevice, type SimulatedModbus } from "./simulated_device.ts";

/** How its serial line is set: bytes come no faster than that. */
export type LineSpeed = Omit<SerialSettings, "type" | "port">;

export interface ModbusSimulation extends SimulatedModbus {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** RTU over TCP at the pace of this line; none: Modbus TCP. */
  readonly rtu?: LineSpeed | undefined;
}

/** A peer that takes nothing gets nothing. */
const QUEUED_BYTES_MAX = 64 << 10;
const CONNECTIONS_MAX = 100;

export class ModbusSimulator implements AsyncDisposable {
  /** Of a socket; 0 on a serial port. */
  readonly port: number;
  readonly #close: () => Promise<void>;

  private constructor(port: number, close: () => Promise<void>) {
    this.port = port;
    this.#close = close;
  }

  static async start({ host, port, rtu, ...own }: ModbusSimulation): Promise<ModbusSimulator> {
    const device = new SimulatedDevice(own);
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      const conversation = converse(device, socket, rtu);
      socket.on("close", () => {
        sockets.delete(socket);
        conversation[Symbol.dispose]();
      });
    });
    server.maxConnections = CONNECTIONS_MAX;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(port, host, resolve);
    await promise;
    const address = server.address();
    const bound = typeof address === "object" && address !== null ? address.port : port;
    return new ModbusSimulator(bound, async () => {
      device[Symbol.dispose]();
      for (const socket of sockets) socket.destroy();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    });
  }

  /** Speaks RTU on a line that is open; closing that is for whoever opened it. */
  static onLine(own: SimulatedModbus, line: ByteLine, speed: LineSpeed): ModbusSimulator {
    const device = new SimulatedDevice(own);
    const pace = characterMs(speed);
    const conversation = new Conversation({
      device,
      framing: new ServedRtu(),
      // A line that breaks takes no more; whoever opened it sees that.
      sender: new PacedSender(pace, (bytes) => void line.write(bytes).catch(() => {})),
      characterMs: pace,
      end: () => {},
    });
    line.listen((bytes) => conversation.heard(bytes));
    return new ModbusSimulator(0, () => {
      conversation[Symbol.dispose]();
      device[Symbol.dispose]();
      return Promise.resolve();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

function converse(
  device: SimulatedDevice,
  socket: net.Socket,
  rtu: LineSpeed | undefined,
): Conversation {
  const pace = rtu === undefined ? 0 : characterMs(rtu);
  const send = (bytes: Uint8Array) => {
    if (socket.writable && socket.writableLength < QUEUED_BYTES_MAX) socket.write(bytes);
  };
  const conversation = new Conversation({
    device,
    framing: rtu === undefined ? new ServedTcp() : new ServedRtu(),
    sender: new PacedSender(pace, send),
    characterMs: pace,
    // A converter keeps its connection, whatever happens to the device behind it.
    end: () => rtu === undefined && socket.end(),
  });
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes: Uint8Array) => conversation.heard(bytes));
  return conversation;
}
