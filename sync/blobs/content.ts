/** Content into sealed chunks, and out of them. */
import type { Hash } from "node:crypto";
import { type Promised, type Room, tooLarge } from "./room.ts";
import { CHUNK_BYTES, chunksOf, type SealedFile } from "./sealed_file.ts";

/** How often the disk is looked at while a content of unknown size is written. */
const LOOK_BYTES = 16 << 20;

export interface Sealing {
  readonly hash: Hash;
  readonly room: Room;
  readonly promised: Promised;
  readonly signal: AbortSignal;
}

/** Writes a content of any length as it comes; holds no more than one chunk of it. */
export async function sealStream(
  file: SealedFile,
  source: ReadableStream<Uint8Array> | Uint8Array,
  { hash, room, promised, signal }: Sealing,
): Promise<{ hash: string; bytes: number }> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  const { blobBytesMax } = room.limits;
  let [filled, index, bytes] = [0, 0, 0];
  let lookAt = LOOK_BYTES;
  const pieces = source instanceof Uint8Array ? [source] : source;
  for await (const piece of pieces) {
    signal.throwIfAborted();
    bytes += piece.length;
    if (bytes > blobBytesMax) throw tooLarge(bytes, blobBytesMax);
    for (let at = 0; at < piece.length;) {
      // A full chunk waits until it is known whether it is the last.
      if (filled === CHUNK_BYTES) {
        hash.update(chunk);
        await file.writeChunk(index++, chunk, false);
        filled = 0;
      }
      const taken = Math.min(CHUNK_BYTES - filled, piece.length - at);
      chunk.set(piece.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
    }
    promised.taken(bytes);
    if (bytes < lookAt) continue;
    lookAt = bytes + LOOK_BYTES;
    await requireRoom(room);
  }
  await requireRoom(room);
  signal.throwIfAborted();
  hash.update(chunk.subarray(0, filled));
  await file.writeChunk(index, chunk.subarray(0, filled), true);
  return { hash: hash.digest("hex"), bytes };
}

/** Throws where what was written so far, by whomever, has become too much. */
async function requireRoom(room: Room): Promise<void> {
  const refusal = await room.makeRoom(0);
  if (refusal !== null) throw refusal;
}

/** Content of a file of so many bytes, from `from` to before `end`, chunk by chunk. */
export async function* contentOf(
  file: SealedFile,
  bytes: number,
  from = 0,
  end = bytes,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const first = Math.floor(from / CHUNK_BYTES);
  for (let index = first; index < chunksOf(bytes) && index * CHUNK_BYTES < end; index++) {
    const at = index * CHUNK_BYTES;
    const chunk = await file.readChunk(index, bytes);
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, end - at));
    if (part.length > 0) yield part;
  }
}

/** Up to `length` bytes from a place on. */
export async function readRange(
  file: SealedFile,
  bytes: number,
  from: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const end = Math.min(bytes, from + length);
  const range = new Uint8Array(Math.max(0, end - from));
  let at = 0;
  for await (const part of contentOf(file, bytes, from, end)) {
    range.set(part, at);
    at += part.length;
  }
  return range;
}

/** What is read of a file, part by part, as a stream that closes it. */
export function streamOf(
  file: SealedFile,
  next: () => Promise<IteratorResult<Uint8Array<ArrayBuffer>, void>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const found = await next();
        if (found.done !== true) return controller.enqueue(found.value);
      } catch (error) {
        file.close();
        throw error;
      }
      file.close();
      controller.close();
    },
    cancel: () => file.close(),
  });
}
