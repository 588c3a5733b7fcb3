/** Payloads into readings, as the profile says; what cannot be read is told, never guessed. */
import type { Reading } from "../driver.ts";
import { numberIn } from "../numbers.ts";
import { readJson, writeJson } from "./exact_json.ts";
import { at } from "./json_path.ts";
import { endOf, type PackedPlace, unpack } from "./packed_place.ts";
import { fault, readValue } from "./point_value.ts";
import { LIST_MAX, type MqttMessage, type MqttPoint, type Selector } from "./profile.ts";

export type Decoded =
  | {
    readonly kind: "readings";
    readonly readings: Reading[];
    readonly deviceMs: number | null;
    readonly id: string | null;
    /** What was read, where it is a part of the payload: its id stands for that alone. */
    readonly part: Uint8Array | null;
  }
  | { readonly kind: "unreadable"; readonly reason: string; readonly part: Uint8Array | null };

/** What a payload says: a document, and the bytes in it where the profile speaks of any. */
interface Content {
  readonly document: unknown;
  readonly bytes: Uint8Array;
}

/** Reads a payload, or each sample in its list; a list without any gives nothing. */
export function decodePayload(payload: Uint8Array, message: MqttMessage): Decoded[] {
  const whole = contentOf(payload, message);
  if ("reason" in whole) return [{ kind: "unreadable", ...whole, part: null }];
  if (message.each === undefined) return [decode(whole, message, null)];
  const list = message.each === "." ? whole.document : at(whole.document, message.each);
  const refused = (reason: string): Decoded[] => [{ kind: "unreadable", reason, part: null }];
  if (!Array.isArray(list)) return refused(`The payload has no list at ${message.each}`);
  if (list.length > LIST_MAX) {
    return refused(`The payload has a list of ${list.length}, at most ${LIST_MAX}`);
  }
  const parts = partsOf(list);
  if (parts === null) return refused(`The payload's list is ${TOO_DEEP}`);
  return list.map((document: unknown, at) => decode({ ...whole, document }, message, parts[at]));
}

const TOO_DEEP = "nested too deeply";

