/**
 * Opens the row of segments that a journal is. What is damaged is salvaged and set aside, so that
 * a journal always opens: with less in it, and with a report of what.
 */
import type { HashName } from "./chain.ts";
import { findHoles, JournalHoles, type Missing } from "./journal_holes.ts";
import { META } from "./journal_meta.ts";
import {
  contentsOf,
  entriesIn,
  rebuiltState,
  rebuiltStreams,
  type Repair,
  spansIn,
  type Taken,
  takeRemains,
  upTo,
} from "./journal_salvage.ts";
import { inOrder, revised, segmentName } from "./segment_name.ts";
import { type Member, memberOf, SegmentRow } from "./segment_row.ts";
import type { Block, Change, Range, Receipt, Segments, SegmentState } from "./segments.ts";
import {
  createSegment,
  DamagedSegment,
  ONE_BLOCK,
  streamKey,
  type StreamState,
} from "./segments.ts";
import type { Span } from "./spans.ts";

/** What a journal is when it is opened. */
export interface OpenedRow {
  readonly row: SegmentRow;
  /** Of the newest segment; `null` for a new journal. */
  readonly state: Pick<SegmentState, "streams" | "receipts" | "meta" | "keys"> | null;
  readonly repairs: readonly Repair[];
  readonly holes: JournalHoles;
  /** What was missing at this open for the first time, tails included. */
  readonly lost: readonly Missing[];
}

export interface RowOptions {
  readonly segments: Segments;
  readonly hashName: HashName;
}

/** A segment that was opened, or taken over. */
interface Found {
  readonly member: Member;
  readonly state: SegmentState;
  readonly taken: Taken | null;
}

export function openRow({ segments, hashName }: RowOptions): OpenedRow {
  const { current, replaced } = inOrder(segments.names());
  for (const name of replaced) {
    segments.setAside(name, { reason: "another was written in its place", copied: true });
  }
  const newest = current.pop();
  if (newest === undefined) {
    const name = segmentName({ number: 1, revision: 0 });
    const row = new SegmentRow(segments, [], memberOf(name, createSegment(segments, name, [])));
    return { row, state: null, repairs: [], holes: new JournalHoles(), lost: [] };
  }
  const repairs: Repair[] = [];
  const sealed = current.map((name) => openSealed(segments, hashName, name, repairs));
  const before = sealed.at(-1)?.state ?? null;
  const last = openNewest(segments, hashName, newest, sealed, repairs);
  const { state, named } = last;
  const row = new SegmentRow(segments, sealed.map(({ member }) => member), last.member);
  const known = JournalHoles.parse(state.meta.get(META.holes) ?? before?.meta.get(META.holes));
  const exact = new Map<string, ReadonlyMap<string, readonly Span[]>>();
  for (const { member, taken } of [...sealed, last]) {
    if (taken !== null) exact.set(member.name, spansIn(taken));
  }
  const holes = findHoles(state.streams, row.members(), known, exact);
  const lost = [...holes.beyond(known), ...lostTails(named, state.streams)];
  return { row, state, repairs, holes, lost };
}

function openSealed(
  segments: Segments,
  hashName: HashName,
  name: string,
  repairs: Repair[],
): Found {
  try {
    const segment = segments.open(name);
    const state = segment.state();
    const member = memberOf(name, segment, state);
    segment.close();
    return { member: { ...member, segment: null }, state, taken: null };
  } catch (error) {
    if (!(error instanceof DamagedSegment)) throw error;
    const { member, taken } = salvageSealed(segments, hashName, name, []);
    repairs.push({ segment: name, reason: error.message, entries: entriesIn(taken) });
    segments.setAside(name, { reason: error.message, copied: false });
    const state = member.segment.state();
    member.segment.close();
    return { member: { ...member, segment: null }, state, taken };
  }
}

/** Writes what holds of a sealed segment into one that takes its place; it is left where it is. */
export function salvageSealed(
  segments: Segments,
  hashName: HashName,
  name: string,
  streams: readonly StreamState[],
): { member: Member & { segment: NonNullable<Member["segment"]> }; taken: Taken } {
  const taken = takeRemains(segments.salvage(name), streams, hashName);
  const end: Change[] = [
    { kind: "meta", name: META.salvaged, value: name },
    ...taken.streams.map((state): Change => ({ kind: "stream", state })),
  ];
  const next = revised(name);
  return { member: memberOf(next, createSegment(segments, next, contentsOf(taken, end))), taken };
}

function openNewest(
  segments: Segments,
  hashName: HashName,
  name: string,
  sealed: readonly Found[],
  repairs: Repair[],
) {
  try {
    const segment = segments.open(name);
    try {
      const state = segment.state();
      const member = memberOf(name, segment, state);
      mustEndWhole(member, state.streams);
      mustKnow(state.streams, sealed.map(({ member }) => member));
      return { member, state, taken: null, named: [] };
    } catch (error) {
      segment.abandon();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof DamagedSegment)) throw error;
    const before = sealed.at(-1)?.state ?? null;
    const members = sealed.map(({ member }) => member);
    const reason = error.message;
    const made = salvageNewest({ segments, hashName }, name, members, before);
    repairs.push({ segment: name, reason, entries: entriesIn(made.taken) });
    segments.setAside(name, { reason, copied: false });
    return made;
  }
}

