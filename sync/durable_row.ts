/**
 * The row of segments, kept writable and readable whatever its disk does. After a commit that
 * failed the segment is never written again: all that holds of it goes, with what was to be
 * committed, into a new one, and the old one is set aside. What turns out to be damaged is
 * salvaged in the same way.
 */
import { provenParts } from "./block_proof.ts";
import type { HashName } from "./chain.ts";
import { findHoles, type JournalHoles, type Missing } from "./journal_holes.ts";
import { type CoreHealth, JournalUnwritable } from "./journal_health.ts";
import { entriesIn, type Repair, spansIn } from "./journal_salvage.ts";
import { type OpenedRow, salvageNewest, salvageSealed } from "./row_opening.ts";
import { DamagedMember, type SegmentRow } from "./segment_row.ts";
import type { Change, Segments, StreamState } from "./segments.ts";
import { CommitRefused, DamagedSegment, StorageFailed, streamKey } from "./segments.ts";

/** What a new segment has to be told by the journal. */
export interface Carrier {
  /** Positions, receipts and meta values, as they were last committed. */
  carried(): Change[];
  positions(): StreamState[];
  /** The highest order of a key that was committed. */
  keyOrder(): number;
}

export interface DurableRowOptions {
  readonly segments: Segments;
  readonly hashName: HashName;
  readonly segmentBytesMax: number;
  /** Never goes back, milliseconds. */
  readonly nowMs: () => number;
}

/** What a repair changed in where streams stand; they are committed already. */
export interface Healed {
  readonly repair: Repair;
  readonly lost: readonly Missing[];
  /** Positions that are lower now; all, where the newest segment was damaged. */
  readonly streams: readonly StreamState[];
}

/** A disk that failed is tried again so often: each time a whole segment is written. */
const RETRY_MS = 1000;
/** Bytes of a segment that are copied at a time. */
const COPY_BYTES = 1 << 20;
/** Keys that are copied at a time. */
const COPY_KEYS = 1000;
const COPY_LIMITS = { entriesMax: 65_536, bytesMax: COPY_BYTES };

export class DurableRow {
  readonly row: SegmentRow;
  readonly #options: DurableRowOptions;
  readonly #carrier: Carrier;
  holes: JournalHoles;
  /** Why the newest segment must not be written any more. */
  #broken: string | null = null;
  #refused: string | null = null;
  #triedMs = -Infinity;
  #healedMs = -Infinity;

  constructor(options: DurableRowOptions, { row, holes }: OpenedRow, carrier: Carrier) {
    this.row = row;
    this.holes = holes;
    this.#options = options;
    this.#carrier = carrier;
  }

  get health(): CoreHealth {
    const reason = this.#broken ?? this.#refused;
    return reason === null ? { state: "writable" } : { state: "unwritable", reason };
  }

  /** Returns when all of it is durable; throws {@link JournalUnwritable} when nothing is. */
  commit(changes: readonly Change[]): void {
    if (this.#broken === null) this.#tryCommit(changes);
    if (this.#broken !== null) this.#rewrite(changes);
  }

  #tryCommit(changes: readonly Change[]): void {
    try {
      this.row.commit(changes);
      this.#refused = null;
    } catch (error) {
      if (error instanceof CommitRefused) {
        this.#refused = error.message;
        throw new JournalUnwritable(error.message, { cause: error });
      }
      mustBeStorage(error);
      this.#break(error);
    }
  }

  #break(error: unknown): void {
    this.#broken = messageOf(error);
    // The first try comes at once.
    this.#triedMs = -Infinity;
  }

