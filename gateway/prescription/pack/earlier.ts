/** The medicines of earlier that a finding rests on, named so that it is told from all others. */
import { canonicalHash } from "../canonical_hash.ts";
import type { HistoryLine } from "../facts.ts";
import { type Earlier, EARLIER_MAX, type Finding } from "../verdict.ts";

/** A history as every node goes through it, in whatever order it has read it. */
export function inOneOrder(history: readonly HistoryLine[]): HistoryLine[] {
  return history.toSorted(compareEarlier);
}

/** What a finding says of the lines that it rests on, each once; nothing where it rests on none. */
export function restingOn(
  lines: readonly HistoryLine[],
): Pick<Finding, "earlier" | "earlierBeside"> {
  const named = lines.map(earlierOf).sort(compareEarlier)
    .filter((one, index, all) => index === 0 || compareEarlier(all[index - 1], one) !== 0);
  if (named.length === 0) return {};
  const earlier = named.slice(0, EARLIER_MAX);
  const beside = named.slice(EARLIER_MAX);
  if (beside.length === 0) return { earlier };
  return { earlier, earlierBeside: { count: beside.length, hash: canonicalHash(beside) } };
}

function earlierOf(
  { site, prescription, version, line, issuedMs, untilMs, drug }: HistoryLine,
): Earlier {
  return {
    site,
    prescription,
    ...(version === undefined ? {} : { version }),
    ...(line === undefined ? {} : { line }),
    issuedMs,
    untilMs,
    drug,
  };
}

/** By place, then by what they say. */
export function compareEarlier(one: Earlier, other: Earlier): number {
  return compareText(one.site, other.site) ||
    compareText(one.prescription, other.prescription) ||
    (one.version ?? 0) - (other.version ?? 0) || (one.line ?? 0) - (other.line ?? 0) ||
    one.issuedMs - other.issuedMs || one.untilMs - other.untilMs ||
    compareText(one.drug ?? "", other.drug ?? "");
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
