/** What of a block holds: each entry is proved by the hash before it and its own. */
import { isGap, joined } from "./block.ts";
import { Chain, type HashName } from "./chain.ts";
import { HASH_BYTES, skipContent } from "./entry.ts";
import { SIGNATURE_BYTES } from "./identity.ts";
import { OctetReader, OctetsError, sameBytes } from "./octets.ts";
import type { Block } from "./segments.ts";

/** Of whom a block is. */
export interface BlockOwner {
  readonly origin: string;
  readonly stream: string;
}

/**
 * The entries of a block that hold, as blocks: the same one where all do. An entry holds when its
 * hash follows from its bytes and from the hash before it, or when the next one proves it. A gap
 * has nothing to be proved by: who takes it finds out by the chain that goes on from it.
 */
export function provenParts(
  { origin, stream }: BlockOwner,
  block: Block,
  hashName: HashName,
): Block[] {
  const { first, last, contents, hashes, previous, signature } = block;
  const count = last - first + 1;
  if (!(first >= 1) || !(count >= 1) || previous.length !== HASH_BYTES) return [];
  if (isGap(block)) {
    const isWhole = hashes.length === HASH_BYTES && signature?.length === SIGNATURE_BYTES;
    return isWhole ? [block] : [];
  }
  if (hashes.length !== count * HASH_BYTES) return [];
  const ends = readableEnds(contents);
  const hashOf = (index: number) =>
    index < 0 ? previous : hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  const chain = new Chain(origin, stream, first - 1, previous, hashName);
  /** The hash of entry `index`, if the one before it has hash `before`. */
  const hashed = (index: number, before: Uint8Array) => {
    chain.moveTo(first + index - 1, before);
    return chain.next(contents.subarray(ends[index - 1] ?? 0, ends[index])).slice();
  };
  const found: (Uint8Array | null)[] = [];
  for (let index = 0; index < Math.min(ends.length, count); index++) {
    const before = found.at(-1) ?? hashOf(index - 1);
    const hash = hashed(index, before);
    const holds = sameBytes(hash, hashOf(index)) ||
      (index + 1 < Math.min(ends.length, count) &&
        sameBytes(hashed(index + 1, hash), hashOf(index + 1)));
    found.push(holds ? hash : null);
  }
  const all = found.length === count && ends.length === count && ends.at(-1) === contents.length;
  if (all && found.every((hash, index) => hash !== null && sameBytes(hash, hashOf(index)))) {
    return [block];
  }
  return parts(block, ends, found, hashOf);
}

function parts(
  block: Block,
  ends: readonly number[],
  found: readonly (Uint8Array | null)[],
  hashOf: (index: number) => Uint8Array,
): Block[] {
  const result: Block[] = [];
  const { first, last, contents, signature } = block;
  for (let from = 0; from < found.length; from++) {
    if (found[from] === null) continue;
    let end = from;
    while (end + 1 < found.length && found[end + 1] !== null) end++;
    const hashes = found.slice(from, end + 1).map((hash) => hash ?? new Uint8Array());
    result.push({
      first: first + from,
      last: first + end,
      contents: contents.slice(ends[from - 1] ?? 0, ends[end]),
      hashes: joined(hashes),
      previous: (found[from - 1] ?? hashOf(from - 1)).slice(),
      // The origin signed the last one, and none before it.
      signature: first + end === last ? signature : null,
    });
    from = end;
  }
  return result;
}

/** The end of each content, as far as they can be told apart. */
function readableEnds(contents: Uint8Array): number[] {
  const reader = new OctetReader(contents);
  const ends: number[] = [];
  try {
    while (!reader.done) {
      skipContent(reader);
      ends.push(reader.at);
    }
  } catch (error) {
    if (!(error instanceof OctetsError)) throw error;
  }
  return ends;
}
