/** `tributary device probe`: registers of a device, read as everything that they may be. */
import { type Answer, exceptionText } from "../../../drivers/modbus/answer.ts";
import { type DeviceIdentity, identify } from "../../../drivers/modbus/identification.ts";
import { interpretations, plausible, TRIED_TYPES } from "../../../drivers/modbus/interpretation.ts";
import type { Table } from "../../../drivers/modbus/profile.ts";
import { READ_MAX } from "../../../drivers/modbus/request.ts";
import type { Connection } from "../../../drivers/modbus/settings.ts";
import { ordered, ORDERS, unpackText } from "../../../drivers/packed_value.ts";
import { CommandError } from "../local_api.ts";
import { table as columns } from "../table.ts";
import { checked, connectionOf, type LineOptions, openLine, unitRange } from "./line_options.ts";

export interface ProbeOptions extends LineOptions {
  readonly unit: number;
  readonly table: Table;
  readonly address: number;
  readonly count: number;
  /** Whether it is asked for its maker and model too. */
  readonly identity: boolean;
}

const ADDRESS_MAX = 65_535;
/** Of one address so many meanings are worth reading; the longest value takes four registers. */
const HINTS_MAX = 3;
/** Less likely than this is less likely than chance. */
const SCORE_MIN = 1;
const LONGEST_BYTES = 8;

/** What a device answered to one question, and what it says of itself. */
export interface ProbeRead {
  readonly connection: Connection;
  /** `unit 1 on tcp://10.0.0.5:502`. */
  readonly place: string;
  readonly read: { readonly bytes: Uint8Array } | { readonly bits: readonly boolean[] };
  readonly latencyMs: number;
  readonly identity: DeviceIdentity;
}

/** Reads once and tells what it found, as text. */
export async function probe(options: ProbeOptions): Promise<string> {
  const { table, address: start, count } = options;
  const { place, read, latencyMs, identity } = await probeOnce(options);
  const what = `${table} ${start} to ${start + count - 1}`;
  const head = `U${place.slice(1)}, ${what}, answered in ${Math.round(latencyMs)} ms`;
  const said = identity.map(({ name, text }) => `  ${name}: ${text}`);
  return "bits" in read
    ? [head, ...said, "", bitsText(start, read.bits)].join("\n")
    : [`${head}: ${hex(read.bytes)}`, ...said, "", registersText(start, read.bytes)].join("\n");
}

/** Throws a {@link CommandError} where nothing is told, with what to try. */
export async function probeOnce(options: ProbeOptions): Promise<ProbeRead> {
  const { table, address: start, count } = options;
  const connection = connectionOf(options);
  const unit = checked("--unit", options.unit, ...unitRange(connection));
  checked("--address", start, 0, ADDRESS_MAX);
  checked("--count", count, 1, Math.min(READ_MAX[table], ADDRESS_MAX + 1 - start));
  const asking = { timeoutMs: options.timeout * 1000, urgent: true };
  await using bus = await openLine(connection);
  const request = { kind: "read", table, start, count } as const;
  const { answer, latencyMs } = await bus.ask(unit, request, asking).catch(broken);
  const place = `unit ${unit} on ${bus.address}`;
  const read = valuesOf(answer, `U${place.slice(1)}`, `${table} ${start} to ${start + count - 1}`);
  const identity = options.identity ? await identify(bus, unit, asking).catch(broken) : [];
  return { connection, place, read, latencyMs, identity };
}

function valuesOf(answer: Answer, who: string, what: string): ProbeRead["read"] {
  switch (answer.kind) {
    case "registers":
    case "bits":
      return answer;
    case "exception": {
      const hint = "try another --address, a smaller --count or another --table";
      throw new CommandError(
        `${who} does not tell ${what}: ${exceptionText(answer.code)}; ${hint}`,
      );
    }
    case "failed": {
      const hint = "try another --unit, --baud or --parity, or a longer --timeout";
      throw new CommandError(`${who} does not answer: ${answer.reason}; ${hint}`);
    }
    case "written":
    case "identification":
      throw new Error("A read was answered as another question");
  }
}

function broken(cause: unknown): never {
  const found = cause instanceof Error ? cause.message : String(cause);
  throw new CommandError(`The line broke while it was read: ${found}`, { cause });
}

/** What the registers are as every type, and then what of it is plausible. */
export function registersText(start: number, bytes: Uint8Array): string {
  const places = Array.from({ length: bytes.length / 2 }, (_, at) => at);
  const rows = places.flatMap((at) => rowsOf(start + at, bytes.subarray(2 * at)));
  const hints = places.flatMap((at) => {
    // Text begins where it begins: its tail is no text of its own.
    const rest = at === 0 ? bytes : bytes.subarray(2 * at, 2 * at + LONGEST_BYTES);
    return plausible(rest).filter(({ score }) => score >= SCORE_MIN).slice(0, HINTS_MAX)
      .map(({ text }) => `  ${start + at}: ${text}`);
  });
  const text = (["ABCD", "BADC"] as const)
    .map((order) => `as text ${order}: ${JSON.stringify(unpackText(ordered(bytes, order)))}`);
  return [
    columns(["ADDRESS", "TYPE", ...ORDERS], rows),
    "",
    ...text,
    "",
    ...(hints.length === 0
      ? ["Nothing is plausible by itself; compare with what the device shows"]
      : [
        "Plausible, the likeliest first; units are guessed, compare with what it shows:",
        ...hints,
      ]),
  ].join("\n");
}

/** A register's bits, and what begins at it. */
function rowsOf(address: number, bytes: Uint8Array): string[][] {
  const read = interpretations(bytes);
  const bits = [bytes[0], bytes[1]].map((byte) => byte.toString(2).padStart(8, "0")).join(" ");
  const typed = TRIED_TYPES.flatMap((type) => {
    const own = read.filter((one) => one.type === type);
    if (own.length === 0) return [];
    const cells = ORDERS.map((order) => own.find((one) => one.order === order)?.value);
    return [[
      String(address),
      type,
      ...cells.map((value) => value === undefined ? "" : `${value}`),
    ]];
  });
  return [[String(address), "bits", bits], ...typed];
}

function bitsText(start: number, bits: readonly boolean[]): string {
  return columns(["ADDRESS", "BIT"], bits.map((bit, at) => [`${start + at}`, bit ? "1" : "0"]));
}

/** `41 9a 66 66`: registers in words. */
function hex(bytes: Uint8Array): string {
  return bytes.toHex().replace(/(.{4})(?=.)/g, "$1 ");
}
