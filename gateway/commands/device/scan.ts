/**
 * `tributary device scan`: which units answer on lines that were named. One register is read of
 * each, and who answers is asked what it is.
 */
import { exceptionText, isSilence } from "../../../drivers/modbus/answer.ts";
import type { Asked, ModbusBus } from "../../../drivers/modbus/bus.ts";
import { identify } from "../../../drivers/modbus/identification.ts";
import type { Table } from "../../../drivers/modbus/profile.ts";
import type { Connection } from "../../../drivers/modbus/settings.ts";
import { CommandError, UsageError } from "../local_api.ts";
import { table as columns } from "../table.ts";
import { checked, connectionOf, type LineOptions, openLine, unitRange } from "./line_options.ts";

export interface ScanOptions extends LineOptions {
  readonly units: string;
  readonly table: Table;
  readonly address: number;
  /** Whether who answers is asked for maker and model too. */
  readonly identity: boolean;
}

export interface ScanPlaces {
  readonly print: (text: string) => void;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Addresses of one command: they are typed, not swept. */
const HOSTS_MAX = 64;
const ADDRESS_MAX = 65_535;
/** An answer that noise or a late one has spoilt is asked for once more. */
const ASKS_MAX = 2;

/** What was found of a unit; who is silent is not found. */
interface Found {
  readonly unit: number;
  readonly what: string;
  /** Maker, model and the like, where it says them. */
  readonly identity: string;
}

/** Prints who answers; throws a {@link CommandError} where nobody does, or not all was asked. */
export async function scan(options: ScanOptions, places: ScanPlaces): Promise<void> {
  const hosts = options.tcp?.split(",").map((host) => host.trim()) ?? [undefined];
  if (hosts.length > HOSTS_MAX) {
    throw new UsageError(`--tcp names ${hosts.length} hosts: want ${HOSTS_MAX} at most`);
  }
  const lines = hosts.map((tcp) => connectionOf({ ...options, tcp }));
  checked("--address", options.address, 0, ADDRESS_MAX);
  const units = unitsOf(options.units, unitRange(lines[0]));
  let answering = 0;
  const troubles: string[] = [];
  for (const connection of lines) {
    if (places.signal.aborted) break;
    try {
      answering += await scanLine(connection, units, options, places);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      troubles.push(error.message);
    }
  }
  places.progress("");
  if (places.signal.aborted) throw new CommandError("It was stopped before all were asked");
  if (troubles.length > 0) throw new CommandError(troubles.join("\n"));
  if (answering > 0) return;
  const hint =
    "try --baud, --parity, other --units, or a longer --timeout; check A and B of the line";
  throw new CommandError(`Nobody answers; ${hint}`);
}

/** Units that answered on this line. */
async function scanLine(
  connection: Connection,
  units: readonly number[],
  options: ScanOptions,
  { print, progress, signal }: ScanPlaces,
): Promise<number> {
  await using bus = await openLine(connection);
  const found: Found[] = [];
  for (const [index, unit] of units.entries()) {
    if (signal.aborted) break;
    const soFar = `${index} of ${units.length} asked, ${found.length} answered`;
    progress(`${bus.address}: unit ${unit}; ${soFar}`);
    const what = await ask(bus, unit, options);
    if (what === null) continue;
    found.push({ unit, what, identity: options.identity ? await said(bus, unit, options) : "" });
  }
  progress("");
  print(`${bus.address}: ${found.length} of ${units.length} units answer`);
  if (found.length === 0) return 0;
  const rows = found.map(({ unit, what, identity }) => [String(unit), what, identity]);
  print(columns(["UNIT", "ANSWER", "WHAT IT IS"], rows));
  const isAnybody = connection.type === "tcp" && units.length > 1 && found.length === units.length;
  if (isAnybody) print("It answers for each unit asked: it may be one device that looks at none");
  return found.length;
}

/** Asks for one register; `null` for silence. */
async function ask(
  bus: ModbusBus,
  unit: number,
  { table, address, timeout }: ScanOptions,
): Promise<string | null> {
  const request = { kind: "read", table, start: address, count: 1 } as const;
  for (let asks = 1;; asks++) {
    const asked = await bus.ask(unit, request, { timeoutMs: timeout * 1000, urgent: true })
      .catch(broken(unit));
    const { answer } = asked;
    const isSpoilt = answer.kind === "failed" && answer.code !== "timeout";
    if (!isSpoilt || asks === ASKS_MAX) return meaningOf(asked, `${table} ${address}`);
  }
}

/** What a unit says of itself; nothing where it does not. */
async function said(bus: ModbusBus, unit: number, { timeout }: ScanOptions): Promise<string> {
  const identity = await identify(bus, unit, { timeoutMs: timeout * 1000, urgent: true })
    .catch(broken(unit));
  return identity.map(({ text }) => text).join(", ");
}

function broken(unit: number): (cause: unknown) => never {
  return (cause) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`The line broke at unit ${unit}: ${reason}`, { cause });
  };
}

function meaningOf({ answer, latencyMs }: Asked, place: string): string | null {
  const after = `in ${Math.round(latencyMs)} ms`;
  switch (answer.kind) {
    case "registers":
      return `${place} is 0x${answer.bytes.toHex()}, ${after}`;
    case "bits":
      return `${place} is ${answer.bits[0] ? "on" : "off"}, ${after}`;
    case "exception":
      // A gateway speaks for a unit that does not.
      if (isSilence(answer.code)) return null;
      return `is there, but has no ${place}: ${exceptionText(answer.code)}, ${after}`;
    case "failed":
      if (answer.code === "timeout") return null;
      return `something answers that cannot be used: ${answer.reason}`;
    case "written":
    case "identification":
      throw new Error("A read was answered as another question");
  }
}

/** `1-32`, `1,5,9-12`: each once, in their order. */
export function unitsOf(text: string, [from, to]: readonly [number, number]): number[] {
  const units = text.split(",").flatMap((part) => {
    const [, first, last] = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part) ?? [];
    const [low, high] = [Number(first), Number(last ?? first)];
    if (!(low >= from && high <= to && low <= high)) {
      const want = `want units from ${from} to ${to} such as 1-32 or 1,5,9`;
      throw new UsageError(`--units "${text}": ${want}`);
    }
    return Array.from({ length: high - low + 1 }, (_, at) => low + at);
  });
  return [...new Set(units)];
}
