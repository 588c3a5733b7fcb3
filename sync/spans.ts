/** Spans of sequence numbers: what is held of a stream, what is missing. */

/** Both ends belong to it. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** The same numbers in order, as few spans as there can be. */
export function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.first - b.first)) {
    const before = result.at(-1);
    if (before === undefined || span.first > before.last + 1) result.push(span);
    else if (span.last > before.last) {
      result[result.length - 1] = { first: before.first, last: span.last };
    }
  }
  return result;
}

/** What is in `spans` and not in `others`. */
export function without(spans: readonly Span[], others: readonly Span[]): Span[] {
  const minus = merged(others);
  return merged(spans).flatMap((span) => {
    const left: Span[] = [];
    let { first } = span;
    for (const other of minus) {
      if (other.last < first || other.first > span.last) continue;
      if (other.first > first) left.push({ first, last: other.first - 1 });
      first = other.last + 1;
    }
    if (first <= span.last) left.push({ first, last: span.last });
    return left;
  });
}
