/** Which registers are read together. */
import {
  limitsOf,
  type ModbusPoint,
  type ModbusProfile,
  registersOf,
  type Table,
} from "./profile.ts";
import { signatureOf } from "./guard.ts";
import { isBits, type ReadRequest } from "./request.ts";

/** One request, and the points whose values its answer brings. */
export interface Block extends ReadRequest {
  readonly points: readonly { readonly point: ModbusPoint; readonly at: number }[];
}

/** Registers of one table, as on the wire; `end` is the first one behind them. */
export interface Range {
  readonly table: Table;
  readonly start: number;
  readonly end: number;
}

export interface PlanOptions {
  /** What the device has refused to read in one request: none that holds all of it is made. */
  readonly refused?: readonly Range[];
  /** Neighbouring requests have answers of different lengths, as far as limits allow. */
  readonly apart?: boolean;
  /** What is asked before them. */
  readonly behind?: ReadRequest | undefined;
}

interface Span extends Range {
  readonly point: ModbusPoint;
}

/**
 * The least number of requests that bring these points: each takes in, from the lowest register
 * on, all that limits allow. That is the least since a part of what may be read together may be
 * read together too.
 */
export function planBlocks(
  profile: ModbusProfile,
  points: readonly ModbusPoint[] = profile.points,
  { refused = [], apart = false, behind }: PlanOptions = {},
): Block[] {
  const may = permitted(profile, refused);
  const tables = Map.groupBy(points, ({ register }) => register.table);
  const blocks = [...tables].flatMap(([table, ofTable]) => {
    const spans = spansOf(profile, ofTable);
    return joined(spans, limitsOf(profile, table).gapMax, may).map((group) => block(table, group));
  });
  return apart ? kept(blocks, behind, profile, may) : blocks;
}

/** Points of one table by where they begin. */
function spansOf(profile: ModbusProfile, points: readonly ModbusPoint[]): Span[] {
  return points
    .map((point): Span => {
      const start = point.register.address - profile.addressBase;
      return {
        point,
        table: point.register.table,
        start,
        end: start + registersOf(point.register),
      };
    })
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

/**
 * Whether one request may read all of a range that is no block of a plan: it has a part of a point,
 * and no more registers of none in a row, between points or beside them, than the gaps allow.
 */
export function readable(
  profile: ModbusProfile,
  refused: readonly Range[],
): (range: Range) => boolean {
  const may = permitted(profile, refused);
  const tables = Map.groupBy(spansOf(profile, profile.points), ({ table }) => table);
  return (range) => {
    const { gapMax } = limitsOf(profile, range.table);
    const within = (tables.get(range.table) ?? [])
      .filter(({ start, end }) => start < range.end && end > range.start);
    let end = range.start;
    for (const span of within) {
      if (span.start - end > gapMax) return false;
      end = Math.max(end, span.end);
    }
    return within.length > 0 && range.end - end <= gapMax && may(range);
  };
}

/** Whether one request may hold all of a range, by lengths and by what is never read. */
export function permitted(
  profile: ModbusProfile,
  refused: readonly Range[],
): (range: Range) => boolean {
  const forbidden = profile.forbidden.map(({ table, from, to }): Range => ({
    table,
    start: from - profile.addressBase,
    end: to - profile.addressBase + 1,
  }));
  return (range) =>
    range.start >= 0 && range.end <= 65_536 &&
    range.end - range.start <= limitsOf(profile, range.table).lengthMax &&
    !forbidden.some((one) =>
      one.table === range.table && one.start < range.end && one.end > range.start
    ) &&
    !refused.some((one) =>
      one.table === range.table && one.start >= range.start && one.end <= range.end
    );
}

export function rangeOf({ table, start, count }: ReadRequest): Range {
  return { table, start, end: start + count };
}

/** Neighbours together, as long as gap and limits allow. */
function joined(
  spans: readonly Span[],
  gapMax: number,
  may: (range: Range) => boolean,
): Span[][] {
  const groups: Span[][] = [];
  let start = 0;
  let end = 0;
  for (const span of spans) {
    const group = groups.at(-1);
    const grown = { table: span.table, start, end: Math.max(end, span.end) };
    // What lies within is brought along, also where the device refused exactly this.
    const within = span.end <= end;
    if (group !== undefined && span.start - end <= gapMax && (within || may(grown))) {
      group.push(span);
      end = grown.end;
    } else {
      groups.push([span]);
      start = span.start;
      end = span.end;
    }
  }
  return groups;
}

function block(table: Table, spans: readonly Span[]): Block {
  const { start } = spans[0];
  const end = Math.max(...spans.map((span) => span.end));
  const points = spans.map((span) => ({ point: span.point, at: span.start - start }));
  return { kind: "read", table, start, count: end - start, points };
}

/**
 * Neighbours get answers of different lengths, so that a late one cannot pass for the next: by
 * their order, and where that is not enough one reads a register more.
 */
function kept(
  blocks: readonly Block[],
  behind: ReadRequest | undefined,
  profile: ModbusProfile,
  may: (range: Range) => boolean,
): Block[] {
  const left = [...blocks];
  const result: Block[] = [];
  while (left.length > 0) {
    const before = result.at(-1) ?? behind;
    const tally = Map.groupBy(left, signatureOf);
    const most = (one: ReadRequest) => tally.get(signatureOf(one))?.length ?? 0;
    const other = left
      .filter((one) => before === undefined || signatureOf(one) !== signatureOf(before))
      .reduce<Block | null>((a, b) => a === null || most(b) > most(a) ? b : a, null);
    const next = other ?? left[0];
    left.splice(left.indexOf(next), 1);
    const same = before !== undefined && signatureOf(before) === signatureOf(next);
    result.push(same ? longer(next, profile, may) : next);
  }
  return result;
}

function longer(block: Block, profile: ModbusProfile, may: (range: Range) => boolean): Block {
  const more = isBits(block.table) ? 8 : 1;
  // Who may not read along what nobody asked for, may not do it for this either.
  if (limitsOf(profile, block.table).gapMax < more) return block;
  const behind = { ...block, count: block.count + more };
  if (may(rangeOf(behind))) return behind;
  const points = block.points.map(({ point, at }) => ({ point, at: at + more }));
  const ahead = { ...block, start: block.start - more, count: block.count + more, points };
  return may(rangeOf(ahead)) ? ahead : block;
}
