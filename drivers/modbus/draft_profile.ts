/** A new profile from registers that were just read, with what was read as its example. */
import { Document, visit } from "yaml";
import { scaled } from "../numbers.ts";
import { type Order, ORDERS } from "../packed_value.ts";
import { isUnit } from "../units.ts";
import { decodeBit, decodePoint } from "./decode.ts";
import type { DeviceIdentity } from "./identification.ts";
import { sentinelText, TRIED_TYPES } from "./interpretation.ts";
import {
  type ModbusPoint,
  type ModbusProfile,
  modbusProfile,
  registersOf,
  type Table,
  TYPES,
  type ValueType,
} from "./profile.ts";
import { isBits } from "./request.ts";

/** A point cannot be drafted as it was given; the message names it, its part, and the fix. */
export class DraftError extends Error {
  override name = "DraftError";
}

/** A point as it is given in one word, see {@link parseDraftedPoint}. */
export interface DraftedPoint {
  /** As it was given. */
  readonly text: string;
  /** On the wire. */
  readonly address: number;
  readonly type: ValueType;
  readonly order: Order;
  readonly point: string;
  /** UCUM code; empty for none. */
  readonly unit: string;
  /** The register's number divided by it is the value. */
  readonly divisor: number;
  readonly bit?: number;
  readonly length?: number;
}

/** What was read, and where. */
export interface Draft {
  readonly profile: string;
  readonly table: Table;
  /** First address that was read, on the wire. */
  readonly start: number;
  readonly read: { readonly bytes: Uint8Array } | { readonly bits: readonly boolean[] };
  readonly points: readonly DraftedPoint[];
  readonly identity: DeviceIdentity;
  /** `unit 1 on tcp://10.0.0.5:502`. */
  readonly place: string;
  /** ISO, of the reading. */
  readonly time: string;
  /** How the serial line was set, where it is one. */
  readonly serial?: {
    readonly baud: number;
    readonly parity: "none" | "even" | "odd";
    readonly stopBits: 1 | 2;
  };
  readonly timeoutMs: number;
}

export interface Drafted {
  readonly profile: ModbusProfile;
  /** The profile's file, and that of its example. */
  readonly text: string;
  readonly example: string;
}

const FORM = "REGISTER:TYPE:ORDER:ID[:UNIT], such as 10:int16/10:ABCD:temperature:Cel";
/** How often a drafted device is asked, until somebody knows better. */
const INTERVAL_SECONDS = 30;

/**
 * Reads `10:int16/10:ABCD:temperature:Cel`: register, type, order, name and unit. A type may be
 * divided (`int16/10`), a bool name its bit (`bool.3`), a string its registers (`string.4`).
 */
export function parseDraftedPoint(text: string): DraftedPoint {
  const fault = (found: string) => new DraftError(`"${text}": ${found}`);
  const [register, typed = "", ordered, point = "", unit = "", ...rest] = text.split(":");
  if (point === "" || rest.length > 0) throw fault(`want ${FORM}`);
  if (!/^\d{1,5}$/.test(register)) throw fault(`register "${register}": want its address`);
  const [, name, sign, digits] = /^([a-z0-9]+)(?:([./])(\d+))?$/.exec(typed) ?? [];
  const type = TYPES.find((one) => one === name);
  if (type === undefined) throw fault(`type "${typed}": want one of ${TYPES.join(", ")}`);
  const order = ORDERS.find((one) => one === ordered);
  if (order === undefined) throw fault(`order "${ordered}": want one of ${ORDERS.join(", ")}`);
  const isNumber = TRIED_TYPES.some((one) => one === type);
  if (sign === "/" && !(isNumber && Number(digits) > 0)) {
    throw fault(`type "${typed}": only numbers are divided, such as int16/10`);
  }
  if (sign === "." && isNumber) {
    throw fault(`type "${typed}": want bool.BIT, string.REGISTERS, or a number such as int16/10`);
  }
  if (type === "string" && sign !== ".") {
    throw fault(`type "string": want how many registers it takes, such as string.4`);
  }
  return {
    text,
    address: Number(register),
    type,
    order,
    point,
    unit,
    divisor: sign === "/" ? Number(digits) : 1,
    ...(type === "bool" && sign === "." ? { bit: Number(digits) } : {}),
    ...(type === "string" ? { length: Number(digits) } : {}),
  };
}

/** Refuses points that lie outside of so many registers, bear one name, or have no unit of UCUM. */
export async function checkDraftedPoints(
  points: readonly DraftedPoint[],
  { table, start, count }: {
    readonly table: Table;
    readonly start: number;
    readonly count: number;
  },
): Promise<void> {
  const names = new Set<string>();
  for (const { text, address, type, length, point, unit } of points) {
    const last = address + registersOf({ type, length }) - 1;
    if (address < start || last >= start + count) {
      const found = `${table} ${address}${last > address ? ` to ${last}` : ""} is not read`;
      const fix = `give --address and --count so that it is among ${start} to ${start + count - 1}`;
      throw new DraftError(`"${text}": ${found}; ${fix}`);
    }
    if (isBits(table) && type !== "bool") {
      throw new DraftError(`"${text}": type "${type}": a ${table} is a bool`);
    }
    if (names.has(point)) throw new DraftError(`"${text}": there is a "${point}" already`);
    names.add(point);
    if (unit !== "" && !(await isUnit(unit))) {
      throw new DraftError(`"${text}": unit "${unit}" is no UCUM code: want such as Cel, %, kW.h`);
    }
  }
}

