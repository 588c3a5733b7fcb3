/** What a driver handed over, as an entry for the journal. */
import { createHash } from "node:crypto";
import type { Identity, ReadingItem, UnreadableItem } from "../drivers/driver.ts";
import type { Append, NewEntry } from "../sync/append.ts";
import { BODY_BYTES_MAX, isLongerThan, type Stamp } from "../sync/entry.ts";

/** Room for the flags that a body may get behind the check of its size. */
const FLAGS_BYTES_MAX = 64;

export function newEntry(
  stream: NewEntry["stream"],
  entryKind: string,
  time: Stamp,
  body: object,
): NewEntry {
  return { kind: "entry", stream, entryKind, time, body: JSON.stringify(body) };
}

/** Whether no entry holds it. */
export function isTooLarge(append: Append): boolean {
  return append.kind === "entry" && isLongerThan(append.body, BODY_BYTES_MAX - FLAGS_BYTES_MAX);
}

export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Id of an entry, made of what it is about: whoever makes the same entry, or makes it again after
 * a crash, gives it the same id. 64 hexadecimal digits.
 */
export function entryId(kind: string, ...parts: readonly (string | number | null)[]): string {
  return createHash("sha256").update(JSON.stringify([kind, ...parts])).digest("hex");
}

/**
 * The entry, once for ever under this id of its channel: the same again is not stored. Where there
 * are `words`, others under that id are a conflict, and not stored either.
 */
export function once(entry: NewEntry, channel: string, id: string, words?: string): NewEntry {
  const digest = words === undefined
    ? new Uint8Array(32)
    : new Uint8Array(createHash("sha256").update(words).digest());
  return { ...entry, key: { channel, id, digest, windowMs: null } };
}

export function keyed(entry: NewEntry, identity: Identity | null): NewEntry {
  if (identity === null) return entry;
  const { channel, id, bytes, windowMs } = identity;
  const digest = new Uint8Array(createHash("sha256").update(bytes).digest());
  return { ...entry, key: { channel, id, digest, windowMs } };
}

/**
 * Body of a reading: `{device, readings: [{point, value, unit, quality, reason?}], deviceTime?,
 * historical?, id?, packet?, part?, possibleDuplicate?, idReused?}`; times in milliseconds since
 * 1970 UTC; what is `historical` was told late, as of `deviceTime`; `packet` is the number under
 * which a protocol delivered it, by which it is known when it comes again, and `part` its place in
 * a message of several.
 */
export function readingEntry(item: ReadingItem, time: Stamp, more: object = {}): NewEntry {
  const { device, readings, deviceMs, historical = false } = item;
  const told = deviceMs === null ? {} : { deviceTime: deviceMs };
  return newEntry("reading", "reading", time, {
    device,
    readings,
    ...told,
    ...(historical ? { historical } : {}),
    ...marks(item),
    ...more,
  });
}

/** Body of what nobody could read: `{device, address, reason, bytes, …}`, bytes in base64. */
export function unreadableEntry(item: UnreadableItem, time: Stamp, more: object = {}): NewEntry {
  const { device, address, reason, bytes } = item;
  const body = { device, address, reason, bytes: bytes.toBase64(), ...marks(item), ...more };
  return newEntry("reading", "unreadable", time, body);
}

/** What identifies a message, or that nothing does. */
function marks({ identity, possibleDuplicate, delivery }: ReadingItem | UnreadableItem): object {
  const { number, part } = delivery ?? {};
  const named = identity !== null && identity.windowMs !== null ? { id: identity.id } : {};
  return {
    ...named,
    ...(number === undefined ? {} : { packet: number }),
    ...(part === undefined ? {} : { part }),
    ...(possibleDuplicate ? { possibleDuplicate } : {}),
  };
}
