import { expect, test } from "vitest";
import type { DayDigest } from "../../sync/day.ts";
import { type Compared, judgeDay, pairDays } from "./day_comparison.ts";

const ORIGIN = "site-1.1-0000000000000000";
const ALL: Compared = { agree: true, common: 100, floorHere: 1, floorThere: 1 };

function day(first: number, last: number, more: Partial<DayDigest> = {}): DayDigest {
  const hash = new Uint8Array(32).fill(last);
  const count = last - first + 1;
  return { origin: ORIGIN, stream: "reading", day: 20_000, count, first, last, hash, ...more };
}

const other = new Uint8Array(32).fill(255);

test.each<[string, DayDigest | null, DayDigest | null, Partial<Compared>, string]>([
  ["with the same count and hash is equal", day(1, 50), day(1, 50), {}, "equal"],
  ["with another hash is different", day(1, 50), day(1, 50, { hash: other }), {}, "different"],
  ["with another count is different", day(1, 50), day(1, 50, { count: 49 }), {}, "different"],
  ["that one lacks is different", day(1, 50), null, {}, "different"],
  ["that one lacks, all of it on its way, is open", null, day(101, 120), {}, "open"],
  ["that ends later at one, on its way, is open", day(60, 120), day(60, 100), {}, "open"],
  [
    "that ends later, and lacks one before, is different",
    day(60, 120),
    day(60, 100, {
      count: 40,
    }),
    {},
    "different",
  ],
  ["that ends earlier at one, with all compared, is different", day(1, 50), day(1, 40), {
    common: 50,
  }, "different"],
  ["of a fork is never open", day(60, 120), day(60, 110), { agree: false }, "different"],
  ["of which one has pruned some is pruned", day(1, 50), day(20, 50), { floorThere: 20 }, "pruned"],
  ["of which one has pruned all is pruned", day(1, 50), null, { floorThere: 51 }, "pruned"],
])("G6: a day %s", (_what, here, there, more, state) => {
  const [pair] = pairDays(here === null ? [] : [here], there === null ? [] : [there]);
  expect(judgeDay(pair, { ...ALL, ...more })).toBe(state);
});

test("days are paired by origin, stream and day; each stands once", () => {
  const here = [day(1, 9), day(10, 19, { day: 20_001 })];
  const there = [day(1, 9), day(1, 9, { stream: "alarm" })];
  const pairs = pairDays(here, there);
  expect(pairs.map(({ stream, day, here, there }) => [
    stream,
    day,
    here !== null,
    there !== null,
  ])).toEqual([
    ["reading", 20_000, true, true],
    ["reading", 20_001, true, false],
    ["alarm", 20_000, false, true],
  ]);
});
