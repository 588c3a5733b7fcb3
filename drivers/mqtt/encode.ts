/** Values into payloads: what payload.ts reads, for simulated devices. */
import type { Values } from "../simulation.ts";
import type { MqttMessage, MqttPoint } from "./profile.ts";

/** The payload of a message that tells these values. */
export function encodePayload(
  message: MqttMessage,
  values: Values,
  told: { readonly id: string; readonly ms: number },
): string {
  if (message.payload !== "json") {
    const [point] = message.points;
    return String(rawOf(point, values[point.point]));
  }
  const document = {};
  for (const point of message.points) {
    const value = values[point.point];
    if (value !== undefined) put(document, point.path ?? point.point, rawOf(point, value));
  }
  if (message.id !== undefined) put(document, message.id, told.id);
  if (message.time !== undefined) {
    const { path, format } = message.time;
    const time = format === "iso"
      ? new Date(told.ms).toISOString()
      : format === "seconds"
      ? Math.floor(told.ms / 1000)
      : told.ms;
    put(document, path, time);
  }
  return JSON.stringify(document);
}

/** The value as the device would say it. */
function rawOf(point: MqttPoint, value: Values[string] | undefined): unknown {
  const word = Object.entries(point.values ?? {}).find(([, meant]) => meant === value)?.[0];
  if (word !== undefined) return word;
  if (typeof value !== "number") return value;
  return Number(((value - point.offset) / point.scale).toFixed(2));
}

/** Sets the place at a path such as `values[0].v`, making what is missing on the way. */
function put(document: object, path: string, value: unknown): void {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
  let place = document;
  for (const [index, step] of steps.slice(0, -1).entries()) {
    let inner: unknown = Reflect.get(place, step);
    if (typeof inner !== "object" || inner === null) {
      inner = /^\d+$/.test(steps[index + 1]) ? [] : {};
      Reflect.set(place, step, inner);
    }
    if (typeof inner === "object" && inner !== null) place = inner;
  }
  Reflect.set(place, steps[steps.length - 1], value);
}
