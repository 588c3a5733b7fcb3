/**
 * The journal's logic: synchronous, with its storage, its clock and its randomness as
 * parameters. The worker (journal_methods.ts) is a thin shell around it, and so is a simulation.
 */
import type { AppendBatch, AppendResult } from "./append.ts";
import { appendBlocks } from "./append_blocks.ts";
import { BlockBuilder, blockChanges } from "./block.ts";
import type { HashName } from "./chain.ts";
import { DurableRow } from "./durable_row.ts";
import { writeContent } from "./entry.ts";
import { type CoreHealth, JournalUnwritable } from "./journal_health.ts";
import type { JournalHoles, Missing } from "./journal_holes.ts";
import { JournalKeys } from "./journal_keys.ts";
import { JournalLife, type LifeOptions } from "./journal_life.ts";
import { type LifeReason, reasonAtOpen } from "./journal_lives.ts";
import { META } from "./journal_meta.ts";
import { JournalReading, type ReadResult } from "./journal_reading.ts";
import { pruneOldest } from "./journal_pruning.ts";
import { receiveRuns, type SignedRunWithKey } from "./journal_receiving.ts";
import type { Retention } from "./journal_retention.ts";
import type { Repair } from "./journal_salvage.ts";
import { JournalState } from "./journal_state.ts";
import { OctetWriter } from "./octets.ts";
import type { Reception } from "./reception.ts";
import { openRow } from "./row_opening.ts";
import { RowUpkeep } from "./row_upkeep.ts";
import { DamagedMember } from "./segment_row.ts";
import type { Change, ReadLimits, Receipt, Segments, StreamState } from "./segments.ts";
import { StorageFailed } from "./segments.ts";

export interface CoreOptions extends LifeOptions {
  readonly segments: Segments;
  readonly hashName: HashName;
  /** A segment is sealed once it holds as much. */
  readonly segmentBytesMax: number;
  /**
   * A life of this node that others hold: where it is not one of this journal's, the box was
   * replaced, and a life begins that comes after it.
   */
  readonly after?: string;
}

export type { SignedRunWithKey } from "./journal_receiving.ts";
export type { ReadResult } from "./journal_reading.ts";
export type { Retention } from "./journal_retention.ts";

/** Damaged segments that one call heals; each is replaced by one that was proved. */
const HEALS_MAX = 8;
/** Repairs that a status names. */
const REPAIRS_MAX = 100;

export class JournalCore {
  readonly #options: CoreOptions;
  readonly #durable: DurableRow;
  readonly #upkeep: RowUpkeep;
  readonly #state: JournalState;
  readonly #life: JournalLife;
  readonly #keys: JournalKeys;
  readonly #reading: JournalReading;
  readonly #repairs: Repair[];
  /** Ends of streams that were lost: whoever has them may bring them. */
  #tails: Missing[];
  /** The same list as long as it is the same. */
  #missing: { readonly holes: JournalHoles | null; readonly list: readonly Missing[] };
  /** Whether something was committed since `probe` was last asked. */
  #committed = false;
  /** Commits made for no other purpose: each writes another value, or SQLite writes nothing. */
  #probes: number;
  /** Highest order of a key that was committed. */
  #keyOrder: number;

