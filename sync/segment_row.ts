/** The row of segments that a journal is: the newest takes what is new, the others only answer. */
import { isGap } from "./block.ts";
import { following, revised } from "./segment_name.ts";
import type { Block, Change, KeyState, Range, ReadLimits, Segment, Segments } from "./segments.ts";
import {
  createSegment,
  DamagedSegment,
  type SegmentState,
  StorageFailed,
  streamKey,
} from "./segments.ts";

/** Sealed segments kept open for reading; each holds a file and a page cache. */
const OPEN_MAX = 8;

/** A segment of the row cannot be read as it must be. */
export class DamagedMember extends Error {
  override name = "DamagedMember";
  readonly segment: string;

  constructor(segment: string, cause: DamagedSegment) {
    super(cause.message, { cause });
    this.segment = segment;
  }
}

/** A segment in its row. */
export interface Member {
  readonly name: string;
  /** First and last entry of each (origin, stream) that has blocks here; see `streamKey`. */
  readonly ranges: Map<string, Range>;
  readonly bytes: number;
  readonly hasKeys: boolean;
  /** `null` while it is closed. */
  segment: Segment | null;
  usedAt: number;
}

export class SegmentRow {
  readonly #segments: Segments;
  /** Oldest first. */
  readonly #sealed: Member[];
  #current: Member & { segment: Segment };
  /** Bytes committed since the size was last asked of the file system, and the size then. */
  #bytesSince = 0;
  #bytesBefore: number;
  /** Bytes that it began with, as far as that was here. */
  #carriedBytes = 0;
  /** Bytes of blocks committed since the opening. */
  #writtenBytes = 0;
  #uses = 0;
  /** What the disk refused to move away or to remove: others have taken its place. */
  readonly #leftovers = new Map<string, () => void>();

  /** Of segments that are there already, oldest first, the newest open. */
  constructor(
    segments: Segments,
    sealed: readonly Member[],
    current: Member & { segment: Segment },
  ) {
    this.#segments = segments;
    this.#sealed = [...sealed];
    this.#current = current;
    this.#bytesBefore = current.segment.bytes();
  }

  /** Commits to the newest segment; for errors see {@link Segment.commit}. */
  commit(changes: readonly Change[]): void {
    this.#on(this.#current, (segment) => segment.commit(changes));
    this.#note(changes);
  }

  /** See {@link Segment.settle}. */
  settle(): void {
    this.#on(this.#current, (segment) => segment.settle());
  }

