/** What a journal keeps in memory: where its streams stand, the chains they hang on, receipts. */
import { Chain, firstHash, type HashName } from "./chain.ts";
import type { Change, Receipt, StreamState } from "./segments.ts";
import { receiptKey, streamKey } from "./segments.ts";

export class JournalState {
  readonly #hashName: HashName;
  readonly #streams = new Map<string, StreamState>();
  readonly #chains = new Map<string, Chain>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #unsaved = new Map<string, Receipt>();
  readonly #moved = new Map<string, StreamState>();

  constructor(
    hashName: HashName,
    streams: readonly StreamState[],
    receipts: readonly Receipt[],
  ) {
    this.#hashName = hashName;
    this.#move(streams);
    this.#moved.clear();
    for (const receipt of receipts) this.#receipts.set(receiptKey(receipt), receipt);
  }

  positions(): StreamState[] {
    return [...this.#streams.values()];
  }

  /** Those that stand anywhere: one of which all was lost is, to others, as if it never was. */
  standing(): StreamState[] {
    return this.positions().filter(({ seq, floor }) => seq > 0 || floor > 1);
  }

  /** Where a stream stands; at its beginning where nothing of it was ever here. */
  of(origin: string, stream: string): StreamState {
    return this.#streams.get(streamKey(origin, stream)) ??
      { origin, stream, seq: 0, hash: firstHash(), floor: 1, floorHash: firstHash() };
  }

  /** The chain that goes on from the last entry; who walks it must commit, or `dropChains`. */
  chain(origin: string, stream: string): Chain {
    const key = streamKey(origin, stream);
    let chain = this.#chains.get(key);
    if (chain === undefined) {
      const { seq, hash } = this.of(origin, stream);
      chain = new Chain(origin, stream, seq, hash, this.#hashName);
      this.#chains.set(key, chain);
    }
    return chain;
  }

  /** After a commit that failed, chains stand behind what is there. */
  dropChains(): void {
    this.#chains.clear();
  }

  receipts(): Receipt[] {
    return [...this.#receipts.values()];
  }

  receiptsByKey(): ReadonlyMap<string, Receipt> {
    return this.#receipts;
  }

  /** Takes note of receipts, to be written with the next commit. */
  addReceipts(receipts: readonly Receipt[]): void {
    for (const receipt of receipts) {
      const key = receiptKey(receipt);
      if (receipt.seq <= (this.#receipts.get(key)?.seq ?? 0)) continue;
      this.#receipts.set(key, receipt);
      this.#unsaved.set(key, receipt);
    }
  }

  /** Receipts that no commit has written yet. */
  unsaved(): Change[] {
    return [...this.#unsaved.values()].map((receipt): Change => ({ kind: "receipt", receipt }));
  }

  /** These were committed, and all receipts with them. */
  committed(changes: readonly Change[]): void {
    this.#unsaved.clear();
    this.#move(changes.flatMap((change) => change.kind === "stream" ? [change.state] : []));
  }

  /** Where streams stand after a repair. */
  restored(streams: readonly StreamState[]): void {
    this.dropChains();
    this.#move(streams);
  }

  /** Positions that changed since this was last asked. */
  takeMoved(): StreamState[] {
    const moved = [...this.#moved.values()];
    this.#moved.clear();
    return moved;
  }

  #move(streams: readonly StreamState[]): void {
    for (const state of streams) {
      const key = streamKey(state.origin, state.stream);
      this.#streams.set(key, state);
      this.#moved.set(key, state);
    }
  }
}