/** How far a journal that is open has committed. */
export interface Committed {
  readonly streams: readonly StreamState[];
  /** The highest order of a key. */
  readonly keyOrder: number;
}

/** Writes what holds of the newest segment into one that takes its place; it is left there. */
export function salvageNewest(
  { segments, hashName }: RowOptions,
  name: string,
  sealed: readonly Member[],
  before: SegmentState | null,
  committed?: Committed,
) {
  const others = [...committed?.streams ?? [], ...before?.streams ?? []];
  const all = takeRemains(segments.salvage(name), others, hashName);
  const taken = committed === undefined ? all : upTo(all, committed);
  const named = [...others, ...taken.streams];
  const ends = lastBlocks(segments, sealed, taken);
  const { receipts, meta, streams } = rebuiltState(taken, before, rebuiltStreams(named, ends));
  const end: Change[] = [
    ...[...meta].map(([name, value]): Change => ({ kind: "meta", name, value })),
    { kind: "meta", name: META.salvaged, value: name },
    ...streams.map((state): Change => ({ kind: "stream", state })),
    ...receipts.map((receipt): Change => ({ kind: "receipt", receipt })),
  ];
  const next = revised(name);
  const member = memberOf(next, createSegment(segments, next, contentsOf(taken, end)));
  const claimed = [...named, ...receipts.map((receipt) => placeOf(receipt, streams))];
  return { member, state: member.segment.state(), taken, named: claimed };
}

/** A centre has signed that an entry was there. */
function placeOf(receipt: Receipt, streams: readonly StreamState[]): StreamState {
  const { origin, stream, seq, hash } = receipt;
  const known = streams.find((one) => one.origin === origin && one.stream === stream);
  const { floor, floorHash } = known ?? { floor: seq + 1, floorHash: hash };
  return { origin, stream, seq, hash, floor, floorHash };
}

/** The last block of each stream in the whole row. */
function lastBlocks(segments: Segments, sealed: readonly Member[], taken: Taken) {
  const ends = new Map<string, { owner: Pick<Range, "origin" | "stream">; block: Block }>();
  for (const { name, ranges } of sealed) {
    const segment = segments.open(name);
    for (const [key, { origin, stream, last }] of ranges) {
      const [block] = segment.blocks(origin, stream, last, ONE_BLOCK);
      if (block !== undefined) ends.set(key, { owner: { origin, stream }, block });
    }
    segment.close();
  }
  for (const [key, blocks] of taken.blocks) {
    const owner = taken.owners.get(key);
    const block = blocks.at(-1);
    if (owner === undefined || block === undefined) continue;
    if (block.last > (ends.get(key)?.block.last ?? 0)) ends.set(key, { owner, block });
  }
  return ends;
}

/** Entries that were named behind where the streams end now. */
export function lostTails(
  named: readonly StreamState[],
  streams: readonly StreamState[],
): Missing[] {
  const highest = new Map<string, number>();
  for (const { origin, stream, seq } of named) {
    const key = streamKey(origin, stream);
    highest.set(key, Math.max(highest.get(key) ?? 0, seq));
  }
  return streams.flatMap(({ origin, stream, seq }) => {
    const last = highest.get(streamKey(origin, stream)) ?? 0;
    return last > seq ? [{ origin, stream, first: seq + 1, last }] : [];
  });
}

/** The newest segment is where streams end: the last block of each has to be what it says. */
function mustEndWhole(
  { ranges, segment }: { ranges: ReadonlyMap<string, Range>; segment: Member["segment"] },
  streams: readonly StreamState[],
): void {
  for (const { origin, stream, seq, hash } of streams) {
    if (ranges.get(streamKey(origin, stream))?.last !== seq) continue;
    const block = segment?.blocks(origin, stream, seq, ONE_BLOCK).at(0);
    const end = block?.hashes.slice(-hash.length).toHex();
    if (block?.last !== seq || end !== hash.toHex()) {
      throw new DamagedSegment(`entry ${seq} of ${origin} ${stream} is not what it should be`);
    }
  }
}

/** The newest segment was told where streams stood when it was begun: none is behind another. */
function mustKnow(streams: readonly StreamState[], sealed: readonly Member[]): void {
  const ends = new Map(streams.map((state) => [streamKey(state.origin, state.stream), state.seq]));
  for (const { name, ranges } of sealed) {
    for (const [key, { last }] of ranges) {
      if (last <= (ends.get(key) ?? 0)) continue;
      throw new DamagedSegment(`it does not know of ${key} ${last}, which segment "${name}" holds`);
    }
  }
}
