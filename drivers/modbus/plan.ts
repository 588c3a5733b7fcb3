/** Which registers are read together. */
import { type ModbusPoint, type ModbusProfile, registersOf, type Table } from "./profile.ts";

/** One request, and the points whose values its answer brings. */
export interface Block {
  readonly table: Table;
  /** As on the wire, from 0. */
  readonly start: number;
  /** Registers, or bits of coils and discrete inputs. */
  readonly count: number;
  readonly points: readonly { readonly point: ModbusPoint; readonly at: number }[];
}

/** Registers of one table that a point takes, as on the wire. */
interface Span {
  readonly point: ModbusPoint;
  readonly start: number;
  readonly end: number;
}

/** The least number of requests that bring all points, within the profile's gap and length. */
export function planBlocks(profile: ModbusProfile): Block[] {
  const tables = Map.groupBy(profile.points, ({ register }) => register.table);
  return [...tables].flatMap(([table, points]) => {
    const spans = points
      .map((point): Span => {
        const start = point.register.address - profile.addressBase;
        return { point, start, end: start + registersOf(point.register) };
      })
      .sort((a, b) => a.start - b.start || a.end - b.end);
    return joined(spans, profile).map((group) => block(table, group));
  });
}

/** Neighbours together, as long as gap and length allow. */
function joined(spans: readonly Span[], { gapMax, lengthMax }: ModbusProfile): Span[][] {
  const groups: Span[][] = [];
  let start = 0;
  let end = 0;
  for (const span of spans) {
    const group = groups.at(-1);
    if (
      group !== undefined && span.start - end <= gapMax &&
      Math.max(end, span.end) - start <= lengthMax
    ) {
      group.push(span);
      end = Math.max(end, span.end);
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
  return { table, start, count: end - start, points };
}
