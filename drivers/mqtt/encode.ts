/** Values into payloads: what payload.ts reads, for simulated devices. */
import iconv from "iconv-lite";
import type { Values } from "../simulation.ts";
import { put } from "./json_path.ts";
import { endOf, pack, type PackedPlace } from "./packed_place.ts";
import type { MqttMessage, MqttPoint } from "./profile.ts";

/** What a device tells beside its values. */
interface Told {
  readonly id: string;
  readonly ms: number;
}

/** The payload of a message that tells these values. */
export function encodePayload(message: MqttMessage, values: Values, told: Told): Uint8Array {
  if (message.payload === "binary") return packed(message, values, told);
  if (message.payload !== "json") {
    if (message.bytes !== undefined) return text(written(message, values, told), message);
    const [point] = message.points;
    return text(String(rawOf(point, values[point.point])), message);
  }
  const document = {};
  for (const point of message.points) {
    const value = values[point.point];
    if (value === undefined || point.packed !== undefined) continue;
    put(document, point.path ?? point.point, rawOf(point, value));
  }
  if (message.bytes?.path !== undefined) {
    put(document, message.bytes.path, written(message, values, told));
  }
  for (const { path, is } of message.only) if (path !== undefined) put(document, path, is);
  if (typeof message.id === "string") put(document, message.id, told.id);
  if (message.time?.path !== undefined) put(document, message.time.path, timeOf(message, told));
  if (message.each === undefined) return text(JSON.stringify(document), message);
  const whole = {};
  if (message.each !== ".") put(whole, message.each, [document]);
  return text(JSON.stringify(message.each === "." ? [document] : whole), message);
}

function text(value: string, { charset }: MqttMessage): Uint8Array {
  return charset === "gb18030" ? iconv.encode(value, "gb18030") : new TextEncoder().encode(value);
}

/** The bytes of a binary payload, as text. */
function written(message: MqttMessage, values: Values, told: Told): string {
  const bytes = packed(message, values, told);
  return message.bytes?.encoding === "hex" ? bytes.toHex() : bytes.toBase64();
}

function packed(message: MqttMessage, values: Values, told: Told): Uint8Array {
  const { points, only, id, time } = message;
  const places: [PackedPlace, unknown][] = points.flatMap((point): [PackedPlace, unknown][] =>
    point.packed === undefined ? [] : [[point.packed, rawOf(point, values[point.point])]]
  );
  for (const { packed, is } of only) if (packed !== undefined) places.push([packed, is]);
  // An id of digits is the number at its end; a simulated device counts from a random beginning.
  if (typeof id === "object") {
    places.push([id, id.type === "string" ? told.id : Number(/\d+$/.exec(told.id)?.[0] ?? 0)]);
  }
  if (time?.packed !== undefined) places.push([time.packed, timeOf(message, told)]);
  const bytes = new Uint8Array(message.length ?? Math.max(...places.map(([one]) => endOf(one))));
  for (const [place, raw] of places) {
    const known = typeof raw === "number" || typeof raw === "boolean";
    if (known) pack(bytes, place, place.type === "bool" || typeof raw === "number" ? raw : +raw);
    else if (typeof raw === "string") pack(bytes, place, wordOf(raw, place, message));
  }
  return bytes;
}

/** A word of a profile's `values` stands for a number unless the place is a text. */
function wordOf(raw: string, place: PackedPlace, message: MqttMessage) {
  if (place.type === "string") return text(raw, message);
  return place.type === "bool" ? raw === "true" : Number(raw);
}

function timeOf({ time }: MqttMessage, { ms }: Told): string | number {
  if (time?.format === "iso") return new Date(ms).toISOString();
  return time?.format === "seconds" ? Math.floor(ms / 1000) : ms;
}

/** The value as the device would say it. */
function rawOf(point: MqttPoint, value: Values[string] | undefined): unknown {
  const word = Object.entries(point.values ?? {}).find(([, meant]) => meant === value)?.[0];
  if (word !== undefined) return word;
  if (typeof value !== "number") return value;
  return Number(((value - point.offset) / point.scale).toFixed(2));
}
