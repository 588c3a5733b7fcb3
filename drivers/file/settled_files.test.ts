import { expect, test } from "vitest";
import { settledFiles } from "./settled_files.ts";

const found = (
  bytes: number,
  writtenMs: number | null = 0,
) => [{ name: "a.txt", bytes, writtenMs }];
const names = (files: readonly { readonly name: string }[]) => files.map(({ name }) => name);

test("a file that has not changed for as long as it has to is whole, one moment before it waits", () => {
  const first = settledFiles([], found(5), 1000, 10_000);
  expect(first.whole).toEqual([]);
  expect(settledFiles(first.waiting, found(5), 10_999, 10_000).whole).toEqual([]);
  expect(names(settledFiles(first.waiting, found(5), 11_000, 10_000).whole)).toEqual(["a.txt"]);
});

test("one that grows, or is written anew at the same size, waits from then on", () => {
  const first = settledFiles([], found(5), 0, 10_000);
  for (const other of [found(6), found(5, 1)]) {
    const grown = settledFiles(first.waiting, other, 9000, 10_000);
    expect(settledFiles(grown.waiting, other, 18_999, 10_000).whole).toEqual([]);
    expect(settledFiles(grown.waiting, other, 19_000, 10_000).whole).toHaveLength(1);
  }
});

test("one that was gone for a look waits anew, and files come by name", () => {
  const first = settledFiles([], found(5), 0, 10_000);
  const gone = settledFiles(first.waiting, [], 5000, 10_000);
  expect(settledFiles(gone.waiting, found(5), 10_000, 10_000).whole).toEqual([]);
  const many = [...found(1), { name: "Z.txt", bytes: 1, writtenMs: null }];
  expect(names(settledFiles([], many, 0, 0).whole)).toEqual(["Z.txt", "a.txt"]);
});
