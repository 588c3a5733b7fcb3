/** Comparisons that a page shows: kept for a while, since pages are drawn anew every second. */
import type { StreamDigest } from "../../sync/digests.ts";
import { PeerError } from "../../sync/peer.ts";
import { streamKey } from "../../sync/segments.ts";
import { pause } from "../../sync/timer.ts";
import type { CentreLink } from "../centre_link.ts";
import type { Node } from "../node.ts";
import { compareNode, type NodeComparison } from "./comparison.ts";
import { OtherNode } from "./other_node.ts";

/** What was compared with the other centre, and when. */
export interface Compared<T> {
  /** `null` until it was compared once. */
  readonly found: T | null;
  /** Wall clock, milliseconds since 1970 UTC; 0 for never. */
  readonly atMs: number;
  /** Why the other centre could not be asked this time, or `null`. */
  readonly failure: string | null;
}

/** Looked at again once it is so old and somebody looks. */
const FRESH_MS = 10_000;
/** The first look waits so long for its answer, and shows what is there then. */
const FIRST_MS = 2000;
const ASK_MS = 30_000;
/** What is on its way is waited for so long: a second is what a batch takes. */
const WAIT_MS = 1000;
/** Nodes remembered. */
const NODES_MAX = 100;

interface Slot<T> {
  compared: Compared<T>;
  running: Promise<void> | null;
}

export class Comparisons {
  readonly #node: Node;
  readonly #link: CentreLink | null;
  readonly #nodes = new Map<string, Slot<NodeComparison>>();
  readonly #lacking: Slot<StreamDigest[]> = emptySlot();

  constructor(node: Node, link: CentreLink | null) {
    this.#node = node;
    this.#link = link;
  }

  /** Streams and days of one node. */
  async of(name: string): Promise<Compared<NodeComparison>> {
    let slot = this.#nodes.get(name);
    if (slot === undefined) {
      if (this.#nodes.size >= NODES_MAX) this.#nodes.clear();
      slot = emptySlot();
      this.#nodes.set(name, slot);
    }
    return await this.#look(slot, (other) => compareNode(this.#node, other, name, WAIT_MS));
  }

  /** Streams of which the other centre holds something, and this one nothing. */
  async onlyThere(): Promise<Compared<StreamDigest[]>> {
    return await this.#look(this.#lacking, async (other) => {
      const held = new Set(
        this.#node.journal.positions().map(({ origin, stream }) => streamKey(origin, stream)),
      );
      const streams = await other.streams("");
      return streams.filter(({ origin, stream }) => !held.has(streamKey(origin, stream)));
    });
  }

  /** Whatever was found is looked at anew. */
  forget(): void {
    this.#nodes.clear();
    this.#lacking.compared = { ...this.#lacking.compared, atMs: 0 };
  }

  async #look<T>(
    slot: Slot<T>,
    ask: (other: OtherNode) => Promise<T>,
  ): Promise<Compared<T>> {
    const peer = this.#link?.questions ?? null;
    if (peer === null) return slot.compared;
    const nowMs = Date.now();
    if (slot.running === null && Math.abs(nowMs - slot.compared.atMs) > FRESH_MS) {
      const other = new OtherNode(peer, AbortSignal.timeout(ASK_MS));
      slot.running = this.#ask(slot, () => ask(other)).finally(() => slot.running = null);
    }
    if (slot.compared.found === null && slot.running !== null) {
      await Promise.race([slot.running, pause(FIRST_MS, new AbortController().signal)]);
    }
    return slot.compared;
  }

  async #ask<T>(slot: Slot<T>, ask: () => Promise<T>): Promise<void> {
    try {
      slot.compared = { found: await ask(), atMs: Date.now(), failure: null };
    } catch (error) {
      // Nobody may be waiting for it: what this node could not do is told like what the other said.
      const failure = error instanceof Error ? error.message : String(error);
      if (!(error instanceof PeerError)) {
        this.#node.log({ kind: "failed", error: failure, stack: undefined });
      }
      slot.compared = { ...slot.compared, atMs: Date.now(), failure };
    }
  }
}

function emptySlot<T>(): Slot<T> {
  return { compared: { found: null, atMs: 0, failure: null }, running: null };
}
