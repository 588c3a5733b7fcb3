/** A metric's value by its data type (Sparkplug 3.0, 6.4.16), and how far it may be believed. */
import { exact, shortest } from "../../packed_value.ts";
import type { Metric } from "./wire.ts";

/** Of integers: bits, and whether one of them is the sign. */
const INTEGERS: Readonly<Record<number, { bits: number; signed: boolean }>> = {
  1: { bits: 8, signed: true },
  2: { bits: 16, signed: true },
  3: { bits: 32, signed: true },
  4: { bits: 64, signed: true },
  5: { bits: 8, signed: false },
  6: { bits: 16, signed: false },
  7: { bits: 32, signed: false },
  8: { bits: 64, signed: false },
};
const FLOAT = 9;
const DOUBLE = 10;
const BOOLEAN = 11;
const DATE_TIME = 13;
/** String, Text and UUID. */
const TEXTS: readonly number[] = [12, 14, 15];

export type Raw = number | bigint | boolean | string | null;
export type MetricValue =
  | { readonly kind: "value"; readonly raw: Raw }
  | { readonly kind: "fault"; readonly reason: string };

const fault = (reason: string): MetricValue => ({ kind: "fault", reason });
const found = (raw: Raw | undefined, what: string): MetricValue =>
  raw === undefined ? fault(`its value is no ${what}`) : { kind: "value", raw };

export function valueOf(metric: Metric, datatype: number): MetricValue {
  if (metric.isNull) return { kind: "value", raw: null };
  const integer = INTEGERS[datatype];
  if (integer !== undefined) return integerIn(metric, integer);
  if (TEXTS.includes(datatype)) return found(metric.stringValue, "text");
  switch (datatype) {
    case FLOAT: {
      const { floatValue } = metric;
      return found(floatValue === undefined ? undefined : shortest(floatValue), "Float");
    }
    case DOUBLE:
      return found(metric.doubleValue, "Double");
    case BOOLEAN:
      return found(metric.booleanValue, "Boolean");
    case DATE_TIME: {
      const ms = momentOf(metric.longValue);
      return found(ms === null ? undefined : new Date(ms).toISOString(), "DateTime");
    }
    default:
      return fault(`it is of the data type ${datatype}, want a single value`);
  }
}

/**
 * Negative numbers come as two's complement in an unsigned field: of their own width, of the
 * field's, or of 64 bits. Anything else that does not fit is no value of this type.
 */
function integerIn(metric: Metric, { bits, signed }: { bits: number; signed: boolean }) {
  const { intValue, longValue } = metric;
  const told = longValue ?? (intValue === undefined ? undefined : BigInt(intValue));
  const what = `${signed ? "Int" : "UInt"}${bits}`;
  if (told === undefined) return fault(`its value is no ${what}`);
  const value = signed ? BigInt.asIntN(bits, told) : BigInt.asUintN(bits, told);
  const written = signed ? [bits, 32, 64].map((width) => BigInt.asUintN(width, value)) : [value];
  return written.includes(told) ? found(exact(value), what) : fault(`${told} is no ${what}`);
}

const DATE_MAX = 8.64e15;

/** A timestamp in milliseconds since 1970 UTC; `null` where it is none. */
export function momentOf(timestamp: bigint | undefined): number | null {
  const ms = Number(timestamp ?? 0n);
  return ms > 0 && ms <= DATE_MAX ? ms : null;
}

/** Codes of the property `Quality` (Sparkplug 3.0, 6.4.12), as OPC has them. */
const BAD = 0;
const GOOD = 192;
const STALE = 500;

/** Why the edge node itself does not vouch for a value; `null` where it does. */
export function qualityOf({ properties }: Metric): { isBad: boolean; reason: string } | null {
  const at = properties?.keys.indexOf("Quality") ?? -1;
  const told = properties?.values.at(at);
  if (at < 0 || told === undefined) return null;
  const code = told.intValue ?? Number(told.longValue ?? GOOD);
  if (code === GOOD) return null;
  const reason = code === STALE
    ? "its edge node calls it stale"
    : code === BAD
    ? "its edge node calls it bad"
    : `its edge node gives it the quality ${code}`;
  return { isBad: code === BAD, reason };
}
