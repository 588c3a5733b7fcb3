/** How a block is taken apart that a device refuses to read whole. */
import { type Block, type Range, rangeOf } from "./plan.ts";
import { registersOf } from "./profile.ts";

export interface Split {
  /** Smaller requests for the same points. */
  readonly parts: readonly Block[];
  /** What no request may hold whole, when it turns out that each part is read. */
  readonly between: Range;
}

/** Points of a block that cannot be told apart by addresses. */
interface Group {
  readonly start: number;
  readonly end: number;
  readonly points: Block["points"];
}

/** `null` where it cannot be smaller. */
export function splitBlock(block: Block): Split | null {
  const groups = groupsOf(block);
  const [first, last] = [groups[0], groups[groups.length - 1]];
  const whole = rangeOf(block);
  if (last.end - first.start < block.count) {
    // It reads more than its points: without that it may be read.
    return { parts: [part(block, groups)], between: whole };
  }
  if (groups.length === 1) return null;
  const at = widestGap(groups) ?? groups.length >> 1;
  const [left, right] = [groups.slice(0, at), groups.slice(at)];
  const hole = right[0].start - left[left.length - 1].end;
  const start = block.start + left[left.length - 1].end - 1;
  return {
    parts: [part(block, left), part(block, right)],
    between: hole > 0 ? { table: block.table, start, end: start + hole + 2 } : whole,
  };
}

function groupsOf(block: Block): Group[] {
  const points = block.points.toSorted((a, b) => a.at - b.at);
  const groups: Group[] = [];
  for (const one of points) {
    const end = one.at + registersOf(one.point.register);
    const group = groups.at(-1);
    if (group === undefined || one.at >= group.end) {
      groups.push({ start: one.at, end, points: [one] });
    } else {
      const points = [...group.points, one];
      groups[groups.length - 1] = { start: group.start, end: Math.max(group.end, end), points };
    }
  }
  return groups;
}

/** Index of the group behind the widest hole; `null` where there is none. */
function widestGap(groups: readonly Group[]): number | null {
  let widest = 0;
  let at: number | null = null;
  for (let index = 1; index < groups.length; index++) {
    const gap = groups[index].start - groups[index - 1].end;
    if (gap > widest) [widest, at] = [gap, index];
  }
  return at;
}

function part({ kind, table, start }: Block, groups: readonly Group[]): Block {
  const from = groups[0].start;
  const count = groups[groups.length - 1].end - from;
  const points = groups.flatMap((group) => group.points)
    .map(({ point, at }) => ({ point, at: at - from }));
  return { kind, table, start: start + from, count, points };
}
