/**
 * The entry, and the bytes that its hash covers:
 *
 * ```
 * bytes   = version:u8  origin:text16  stream:text16  seq:i64  content
 * content = wallMs:i64  bootId:16 bytes  bootMs:i64  clock:u8  kind:text16  body:u32 length + bytes
 * hash    = H(previous hash, 32 bytes ‖ bytes)        the first entry follows 32 zero bytes
 * ```
 *
 * Numbers are big-endian, `text16` is UTF-8 behind its length in 16 bits. Journals and batches
 * keep only the content: the rest is the same for a whole run of entries or counts up by one.
 */
import { OctetReader, OctetsError, OctetWriter, sameBytes } from "./octets.ts";

/**
 * How far the wall clock may be believed: `trusted` (the kernel says it is synchronised),
 * `holdover` (it was, in this boot), `untrusted` (never since boot).
 */
export const CLOCK_STATES = ["untrusted", "holdover", "trusted"] as const;
export type ClockState = typeof CLOCK_STATES[number];

/** When an entry was made (rule T12): the wall clock as read, and a clock that never jumps. */
export interface Stamp {
  /** Wall clock as read, milliseconds since 1970 UTC. */
  readonly wallMs: number;
  /** The kernel's boot id, 32 lower-case hexadecimal digits. */
  readonly bootId: string;
  /** Milliseconds since that boot (CLOCK_BOOTTIME). */
  readonly bootMs: number;
  readonly clock: ClockState;
}

export interface Entry {
  readonly origin: string;
  readonly stream: string;
  /** Gapless from 1 within (origin, stream). */
  readonly seq: number;
  readonly time: Stamp;
  readonly kind: string;
  /** JSON text in UTF-8; stored, hashed and shipped as the same bytes. */
  readonly body: Uint8Array;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

/** An entry's content: what is left when origin, stream, seq and hash are known from outside. */
export interface Content {
  readonly time: Stamp;
  readonly kind: string;
  readonly body: Uint8Array;
}

/** Stands before the first entry of a stream. */
export const HASH_BYTES = 32;
/** A body is at most 1 MiB: larger things travel as blobs. */
export const BODY_BYTES_MAX = 1 << 20;
/** wallMs, bootId, bootMs, clock. */
const STAMP_BYTES = 8 + 16 + 8 + 1;

/** Appends one content; a body given as text is written as UTF-8. */
export function writeContent(
  writer: OctetWriter,
  time: Stamp,
  kind: string,
  body: Uint8Array | string,
): void {
  writer.i64(time.wallMs);
  writer.raw(bootBytes(time.bootId));
  writer.i64(time.bootMs);
  writer.u8(CLOCK_STATES.indexOf(time.clock));
  writer.text16(kind);
  const lengthAt = writer.length;
  writer.u32(0);
  if (typeof body === "string") writer.utf8(body);
  else writer.raw(body);
  writer.patchU32(lengthAt, writer.length - lengthAt - 4);
}

/** Reads one content, the body being a view into the reader's bytes. */
export function readContent(reader: OctetReader, names = new Names()): Content {
  const wallMs = reader.i64();
  const bootId = names.bootId(reader.raw(16));
  const bootMs = reader.i64();
  const clock = CLOCK_STATES[reader.u8()];
  if (clock === undefined) throw new OctetsError("Cannot read an entry: unknown clock state");
  const kind = names.kind(reader);
  const body = reader.raw(bodyLength(reader));
  return { time: { wallMs, bootId, bootMs, clock }, kind, body };
}

/** Boot ids and kinds repeat from entry to entry: what is the same as before is not decoded. */
export class Names {
  #bootBytes = new Uint8Array();
  #bootId = "";
  #kindBytes = new Uint8Array();
  #kind = "";

  bootId(bytes: Uint8Array): string {
    if (!sameBytes(bytes, this.#bootBytes)) {
      this.#bootBytes = new Uint8Array(bytes);
      this.#bootId = bytes.toHex();
    }
    return this.#bootId;
  }

  kind(reader: OctetReader): string {
    const from = reader.at;
    const bytes = reader.raw(reader.u16());
    if (!sameBytes(bytes, this.#kindBytes)) {
      reader.at = from;
      this.#kind = reader.text16();
      this.#kindBytes = new Uint8Array(bytes);
    }
    return this.#kind;
  }
}

/** Moves a reader behind the next content without decoding it. */
export function skipContent(reader: OctetReader): void {
  reader.raw(STAMP_BYTES);
  reader.raw(reader.u16());
  reader.raw(bodyLength(reader));
}

function bodyLength(reader: OctetReader): number {
  const length = reader.u32();
  if (length <= BODY_BYTES_MAX) return length;
  throw new OctetsError(`Cannot read a body of ${length} bytes, at most ${BODY_BYTES_MAX}`);
}

/** Whether a text takes more bytes; three at most for what counts as one character. */
export function isLongerThan(text: string, bytesMax: number): boolean {
  return 3 * text.length > bytesMax && Buffer.byteLength(text) > bytesMax;
}

/** Reads contents that follow each other to the end of the bytes. */
export function* readContents(bytes: Uint8Array): Generator<Content> {
  const reader = new OctetReader(bytes);
  const names = new Names();
  while (!reader.done) yield readContent(reader, names);
}

/** The end of each content in bytes that hold nothing but contents. */
export function contentEnds(bytes: Uint8Array): number[] {
  const reader = new OctetReader(bytes);
  const ends: number[] = [];
  while (!reader.done) {
    skipContent(reader);
    ends.push(reader.at);
  }
  return ends;
}

const bootIds = new Map<string, Uint8Array>();
/** A node meets a handful of boot ids while it runs; the memo is dropped if it ever grows. */
const BOOT_IDS_MAX = 64;

function bootBytes(bootId: string): Uint8Array {
  const known = bootIds.get(bootId);
  if (known !== undefined) return known;
  const bytes = Uint8Array.fromHex(bootId);
  if (bytes.length !== 16) throw new OctetsError(`Cannot write boot id "${bootId}": want 16 bytes`);
  if (bootIds.size >= BOOT_IDS_MAX) bootIds.clear();
  bootIds.set(bootId, bytes);
  return bytes;
}
