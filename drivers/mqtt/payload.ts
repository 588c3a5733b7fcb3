/** Payloads into readings, as the profile says; what cannot be read is told, never guessed. */
import type { Reading } from "../driver.ts";
import { outOfRange, scaled } from "../numbers.ts";
import type { MqttMessage, MqttPoint } from "./profile.ts";

export type Decoded =
  | {
    readonly kind: "readings";
    readonly readings: Reading[];
    readonly deviceMs: number | null;
    readonly id: string | null;
  }
  | { readonly kind: "unreadable"; readonly reason: string };

const decoder = new TextDecoder("utf-8", { fatal: true });

export function decodePayload(payload: Uint8Array, message: MqttMessage): Decoded {
  let document: unknown;
  try {
    const text = decoder.decode(payload);
    document = message.payload === "json"
      ? JSON.parse(text)
      : message.payload === "number"
      ? numberIn(text)
      : text;
  } catch (error) {
    // What it says is in the entry, never in a reason: reasons go to the log.
    const found = error instanceof SyntaxError ? `it is no ${message.payload}` : "it is not UTF-8";
    return {
      kind: "unreadable",
      reason: `Cannot read the payload as ${message.payload}: ${found}`,
    };
  }
  const readings: Reading[] = [];
  for (const point of message.points) {
    const reading = readPoint(document, point);
    if (reading !== null) readings.push(reading);
  }
  if (readings.length === 0) {
    const wanted = message.points.map(({ path, point }) => path ?? point).join(", ");
    return { kind: "unreadable", reason: `The payload has none of ${wanted}` };
  }
  const id = message.id === undefined ? null : idIn(at(document, message.id));
  return { kind: "readings", readings, deviceMs: deviceTime(document, message), id };
}

/** One point's reading; `null` where the payload does not speak of it. */
function readPoint(document: unknown, point: MqttPoint): Reading | null {
  const raw = point.path === undefined ? document : at(document, point.path);
  if (raw === undefined) return null;
  const fault = (reason: string): Reading => ({
    point: point.point,
    value: null,
    unit: point.unit,
    quality: "fault",
    reason,
  });
  if (raw === null) return fault("the device tells no value");
  if (typeof raw === "object") return fault("found a list or an object, want a value");
  if (isFault(raw, point.faults)) return fault(`${raw} tells a fault`);
  if (point.values !== undefined) {
    const word = String(raw);
    // Only what the profile lists: every object has a "constructor".
    if (Object.hasOwn(point.values, word)) return good(point, point.values[word]);
    return fault(`${JSON.stringify(raw)} has no meaning here`);
  }
  if (typeof raw === "number") return readNumber(point, raw, fault);
  if (point.unit === "") return good(point, raw === true || raw === false ? raw : String(raw));
  const number = typeof raw === "string" ? Number(raw.trim() === "" ? NaN : raw) : NaN;
  if (Number.isNaN(number)) return fault(`${JSON.stringify(raw)} is no number`);
  return readNumber(point, number, fault);
}

function readNumber(point: MqttPoint, raw: number, fault: (reason: string) => Reading): Reading {
  const value = scaled(raw, point.scale, point.offset);
  const reason = outOfRange(value, point);
  return reason === null ? good(point, value) : fault(reason);
}

function good(point: MqttPoint, value: number | string | boolean): Reading {
  return { point: point.point, value, unit: point.unit, quality: "good" };
}

function isFault(raw: unknown, faults: MqttPoint["faults"]): boolean {
  return faults.some((fault) => fault === raw);
}

function numberIn(text: string): number {
  const number = Number(text.trim() === "" ? NaN : text);
  if (Number.isNaN(number)) throw new SyntaxError("no number");
  return number;
}

/** The value at a path such as `values[0].v`; `undefined` where there is none. */
export function at(document: unknown, path: string): unknown {
  let value = document;
  for (const step of stepsOf(path)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = Reflect.get(value, step);
  }
  return value;
}

/** Paths come from profiles, so there are few; each is taken apart once. */
const steps = new Map<string, readonly string[]>();

function stepsOf(path: string): readonly string[] {
  let known = steps.get(path);
  if (known === undefined) {
    known = path.split(/[.[\]]+/).filter((step) => step !== "");
    steps.set(path, known);
  }
  return known;
}

/** The id that a payload tells; an empty one is none: it would stand for all of its channel. */
function idIn(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

function deviceTime(document: unknown, { time }: MqttMessage): number | null {
  if (time === undefined) return null;
  const raw = at(document, time.path);
  if (time.format === "iso") {
    // Without an offset it could be any time zone: better none than a guess.
    if (typeof raw !== "string" || !/(Z|[+-]\d\d:?\d\d)$/.test(raw)) return null;
    const ms = Date.parse(raw);
    return Number.isNaN(ms) ? null : ms;
  }
  if (typeof raw !== "number" || !Number.isFinite(raw)) return null;
  return Math.round(time.format === "seconds" ? raw * 1000 : raw);
}