/** Throws a {@link DraftError} for a point that has no value now, or does not fit the schema. */
export function draftProfile(draft: Draft): Drafted {
  const { profile: name, points, place, time, serial, timeoutMs, identity } = draft;
  const said = identity.map(({ text }) => text).join(" ");
  const called = said === "" ? name : said;
  const head = {
    profile: name,
    title: { zh: `${called} 设备`, en: `${called} device` },
    source: `Read from ${place} on ${time}${said === "" ? "" : `; it says: ${said}`}`,
    doubt: {
      zh: "由一次读数推断，未与手册或仪表显示核对",
      en: "It was inferred from one reading, and compared with no manual and no display",
    },
    protocol: "modbus",
    ...(serial === undefined ? {} : { serial }),
    intervalSeconds: INTERVAL_SECONDS,
    timeoutMs,
  };
  const written = points.map((point) => writtenPoint(point, draft.table));
  // Their values are read by the profile itself, which needs them: 0 stands in until then.
  const tried = checked({ ...head, points: written.map((one) => ({ ...one, example: 0 })) }, draft);
  const valued = tried.points.map((point, index) => valueOf(point, points[index], draft));
  const document = {
    ...head,
    points: written.map(({ register, ...one }, index) => ({
      ...one,
      example: valued[index],
      register,
    })),
  };
  const readings = Object.fromEntries(points.map(({ point }, index) => [point, valued[index]]));
  return {
    profile: checked(document, draft),
    text: `${notesOf(draft)}${yaml(document)}`,
    example: yaml(exampleOf(draft, readings)),
  };
}

function writtenPoint(
  { address, type, order, point, unit, divisor, bit, length }: DraftedPoint,
  table: Table,
) {
  return {
    point,
    title: { zh: `测点 ${point}`, en: `Point ${point}` },
    ...(unit === "" ? {} : { unit }),
    register: {
      table,
      address,
      type,
      ...(order === "ABCD" ? {} : { order }),
      ...(bit === undefined ? {} : { bit }),
      ...(length === undefined ? {} : { length }),
      ...(divisor === 1 ? {} : { scale: 1 / divisor }),
    },
  };
}

/** Faults are told by the point in which they are. */
function checked(document: object, { points }: Draft): ModbusProfile {
  const result = modbusProfile.safeParse(document);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path: [first, index, ...rest], message }) => {
    const given = first === "points" ? points[Number(index)]?.text : undefined;
    return given === undefined
      ? `${String(first)}: ${message}`
      : `"${given}": ${rest.map(String).join(".")}: ${message}`;
  });
  throw new DraftError([...new Set(faults)].join("; "));
}

function valueOf(
  point: ModbusPoint,
  { text, address, type, order }: DraftedPoint,
  { read, start }: Draft,
): number | boolean | string {
  const at = address - start;
  const reading = "bits" in read
    ? decodeBit(point, read.bits[at])
    : decodePoint(point, read.bytes.subarray(2 * at, 2 * (at + registersOf(point.register))));
  const { value, reason } = reading;
  const tried = TRIED_TYPES.find((one) => one === type);
  const sentinel = tried === undefined || typeof value !== "number"
    ? null
    : sentinelText({ type: tried, order, value: scaled(value, 1 / point.register.scale, 0) });
  if (value !== null && sentinel === null) return value;
  const fix = "connect its sensor and probe again, or try another type";
  throw new DraftError(`"${text}" has no value to be an example: ${sentinel ?? reason}; ${fix}`);
}

function notesOf({ place, time }: Draft): string {
  return `# Drafted from one reading of ${place} on ${time}.
# Before it is trusted: compare each value with what the device shows; give titles that people
# know, min and max; name the manual as source, and what it tells without a sensor (faults).
# Addresses are those on the wire.
`;
}

/** What was read, as the test of examples reads it. */
function exampleOf({ table, start, read, place, time }: Draft, readings: object): object {
  const words = "bits" in read
    ? read.bits.map((bit) => bit ? "1" : "0").join(" ")
    : read.bytes.toHex().toUpperCase().replace(/(.{4})(?=.)/g, "$1 ");
  return {
    origin: "recorded",
    from: `Read from ${place} on ${time}`,
    polls: [{ registers: { [table]: { [start]: words } }, readings }],
  };
}

/** Titles and registers take one line each. */
function yaml(content: object): string {
  const document = new Document(content);
  visit(document, {
    Map: (_, node) => {
      if (node.has("zh") || node.has("table") || node.has("baud")) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}
