/** What a device said of one point, as a reading: faults, words, scale and range of its profile. */
import type { Quality, Reading } from "../driver.ts";
import { outOfRange, scaled } from "../numbers.ts";

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
  if (point.faults.some((told) => told === raw)) return fault(point, `${raw} tells a fault`);
  if (point.values !== undefined) {
    const word = String(raw);
    // Only what the profile lists: every object has a "constructor".
    if (Object.hasOwn(point.values, word)) return good(point, point.values[word]);
    return fault(point, `${shown(raw)} has no meaning here`);
  }
  if (typeof raw === "bigint") {
    // A count beyond 2^53 would be rounded as a number: it is kept as text, digit by digit.
    if (point.scale === 1 && point.offset === 0) return good(point, String(raw));
    return readNumber(point, Number(raw));
  }
  if (typeof raw === "number") return readNumber(point, raw);
  if (point.unit === "") return good(point, raw === true || raw === false ? raw : String(raw));
  const number = typeof raw === "string" ? Number(raw.trim() === "" ? NaN : raw) : NaN;
  if (Number.isNaN(number)) return fault(point, `${shown(raw)} is no number`);
  return readNumber(point, number);
}

export function fault({ point, unit }: ValuePoint, reason: string): Reading {
  return { point, value: null, unit, quality: "fault", reason };
}

/** As it was read, but not to be believed so far; a fault stays a fault. */
export function doubted(reading: Reading, reason: string): Reading {
  const quality: Quality = "uncertain";
  return reading.quality === "fault" ? reading : { ...reading, quality, reason };
}

function readNumber(point: ValuePoint, raw: number): Reading {
  const value = scaled(raw, point.scale, point.offset);
  const reason = outOfRange(value, point);
  return reason === null ? good(point, value) : fault(point, reason);
}

function good({ point, unit }: ValuePoint, value: number | string | boolean): Reading {
  return { point, value, unit, quality: "good" };
}

function shown(raw: unknown): string {
  return typeof raw === "bigint" ? String(raw) : JSON.stringify(raw);
}
