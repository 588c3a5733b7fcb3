/** Whether there is room for a file: bulk is refused long before anything else is. */
import { statfs } from "node:fs/promises";
import { BLOB_BYTES_MAX, BlobRefused } from "./blob.ts";
import { sealedBytes } from "./sealed_file.ts";

export interface BlobLimits {
  /** Bytes of one file. */
  readonly blobBytesMax: number;
  /** Bytes of all files; `null`: as many as the disk has room for. */
  readonly totalBytesMax: number | null;
  /** Share of the disk that may be full of whatever, once a file is stored, in 0…1. */
  readonly diskShareMax: number;
}

/** At 95 % readings are refused (rule T4): files stop well before. */
export const BLOB_LIMITS: BlobLimits = {
  blobBytesMax: BLOB_BYTES_MAX,
  totalBytesMax: null,
  diskShareMax: 0.9,
};

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export type DiskOf = (path: string) => Promise<DiskSpace>;

export const diskOf: DiskOf = async (path) => {
  const { bsize, bavail, blocks } = await statfs(path);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
};

/** Room that was promised to a file and is not taken yet. */
export interface Promised {
  /** So many bytes of its content are on disk now. */
  taken(bytes: number): void;
  release(): void;
}

/** What may be given up where somebody wants its room. */
export interface Spare {
  /** Bytes of content. */
  bytes(): number;
  /** Removes the one that is missed least; nothing where there is none. */
  giveUpOne(): Promise<void>;
}

interface Keeping {
  left: number;
  taken: number;
  readonly isWanted: () => boolean;
}

export class Room {
  readonly #directory: string;
  readonly #limits: BlobLimits;
  readonly #disk: DiskOf;
  readonly #heldBytes: () => number;
  readonly #promised = new Set<Keeping>();
  /** What of `incoming` nobody goes on with. */
  spare: Spare | null = null;

  /** `heldBytes`: content of all files that are there. */
  constructor(directory: string, limits: BlobLimits, disk: DiskOf, heldBytes: () => number) {
    this.#directory = directory;
    this.#limits = limits;
    this.#disk = disk;
    this.#heldBytes = heldBytes;
  }

  get limits(): BlobLimits {
    return this.#limits;
  }

  /** Why so many bytes more are not taken now, or `null`. */
  async refusal(bytes: number): Promise<BlobRefused | null> {
    return (await this.#look(bytes))?.refusal ?? null;
  }

  /** The same, after what nobody goes on with was given up, where that makes room enough. */
  async makeRoom(bytes: number): Promise<BlobRefused | null> {
    for (let before = Infinity;;) {
      const found = await this.#look(bytes);
      const spareBytes = this.spare?.bytes() ?? 0;
      if (found === null) return null;
      // Less each time, so that it ends.
      if (found.lackingBytes > spareBytes || spareBytes >= before) return found.refusal;
      before = spareBytes;
      await this.spare?.giveUpOne();
    }
  }

  async #look(bytes: number): Promise<{ refusal: BlobRefused; lackingBytes: number } | null> {
    const { blobBytesMax, totalBytesMax, diskShareMax } = this.#limits;
    if (bytes > blobBytesMax) {
      return { refusal: tooLarge(bytes, blobBytesMax), lackingBytes: Infinity };
    }
    const promises = [...this.#promised].map(({ left, taken, isWanted }) => ({
      left: isWanted() ? left : 0,
      taken,
    }));
    const promised = promises.reduce((sum, { left }) => sum + left, 0);
    const coming = promises.reduce((sum, { left, taken }) => sum + left + taken, 0);
    const all = this.#heldBytes() + coming + bytes;
    if (totalBytesMax !== null && all > totalBytesMax) {
      const message = `no room for ${megabytes(bytes)} MB: files may take ` +
        `${megabytes(totalBytesMax)} MB in all`;
      const hint = "raise blobs.totalGiB, or wait until both centres have what is here";
      const refusal = new BlobRefused("no-space", message, hint);
      return { refusal, lackingBytes: all - totalBytesMax };
    }
    const { freeBytes, totalBytes } = await this.#disk(this.#directory);
    const kept = totalBytes * (1 - diskShareMax);
    const lackingBytes = kept - (freeBytes - promised - sealedBytes(bytes));
    if (lackingBytes <= 0) return null;
    const message = `no room for ${megabytes(bytes)} MB: files may fill the disk to ` +
      `${Math.round(diskShareMax * 100)} %, and ${megabytes(freeBytes)} MB are free`;
    const hint = "free space on the disk, or wait until both centres have what is here";
    return { refusal: new BlobRefused("no-space", message, hint), lackingBytes };
  }

  /**
   * Keeps room for a file while it is written; to be asked about with {@link makeRoom} before. What
   * is not taken yet is kept for as long as it `isWanted`.
   */
  promise(bytes: number, isWanted: () => boolean = () => true): Promised {
    const promise = { left: bytes, taken: 0, isWanted };
    this.#promised.add(promise);
    return {
      taken: (taken) => {
        promise.taken = taken;
        promise.left = Math.max(0, bytes - taken);
      },
      release: () => this.#promised.delete(promise),
    };
  }
}

export function tooLarge(bytes: number, bytesMax: number): BlobRefused {
  const message = `${megabytes(bytes)} MB are more than the ${megabytes(bytesMax)} MB of a file`;
  return new BlobRefused("too-large", message, "send it in parts, or raise blobs.fileMiB");
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
