/** Another node's entries for tests, as they come over the line: hashed, signed, in runs. */
import { Chain, firstHash } from "./chain.ts";
import { writeContent } from "./entry.ts";
import { numbered } from "./fixtures.ts";
import { headStatement, NodeKey } from "./identity.ts";
import type { SignedRunWithKey } from "./journal_core.ts";
import { OctetWriter } from "./octets.ts";
import { HASH_TAG_BYTES } from "./run.ts";
import type { Stream } from "./stream.ts";

/** One life of a node. Entry n of any stream says n in its body, or what `body` makes of it. */
export class FixtureOrigin {
  readonly origin: string;
  readonly key: NodeKey;
  readonly #body: (number: number) => string;
  readonly #hashes = new Map<Stream, Uint8Array[]>();

  constructor(
    origin: string,
    key = NodeKey.create(),
    body: (number: number) => string = (number) => numbered(number).body,
  ) {
    this.origin = origin;
    this.key = key;
    this.#body = body;
  }

  /** Hash of an entry; 32 zero bytes before the first. */
  hash(seq: number, stream: Stream = "reading"): Uint8Array {
    const hashes = this.#hashes.get(stream) ?? [firstHash()];
    this.#hashes.set(stream, hashes);
    const before = hashes.length - 1;
    const chain = new Chain(this.origin, stream, before, hashes[before]);
    for (let number = before + 1; number <= seq; number++) {
      hashes.push(chain.next(this.#content(number)).slice());
    }
    return hashes[seq];
  }

  /** Entries `first` to `last`, as a node ships them. */
  run(first: number, last: number, stream: Stream = "reading"): SignedRunWithKey {
    const { origin, key } = this;
    const hash = this.hash(last, stream);
    const contents = new OctetWriter(64 << 10);
    for (let number = first; number <= last; number++) contents.raw(this.#content(number));
    const run = {
      origin,
      stream,
      first,
      last,
      contents: contents.bytes().slice(),
      previousTag: this.hash(first - 1, stream).slice(0, HASH_TAG_BYTES),
      hashTag: hash.slice(0, HASH_TAG_BYTES),
      signature: key.sign(headStatement({ origin, stream, seq: last, hash })),
    };
    return { run, publicKeys: [key.publicKey] };
  }

  #content(number: number): Uint8Array {
    const writer = new OctetWriter();
    writeContent(writer, numbered(number).time, "test", this.#body(number));
    return writer.bytes();
  }
}
