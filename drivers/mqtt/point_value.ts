/** What a device said of one point, as a reading: faults, words, scale and range of its profile. */
import type { Quality, Reading } from "../driver.ts";
import { numberIn, outOfRange, scaled } from "../numbers.ts";

/** Of a point, what says how its value is to be read. */
export interface ValuePoint {
  readonly point: string;
  readonly unit: string;
  readonly scale: number;
  readonly offset: number;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly values?: Readonly<Record<string, boolean | number | string>> | undefined;
  readonly faults: readonly (number | string)[];
}

export function readValue(raw: unknown, point: ValuePoint): Reading {
  if (raw === null) return fault(point, "the device tells no value");
  if (typeof raw === "object") return fault(point, "found a list or an object, want a value");
  if (tellsFault(raw, point)) return fault(point, `${raw} tells a fault`);
  if (point.values !== undefined) {
    const word = String(raw);
    // Only what the profile lists: every object has a "constructor".
    if (Object.hasOwn(point.values, word)) return good(point, point.values[word]);
    return fault(point, `${shown(raw)} has no meaning here`);
  }
  if (typeof raw === "number" || typeof raw === "bigint") return readNumber(point, raw);
  if (point.unit === "") return good(point, raw === true || raw === false ? raw : String(raw));
  const number = typeof raw === "string" ? numberIn(raw) : NaN;
  if (Number.isNaN(number)) return fault(point, `${shown(raw)} is no number`);
  return readNumber(point, number);
}

/** A profile's own numbers are doubles: one beyond 2^53 is meant as near as that comes. */
function tellsFault(raw: unknown, { faults }: ValuePoint): boolean {
  return faults.some((told) =>
    told === raw || typeof raw === "bigint" && (told === Number(raw) || told === String(raw))
  );
}

export function fault({ point, unit }: ValuePoint, reason: string): Reading {
  return { point, value: null, unit, quality: "fault", reason };
}

/** As it was read, but not to be believed so far; a fault stays a fault. */
export function doubted(reading: Reading, reason: string): Reading {
  const quality: Quality = "uncertain";
  return reading.quality === "fault" ? reading : { ...reading, quality, reason };
}

function readNumber(point: ValuePoint, raw: number | bigint): Reading {
  const value = scaled(raw, point.scale, point.offset);
  const reason = outOfRange(value, point);
  if (reason !== null) return fault(point, reason);
  // A count beyond 2^53 would be rounded as a number: it is kept as text, digit by digit.
  return good(point, typeof value === "bigint" ? String(value) : value);
}

function good({ point, unit }: ValuePoint, value: number | string | boolean): Reading {
  return { point, value, unit, quality: "good" };
}

function shown(raw: unknown): string {
  return typeof raw === "bigint" ? String(raw) : JSON.stringify(raw);
}