  /** Writes the newest segment anew, with these changes. */
  #rewrite(changes: readonly Change[]): void {
    const reason = this.#broken ?? "";
    const nowMs = this.#options.nowMs();
    if (nowMs - this.#triedMs < RETRY_MS) throw new JournalUnwritable(reason);
    this.#triedMs = nowMs;
    const name = this.row.currentName;
    try {
      this.row.replace(name, this.#copyOfNewest(changes), reason);
    } catch (error) {
      // What cannot be read is healed by whoever catches this, and then this is done once more.
      if (error instanceof DamagedMember) throw error;
      mustBeStorage(error);
      this.#broken = messageOf(error);
      throw new JournalUnwritable(this.#broken, { cause: error });
    }
    this.#broken = null;
    this.#refused = null;
  }

  /** All of the newest segment that was committed, whatever a reader of the file may see. */
  *#copyOfNewest(changes: readonly Change[]): Generator<readonly Change[]> {
    const name = this.row.currentName;
    const positions = new Map(
      this.#carrier.positions().map((state) => [streamKey(state.origin, state.stream), state.seq]),
    );
    const upTo = (key: string) => positions.get(key) ?? 0;
    yield* this.proved(name, upTo);
    yield* this.keysOf(name, this.#carrier.keyOrder());
    yield [...this.#carrier.carried(), ...changes];
  }

  /** The keys of a segment, up to one. */
  *keysOf(name: string, orderMax = Infinity): Generator<readonly Change[]> {
    const keys = this.row.with(name, (segment) => [...segment.keys()])
      .filter(({ order }) => order <= orderMax);
    for (let from = 0; from < keys.length; from += COPY_KEYS) {
      yield keys.slice(from, from + COPY_KEYS).map((key): Change => ({ kind: "key", key }));
    }
  }

  /** Reads all that a segment holds beside its blocks, some at a time; for errors see `proved`. */
  *looked(name: string): Generator<void> {
    this.row.with(name, (segment) => segment.state());
    for (let behind = { channel: "", id: "" };;) {
      yield;
      const { channel, id } = behind;
      const keys = this.row.with(name, (segment) => segment.keysBehind(channel, id, COPY_KEYS));
      const last = keys.at(-1);
      if (last === undefined) return;
      behind = last;
    }
  }

  /**
   * The blocks of a segment, some at a time, each of them proved: what does not hold throws
   * {@link DamagedMember}. `upTo` says where a stream ends.
   */
  *proved(name: string, upTo: (key: string) => number = () => Infinity): Generator<Change[]> {
    const { hashName } = this.#options;
    const member = this.row.members().find((one) => one.name === name);
    for (const [key, { origin, stream, first }] of [...member?.ranges ?? []]) {
      for (let from = first; from <= upTo(key);) {
        const blocks = this.row.with(
          name,
          (segment) => segment.blocks(origin, stream, from, COPY_LIMITS),
        ).filter(({ last }) => last <= upTo(key));
        for (const block of blocks) {
          if (provenParts({ origin, stream }, block, hashName)[0] === block) continue;
          const found = `entries ${block.first}–${block.last} of ${origin} ${stream} do not hold`;
          throw new DamagedMember(name, new DamagedSegment(found));
        }
        if (blocks.length === 0) break;
        yield blocks.map((block): Change => ({ kind: "block", origin, stream, block }));
        from = blocks[blocks.length - 1].last + 1;
      }
    }
  }

  /**
   * What is due after a commit: moving what gathered to its place, and the next segment. Nothing
   * that was committed depends on it, so that it throws nothing.
   */
  settle(): void {
    if (this.#broken !== null) return;
    try {
      this.row.settle();
      const { segmentBytesMax } = this.#options;
      // However many streams there are to know: a segment that they fill is not sealed at once.
      const isFull = this.row.currentBytes() >= segmentBytesMax &&
        this.row.addedBytes() >= segmentBytesMax / 2;
      if (isFull) this.#rotate();
    } catch (error) {
      // The segment is full, or the disk has no room: the next commit brings it up again.
      if (error instanceof CommitRefused || error instanceof CannotBegin) return;
      if (!(error instanceof DamagedMember)) mustBeStorage(error);
      this.#break(error);
      this.#mend();
    }
  }

  /**
   * Sees to it that the newest segment is another one. One that failed is neither written nor
   * moved again: it is written anew; so is one that fails when it is sealed.
   */
  leaveNewest(): void {
    if (this.#broken === null) {
      try {
        return this.#rotate();
      } catch (error) {
        if (error instanceof DamagedMember) throw error;
        if (error instanceof CommitRefused || error instanceof CannotBegin) {
          throw new JournalUnwritable(error.message, { cause: error });
        }
        mustBeStorage(error);
        this.#break(error);
      }
    }
    this.#rewrite([]);
  }

  /** Begins the next segment. */
  #rotate(): void {
    this.row.seal();
    try {
      this.row.begin(this.#carrier.carried());
    } catch (error) {
      mustBeStorage(error);
      throw new CannotBegin(messageOf(error), { cause: error });
    }
  }

  #mend(): void {
    try {
      this.#rewrite([]);
    } catch (error) {
      if (!(error instanceof JournalUnwritable) && !(error instanceof DamagedMember)) throw error;
    }
  }

  /** Takes out of a damaged segment what holds, and sets it aside. */
  heal({ segment: name, message: reason }: DamagedMember): Healed {
    const isNewest = name === this.row.currentName;
    if (isNewest) this.#broken ??= reason;
    const nowMs = this.#options.nowMs();
    if (nowMs - this.#healedMs < RETRY_MS) throw new JournalUnwritable(reason);
    try {
      return isNewest ? this.#healNewest(name, reason) : this.#healSealed(name, reason);
    } catch (error) {
      // The newest is salvaged beside the others: one of those that is damaged comes first.
      if (error instanceof DamagedMember && error.segment !== name) return this.heal(error);
      this.#healedMs = nowMs;
      mustBeStorage(error);
      throw new JournalUnwritable(messageOf(error), { cause: error });
    }
  }

  #healSealed(name: string, reason: string): Healed {
    const positions = this.#carrier.positions();
    const { member, taken } = salvageSealed(this.#options, { name, reason }, positions);
    this.row.replaceBy(name, member);
    this.row.setAside(name, { reason, copied: false });
    const lost = this.#findHoles(positions, member.name, spansIn(taken));
    return { repair: { segment: name, reason, entries: entriesIn(taken) }, lost, streams: [] };
  }

  #healNewest(name: string, reason: string): Healed {
    const sealed = this.row.members().slice(0, -1);
    const known = this.#carrier.positions();
    // What a commit that failed has left in the file was not acknowledged, and comes again.
    const limit = { streams: known, keyOrder: this.#carrier.keyOrder() };
    const made = salvageNewest(this.#options, { name, reason }, sealed, null, limit);
    const { member, state, taken, tails } = made;
    this.row.replaceBy(name, member);
    this.#broken = null;
    this.row.setAside(name, { reason, copied: false });
    const holes = this.#findHoles(state.streams, member.name, spansIn(taken));
    const lost = [...holes, ...tails];
    const repair = { segment: name, reason, entries: entriesIn(taken) };
    return { repair, lost, streams: state.streams };
  }

  #findHoles(
    positions: readonly StreamState[],
    name: string,
    spans: ReturnType<typeof spansIn>,
  ): Missing[] {
    const before = this.holes;
    this.holes = findHoles(positions, this.row.members(), before, new Map([[name, spans]]));
    return this.holes.beyond(before);
  }

  close(): void {
    this.row.closeAll(this.#broken === null);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Anything else is no trouble of a disk. */
function mustBeStorage(error: unknown): asserts error is StorageFailed {
  if (!(error instanceof StorageFailed)) throw error;
}

/** The next segment could not be begun: the one before goes on. */
class CannotBegin extends Error {
  override name = "CannotBegin";
}
