/**
 * Lives of a node in their order, and what sums up a row of them: where two nodes find the same
 * sum, both hold the same of each, so that lives that are over cost next to nothing.
 */
import { createHash } from "node:crypto";
import type { HashName } from "./chain.ts";
import { OctetsError, OctetWriter, sameBytes } from "./octets.ts";
import { type Life, parseOrigin } from "./origin.ts";
import { streamKey, type StreamState } from "./segments.ts";

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
/** Ranges in one question. */
const RANGES_MAX = 4096;

type Place = Pick<HeldLife, "life" | "nonce">;

/** By number, and letter by letter where two boxes began a life with the same one. */
export function compareLives(a: Place, b: Place): number {
  return a.life - b.life || (a.nonce < b.nonce ? -1 : a.nonce > b.nonce ? 1 : 0);
}

/** A range whose ends are origins of one node, in order. */
interface Row {
  readonly node: string;
  readonly from: Life;
  readonly to: Life;
  readonly stream: string;
}

/** `null` for what is no row of lives. */
function rowOf({ first, last, stream }: LifeRange): Row | null {
  const [from, to] = [parseOrigin(first), parseOrigin(last)];
  if (from === null || to === null || from.node !== to.node) return null;
  return compareLives(from, to) > 0 ? null : { node: from.node, from, to, stream };
}

/** By node and stream, and then in their order. */
function rowsOf(ranges: readonly LifeRange[]): Row[] {
  const order = (a: string, b: string) => a < b ? -1 : Number(a > b);
  return ranges.flatMap((range) => rowOf(range) ?? []).sort((a, b) =>
    order(a.node, b.node) || order(a.stream, b.stream) || compareLives(a.from, b.from)
  );
}

/**
 * Throws {@link OctetsError} for more ranges than a node asks for at once, and for some of one
 * node and stream that overlap: so the work for all is bounded by what is held.
 */
export function requireApart(ranges: readonly LifeRange[]): void {
  if (ranges.length > RANGES_MAX) {
    throw new OctetsError(`Cannot sum up ${ranges.length} rows of lives, at most ${RANGES_MAX}`);
  }
  let before: Row | null = null;
  for (const row of rowsOf(ranges)) {
    const isNext = before?.node === row.node && before.stream === row.stream;
    if (before !== null && isNext && compareLives(row.from, before.to) <= 0) {
      throw new OctetsError(`Cannot sum up lives of "${row.node}": rows of them overlap`);
    }
    before = row;
  }
}

/** Tells of an origin whether a range of this one stream is about it. */
export function withinRanges(
  ranges: readonly LifeRange[],
  stream: string,
): (origin: string) => boolean {
  const byNode = Map.groupBy(
    rowsOf(ranges.filter((range) => range.stream === stream)),
    ({ node }) => node,
  );
  return (origin) => {
    const life = byNode.size === 0 ? null : parseOrigin(origin);
    const rows = life === null ? undefined : byNode.get(life.node);
    if (life === null || rows === undefined) return false;
    const row = rows[firstWhere(rows, ({ to }) => compareLives(to, life) >= 0)];
    return row !== undefined && compareLives(row.from, life) <= 0;
  };
}

/** Place of the first item that is so, of items of which none is so before one that is not. */
function firstWhere<T>(items: readonly T[], isSo: (item: T) => boolean): number {
  let [from, to] = [0, items.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isSo(items[middle])) to = middle;
    else from = middle + 1;
  }
  return from;
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

/** Of each stream the lives that have it, with what is held of that stream alone. */
export function livesByStream(lives: readonly HeldLife[]): Map<string, HeldLife[]> {
  const byStream = new Map<string, HeldLife[]>();
  for (const life of lives) {
    for (const state of life.states) {
      const found = byStream.get(state.stream);
      const part = { ...life, states: [state] };
      if (found === undefined) byStream.set(state.stream, [part]);
      else found.push(part);
    }
  }
  return byStream;
}

export class LifeSums {
  readonly #hashName: HashName;
  /**
   * Where each life, and each stream of it, stood when it was last summed up: nothing changes once
   * it is over.
   */
  readonly #known = new Map<string, { hashes: readonly Uint8Array[]; sum: Uint8Array }>();

  constructor(hashName: HashName) {
    this.#hashName = hashName;
  }

  /** The sum of lives in their order; with a stream, those that have it. */
  of(lives: readonly HeldLife[], stream: string): Uint8Array {
    const hash = createHash(this.#hashName);
    for (const { origin, states } of lives) {
      const held = states.filter((one) => one.seq > 0 && (stream === "" || one.stream === stream));
      if (held.length === 0) continue;
      hash.update(this.#once(streamKey(origin, stream), held));
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
    const rows = ranges.map(rowOf);
    const nodes = new Set(rows.map((row) => row?.node));
    const streams = new Set(rows.map((row) => row?.stream));
    const wanted = streams.has("") ? states : states.filter(({ stream }) => streams.has(stream));
    const held = livesByNode(wanted, (node) => nodes.has(node));
    const parts = new Map(Array.from(held, ([node, lives]) => [node, livesByStream(lives)]));
    return rows.map((row, index) => {
      if (row === null) return false;
      const { node, from, to, stream } = row;
      const lives = (stream === "" ? held.get(node) : parts.get(node)?.get(stream)) ?? [];
      const first = firstWhere(lives, (life) => compareLives(life, from) >= 0);
      const end = firstWhere(lives, (life) => compareLives(life, to) > 0);
      return sameBytes(this.of(lives.slice(first, end), stream), ranges[index].sum);
    });
  }

  #once(key: string, held: readonly StreamState[]): Uint8Array {
    const known = this.#known.get(key);
    const isKnown = known?.hashes.length === held.length &&
      held.every(({ hash }, index) => hash === known.hashes[index]);
    if (known !== undefined && isKnown) return known.sum;
    const sum = sumOf(held, this.#hashName);
    this.#known.set(key, { hashes: held.map(({ hash }) => hash), sum });
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
