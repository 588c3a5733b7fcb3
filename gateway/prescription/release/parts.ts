/** A document in parts that entries hold, and back. */
import { createHash } from "node:crypto";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type DocumentKind, PART_LENGTH_MAX, type PartBody, PARTS_MAX } from "./release_entries.ts";

/** A signed pack is twice a pack at most, see `signed_pack.ts`; other documents are smaller. */
export const DOCUMENT_BYTES_MAX = 64 << 20;

/** A released document cannot be had, or is not what its name says; the message says which. */
export class ReleaseError extends Error {
  override name = "ReleaseError";
}

/** It cannot be had yet. */
export class MissingPart extends ReleaseError {
  override name = "MissingPart";
}

/** SHA-256 in hexadecimal. */
export function contentHash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Throws {@link ReleaseError} where it is too large. */
export function partsOf(what: DocumentKind, text: string): PartBody[] {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > DOCUMENT_BYTES_MAX) {
    throw new ReleaseError(
      `Cannot release the ${what}: it has ${bytes.length} bytes, at most ${DOCUMENT_BYTES_MAX}`,
    );
  }
  const packed = zstdCompressSync(bytes);
  const names = { document: contentHash(bytes), packed: contentHash(packed), what };
  const data = packed.toString("base64");
  const parts = Math.ceil(data.length / PART_LENGTH_MAX);
  if (parts > PARTS_MAX) {
    throw new ReleaseError(`Cannot release the ${what}: ${parts} parts, at most ${PARTS_MAX}`);
  }
  return Array.from({ length: parts }, (_, part) => ({
    ...names,
    part,
    parts,
    data: data.slice(part * PART_LENGTH_MAX, (part + 1) * PART_LENGTH_MAX),
  }));
}

/** The text of all parts of one packing, in their order; throws {@link ReleaseError}. */
export function textOf(document: string, data: readonly string[]): string {
  const name = document.slice(0, 12);
  let bytes: Uint8Array;
  try {
    const packed = Buffer.from(data.join(""), "base64");
    bytes = zstdDecompressSync(packed, { maxOutputLength: DOCUMENT_BYTES_MAX });
  } catch (cause) {
    throw new ReleaseError(`Cannot unpack the document ${name}: it is damaged`, { cause });
  }
  if (contentHash(bytes) !== document) {
    throw new ReleaseError(`Cannot use the document ${name}: its content is another`);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
