/**
 * Opens the row of segments that a journal is. What is damaged is salvaged and set aside, so that
 * a journal always opens: with less in it, and with a report of what.
 */
import type { HashName } from "./chain.ts";
import { debtChange, debtsOf } from "./journal_debts.ts";
import { findHoles, JournalHoles, type Missing } from "./journal_holes.ts";
import { META } from "./journal_meta.ts";
import {
  contentsOf,
  entriesIn,
  heldIn,
  rebuiltState,
  rebuiltStreams,
  type Repair,
  type Taken,
  takeRemains,
  upTo,
} from "./journal_salvage.ts";
import { inOrder, revised, segmentName } from "./segment_name.ts";
import { DamagedMember, type Member, memberOf, SegmentRow } from "./segment_row.ts";
import type { Block, Change, Range, Receipt, Segments, SegmentState } from "./segments.ts";
import {
  createSegment,
  DamagedSegment,
  ONE_BLOCK,
  streamKey,
  type StreamState,
} from "./segments.ts";

/** What a journal is when it is opened. */
export interface OpenedRow {
  readonly row: SegmentRow;
  /** Of the newest segment; `null` for a new journal. */
  readonly state: Pick<SegmentState, "streams" | "receipts" | "meta" | "keys"> | null;
  /** Of which no life has told yet, whoever made them. */
  readonly repairs: readonly Repair[];
  /** Segments of whose damage lives have told. */
  readonly told: readonly string[];
  readonly holes: JournalHoles;
  /** What is missing, tails included, and no life has told of. */
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
}

export function openRow({ segments, hashName }: RowOptions): OpenedRow {
  const { current, replaced } = inOrder(segments.names());
  const newest = current.pop();
  if (newest === undefined) {
    const name = segmentName({ number: 1, revision: 0 });
    const row = new SegmentRow(segments, [], memberOf(name, createSegment(segments, name, [])));
    return { row, state: null, repairs: [], told: [], holes: new JournalHoles(), lost: [] };
  }
  const sealed = current.map((name) => openSealed(segments, hashName, name));
  const before = sealed.at(-1)?.state ?? null;
  const last = openLast({ segments, hashName }, newest, sealed);
  const { state } = last;
  const row = new SegmentRow(segments, sealed.map(({ member }) => member), last.member);
  const known = JournalHoles.parse(state.meta.get(META.holes) ?? before?.meta.get(META.holes));
  const { owed, told, held } = debtsOf(
    [...sealed, last].map(({ member: { name }, state: { meta } }) => ({ name, meta })),
  );
  for (const name of replaced) {
    const debt = owed.find(({ segment }) => segment === name);
    const reason = debt?.reason ?? "another was written in its place";
    segments.setAside(name, { reason, copied: debt === undefined });
  }
  const holes = findHoles(state.streams, row.members(), known, held);
  const lost = new JournalHoles([...holes.beyond(known), ...owed.flatMap(({ tails }) => tails)]);
  const repairs = owed.map(({ segment, reason, entries }) => ({ segment, reason, entries }));
  return { row, state, repairs, told, holes, lost: lost.beyond(new JournalHoles()) };
}

function openSealed(segments: Segments, hashName: HashName, name: string): Found {
  try {
    const segment = segments.open(name);
    const state = segment.state();
    const member = memberOf(name, segment, state);
    segment.close();
    return { member: { ...member, segment: null }, state };
  } catch (error) {
    if (!(error instanceof DamagedSegment)) throw error;
    return takenOver({ segments, hashName }, { name, reason: error.message });
  }
}

/** What holds of a damaged sealed segment, in a segment that has taken its place. */
function takenOver(options: RowOptions, damage: Damage): Found {
  const { member } = salvageSealed(options, damage, []);
  options.segments.setAside(damage.name, { reason: damage.reason, copied: false });
  const state = member.segment.state();
  member.segment.close();
  return { member: { ...member, segment: null }, state };
}

/** The newest segment; a sealed one that turns out to be damaged on the way is replaced first. */
function openLast({ segments, hashName }: RowOptions, newest: string, sealed: Found[]) {
  for (;;) {
    try {
      return openNewest(segments, hashName, newest, sealed);
    } catch (error) {
      if (!(error instanceof DamagedMember)) throw error;
      const { segment: name, message: reason } = error;
      const place = sealed.findIndex(({ member }) => member.name === name);
      sealed[place] = takenOver({ segments, hashName }, { name, reason });
    }
  }
}

/** A segment that is damaged, and how that showed. */
export interface Damage {
  readonly name: string;
  readonly reason: string;
}

/** Writes what holds of a sealed segment into one that takes its place; it is left where it is. */
export function salvageSealed(
  { segments, hashName }: RowOptions,
  { name, reason }: Damage,
  streams: readonly StreamState[],
): { member: Member & { segment: NonNullable<Member["segment"]> }; taken: Taken } {
  const taken = takeRemains(segments.salvage(name), streams, hashName);
  const debt = { segment: name, reason, entries: entriesIn(taken), held: heldIn(taken), tails: [] };
  const end: Change[] = [
    debtChange(taken.meta, debt),
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
) {
  try {
    const segment = segments.open(name);
    try {
      const state = segment.state();
      const member = memberOf(name, segment, state);
      mustEndWhole(member, state.streams);
      mustKnow(state.streams, sealed.map(({ member }) => member));
      return { member, state };
    } catch (error) {
      segment.abandon();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof DamagedSegment)) throw error;
    const before = sealed.at(-1)?.state ?? null;
    const members = sealed.map(({ member }) => member);
    const reason = error.message;
    const made = salvageNewest({ segments, hashName }, { name, reason }, members, before);
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
  { name, reason }: Damage,
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
  const claimed = [...named, ...receipts.map((receipt) => placeOf(receipt, streams))];
  const tails = lostTails(claimed, streams);
  const debt = { segment: name, reason, entries: entriesIn(taken), held: heldIn(taken), tails };
  const end: Change[] = [
    ...[...meta].map(([name, value]): Change => ({ kind: "meta", name, value })),
    debtChange(taken.meta, debt),
    ...streams.map((state): Change => ({ kind: "stream", state })),
    ...receipts.map((receipt): Change => ({ kind: "receipt", receipt })),
  ];
  const next = revised(name);
  const member = memberOf(next, createSegment(segments, next, contentsOf(taken, end)));
  return { member, state: member.segment.state(), taken, tails };
}

/** A centre has signed that an entry was there. */
function placeOf(receipt: Receipt, streams: readonly StreamState[]): StreamState {
  const { origin, stream, seq, hash } = receipt;
  const known = streams.find((one) => one.origin === origin && one.stream === stream);
  const { floor, floorHash } = known ?? { floor: seq + 1, floorHash: hash };
  return { origin, stream, seq, hash, floor, floorHash };
}

/** The last block of each stream in the whole row; throws `DamagedMember` of a sealed one. */
function lastBlocks(segments: Segments, sealed: readonly Member[], taken: Taken) {
  const ends = new Map<string, { owner: Pick<Range, "origin" | "stream">; block: Block }>();
  for (const { name, ranges } of sealed) {
    try {
      const segment = segments.open(name);
      try {
        for (const [key, { origin, stream, last }] of ranges) {
          const [block] = segment.blocks(origin, stream, last, ONE_BLOCK);
          if (block !== undefined) ends.set(key, { owner: { origin, stream }, block });
        }
      } finally {
        segment.close();
      }
    } catch (error) {
      if (error instanceof DamagedSegment) throw new DamagedMember(name, error);
      throw error;
    }
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
function lostTails(
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
