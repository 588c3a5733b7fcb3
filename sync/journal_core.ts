/**
 * The journal's logic: synchronous, with its storage, its clock and its randomness as
 * parameters. The worker (journal_methods.ts) is a thin shell around it, and so is a simulation.
 */
import { type AppendBatch, type AppendResult, CONFLICT, DUPLICATE } from "./append.ts";
import { Chain, firstHash, type HashName } from "./chain.ts";
import { BlockBuilder, blockChanges, contentsFrom, joined, lastWallMs } from "./block.ts";
import { HASH_BYTES, type Stamp, writeContent } from "./entry.ts";
import { JournalKeys } from "./journal_keys.ts";
import { OctetWriter } from "./octets.ts";
import { formatOrigin, isOvertaken, lifeOf, nodeOf } from "./origin.ts";
import { receiveRun, type Reception } from "./reception.ts";
import type { Run, SignedRun } from "./run.ts";
import { SegmentRow } from "./segment_row.ts";
import type { Change, Range, ReadLimits, Receipt, Segments, StreamState } from "./segments.ts";
import { ONE_BLOCK, receiptKey, streamKey } from "./segments.ts";

export interface CoreOptions {
  readonly segments: Segments;
  /** Name of the node whose journal this is. */
  readonly node: string;
  readonly hashName: HashName;
  /** A segment is sealed once it holds as much. */
  readonly segmentBytesMax: number;
  /** The moment of opening. */
  readonly stamp: Stamp;
  /** 16 random hexadecimal digits, for the name of a new life. */
  readonly nonce: string;
  /**
   * A life of this node that others hold: where it is not one of this journal's, the box was
   * replaced, and a life begins that comes after it.
   */
  readonly after?: string;
}

export interface SignedRunWithKey {
  readonly run: SignedRun;
  /** All keys that the run's origin ever had. */
  readonly publicKeys: readonly string[];
}

/** What a run of reads may ask for: nothing there, a run, or that it was pruned. */
export type ReadResult =
  | { readonly kind: "run"; readonly run: Run }
  | { readonly kind: "end" }
  | { readonly kind: "pruned"; readonly floor: number }
  /** Damaged: entries from `seq` on are not on this disk, though they should be; `next` is. */
  | { readonly kind: "missing"; readonly seq: number; readonly next: number };

/** What may leave the disk: only whole segments go, and only when this holds for all in them. */
export interface Retention {
  /** Own entries are kept until each of these centres has given a receipt for them … */
  readonly centres: readonly string[];
  /** … and as long as this, milliseconds. */
  readonly keepOwnMs: number;
  /** How long entries of other nodes are kept, milliseconds; `null` for ever. */
  readonly keepOthersMs: number | null;
  readonly nowMs: number;
}

const CLEAN = "clean";
const ORIGIN = "origin";
const ORDER = "order";
const TIME = "time";
const PROBE = "probe";

export class JournalCore {
  readonly #options: CoreOptions;
  readonly #row: SegmentRow;
  readonly #streams = new Map<string, StreamState>();
  readonly #chains = new Map<string, Chain>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #unsaved = new Map<string, Receipt>();
  readonly #moved = new Map<string, StreamState>();
  /** Where the last read of each stream ended: the next one mostly goes on from there. */
  readonly #readTo = new Map<string, { readonly seq: number; readonly hash: Uint8Array }>();
  readonly #keys: JournalKeys;
  #origin: string;
  #failure: unknown = null;
  /** Whether something was committed since `probe` was last asked. */
  #committed = false;
  /** Commits made for no other purpose: each writes another value, or SQLite writes nothing. */
  #probes: number;

