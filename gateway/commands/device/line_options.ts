/** A line to Modbus devices, as given on the command line: no configuration names it yet. */
import { issueLines } from "../../schema_faults.ts";
import type { Command } from "commander";
import { Option } from "commander";
import { type ModbusBus, openBus } from "../../../drivers/modbus/bus.ts";
import { type Connection, connectionSchema } from "../../../drivers/modbus/settings.ts";
import { number } from "../command.ts";
import { CommandError, UsageError } from "../local_api.ts";

export interface LineOptions {
  readonly tcp?: string;
  readonly serial?: string;
  readonly rtuTcp?: string;
  readonly baud: number;
  readonly parity: string;
  readonly stopBits: number;
  readonly timeout: number;
}

/** No device that is asked by hand takes longer. */
const TIMEOUT_SECONDS_MAX = 60;

/** Adds the options that say which line it is. */
export function withLine(command: Command): Command {
  return command
    .option("--tcp <host[:port]>", "Modbus TCP; port 502 where none is given")
    .option("--serial <device>", "RTU on a serial port, such as /dev/ttyUSB0")
    .option("--rtu-tcp <host:port>", "RTU through a converter of serial lines")
    .option("--baud <rate>", "bits a second of the serial line", number, 9600)
    .addOption(
      new Option("--parity <parity>", "of the serial port").choices(["none", "even", "odd"])
        .default("none"),
    )
    .option("--stop-bits <bits>", "of the serial port: 1 or 2", number, 1)
    .option("--timeout <seconds>", "how long an answer is waited for", number, 1);
}

/** The settings of that line; throws a {@link UsageError} that names option and fix. */
export function connectionOf(options: LineOptions): Connection {
  const { tcp, serial, rtuTcp, baud, parity, stopBits, timeout } = options;
  if (!(timeout > 0 && timeout <= TIMEOUT_SECONDS_MAX)) {
    throw new UsageError(
      `--timeout ${timeout}: want seconds up to ${TIMEOUT_SECONDS_MAX}, above 0`,
    );
  }
  const given = [tcp, serial, rtuTcp].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw new UsageError(
      "Give one line: --tcp HOST[:PORT], --serial DEVICE or --rtu-tcp HOST:PORT",
    );
  }
  const [option, connection] = tcp !== undefined
    ? ["--tcp", { type: "tcp", ...addressOf("--tcp", tcp) }] as const
    : rtuTcp !== undefined
    ? ["--rtu-tcp", { type: "rtu-over-tcp", ...addressOf("--rtu-tcp", rtuTcp), baud }] as const
    : ["--serial", { type: "serial", port: serial, baud, parity, stopBits }] as const;
  const parsed = connectionSchema.safeParse(connection);
  if (parsed.success) return parsed.data;
  const faults = issueLines(parsed.error.issues);
  throw new UsageError(`${option} is no line: ${faults.join("; ")}`);
}

/** `fridge.local`, `10.0.0.5:502`, `[fe80::1]:502`. */
function addressOf(option: string, text: string): { host: string; port?: number } {
  const found = /^(?:\[([^\]]+)\]|([^:/\s]+))(?::(\d+))?$/.exec(text);
  if (found === null) {
    throw new UsageError(`${option} "${text}" is no address: want HOST:PORT, or [IPV6]:PORT`);
  }
  const [, literal, name, port] = found;
  return { host: literal ?? name, ...(port === undefined ? {} : { port: Number(port) }) };
}

/** Opens it; throws a {@link CommandError} where it is not to be had. */
export async function openLine(connection: Connection): Promise<ModbusBus> {
  try {
    return await openBus(connection);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    const hint = connection.type === "serial"
      ? "is it plugged in, and does no other program, such as the node, use it?"
      : "is the address right, and does the device take one more connection?";
    throw new CommandError(`${found}; ${hint}`, { cause });
  }
}

/** A whole number that an option may be; throws a {@link UsageError} otherwise. */
export function checked(option: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw new UsageError(`${option} ${value}: want a whole number from ${from} to ${to}`);
}

/** Units that answer: 0 is for broadcasts on a serial line (MODBUS over Serial Line, 2.2). */
export function unitRange({ type }: Connection): readonly [from: number, to: number] {
  return type === "tcp" ? [0, 255] : [1, 247];
}
