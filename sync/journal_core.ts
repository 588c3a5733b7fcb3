/**
 * The journal's logic: synchronous, with its storage, its clock and its randomness as
 * parameters. The worker (journal_methods.ts) is a thin shell around it, and so is a simulation.
 */
import { type AppendBatch, type AppendResult, CONFLICT, DUPLICATE } from "./append.ts";
import { Chain, firstHash, type HashName } from "./chain.ts";
import { BlockBuilder, blockChanges, lastWallMs } from "./block.ts";
import { HASH_BYTES, type Stamp, writeContent } from "./entry.ts";
import { JournalKeys } from "./journal_keys.ts";
import { lifeBody, type LifeReason, META, nextOrigin, reasonAtOpen } from "./journal_lives.ts";
import { JournalReading, type ReadResult } from "./journal_reading.ts";
import { mayGo, type Retention } from "./journal_retention.ts";
import { OctetWriter } from "./octets.ts";
import { receiveRun, type Reception } from "./reception.ts";
import type { SignedRun } from "./run.ts";
import { SegmentRow } from "./segment_row.ts";
import type { Change, ReadLimits, Receipt, Segments, StreamState } from "./segments.ts";
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
  /** Names this hardware, as a copy of its disk cannot; none where nobody can say. */
  readonly machine?: string;
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

export type { ReadResult } from "./journal_reading.ts";
export type { Retention } from "./journal_retention.ts";

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
  readonly #keys: JournalKeys;
  readonly #reading: JournalReading;
  readonly #machine: string;
  readonly #bootId: string;
  #origin: string;
  #failure: unknown = null;
  /** Whether something was committed since `probe` was last asked. */
  #committed = false;
  /** Commits made for no other purpose: each writes another value, or SQLite writes nothing. */
  #probes: number;

  /** Opens the journal. Unless it was closed cleanly, and so at first, this begins a new life. */
  constructor(options: CoreOptions) {
    this.#options = options;
    this.#machine = options.machine ?? "";
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
    this.#reading = new JournalReading(row, (origin, stream) => this.#state(origin, stream));
    this.#origin = meta.get(META.origin) ?? "";
    const { stamp, nonce, after } = options;
    this.#bootId = stamp.bootId;
    const opener = { bootId: stamp.bootId, machine: this.#machine, after };
    const reason = reasonAtOpen(meta, this.positions(), opener);
    if (reason === null) this.#commit(this.#opened(stamp.bootId));
    else this.#beginLife(reason, stamp, nonce, after);
  }

  /** This life of this node. */
  get origin(): string {
    return this.#origin;
  }

  /**
   * Begins a new life without an open: what is appended from now on has another origin. `after`
   * is a life that others hold, `nonce` 16 random hexadecimal digits. Returns the new origin.
   */
  renewLife(reason: LifeReason, stamp: Stamp, nonce: string, after?: string): string {
    this.#beginLife(reason, stamp, nonce, after);
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
    return this.#reading.read(origin, stream, after, limits);
  }

  /** Hash of an entry held; `null` where it is not. Before the first entry: 32 zero bytes. */
  hashAt(origin: string, stream: string, seq: number): Uint8Array | null {
    return this.#reading.hashAt(origin, stream, seq);
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
        const { node } = this.#options;
        if (!mayGo(node, range, lastWallMs(newest), this.#receipts, retention)) return dropped;
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
      this.#write([{ kind: "meta", name: META.clean, value: "1" }, ...this.#clock()]);
    }
    this.#row.close();
  }

  #beginLife(reason: LifeReason, stamp: Stamp, nonce: string, after?: string): void {
    const { node } = this.#options;
    const previous = this.#origin === "" ? null : this.#origin;
    const origin = nextOrigin(node, nonce, previous, after);
    const { bootId } = stamp;
    const positions = this.positions();
    const body = lifeBody({ reason, previous, positions, bootId, machine: this.#machine });
    const writer = new OctetWriter();
    writeContent(writer, stamp, "life", body);
    const builder = new BlockBuilder(this.#chain(origin, "audit"), writer.bytes(), 1);
    builder.add(0, writer.length);
    const before = this.#origin;
    // A commit may begin a new segment, which is told of which life it is.
    this.#origin = origin;
    try {
      this.#commit([
        { kind: "meta", name: META.origin, value: origin },
        ...this.#opened(bootId),
        ...blockChanges(this.#state(origin, "audit"), builder.blocks()).changes,
      ]);
    } catch (error) {
      this.#origin = before;
      throw error;
    }
  }

  /** What says, after a power cut, that this journal was open, in which boot, on what. */
  #opened(bootId: string): Change[] {
    return [
      { kind: "meta", name: META.clean, value: "0" },
      { kind: "meta", name: META.boot, value: bootId },
      { kind: "meta", name: META.machine, value: this.#machine },
    ];
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
    this.#write(changes);
    if (this.#row.currentBytes() >= this.#options.segmentBytesMax) this.#rotate();
  }

  #write(changes: readonly Change[]): void {
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
  }

  #rotate(): void {
    this.#row.rotate([
      { kind: "meta", name: META.origin, value: this.#origin },
      ...this.#opened(this.#bootId),
      ...this.#clock(),
      ...this.positions().map((state): Change => ({ kind: "stream", state })),
      ...this.receipts().map((receipt): Change => ({ kind: "receipt", receipt })),
    ]);
  }
}