  /** Opens the journal. Unless it was closed cleanly, and so at first, this begins a new life. */
  constructor(options: CoreOptions) {
    this.#options = options;
    const { row, state } = SegmentRow.open(options.segments);
    this.#row = row;
    for (const stream of state?.streams ?? []) {
      this.#streams.set(streamKey(stream.origin, stream.stream), stream);
    }
    for (const receipt of state?.receipts ?? []) this.#receipts.set(receiptKey(receipt), receipt);
    const meta = state?.meta ?? new Map<string, string>();
    this.#keys = new JournalKeys(
      row,
      Math.max(state?.keys.order ?? 0, Number(meta.get(ORDER) ?? 0)),
      Math.max(state?.keys.atMs ?? 0, Number(meta.get(TIME) ?? 0)),
    );
    this.#probes = Number(meta.get(PROBE) ?? 0);
    const previous = meta.get(ORIGIN) ?? null;
    this.#origin = previous ?? "";
    const isClean = previous !== null && meta.get(CLEAN) === "1";
    if (isClean && !isOvertaken(previous, this.positions(), options.after)) {
      this.#commit([{ kind: "meta", name: CLEAN, value: "0" }]);
    } else {
      this.#beginLife(previous);
    }
  }

  /** This life of this node. */
  get origin(): string {
    return this.#origin;
  }

  positions(): StreamState[] {
    return [...this.#streams.values()];
  }

  /** Positions that changed since this was last asked. */
  takeMoved(): StreamState[] {
    const moved = [...this.#moved.values()];
    this.#moved.clear();
    return moved;
  }

  receipts(): Receipt[] {
    return [...this.#receipts.values()];
  }

  bytes(): number {
    return this.#row.bytes();
  }

  /** Bytes of entries committed since the opening: contents and hashes. */
  get writtenBytes(): number {
    return this.#row.writtenBytes;
  }

  get segments(): number {
    return this.#row.count;
  }

  /** Stores new entries of this node; all of them are durable when it returns. */
  append(batch: AppendBatch): AppendResult {
    const claimed = this.#keys.begin(batch.claims, batch.releases, batch.stamp);
    const count = batch.ends.length;
    const result = new Float64Array(count);
    const builders = new Map<string, BlockBuilder>();
    for (let item = 0; item < count; item++) {
      const refusal = claimed.refusals.get(item);
      if (refusal !== undefined) {
        result[item] = refusal === "duplicate" ? DUPLICATE : CONFLICT;
        continue;
      }
      const stream = batch.streams[batch.streamOf[item]];
      let builder = builders.get(stream);
      if (builder === undefined) {
        builder = new BlockBuilder(this.#chain(this.#origin, stream), batch.contents, count);
        builders.set(stream, builder);
      }
      result[item] = builder.add(item === 0 ? 0 : batch.ends[item - 1], batch.ends[item]);
    }
    const changes: Change[] = [...claimed.changes];
    for (const [stream, builder] of builders) {
      const state = this.#state(this.#origin, stream);
      changes.push(...blockChanges(state, builder.blocks()).changes);
    }
    if (changes.length > 0) this.#commit(changes);
    return result;
  }

  /** Stores what another node's journal holds, each run on its own merits. */
  receive(runs: readonly SignedRunWithKey[]): Reception[] {
    const changes: Change[] = [];
    const states = new Map<string, StreamState>();
    const receptions = runs.map(({ run, publicKeys }): Reception => {
      const key = streamKey(run.origin, run.stream);
      const state = states.get(key) ?? this.#state(run.origin, run.stream);
      const reception = receiveRun(run, publicKeys, state, {
        hashName: this.#options.hashName,
        hashAt: (seq) => this.hashAt(run.origin, run.stream, seq),
      });
      if (reception.kind !== "stored" || reception.block === null) return reception;
      const moved = blockChanges(state, [reception.block]);
      changes.push(...moved.changes);
      states.set(key, moved.state);
      return reception;
    });
    if (changes.length > 0) this.#commit(changes);
    return receptions;
  }

  /** Entries behind `after`; those of other origins up to a place their origin has signed. */
  read(origin: string, stream: string, after: number, limits: ReadLimits): ReadResult {
    const state = this.#state(origin, stream);
    if (after >= state.seq) return { kind: "end" };
    if (after + 1 < state.floor) return { kind: "pruned", floor: state.floor };
    const found = this.#row.blocks(origin, stream, after + 1, limits);
    const gap = found.findIndex(({ first }, index) =>
      index === 0 ? first > after + 1 : first !== found[index - 1].last + 1
    );
    const blocks = gap < 0 ? found : found.slice(0, gap);
    const last = blocks.at(-1);
    const key = streamKey(origin, stream);
    const readTo = this.#readTo.get(key);
    const previous = readTo?.seq === after ? readTo.hash : this.hashAt(origin, stream, after);
    if (last === undefined) {
      return { kind: "missing", seq: after + 1, next: found.at(0)?.first ?? state.seq + 1 };
    }
    if (previous === null) return { kind: "missing", seq: after, next: after + 1 };
    const hash = last.hashes.slice(-HASH_BYTES);
    this.#readTo.set(key, { seq: last.last, hash });
    const run: Run = {
      origin,
      stream,
      first: after + 1,
      last: last.last,
      contents: joined(blocks.map((block) => contentsFrom(block, after + 1))),
      previous,
      hash,
      signature: last.signature,
    };
    return { kind: "run", run };
  }

  /** Hash of an entry held; `null` where it is not. Before the first entry: 32 zero bytes. */
  hashAt(origin: string, stream: string, seq: number): Uint8Array | null {
    if (seq === 0) return firstHash();
    const state = this.#state(origin, stream);
    if (seq === state.seq) return state.hash;
    if (seq === state.floor - 1) return state.floorHash;
    if (seq > state.seq || seq < state.floor) return null;
    const block = this.#row.blocks(origin, stream, seq, ONE_BLOCK).at(0);
    if (block === undefined || block.first > seq) return null;
    const at = (seq - block.first) * HASH_BYTES;
    return block.hashes.slice(at, at + HASH_BYTES);
  }

  /** Takes note of receipts; they are written with the next commit, or by `flush`. */
  addReceipts(receipts: readonly Receipt[]): void {
    for (const receipt of receipts) {
      const key = receiptKey(receipt);
      if (receipt.seq <= (this.#receipts.get(key)?.seq ?? 0)) continue;
      this.#receipts.set(key, receipt);
      this.#unsaved.set(key, receipt);
    }
  }

  /** Writes what waits for the next commit. Losing it costs a question to the centre, no more. */
  flush(): void {
    if (this.#unsaved.size > 0) this.#commit([]);
  }

  /** Returns if a commit went through since this was last asked; makes one where none was. */
  probe(): void {
    if (!this.#committed) {
      this.#commit([{ kind: "meta", name: PROBE, value: String(++this.#probes) }]);
    }
    this.#committed = false;
  }

  /** Unlinks the oldest segments as long as all that they hold may go; returns how many went. */
  prune(retention: Retention): number {
    for (let dropped = 0;; dropped++) {
      const oldest = this.#row.oldest();
      if (oldest === null) return dropped;
      const { ranges, segment } = oldest;
      const changes: Change[] = [];
      for (const range of ranges) {
        const { origin, stream, last } = range;
        const [newest] = segment.blocks(origin, stream, last, ONE_BLOCK);
        if (!this.#mayGo(range, lastWallMs(newest), retention)) return dropped;
        const floorHash = newest.hashes.slice(-HASH_BYTES);
        const state = { ...this.#state(origin, stream), floor: last + 1, floorHash };
        changes.push({ kind: "stream", state });
      }
      for (const key of this.#keys.outliving(segment.keys())) changes.push({ kind: "key", key });
      this.#commit(changes);
      this.#row.dropOldest();
    }
  }

  /** Closes cleanly: the next open goes on with this life. */
  close(): void {
    if (this.#failure === null) {
      this.#commit([{ kind: "meta", name: CLEAN, value: "1" }, ...this.#clock()]);
    }
    this.#row.close();
  }

  #mayGo(range: Range, newestWallMs: number, retention: Retention): boolean {
    const ageMs = retention.nowMs - newestWallMs;
    if (nodeOf(range.origin) !== this.#options.node) {
      return retention.keepOthersMs !== null && ageMs > retention.keepOthersMs;
    }
    return ageMs > retention.keepOwnMs && retention.centres.every((centre) => {
      const receipt = this.#receipts.get(receiptKey({ centre, ...range }));
      return receipt !== undefined && receipt.seq >= range.last;
    });
  }

  #beginLife(previous: string | null): void {
    const { node, nonce } = this.#options;
    const life = 1 + Math.max(lifeOf(previous), lifeOf(this.#options.after));
    this.#origin = formatOrigin({ node, life, nonce });
    const ended = this.positions().filter((state) => state.origin === previous);
    const body = {
      reason: previous === null ? "first" : "unclean",
      previous: previous === null ? null : {
        origin: previous,
        streams: ended.map(({ stream, seq, hash }) => ({ stream, seq, hash: hash.toHex() })),
      },
    };
    const writer = new OctetWriter();
    writeContent(writer, this.#options.stamp, "life", JSON.stringify(body));
    const builder = new BlockBuilder(this.#chain(this.#origin, "audit"), writer.bytes(), 1);
    builder.add(0, writer.length);
    const state = this.#state(this.#origin, "audit");
    this.#commit([
      { kind: "meta", name: ORIGIN, value: this.#origin },
      { kind: "meta", name: CLEAN, value: "0" },
      ...blockChanges(state, builder.blocks()).changes,
    ]);
  }

  #state(origin: string, stream: string): StreamState {
    return this.#streams.get(streamKey(origin, stream)) ??
      { origin, stream, seq: 0, hash: firstHash(), floor: 1, floorHash: firstHash() };
  }

  #chain(origin: string, stream: string): Chain {
    const key = streamKey(origin, stream);
    let chain = this.#chains.get(key);
    if (chain === undefined) {
      const { seq, hash } = this.#state(origin, stream);
      chain = new Chain(origin, stream, seq, hash, this.#options.hashName);
      this.#chains.set(key, chain);
    }
    return chain;
  }

  #clock(): Change[] {
    return [
      { kind: "meta", name: ORDER, value: String(this.#keys.order) },
      { kind: "meta", name: TIME, value: String(this.#keys.nowMs) },
    ];
  }

  /**
   * Commits, then moves what is in memory. After a failure nothing is written any more: what
   * the disk holds is not known, so the process has to end and open the journal anew.
   */
  #commit(changes: readonly Change[]): void {
    if (this.#failure !== null) {
      throw new Error("Cannot write to the journal: an earlier commit failed", {
        cause: this.#failure,
      });
    }
    const receipts = [...this.#unsaved.values()];
    try {
      this.#row.commit([
        ...changes,
        ...receipts.map((receipt): Change => ({ kind: "receipt", receipt })),
      ]);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#committed = true;
    this.#unsaved.clear();
    for (const change of changes) {
      if (change.kind !== "stream") continue;
      const key = streamKey(change.state.origin, change.state.stream);
      this.#streams.set(key, change.state);
      this.#moved.set(key, change.state);
    }
    if (this.#row.currentBytes() >= this.#options.segmentBytesMax) this.#rotate();
  }

  #rotate(): void {
    this.#row.rotate([
      { kind: "meta", name: ORIGIN, value: this.#origin },
      { kind: "meta", name: CLEAN, value: "0" },
      ...this.#clock(),
      ...this.positions().map((state): Change => ({ kind: "stream", state })),
      ...this.receipts().map((receipt): Change => ({ kind: "receipt", receipt })),
    ]);
  }
}
