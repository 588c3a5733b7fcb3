/** Payloads that nobody can read, of devices that are simulated to send such. */
import type { MqttMessage } from "./profile.ts";

/** Begins no text in UTF-8 or GB 18030. */
const NO_TEXT = 0xff;

/** A payload that is none any more: cut where that shows, else no text of its character set. */
export function malformed(
  payload: Uint8Array,
  kind: MqttMessage["payload"] | "sparkplug",
  between: (least: number, most: number) => number,
): Uint8Array {
  switch (kind) {
    case "json":
      // What begins with a bracket is no JSON before it is closed.
      return payload.slice(0, between(1, payload.length - 1));
    case "number":
    case "text":
      // Cut short, 21.4 would be 21.
      return Uint8Array.of(NO_TEXT, ...payload);
    case "binary":
    case "sparkplug":
      // Of bytes in their places the last is missed; it is within the sequence number, or a value.
      return payload.slice(0, -1);
  }
}
