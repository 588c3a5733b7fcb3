import fc from "fast-check";
import { expect, test } from "vitest";
import { range } from "./fixtures.ts";
import { merged, type Span, without } from "./spans.ts";

const spans = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 8 }))
    .map(([first, more]): Span => ({ first, last: first + more })),
  { maxLength: 6 },
);

const numbers = (of: readonly Span[]) => of.flatMap(({ first, last }) => range(first, last));

test("spans that are merged hold the same numbers, in order, none twice, none side by side", () => {
  fc.assert(fc.property(spans, (some) => {
    const result = merged(some);
    expect(numbers(result)).toEqual([...new Set(numbers(some))].sort((a, b) => a - b));
    for (const [index, { first }] of result.entries()) {
      if (index > 0) expect(first).toBeGreaterThan(result[index - 1].last + 1);
    }
  }));
});

test("spans without others hold the numbers that the others do not", () => {
  fc.assert(fc.property(spans, spans, (some, others) => {
    const minus = new Set(numbers(others));
    const left = [...new Set(numbers(some))].filter((n) => !minus.has(n)).sort((a, b) => a - b);
    expect(numbers(without(some, others))).toEqual(left);
  }));
});
