import fc from "fast-check";
import { expect, test } from "vitest";
import { firstDifference, type HashesAt } from "./difference.ts";

/** Hashes of a chain that parts from another at `parts`; none above `end` or below `floor`. */
function chain(branch: number, parts: number, floor = 1, end = Infinity) {
  const asked = { questions: 0, places: 0 };
  const hashesAt: HashesAt = (seqs) => {
    asked.questions++;
    asked.places += seqs.length;
    return Promise.resolve(seqs.map((seq) => {
      if (seq < floor || seq > end) return null;
      return new Uint8Array(32).fill(seq >= parts ? branch : 0);
    }));
  };
  return { asked, hashesAt };
}

test("G5: the first entry that differs is found wherever it is", async () => {
  const lengths = fc.integer({ min: 1, max: 100_000 });
  await fc.assert(fc.asyncProperty(lengths, fc.nat(), fc.nat(), async (length, at, from) => {
    const after = from % length;
    const parts = after + 1 + at % (length - after);
    const [a, b] = [chain(1, parts), chain(2, parts)];
    expect(await firstDifference(a.hashesAt, b.hashesAt, after, length)).toBe(parts);
  }));
});

test("of thirty million entries by five questions of 64 places", async () => {
  const parts = 17_654_321;
  const [a, b] = [chain(1, parts), chain(2, parts)];
  expect(await firstDifference(a.hashesAt, b.hashesAt, 0, 30_000_000)).toBe(parts);
  expect(a.asked.questions).toBeLessThanOrEqual(5);
  expect(a.asked.places).toBeLessThanOrEqual(5 * 64);
});

test("where all are alike there is none, and what neither holds is no difference", async () => {
  const same = chain(1, Infinity);
  expect(await firstDifference(same.hashesAt, same.hashesAt, 0, 1000)).toBe(null);
  expect(await firstDifference(same.hashesAt, same.hashesAt, 5, 5)).toBe(null);
  const [a, b] = [chain(1, 900, 500), chain(2, 900, 500)];
  expect(await firstDifference(a.hashesAt, b.hashesAt, 0, 1000)).toBe(900);
});

test("an entry that only one holds is the first difference", async () => {
  const [a, b] = [chain(1, Infinity), chain(1, Infinity, 1, 700)];
  expect(await firstDifference(a.hashesAt, b.hashesAt, 0, 1000)).toBe(701);
});
