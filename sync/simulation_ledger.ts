/** What a simulation was told is stored, and whether it still is: the promises, to be checked. */
import { firstHash } from "./chain.ts";
import { nodeOf } from "./origin.ts";
import { entriesOf } from "./run.ts";
import { streamKey } from "./segments.ts";
import type { SimulatedNode } from "./simulated_node.ts";

/** An item whose sender was told that it is stored. */
export interface Acknowledged {
  readonly node: string;
  readonly stream: string;
  readonly id: number;
  /** Its sender names it, so it is to be there once (G3). */
  readonly keyed: boolean;
  /** Where it was stored; `null` for what was there already. */
  readonly place: { readonly origin: string; readonly seq: number } | null;
}

/** The last that a writer was told to be stored of an (origin, stream). */
interface Told {
  readonly seq: number;
  readonly hash: string;
  readonly node: string;
}

export class Ledger {
  readonly #centres: readonly SimulatedNode[];
  readonly #nodes: readonly SimulatedNode[];
  #acknowledged: Acknowledged[] = [];
  readonly #told = new Map<string, Told>();
  /** Nodes of which a disk was damaged or put back: they may lack what others hold, for a while. */
  readonly #recovering = new Set<string>();
  /** What they were sent up to this id may come again, since the keys are on the same disk. */
  readonly #mayRepeat = new Map<string, number>();

  constructor(nodes: readonly SimulatedNode[], centres: readonly SimulatedNode[]) {
    this.#nodes = nodes;
    this.#centres = centres;
  }

  get count(): number {
    return this.#acknowledged.length;
  }

  acknowledge(item: Acknowledged): void {
    this.#acknowledged.push(item);
  }

  /** Takes note of the hash that the writer has for the last that it stored. */
  tell(node: string, origin: string, stream: string, seq: number, hash: Uint8Array): void {
    const key = streamKey(origin, stream);
    if (seq > (this.#told.get(key)?.seq ?? 0)) {
      this.#told.set(key, { seq, hash: hash.toHex(), node });
    }
  }

  /** Whether both centres are up and hold all that a node was told to be stored. */
  isSafe(node: string): boolean {
    return [...this.#told].every(([key, { seq, node: writer }]) =>
      writer !== node || this.#centres.every((centre) => heldAt(centre, key) >= seq)
    );
  }

  /** Whether all centres but `except` are up, so that what they hold can be told. */
  centresUp(except: string): boolean {
    return this.#centres.every(({ name, journal }) => name === except || journal !== null);
  }

  /**
   * A node's disk is not what it was. What no other centre holds may be gone of what it wrote, and
   * at a centre, of what was written by others who have lost their own copy before. `lastId` is the
   * highest id of any item until now.
   */
  lost(node: string, lastId: number): void {
    this.#recovering.add(node);
    const centres = this.#centres.filter(({ name }) => name !== node);
    const isSafe = (writer: string, key: string, seq: number) =>
      (writer !== node && !this.#recovering.has(writer)) ||
      centres.some((centre) => heldAt(centre, key) >= seq);
    this.#mayRepeat.set(node, lastId);
    this.#acknowledged = this.#acknowledged.filter(({ node: writer, stream, place }) =>
      place === null
        ? writer !== node && !this.#recovering.has(writer)
        : isSafe(writer, streamKey(place.origin, stream), place.seq)
    );
    for (const [key, { seq, node: writer }] of this.#told) {
      if (!isSafe(writer, key, seq)) this.#told.delete(key);
    }
  }

  /** What is broken now, or `null`: nothing told is missing, nothing is another thing. */
  fault(): string | null {
    for (const [key, { seq, hash, node: writer }] of this.#told) {
      const [origin, stream] = key.split(" ");
      for (const { name, journal } of this.#nodes) {
        if (journal === null) continue;
        const state = journal.position(origin, stream);
        if (name === writer && (state?.seq ?? 0) < seq && !this.#recovering.has(name)) {
          return `G1: ${name} has lost ${key} ${(state?.seq ?? 0) + 1}–${seq}`;
        }
        if (state?.seq === seq && state.hash.toHex() !== hash) {
          return `G5: ${name} holds another ${key} ${seq}`;
        }
        const fault = name === writer && state !== undefined
          ? this.#floorFault(key, state.floor)
          : null;
        if (fault !== null) return fault;
      }
    }
    return null;
  }

  /** G2: what a site has pruned, both centres have; one that is down says so once it is up. */
  #floorFault(key: string, floor: number): string | null {
    for (const centre of this.#centres) {
      if (centre.journal === null || this.#recovering.has(centre.name)) continue;
      const held = heldAt(centre, key);
      if (held < floor - 1) return `G2: ${key} is pruned below ${floor}, ${centre.name} at ${held}`;
    }
    return null;
  }

  /**
   * What is broken at the end, or `null`: each acknowledged item is at each centre (G1), once if
   * its sender named it (G3), on an unbroken chain (G5).
   */
  async faultInContents(): Promise<string | null> {
    for (const centre of this.#centres) {
      const found = new Map<string, number>();
      for (const { origin, stream } of centre.journal?.positions() ?? []) {
        const ids = await idsIn(centre, origin, stream);
        if (ids === null) return `G5: ${origin} ${stream} cannot be read at ${centre.name}`;
        for (const id of ids) {
          const key = itemKey({ node: nodeOf(origin), stream, id });
          found.set(key, (found.get(key) ?? 0) + 1);
        }
      }
      for (const item of this.#acknowledged) {
        const key = itemKey(item);
        const times = found.get(key) ?? 0;
        if (times === 0) return `G1: item ${key} is not at ${centre.name}`;
        const isNew = item.id > (this.#mayRepeat.get(item.node) ?? 0);
        if (item.keyed && times !== 1 && isNew) {
          return `G3: item ${key} is ${times} times at ${centre.name}`;
        }
      }
    }
    return null;
  }
}

function itemKey({ node, stream, id }: Pick<Acknowledged, "node" | "stream" | "id">): string {
  return `${node} ${stream} ${id}`;
}

/** The last number that a node holds of an (origin, stream); 0 where it is down. */
function heldAt({ journal }: SimulatedNode, key: string): number {
  const [origin, stream] = key.split(" ");
  return journal?.position(origin, stream)?.seq ?? 0;
}

/** Ids of all items of a stream in their order; `null` where its chain does not hold. */
async function idsIn(
  node: SimulatedNode,
  origin: string,
  stream: string,
): Promise<number[] | null> {
  const ids: number[] = [];
  for (let after = 0, previous: Uint8Array = firstHash();;) {
    const limits = { entriesMax: 1000, bytesMax: 1 << 20 };
    const result = await node.journal?.read(origin, stream, after, limits);
    if (result?.kind === "end") return ids;
    if (result?.kind !== "run") return null;
    for (const entry of entriesOf(result.run, previous)) {
      if (entry.kind === "test") ids.push(JSON.parse(new TextDecoder().decode(entry.body)).id);
      previous = entry.hash;
    }
    if (result.run.contents.length === 0) previous = result.run.hash;
    if (previous.toHex() !== result.run.hash.toHex()) return null;
    after = result.run.last;
  }
}