/** The bytes of each sample; `null` where they are nested so deeply that they cannot be written. */
function partsOf(list: readonly unknown[]): Uint8Array[] | null {
  try {
    return list.map((document) => new TextEncoder().encode(writeJson(document)));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function decode(content: Content, message: MqttMessage, part: Uint8Array | null): Decoded {
  const reason = unselected(content, message, ({ path }) => path !== undefined) ??
    shortness(content.bytes, message) ??
    unselected(content, message, ({ packed }) => packed !== undefined);
  if (reason !== null) return { kind: "unreadable", reason, part };
  const readings = message.points.flatMap((point) => readPoint(content, point, message) ?? []);
  if (readings.length === 0) {
    const wanted = message.points.map(({ path, point }) => path ?? point).join(", ");
    return { kind: "unreadable", reason: `The payload has none of ${wanted}`, part };
  }
  return {
    kind: "readings",
    readings,
    deviceMs: deviceTime(content, message),
    id: idIn(content, message),
    part,
  };
}

const decoders = {
  "utf-8": new TextDecoder("utf-8", { fatal: true }),
  gb18030: new TextDecoder("gb18030", { fatal: true }),
} as const;
const CHARSETS = { "utf-8": "UTF-8", gb18030: "GB 18030" } as const;

function contentOf(payload: Uint8Array, message: MqttMessage): Content | { reason: string } {
  const { payload: kind, charset, bytes } = message;
  if (kind === "binary") return { document: undefined, bytes: payload };
  const wrong = (found: string) => ({ reason: `Cannot read the payload as ${kind}: ${found}` });
  let document: unknown;
  try {
    const text = decoders[charset].decode(payload);
    document = kind === "json" ? readJson(text) : kind === "number" ? numberOf(text) : text;
  } catch (error) {
    // What it says is in the entry, never in a reason: reasons go to the log.
    if (error instanceof RangeError) return wrong(`it is ${TOO_DEEP}`);
    const isSyntax = error instanceof SyntaxError;
    return wrong(isSyntax ? `it is no ${kind}` : `it is not ${CHARSETS[charset]}`);
  }
  if (bytes === undefined) return { document, bytes: payload };
  const written = bytes.path === undefined ? document : at(document, bytes.path);
  if (typeof written !== "string") return wrong(`it has no ${bytes.path}`);
  const text = written.replaceAll(/\s/g, "");
  try {
    const read = bytes.encoding === "hex" ? Uint8Array.fromHex(text) : Uint8Array.fromBase64(text);
    return { document, bytes: read };
  } catch {
    return wrong(`its bytes are not ${bytes.encoding}`);
  }
}

/** Why it is no message of those that the profile reads, or `null`. */
function unselected(
  { document, bytes }: Content,
  { only, charset }: MqttMessage,
  of: (selector: Selector) => boolean,
): string | null {
  const wrong = only.filter(of).find(({ path = "", packed, is }) => {
    const found = packed === undefined ? at(document, path) : numberOrText(bytes, packed, charset);
    return found !== is;
  });
  if (wrong === undefined) return null;
  const { path, packed, is } = wrong;
  const what = packed === undefined ? path : `${packed.type} at byte ${packed.offset}`;
  return `Another kind of message: its ${what} is not ${is}`;
}

/** Why bytes are not those of the profile's layout, or `null`: a half value is none. */
function shortness(bytes: Uint8Array, message: MqttMessage): string | null {
  if (message.payload !== "binary" && message.bytes === undefined) return null;
  const { length, only, id, time, points } = message;
  const places = [...only, ...points].flatMap(({ packed }) => packed ?? []);
  if (typeof id === "object") places.push(id);
  if (time?.packed !== undefined) places.push(time.packed);
  const least = Math.max(...places.map(endOf));
  if (length !== undefined && bytes.length !== length) {
    return `The payload has ${bytes.length} bytes, want ${length}`;
  }
  return bytes.length < least ? `The payload has ${bytes.length} bytes, want ${least}` : null;
}

/** One point's reading; `null` where the payload does not speak of it. */
function readPoint(content: Content, point: MqttPoint, message: MqttMessage): Reading | null {
  if (point.packed === undefined) {
    const raw = point.path === undefined ? content.document : at(content.document, point.path);
    return raw === undefined ? null : readValue(raw, point);
  }
  try {
    return readValue(unpack(content.bytes, point.packed, decoders[message.charset]), point);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return fault(point, `its text is not ${CHARSETS[message.charset]}`);
  }
}

function numberOf(text: string): number | bigint {
  const number = numberIn(text);
  if (Number.isNaN(number)) throw new SyntaxError("no number");
  return number;
}

/** The id that a payload tells; an empty one is none: it would stand for all of its channel. */
function idIn({ document, bytes }: Content, { id, charset }: MqttMessage): string | null {
  if (id === undefined) return null;
  const value = typeof id === "string" ? at(document, id) : numberOrText(bytes, id, charset);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

function numberOrText(bytes: Uint8Array, place: PackedPlace, charset: MqttMessage["charset"]) {
  try {
    return unpack(bytes, place, decoders[charset]);
  } catch {
    return null;
  }
}

function deviceTime({ document, bytes }: Content, message: MqttMessage): number | null {
  const { time, charset } = message;
  if (time === undefined) return null;
  const raw = time.packed === undefined
    ? at(document, time.path ?? "")
    : numberOrText(bytes, time.packed, charset);
  if (time.format === "iso") {
    // Without an offset it could be any time zone: better none than a guess.
    if (typeof raw !== "string" || !/(Z|[+-]\d\d:?\d\d)$/.test(raw)) return null;
    const ms = Date.parse(raw);
    return Number.isNaN(ms) ? null : ms;
  }
  // Some write the count as text.
  const count = typeof raw === "string" && /^\d{1,15}$/.test(raw) ? Number(raw) : raw;
  if (typeof count !== "number" || !Number.isFinite(count)) return null;
  return Math.round(time.format === "seconds" ? count * 1000 : count);
}
