/** A run: entries of one (origin, stream) that follow each other, as journals hand them on. */
import { Chain, type HashName } from "./chain.ts";
import { type Entry, readContent } from "./entry.ts";
import { OctetReader } from "./octets.ts";

export interface Run {
  readonly origin: string;
  readonly stream: string;
  readonly first: number;
  readonly last: number;
  /** Contents, back to back; none at all: a gap, of which there are none any more. */
  readonly contents: Uint8Array;
  /** Hash of the entry before the first, and of the last entry. */
  readonly previous: Uint8Array;
  readonly hash: Uint8Array;
  /** The origin's signature over the last entry as head; `null` where the reader must sign. */
  readonly signature: Uint8Array | null;
}

/** How a receiver can tell a fork from a gap without the whole hash: its first bytes. */
export const HASH_TAG_BYTES = 8;

/** A run on its way: signed, and tied to what comes before. */
export interface SignedRun extends Omit<Run, "previous" | "hash" | "signature"> {
  /** First bytes of the hash of the entry before the first. */
  readonly previousTag: Uint8Array;
  /** First bytes of the hash of the last entry; the whole follows from the contents. */
  readonly hashTag: Uint8Array;
  /** Of a gap the whole hash of its last entry, which follows from nothing else. */
  readonly hash?: Uint8Array;
  /** Over the last entry as head; of a gap over its gap statement (see identity.ts). */
  readonly signature: Uint8Array;
}

/** The entries of a run whose predecessor has hash `previous`. */
export function* entriesOf(
  run: Pick<Run, "origin" | "stream" | "first" | "contents">,
  previous: Uint8Array,
  hashName: HashName = "sha256",
): Generator<Entry> {
  const { origin, stream, contents } = run;
  const chain = new Chain(origin, stream, run.first - 1, previous, hashName);
  const reader = new OctetReader(contents);
  while (!reader.done) {
    const from = reader.at;
    const content = readContent(reader);
    const hash = chain.next(contents.subarray(from, reader.at)).slice();
    yield { origin, stream, seq: chain.seq, ...content, hash };
  }
}