  #note(changes: readonly Change[]): void {
    const { ranges } = this.#current;
    for (const change of changes) {
      if (change.kind !== "block") continue;
      const { origin, stream, block } = change;
      const key = streamKey(origin, stream);
      const range = ranges.get(key) ?? block;
      const first = Math.min(range.first, block.first);
      ranges.set(key, { origin, stream, first, last: Math.max(range.last, block.last) });
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

  /** Of these what it did not begin with. */
  addedBytes(): number {
    return this.currentBytes() - this.#carriedBytes;
  }

  /** Bytes of all segments. */
  bytes(): number {
    return this.#sealed.reduce((sum, { bytes }) => sum + bytes, this.#current.segment.bytes());
  }

  get count(): number {
    return this.#sealed.length + 1;
  }

  /** The segment that is written. */
  get currentName(): string {
    return this.#current.name;
  }

  /** Oldest first; the last is the one that is written. */
  members(): readonly Member[] {
    return [...this.#sealed, this.#current];
  }

  /** Does something with a segment of the row, which is opened for it. */
  with<T>(name: string, work: (segment: Segment) => T): T {
    const member = this.members().find((one) => one.name === name);
    if (member === undefined) throw new Error(`Cannot find segment "${name}"`);
    return this.#on(member, work);
  }

  /** Moves all of the newest segment to its final place; see {@link Segment.seal}. */
  seal(): void {
    this.#on(this.#current, (segment) => segment.seal());
  }

  /** Begins the next segment with what it must know from before; the newest one is sealed. */
  begin(carried: readonly Change[]): void {
    const { segment } = this.#current;
    const hasKeys = this.#on(this.#current, () => segment.state()).keys.count > 0;
    const name = following(this.#current.name);
    const next = memberOf(name, createSegment(this.#segments, name, [carried]));
    const bytes = segment.bytes();
    this.#sealed.push({ ...this.#current, bytes, hasKeys, usedAt: ++this.#uses });
    this.#becomes(next);
    this.#carriedBytes = this.#bytesBefore;
    this.#closeIdle();
  }

  /**
   * Writes a segment anew, from what is given, and sets the old one aside, all of which the new
   * one holds. The old one is only left when the new one is durable.
   */
  replace(name: string, contents: Iterable<readonly Change[]>, reason: string): void {
    const next = revised(name);
    this.replaceBy(name, memberOf(next, createSegment(this.#segments, next, contents)));
    this.setAside(name, { reason, copied: true });
  }

  /**
   * Moves away what another has taken the place of; where that fails, `clearAway` or the next open
   * does it.
   */
  setAside(name: string, why: { readonly reason: string; readonly copied: boolean }): void {
    this.#orLater(name, () => this.#segments.setAside(name, why));
  }

  /** Removes what another has taken the place of; where that fails, as `setAside`. */
  unlink(name: string): void {
    this.#orLater(name, () => this.#segments.unlink(name));
  }

  /** Does what a disk may refuse to do now without harm. */
  #orLater(name: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof StorageFailed)) throw error;
      this.#leftovers.set(name, work);
    }
  }

  /** Moves away and removes what could not be so before; throws {@link StorageFailed}. */
  clearAway(): void {
    for (const [name, work] of [...this.#leftovers]) {
      work();
      this.#leftovers.delete(name);
    }
  }

  /** Puts a segment in the place of another, which is left as it is on the disk. */
  replaceBy(name: string, next: Member & { segment: Segment }): void {
    if (name === this.#current.name) {
      this.#current.segment.abandon();
      return this.#becomes(next);
    }
    const index = this.#sealed.findIndex((one) => one.name === name);
    this.#sealed[index].segment?.abandon();
    this.#sealed[index] = { ...next, usedAt: ++this.#uses };
    this.#closeIdle();
  }

  #becomes(next: Member & { segment: Segment }): void {
    this.#current = next;
    this.#bytesBefore = next.segment.bytes();
    this.#bytesSince = 0;
    this.#carriedBytes = 0;
  }

  /** Blocks that end at `from` or later, in order, until a limit is reached (at least one). */
  blocks(origin: string, stream: string, from: number, limits: ReadLimits): Block[] {
    const blocks: Block[] = [];
    let next = from;
    let { entriesMax, bytesMax } = limits;
    while (entriesMax > 0 && bytesMax > 0) {
      const found = this.#blocksAt(origin, stream, next, { entriesMax, bytesMax });
      if (found.length === 0) break;
      for (const block of found) {
        blocks.push(block);
        // A gap costs one look, however many entries it stands for.
        entriesMax -= isGap(block) ? 1 : block.last - Math.max(block.first, next) + 1;
        bytesMax -= block.contents.length;
        next = block.last + 1;
      }
    }
    return blocks;
  }

  /**
   * The blocks that come next, as far as they follow each other in one segment. Most often it is
   * the first whose range reaches as far; what filled a hole lies in a later one.
   */
  #blocksAt(origin: string, stream: string, from: number, limits: ReadLimits): Block[] {
    const key = streamKey(origin, stream);
    let best: Block[] = [];
    for (const member of this.members()) {
      const range = member.ranges.get(key);
      if (range === undefined || range.last < from) continue;
      if (best.length > 0 && range.first >= best[0].first) continue;
      const found = this.#on(member, (segment) => segment.blocks(origin, stream, from, limits));
      if (found.length === 0) continue;
      if (best.length === 0 || found[0].first < best[0].first) best = found;
      if (best[0].first <= from) break;
    }
    const hole = best.findIndex(({ first }, index) =>
      index > 0 && first > best[index - 1].last + 1
    );
    return hole < 0 ? best : best.slice(0, hole);
  }

  /** The newest word on an idempotency key. */
  key(channel: string, id: string): KeyState | undefined {
    const found = this.#on(this.#current, (segment) => segment.key(channel, id));
    if (found !== undefined) return found;
    for (const member of this.#sealed.toReversed()) {
      if (!member.hasKeys) continue;
      const older = this.#on(member, (segment) => segment.key(channel, id));
      if (older !== undefined) return older;
    }
    return undefined;
  }

  /** Whether the channel has an id that was claimed after `order`. */
  hasClaims(channel: string, order: number): boolean {
    return this.#on(this.#current, (segment) => segment.hasClaims(channel, order)) ||
      this.#sealed.some((member) =>
        member.hasKeys && this.#on(member, (segment) => segment.hasClaims(channel, order))
      );
  }

  /** The oldest sealed segment: what it holds and the keys that must outlive it. */
  oldest(): { name: string; ranges: readonly Range[] } | null {
    if (this.#sealed.length === 0) return null;
    const { name, ranges } = this.#sealed[0];
    return { name, ranges: [...ranges.values()] };
  }

  /** Removes the oldest sealed segment for good. */
  dropOldest(): void {
    const oldest = this.#sealed.at(0);
    if (oldest === undefined) return;
    this.close(oldest.name);
    // Where this fails it stays in the row, for the next time.
    this.#segments.unlink(oldest.name);
    this.#sealed.shift();
  }

  /** Sealed segments that are under a key that is to go; the newest is at the end. */
  outdated(): string[] {
    return this.members().map(({ name }) => name).filter((name) => this.#segments.isOutdated(name));
  }

  /** Closes a sealed segment, if it is open. */
  close(name: string): void {
    const member = this.#sealed.find((one) => one.name === name);
    if (member !== undefined) closeMember(member);
  }

  /** Closes a sealed segment that another is about to take the place of, however it ends. */
  letGo(name: string): void {
    try {
      this.close(name);
    } catch (error) {
      if (!(error instanceof StorageFailed)) throw error;
    }
  }

  /** Closes all; nothing is moved in a segment that must not be written any more. */
  closeAll(isWritable: boolean): void {
    for (const sealed of this.#sealed) sealed.segment?.close();
    if (!isWritable) return this.#current.segment.abandon();
    this.#current.segment.seal();
    this.#current.segment.close();
  }

  #on<T>(member: Member, work: (segment: Segment) => T): T {
    member.usedAt = ++this.#uses;
    try {
      if (member.segment === null) {
        member.segment = this.#segments.open(member.name);
        this.#closeIdle();
      }
      return work(member.segment);
    } catch (error) {
      throw error instanceof DamagedSegment ? new DamagedMember(member.name, error) : error;
    }
  }

  #closeIdle(): void {
    const open = this.#sealed.filter(({ segment }) => segment !== null);
    if (open.length <= OPEN_MAX) return;
    const idle = open.reduce((a, b) => (a.usedAt <= b.usedAt ? a : b));
    closeMember(idle);
  }
}

/** A segment as it is in its row. */
export function memberOf(
  name: string,
  segment: Segment,
  state: SegmentState = segment.state(),
): Member & { segment: Segment } {
  const ranges = state.ranges.map((range) =>
    [streamKey(range.origin, range.stream), range] as const
  );
  return {
    name,
    ranges: new Map(ranges),
    bytes: segment.bytes(),
    hasKeys: state.keys.count > 0,
    segment,
    usedAt: 0,
  };
}

/** Even where closing fails it is closed: the next to ask opens it. */
function closeMember(member: Member): void {
  const { segment } = member;
  member.segment = null;
  segment?.close();
}
