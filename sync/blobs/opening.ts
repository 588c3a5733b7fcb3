/** What a store of files is opened with, and what it tells. */
import type { HashName } from "../chain.ts";
import type { BlobFacts } from "./blob.ts";
import type { BlobLimits, DiskOf } from "./room.ts";

/** Between which of its steps a store is; tests stop the world there. */
export type BlobStep =
  | "created"
  | "written"
  | "synced"
  | "named"
  | "placed"
  | "listed"
  | "leaving"
  | "unlinked"
  | "forgotten";

export type BlobEvent =
  | { readonly kind: "blob-stored"; readonly blob: BlobFacts }
  | { readonly kind: "blob-removed"; readonly hash: string; readonly bytes: number }
  /** It should be here: it is gone, or it cannot be read and was set aside. */
  | { readonly kind: "blob-lost"; readonly hash: string; readonly reason: string };

export interface BlobStoreOptions {
  /** Folder of the files; it is made where it is missing. */
  readonly directory: string;
  /** Storage keys, the newest first. */
  readonly keys: readonly string[];
  readonly hashName: HashName;
  /** This node: the owner of what is put here. */
  readonly node: string;
  /** Nodes that shall have every file that is here. */
  readonly destinations: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly wallMs: () => number;
  readonly limits?: Partial<BlobLimits>;
  readonly disk?: DiskOf;
  readonly onEvent?: (event: BlobEvent) => void;
  readonly onStep?: (step: BlobStep) => void | Promise<void>;
}

/** Which files may go. */
export interface BlobRetention {
  /** All of them have to have given a receipt. */
  readonly centres: readonly string[];
  /** Files stay at least so long. */
  readonly keepMs: number;
  /** The wall clock by which files grow old, where it is not the store's. */
  readonly nowMs?: number;
}

export interface PutOptions {
  readonly mediaType: string;
  /** Bytes of content, where they are known before. */
  readonly bytes?: number | undefined;
}

export interface Put {
  readonly blob: BlobFacts;
  /** The same content was here before. */
  readonly existed: boolean;
}
