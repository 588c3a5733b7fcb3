/** Days of two nodes side by side: pure, from what each told. */
import type { DayDigest } from "../../sync/day.ts";

/** One stream's day at both; `null` where one holds nothing of it. */
export interface DayPair {
  readonly origin: string;
  readonly stream: string;
  readonly day: number;
  readonly here: DayDigest | null;
  readonly there: DayDigest | null;
}

/** How far the two were compared, and from where each still holds entries. */
export interface Compared {
  /** Whether the chains agree as far as both go. */
  readonly agree: boolean;
  /** Entries up to this number are at both, with the same hash. */
  readonly common: number;
  readonly floorHere: number;
  readonly floorThere: number;
}

/** All days of either, by origin, stream and day. */
export function pairDays(here: readonly DayDigest[], there: readonly DayDigest[]): DayPair[] {
  const key = ({ origin, stream, day }: DayDigest) => `${origin} ${stream} ${day}`;
  const others = new Map(there.map((digest) => [key(digest), digest]));
  const pairs: DayPair[] = here.map((digest) => {
    const other = others.get(key(digest)) ?? null;
    others.delete(key(digest));
    return { ...placeOf(digest), here: digest, there: other };
  });
  for (const digest of others.values()) {
    pairs.push({ ...placeOf(digest), here: null, there: digest });
  }
  return pairs;
}

function placeOf({ origin, stream, day }: DayDigest) {
  return { origin, stream, day };
}

/**
 * Whether a day is the same at both, as far as both can tell: `open` where entries are on their
 * way that only one has yet, `pruned` where one does not hold all of it any more.
 */
export function judgeDay(
  { here, there }: DayPair,
  { agree, common, floorHere, floorThere }: Compared,
): "equal" | "open" | "pruned" | "different" {
  if (here !== null && there !== null && isSame(here, there)) return "equal";
  const digests = [here, there].filter((digest) => digest !== null);
  if (digests.some(({ first }) => first < floorHere || first < floorThere)) return "pruned";
  if (!agree) return "different";
  if (here === null || there === null) {
    return digests.every(({ first }) => first > common) ? "open" : "different";
  }
  const later = Math.max(here.last, there.last) > common;
  // Without a gap the counts differ by as much as the last numbers do.
  const grown = here.count - there.count === here.last - there.last && here.first === there.first;
  return later && grown && here.last !== there.last ? "open" : "different";
}

function isSame(a: DayDigest, b: DayDigest): boolean {
  return a.count === b.count && a.last === b.last && a.hash.toHex() === b.hash.toHex();
}
