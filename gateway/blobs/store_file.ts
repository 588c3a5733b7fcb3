/** A file into the store of blobs, with the entry that tells of it. */
import type { BlobFacts } from "../../sync/blobs/blob.ts";
import { newEntry } from "../collected_entry.ts";
import type { Node } from "../node.ts";

/** So long a file that comes again makes no second entry. */
const KEY_MS = 30 * 86_400_000;

export interface StoredFile extends Pick<BlobFacts, "hash" | "bytes" | "mediaType"> {
  /** It was here before. */
  readonly existed: boolean;
}

/** Resolves when both are durable; throws a {@link BlobRefused}, and whatever the disk throws. */
export async function storeFile(
  { blobs, journal, clock }: Pick<Node, "blobs" | "journal"> & {
    readonly clock: Pick<Node["clock"], "now">;
  },
  content: ReadableStream<Uint8Array> | Uint8Array,
  description: { readonly mediaType: string; readonly bytes?: number },
  signal: AbortSignal,
): Promise<StoredFile> {
  const { blob: { hash, bytes, mediaType }, existed } = await blobs.put(
    content,
    description,
    signal,
  );
  // The entry comes after the file: whoever reads it can have what it names.
  const digest = Uint8Array.fromHex(hash);
  const key = { channel: "blob", id: hash, digest, windowMs: KEY_MS };
  const time = clock.now();
  const entry = newEntry("record", "file", time, { hash, bytes, mediaType });
  await journal.append([{ ...entry, key }], time);
  return { hash, bytes, mediaType, existed };
}
