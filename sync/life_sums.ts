/**
 * Lives of a node in their order, and what sums up a row of them: where two nodes find the same
 * sum, both hold the same of each, so that lives that are over cost next to nothing.
 */
import { createHash } from "node:crypto";
import type { HashName } from "./chain.ts";
import { OctetWriter, sameBytes } from "./octets.ts";
import { type Life, parseOrigin } from "./origin.ts";
import type { StreamState } from "./segments.ts";

/** What is held of one life. */
export interface HeldLife extends Life {
  readonly origin: string;
  readonly states: readonly StreamState[];
}

/** A row of lives of one node, and what its asker finds as their sum. */
export interface LifeRange {
  /** Origins, both in it; see {@link compareLives}. */
  readonly first: string;
  readonly last: string;
  /** The one stream that counts; empty for all that are held. */
  readonly stream: string;
  readonly sum: Uint8Array;
}

/** Bytes of a sum. */
export const SUM_BYTES = 16;

type Place = Pick<HeldLife, "life" | "nonce">;

/** By number, and letter by letter where two boxes began a life with the same one. */
export function compareLives(a: Place, b: Place): number {
  return a.life - b.life || (a.nonce < b.nonce ? -1 : a.nonce > b.nonce ? 1 : 0);
}

/** Whether an origin is one of those that a range is about. */
export function isWithin(origin: string, { first, last }: Pick<LifeRange, "first" | "last">) {
  const [life, from, to] = [origin, first, last].map(parseOrigin);
  return life !== null && from !== null && to !== null && life.node === from.node &&
    compareLives(life, from) >= 0 && compareLives(life, to) <= 0;
}

/** The lives of nodes, in their order. */
export function livesByNode(
  states: readonly StreamState[],
  isWanted: (node: string) => boolean = () => true,
): Map<string, HeldLife[]> {
  const byOrigin = new Map<string, StreamState[]>();
  for (const state of states) {
    const found = byOrigin.get(state.origin);
    if (found === undefined) byOrigin.set(state.origin, [state]);
    else found.push(state);
  }
  const byNode = new Map<string, HeldLife[]>();
  for (const [origin, states] of byOrigin) {
    const life = parseOrigin(origin);
    if (life === null || !isWanted(life.node)) continue;
    const lives = byNode.get(life.node) ?? [];
    byNode.set(life.node, lives);
    lives.push({ ...life, origin, states });
  }
  for (const lives of byNode.values()) lives.sort(compareLives);
  return byNode;
}

export class LifeSums {
  readonly #hashName: HashName;
  /** Where each life stood when it was last summed up: nothing changes once it is over. */
  readonly #known = new Map<string, { hashes: readonly Uint8Array[]; sum: Uint8Array }>();

  constructor(hashName: HashName) {
    this.#hashName = hashName;
  }

  /** The sum of lives in their order. */
  of(lives: readonly HeldLife[], stream: string): Uint8Array {
    const hash = createHash(this.#hashName);
    for (const { origin, states } of lives) {
      const held = states.filter((one) => one.seq > 0 && (stream === "" || one.stream === stream));
      if (held.length === 0) continue;
      hash.update(stream === "" ? this.#once(origin, held) : sumOf(held, this.#hashName));
    }
    return new Uint8Array(hash.digest().subarray(0, SUM_BYTES));
  }

  /** The range that lives in a row are. */
  range(lives: readonly HeldLife[], stream: string): LifeRange {
    const [first, last] = [lives[0].origin, lives[lives.length - 1].origin];
    return { first, last, stream, sum: this.of(lives, stream) };
  }

  /** Whether the sum of what is held is that of each range. */
  agree(states: readonly StreamState[], ranges: readonly LifeRange[]): boolean[] {
    if (ranges.length === 0) return [];
    const nodes = new Set(ranges.map(({ first }) => parseOrigin(first)?.node ?? ""));
    const held = livesByNode(states, (node) => nodes.has(node));
    return ranges.map((range) => {
      const [from, to] = [parseOrigin(range.first), parseOrigin(range.last)];
      if (from === null || to === null || from.node !== to.node) return false;
      const lives = (held.get(from.node) ?? [])
        .filter((one) => compareLives(one, from) >= 0 && compareLives(one, to) <= 0);
      return sameBytes(this.of(lives, range.stream), range.sum);
    });
  }

  #once(origin: string, held: readonly StreamState[]): Uint8Array {
    const known = this.#known.get(origin);
    const isKnown = known?.hashes.length === held.length &&
      held.every(({ hash }, index) => hash === known.hashes[index]);
    if (known !== undefined && isKnown) return known.sum;
    const sum = sumOf(held, this.#hashName);
    this.#known.set(origin, { hashes: held.map(({ hash }) => hash), sum });
    return sum;
  }
}

/** The hash of an entry binds its place; a gap's is what its origin says, so the place counts. */
function sumOf(states: readonly StreamState[], hashName: HashName): Uint8Array {
  const writer = new OctetWriter();
  const inOrder = states.toSorted((a, b) => a.stream < b.stream ? -1 : 1);
  for (const { origin, stream, seq, hash } of inOrder) {
    writer.text16(origin);
    writer.text16(stream);
    writer.i64(seq);
    writer.raw(hash);
  }
  return createHash(hashName).update(writer.bytes()).digest();
}
