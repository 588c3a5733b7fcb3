/**
 * Space set aside on a disk that others fill as well: a file that is really written, and made
 * smaller step by step when alarms and audit need what it holds (G2).
 */
import { statfsSync } from "node:fs";
import { pause } from "../sync/timer.ts";

/** Of a small file system the reserve takes at most this share, so that readings have the rest. */
const SHARE_MAX = 0.1;
/** Written, and waited for, at a time, with a rest behind it: commits of a slow disk go before. */
const CHUNK_BYTES = 1 << 20;
const REST_MS = 200;

/** What a file system has: free for this program, and that plus all that is in use. */
export interface FileSystemRoom {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** As `df` counts: blocks that only root may use are not there for us. */
export function roomOf(path: string): FileSystemRoom {
  const { bsize, blocks, bfree, bavail } = statfsSync(path);
  return { freeBytes: bavail * bsize, totalBytes: (blocks - bfree + bavail) * bsize };
}

export class DiskReserve {
  readonly #path: string;
  readonly #room: () => FileSystemRoom;
  readonly #wantedBytes: number;
  #bytes: number;
  #filling: Promise<void> | null = null;
  #writtenBytes = 0;

  /** `bytesMax`: what is set aside, unless the file system is small. */
  constructor(path: string, bytesMax: number, room: () => FileSystemRoom) {
    this.#path = path;
    this.#room = room;
    const share = Math.floor(room().totalBytes * SHARE_MAX);
    this.#wantedBytes = Math.min(bytesMax, share);
    this.#bytes = sizeOf(path);
    this.giveUp(this.#bytes - this.#wantedBytes);
  }

  /** What is set aside at the moment. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Written to the disk for it since the start. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  get lackingBytes(): number {
    return Math.max(0, this.#wantedBytes - this.#bytes);
  }

  /** Gives up as much as it takes until so much is free; all of it when that is not enough. */
  makeRoom(freeBytes: number): void {
    const lacking = freeBytes - this.#room().freeBytes;
    if (lacking > 0) this.giveUp(lacking);
  }

  /** Gives up so much, at once. */
  giveUp(bytes: number): void {
    if (this.#bytes === 0 || bytes <= 0) return;
    try {
      Deno.truncateSync(this.#path, Math.max(0, this.#bytes - Math.ceil(bytes)));
    } catch {
      // A disk that may only be read gives nothing back; whoever needs it hears so when it writes.
    }
    this.#bytes = sizeOf(this.#path);
  }

  /**
   * Writes what is lacking and waits until it is on disk. A disk that is full again in the
   * middle of it leaves as much as could be written.
   */
  restore(signal: AbortSignal): Promise<void> {
    if (this.lackingBytes === 0) return Promise.resolve();
    return this.#filling ??= this.#fill(signal).finally(() => this.#filling = null);
  }

  async #fill(signal: AbortSignal): Promise<void> {
    try {
      using file = await Deno.open(this.#path, { write: true, create: true, mode: 0o600 });
      const chunk = noise(CHUNK_BYTES);
      while (this.lackingBytes > 0 && !signal.aborted) {
        const from = this.#bytes;
        await file.seek(from, Deno.SeekMode.Start);
        const written = await file.write(
          chunk.subarray(0, Math.min(CHUNK_BYTES, this.lackingBytes)),
        );
        this.#writtenBytes += written;
        // Somebody needed it meanwhile.
        if (this.#bytes !== from) return Deno.truncateSync(this.#path, this.#bytes);
        this.#bytes = from + written;
        await file.syncData();
        if (this.lackingBytes > 0) await pause(REST_MS, signal);
      }
    } catch (error) {
      // Full, or worse: the next look decides anew.
      this.#bytes = sizeOf(this.#path);
      if (!(error instanceof Error)) throw error;
    }
  }
}

/** Bytes that no file system stores in less room than they take. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  // The generator gives 64 KiB at a time at most.
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
