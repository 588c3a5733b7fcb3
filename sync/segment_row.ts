/** The row of segments that a journal is: the newest takes what is new, the others only answer. */
import type { Block, Change, KeyState, Range, ReadLimits, Segment, Segments } from "./segments.ts";
import type { SegmentState } from "./segments.ts";
import { streamKey } from "./segments.ts";

/** Sealed segments kept open for reading; each holds a file and a page cache. */
const OPEN_MAX = 8;

interface Sealed {
  readonly name: string;
  readonly ranges: Map<string, Range>;
  readonly bytes: number;
  readonly hasKeys: boolean;
  segment: Segment | null;
  usedAt: number;
}

export class SegmentRow {
  readonly #segments: Segments;
  /** Oldest first. */
  readonly #sealed: Sealed[];
  #current: Segment;
  #currentName: string;
  #currentRanges: Map<string, Range>;
  /** Bytes committed since the size was last asked of the file system. */
  #bytesSince = 0;
  #bytesBefore: number;
  /** Bytes of blocks committed since the opening. */
  #writtenBytes = 0;
  #uses = 0;

  private constructor(
    segments: Segments,
    sealed: Sealed[],
    name: string,
    current: Segment,
    ranges: readonly Range[],
  ) {
    this.#segments = segments;
    this.#sealed = sealed;
    this.#current = current;
    this.#currentName = name;
    this.#currentRanges = rangeMap(ranges);
    this.#bytesBefore = current.bytes();
  }

  /** Opens what is there; the newest segment's state is the journal's, `null` for a new one. */
  static open(segments: Segments): { row: SegmentRow; state: SegmentState | null } {
    const names = segments.names();
    const opened: { name: string; segment: Segment; state: SegmentState }[] = [];
    for (const name of names) {
      const segment = segments.open(name);
      const state = segment?.state();
      if (segment === null || state === undefined || state.meta.size === 0) {
        // The power failed between the file's creation and its first commit: it holds nothing.
        segment?.close();
        segments.unlink(name);
        continue;
      }
      opened.push({ name, segment, state });
      // Only the newest stays open: a long row would hold a file and a cache each.
      if (opened.length > 1) opened[opened.length - 2].segment.close();
    }
    const newest = opened.pop();
    const sealed: Sealed[] = opened.map(({ name, segment, state }) => ({
      name,
      ranges: rangeMap(state.ranges),
      bytes: segment.bytes(),
      hasKeys: state.keys.count > 0,
      segment: null,
      usedAt: 0,
    }));
    if (newest === undefined) {
      const name = segmentName(1);
      const row = new SegmentRow(segments, sealed, name, segments.create(name), []);
      return { row, state: null };
    }
    const { name, segment, state } = newest;
    return { row: new SegmentRow(segments, sealed, name, segment, state.ranges), state };
  }

  commit(changes: readonly Change[]): void {
    this.#current.commit(changes);
    for (const change of changes) {
      if (change.kind !== "block") continue;
      const { origin, stream, block } = change;
      const key = streamKey(origin, stream);
      const first = this.#currentRanges.get(key)?.first ?? block.first;
      this.#currentRanges.set(key, { origin, stream, first, last: block.last });
      const bytes = block.contents.length + block.hashes.length;
      this.#bytesSince += bytes;
      this.#writtenBytes += bytes;
    }
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Bytes in the segment that is written. */
  currentBytes(): number {
    return this.#bytesBefore + this.#bytesSince;
  }

  /** Bytes of all segments. */
  bytes(): number {
    return this.#sealed.reduce((sum, { bytes }) => sum + bytes, this.#current.bytes());
  }

  get count(): number {
    return this.#sealed.length + 1;
  }

  /** Seals the newest segment and begins the next with what it must know from before. */
  rotate(carried: readonly Change[]): void {
    const name = segmentName(Number(this.#currentName) + 1);
    const next = this.#segments.create(name);
    next.commit(carried);
    this.#current.seal();
    this.#sealed.push({
      name: this.#currentName,
      ranges: this.#currentRanges,
      bytes: this.#current.bytes(),
      hasKeys: this.#current.state().keys.count > 0,
      segment: this.#current,
      usedAt: ++this.#uses,
    });
    this.#current = next;
    this.#currentName = name;
    this.#currentRanges = new Map();
    this.#bytesBefore = next.bytes();
    this.#bytesSince = 0;
    this.#closeIdle();
  }

  /** Blocks that end at `from` or later, in order, until a limit is reached (at least one). */
  blocks(origin: string, stream: string, from: number, limits: ReadLimits): Block[] {
    const key = streamKey(origin, stream);
    const blocks: Block[] = [];
    let next = from;
    let { entriesMax, bytesMax } = limits;
    const take = (segment: Segment) => {
      for (const block of segment.blocks(origin, stream, next, { entriesMax, bytesMax })) {
        blocks.push(block);
        entriesMax -= block.last - next + 1;
        bytesMax -= block.contents.length;
        next = block.last + 1;
      }
      return entriesMax <= 0 || bytesMax <= 0;
    };
    for (const sealed of this.#sealed) {
      const range = sealed.ranges.get(key);
      if (range === undefined || range.last < next) continue;
      if (take(this.#opened(sealed))) return blocks;
    }
    take(this.#current);
    return blocks;
  }

  /** The newest word on an idempotency key. */
  key(channel: string, id: string): KeyState | undefined {
    const found = this.#current.key(channel, id);
    if (found !== undefined) return found;
    for (let index = this.#sealed.length - 1; index >= 0; index--) {
      if (!this.#sealed[index].hasKeys) continue;
      const older = this.#opened(this.#sealed[index]).key(channel, id);
      if (older !== undefined) return older;
    }
    return undefined;
  }

  /** Whether the channel has an id that was claimed after `order`. */
  hasClaims(channel: string, order: number): boolean {
    return this.#current.hasClaims(channel, order) ||
      this.#sealed.some((sealed) =>
        sealed.hasKeys && this.#opened(sealed).hasClaims(channel, order)
      );
  }

  /** The oldest sealed segment: what it holds and the keys that must outlive it. */
  oldest(): { ranges: readonly Range[]; segment: Segment } | null {
    if (this.#sealed.length === 0) return null;
    const sealed = this.#sealed[0];
    return { ranges: [...sealed.ranges.values()], segment: this.#opened(sealed) };
  }

  /** Removes the oldest sealed segment for good. */
  dropOldest(): void {
    const sealed = this.#sealed.shift();
    if (sealed === undefined) return;
    sealed.segment?.close();
    this.#segments.unlink(sealed.name);
  }

  close(): void {
    for (const sealed of this.#sealed) sealed.segment?.close();
    this.#current.seal();
    this.#current.close();
  }

  #opened(sealed: Sealed): Segment {
    sealed.usedAt = ++this.#uses;
    if (sealed.segment === null) {
      sealed.segment = this.#segments.open(sealed.name);
      if (sealed.segment === null) throw new Error(`Cannot open segment "${sealed.name}": empty`);
      this.#closeIdle();
    }
    return sealed.segment;
  }

  #closeIdle(): void {
    const open = this.#sealed.filter(({ segment }) => segment !== null);
    if (open.length <= OPEN_MAX) return;
    const idle = open.reduce((a, b) => (a.usedAt <= b.usedAt ? a : b));
    idle.segment?.close();
    idle.segment = null;
  }
}

function segmentName(number: number): string {
  return String(number).padStart(8, "0");
}

function rangeMap(ranges: readonly Range[]): Map<string, Range> {
  return new Map(ranges.map((range) => [streamKey(range.origin, range.stream), range]));
}