  /** Opens the journal. Unless it was closed cleanly, and so at first, this begins a new life. */
  constructor(options: CoreOptions) {
    const { hashName, node, stamp, machine = "", after } = options;
    this.#options = options;
    const opened = openRow(options);
    const { row, state, repairs, told, lost } = opened;
    this.#state = new JournalState(hashName, state?.streams ?? [], state?.receipts ?? []);
    this.#durable = new DurableRow(options, opened, {
      carried: () => this.#carried(),
      positions: () => this.#state.positions(),
      keyOrder: () => this.#keyOrder,
    });
    this.#upkeep = new RowUpkeep(options.segments, this.#durable);
    const meta = state?.meta ?? new Map<string, string>();
    this.#keys = new JournalKeys(
      row,
      Math.max(state?.keys.order ?? 0, Number(meta.get(META.order) ?? 0)),
      Math.max(state?.keys.atMs ?? 0, Number(meta.get(META.time) ?? 0)),
    );
    this.#keyOrder = this.#keys.order;
    this.#probes = Number(meta.get(META.probe) ?? 0);
    const stateOf = (origin: string, stream: string) => this.#state.of(origin, stream);
    this.#reading = new JournalReading(row, node, stateOf);
    this.#life = new JournalLife(options, meta.get(META.origin) ?? "", told);
    this.#life.found(repairs, lost);
    this.#repairs = [...repairs];
    this.#tails = lost.filter((one) => this.#isTail(one));
    this.#missing = { holes: null, list: [] };
    const opener = { bootId: stamp.bootId, machine, after };
    const reason = repairs.length + lost.length > 0
      ? "salvaged"
      : reasonAtOpen(meta, this.#state.positions(), opener);
    if (reason !== null) this.#beginLife(reason, after);
    try {
      this.#healing(() => reason === null ? this.#commit(this.#life.meta()) : this.#payLife());
    } catch (error) {
      // It can be read, and goes on as soon as it can be written: until then it takes nothing.
      if (!(error instanceof JournalUnwritable)) throw error;
    }
  }

  /** This life of this node. */
  get origin(): string {
    return this.#life.origin;
  }

  get health(): CoreHealth {
    return this.#durable.health;
  }

  /**
   * Begins a new life without an open: what is appended from now on has another origin. `after`
   * is a life that others hold. Returns the new origin, whose first entry is durable.
   */
  renewLife(reason: LifeReason, after?: string): string {
    this.#healing(() => this.#payLife());
    this.#beginLife(reason, after);
    this.#healing(() => this.#payLife());
    return this.origin;
  }

  positions(): StreamState[] {
    return this.#state.standing();
  }

  /** Positions that changed since this was last asked. */
  takeMoved(): StreamState[] {
    return this.#state.takeMoved();
  }

  receipts(): Receipt[] {
    return this.#state.receipts();
  }

  /** What was here once, and is not: in the middle of streams, and at their ends. */
  missing(): readonly Missing[] {
    const { holes } = this.#durable;
    const tails = this.#tails.filter((one) => this.#isTail(one));
    if (this.#missing.holes !== holes || tails.length !== this.#tails.length) {
      this.#tails = tails;
      this.#missing = { holes, list: [...holes.list(), ...tails] };
    }
    return this.#missing.list;
  }

  #isTail({ origin, stream, last }: Missing): boolean {
    return this.#state.of(origin, stream).seq < last;
  }

  /** Segments that were found damaged since the open, at it included. */
  get repairs(): readonly Repair[] {
    return this.#repairs;
  }

  /** The row as a status shows it: segments, of them those under an at-rest key that is to go. */
  get extent() {
    const { row } = this.#durable;
    const { writtenBytes, count: segments } = row;
    return { bytes: row.bytes(), writtenBytes, segments, oldKeySegments: row.outdated().length };
  }

  /** Stores new entries of this node; all of them are durable when it returns. */
  append(batch: AppendBatch): AppendResult {
    this.#life.noteTime(batch.stamp);
    return this.#living(() => this.#append(batch));
  }

  #append(batch: AppendBatch): AppendResult {
    const claimed = this.#keys.begin(batch.claims, batch.releases, batch.stamp);
    const { origin } = this;
    const chain = (stream: string) => this.#state.chain(origin, stream);
    const { result, blocks } = appendBlocks(batch, claimed.refusals, chain);
    const changes: Change[] = [...claimed.changes];
    for (const [stream, built] of blocks) {
      changes.push(...blockChanges(this.#state.of(origin, stream), built).changes);
    }
    if (changes.length > 0) this.#commit(changes);
    return result;
  }

  /**
   * Stores what another node's journal holds, each run on its own merits. What is missing here of
   * this node's own earlier lives, or in the middle of a stream, may come back this way.
   */
  receive(runs: readonly SignedRunWithKey[]): Reception[] {
    return this.#living(() => this.#receive(runs));
  }

  #receive(runs: readonly SignedRunWithKey[]): Reception[] {
    const { receptions, changes, holes } = receiveRuns(runs, {
      hashName: this.#options.hashName,
      holes: this.#durable.holes,
      reading: this.#reading,
      stateOf: (origin, stream) => this.#state.of(origin, stream),
    });
    if (changes.length > 0) this.#commitHoles(holes, changes);
    return receptions;
  }

  /** Entries behind `after`; those of other origins up to a place their origin has signed. */
  read(origin: string, stream: string, after: number, limits: ReadLimits): ReadResult {
    return this.#healing(() => this.#reading.read(origin, stream, after, limits));
  }

  /** Hash of an entry held; `null` where it is not. Before the first entry: 32 zero bytes. */
  hashAt(origin: string, stream: string, seq: number): Uint8Array | null {
    return this.#healing(() => this.#reading.hashAt(origin, stream, seq));
  }

  /** Takes note of receipts; they are written with the next commit, or by `flush`. */
  addReceipts(receipts: readonly Receipt[]): void {
    this.#state.addReceipts(receipts);
  }

  /** Writes what waits for the next commit. Losing it costs a question to the centre, no more. */
  flush(): void {
    if (this.#state.unsaved().length > 0) this.#living(() => this.#commit([]));
  }

  /** Returns if a commit went through since this was last asked; makes one where none was. */
  probe(): void {
    this.#living(() => {
      if (!this.#committed || this.health.state === "unwritable") {
        this.#commit([{ kind: "meta", name: META.probe, value: String(++this.#probes) }]);
      }
    });
    this.#committed = false;
  }

  /** Unlinks the oldest segments as long as all that they hold may go; returns how many went. */
  prune(retention: Retention): number {
    let dropped = 0;
    while (this.#living(() => this.#pruneOldest(retention))) dropped++;
    return dropped;
  }

  #pruneOldest(retention: Retention): boolean {
    const { row, holes } = this.#durable;
    const pruned = pruneOldest(row, this.#options.node, this.#state, holes, retention);
    if (pruned === null) return false;
    const keys = row.with(pruned.segment, (segment) => [...segment.keys()]);
    const kept = [...this.#keys.outliving(keys)].map((key): Change => ({ kind: "key", key }));
    this.#commitHoles(pruned.holes, [...pruned.changes, ...kept]);
    row.dropOldest();
    return true;
  }

  /** See {@link RowUpkeep.scrub}. */
  scrub(): void {
    this.#healing(() => this.#upkeep.scrub());
  }

  /** See {@link RowUpkeep.rekey}. */
  rekey(): number {
    return this.#living(() => this.#upkeep.rekey());
  }

  /** Closes cleanly: the next open goes on with this life. */
  close(): void {
    this.#upkeep.stop();
    try {
      this.#payLife();
      const clean: Change = { kind: "meta", name: META.clean, value: "1" };
      this.#durable.commit([...this.#state.unsaved(), clean, ...this.#clock()]);
    } catch (error) {
      // The next open begins a new life, as after a power cut.
      if (!(error instanceof JournalUnwritable) && !(error instanceof DamagedMember)) throw error;
    }
    this.#durable.close();
  }

  /** Does something for which the life's first entry has to be there. */
  #living<T>(work: () => T): T {
    return this.#healing(() => {
      this.#payLife();
      return work();
    });
  }

  /** Does something, after what turns out to be damaged on the way was salvaged. */
  #healing<T>(work: () => T): T {
    for (let heals = 0;; heals++) {
      try {
        return work();
      } catch (error) {
        this.#state.dropChains();
        // The disk could not do it now; nothing that is held depends on it.
        if (error instanceof StorageFailed) {
          throw new JournalUnwritable(error.message, { cause: error });
        }
        if (!(error instanceof DamagedMember) || heals === HEALS_MAX) throw error;
        const { repair, lost, streams } = this.#durable.heal(error);
        this.#state.restored(streams);
        this.#reading.forget();
        this.#life.found([repair], lost);
        if (this.#repairs.length < REPAIRS_MAX) this.#repairs.push(repair);
        this.#tails = [...this.#tails, ...lost.filter((one) => this.#isTail(one))];
        this.#missing = { holes: null, list: [] };
        this.#beginLife("salvaged");
        this.#tryToPay();
      }
    }
  }

  /** The life's first entry is written as soon as it can be: see `#payLife`. */
  #tryToPay(): void {
    try {
      this.#payLife();
    } catch (error) {
      if (!(error instanceof JournalUnwritable) && !(error instanceof DamagedMember)) throw error;
    }
  }

  #beginLife(reason: LifeReason, after?: string): void {
    const others = this.#state.positions().map(({ origin }) => origin);
    this.#life.begin(reason, after === undefined ? others : [...others, after]);
  }

  /**
   * Writes the first entry of a life, before anything else is written: until it is there, the row
   * says by itself what is owed.
   */
  #payLife(): void {
    if (!this.#life.isOwed) return;
    const { origin } = this;
    const writer = new OctetWriter();
    writeContent(writer, this.#life.now(), "life", this.#life.body(this.#state.positions()));
    const builder = new BlockBuilder(this.#state.chain(origin, "audit"), writer.bytes(), 1);
    builder.add(0, writer.length);
    this.#store([
      ...this.#life.meta(),
      this.#life.telling(),
      { kind: "meta", name: META.holes, value: this.#durable.holes.text() },
      ...blockChanges(this.#state.of(origin, "audit"), builder.blocks()).changes,
    ]);
    this.#life.paid();
    this.#durable.settle();
  }

  #commit(changes: readonly Change[]): void {
    this.#store(changes);
    this.#durable.settle();
  }

  /** Commits, then moves what is in memory. */
  #store(changes: readonly Change[]): void {
    this.#durable.commit([...changes, ...this.#state.unsaved()]);
    this.#committed = true;
    this.#keyOrder = this.#keys.order;
    this.#state.committed(changes);
  }

  /** Commits changes after which there are other holes than before. */
  #commitHoles(holes: JournalHoles, changes: readonly Change[]): void {
    const before = this.#durable.holes;
    if (holes === before) return this.#commit(changes);
    // A commit may begin a new segment, which is told of them.
    this.#durable.holes = holes;
    try {
      this.#commit([...changes, { kind: "meta", name: META.holes, value: holes.text() }]);
    } catch (error) {
      this.#durable.holes = before;
      throw error;
    }
    this.#reading.forget();
  }

  /** What the next segment has to know. */
  #carried(): Change[] {
    return [
      ...this.#life.meta(),
      this.#life.told(),
      ...this.#clock(),
      { kind: "meta", name: META.probe, value: String(this.#probes) },
      { kind: "meta", name: META.holes, value: this.#durable.holes.text() },
      ...this.#state.positions().map((state): Change => ({ kind: "stream", state })),
      ...this.receipts().map((receipt): Change => ({ kind: "receipt", receipt })),
    ];
  }

  #clock(): Change[] {
    return [
      { kind: "meta", name: META.order, value: String(this.#keys.order) },
      { kind: "meta", name: META.time, value: String(this.#keys.nowMs) },
    ];
  }
}
