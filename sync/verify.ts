/** Walks every chain of a journal and names the first entry of each that does not hold (G5). */
import { isGap } from "./block.ts";
import { Chain, type HashName } from "./chain.ts";
import { HASH_BYTES, skipContent } from "./entry.ts";
import { headStatement, signedBy } from "./identity.ts";
import { OctetReader, OctetsError } from "./octets.ts";
import { nodeOf } from "./origin.ts";
import { inOrder } from "./segment_name.ts";
import {
  type PlainBlock,
  type ReadLimits,
  type Segment,
  type Segments,
  type StreamState,
} from "./segments.ts";

export interface Finding {
  readonly origin: string;
  readonly stream: string;
  /** Entries walked and found good, from `first` on. */
  readonly first: number;
  readonly good: number;
  /** Entries that their origin itself has declared gone: a gap stands in their place. */
  readonly gone: number;
  /** The first entry that does not hold, and why; `null` where all do. */
  readonly bad: { readonly seq: number; readonly reason: string } | null;
}

export interface Verification {
  readonly findings: readonly Finding[];
  /** Segments that could not be read at all, and why. */
  readonly unreadable: readonly { readonly segment: string; readonly reason: string }[];
}

export interface VerifyOptions {
  readonly segments: Segments;
  readonly hashName: HashName;
  /** All public keys that an origin's node ever had; heads of unknown ones are not checked. */
  readonly publicKeysOf: (node: string) => readonly string[];
}

const LIMITS: ReadLimits = { entriesMax: 4096, bytesMax: 4 << 20 };

export function verify(options: VerifyOptions): Verification {
  const unreadable: { segment: string; reason: string }[] = [];
  const visit = (name: string, look: (segment: Segment) => void) => {
    try {
      const segment = options.segments.open(name);
      try {
        look(segment);
      } finally {
        segment.close();
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      unreadable.push({ segment: name, reason });
    }
  };
  const names = inOrder(options.segments.names()).current;
  // The newest segment knows where each stream begins and ends.
  let states: readonly StreamState[] = [];
  for (const name of names.toReversed()) {
    if (states.length === 0) visit(name, (segment) => states = segment.state().streams);
  }
  const walks = states.map((state) => new StreamWalk(state, options));
  // What filled a hole lies in a later segment: the rest of its stream is walked once more.
  for (let walked = true; walked && walks.some((walk) => !walk.isDone);) {
    walked = false;
    unreadable.length = 0;
    for (const name of names) {
      visit(name, (segment) => {
        for (const walk of walks) if (walk.walk(segment)) walked = true;
      });
    }
  }
  return { findings: walks.map((walk) => walk.end()), unreadable };
}

/** The walk along one (origin, stream), segment after segment. */
export class StreamWalk {
  readonly #state: StreamState;
  readonly #chain: Chain;
  readonly #publicKeys: readonly string[];
  #bad: Finding["bad"] = null;
  #gone = 0;

  constructor(state: StreamState, { hashName, publicKeysOf }: Omit<VerifyOptions, "segments">) {
    const { origin, stream, floor, floorHash } = state;
    this.#state = state;
    this.#chain = new Chain(origin, stream, floor - 1, floorHash, hashName);
    this.#publicKeys = publicKeysOf(nodeOf(origin));
  }

  get isDone(): boolean {
    return this.#bad !== null || this.#chain.seq >= this.#state.seq;
  }

  /** The entry that is walked to next. */
  get next(): number {
    return this.#chain.seq + 1;
  }

  /** Walks over a block, if it is the one that comes next and nothing bad was found before. */
  take(block: PlainBlock): void {
    if (this.#bad === null && block.first === this.next) this.#walkBlock(block);
  }

  /** Walks on as far as the segment reaches; whether that was any way at all. */
  walk(segment: Segment): boolean {
    const { origin, stream } = this.#state;
    const begun = this.#chain.seq;
    while (!this.isDone) {
      const from = this.next;
      const blocks = segment.blocks(origin, stream, from, LIMITS);
      if (blocks.length === 0 || blocks[0].first !== from) break;
      for (const block of blocks) this.take(block);
    }
    return this.#chain.seq > begun;
  }

  /** What was found on the whole way. */
  end(): Finding {
    const { origin, stream, floor, seq, hash } = this.#state;
    const last = this.#chain.seq;
    if (this.#bad === null && last < seq) this.#fail(last + 1, "it is missing");
    if (this.#bad === null && this.#chain.hash.toHex() !== hash.toHex()) {
      this.#fail(last, "the journal's position has another hash");
    }
    const good = (this.#bad?.seq ?? last + 1) - floor - this.#gone;
    return { origin, stream, first: floor, good, gone: this.#gone, bad: this.#bad };
  }

  #walkBlock(block: PlainBlock): void {
    const chain = this.#chain;
    if (isGap(block)) {
      this.#gone += block.last - block.first + 1;
      return chain.moveTo(block.last, block.hashes);
    }
    const reader = new OctetReader(block.contents);
    while (!reader.done) {
      const seq = chain.seq + 1;
      const from = reader.at;
      try {
        skipContent(reader);
      } catch (error) {
        if (!(error instanceof OctetsError)) throw error;
        return this.#fail(seq, `its bytes cannot be read (${error.message})`);
      }
      const stored = block.hashes.subarray((seq - block.first) * HASH_BYTES).subarray(
        0,
        HASH_BYTES,
      );
      const hash = chain.next(block.contents.subarray(from, reader.at));
      if (stored.toHex() !== hash.toHex()) {
        return this.#fail(seq, "its hash is not that of its bytes and the entry before");
      }
    }
    if (chain.seq !== block.last) return this.#fail(chain.seq + 1, "it is missing");
    this.#checkHead(block);
  }

  #checkHead({ last, signature }: PlainBlock): void {
    if (signature === null || this.#publicKeys.length === 0) return;
    const statement = headStatement({ ...this.#state, seq: last, hash: this.#chain.hash });
    if (!this.#publicKeys.some((key) => signedBy(key, statement, signature))) {
      this.#fail(last, "its origin's signature does not hold");
    }
  }

  #fail(seq: number, reason: string): void {
    this.#bad = { seq, reason };
  }
}
