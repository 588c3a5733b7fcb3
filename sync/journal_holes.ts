/** What a journal should hold and does not, since its disk was damaged: by origin and stream. */
import { parseOrigin } from "./origin.ts";
import type { Member } from "./segment_row.ts";
import { streamKey } from "./segments.ts";
import type { StreamState } from "./segments.ts";
import { merged, type Span, without } from "./spans.ts";

/** Entries of an (origin, stream) that are not here, though they were. */
export interface Missing extends Span {
  readonly origin: string;
  readonly stream: string;
}

/** So many are kept by name; a disk that loses more in pieces is told in fewer, larger ones. */
const HOLES_MAX = 10_000;

export class JournalHoles {
  readonly #holes: ReadonlyMap<string, Missing[]>;

  constructor(missing: readonly Missing[] = []) {
    this.#holes = Map.groupBy(missing, ({ origin, stream }) => streamKey(origin, stream));
  }

  /** Reads what {@link JournalHoles.text} wrote; what cannot be read is found out anew. */
  static parse(text: string | undefined): JournalHoles {
    const list = listIn(text ?? "[]");
    return new JournalHoles(Array.isArray(list) ? list.flatMap(missingOf) : []);
  }

  text(): string {
    return JSON.stringify(
      this.list().map(({ origin, stream, first, last }) => [origin, stream, first, last]),
    );
  }

  list(): Missing[] {
    return [...this.#holes.values()].flat();
  }

  of(origin: string, stream: string): readonly Missing[] {
    return this.#holes.get(streamKey(origin, stream)) ?? [];
  }

  /** Without entries that have come back. */
  filled(origin: string, stream: string, span: Span): JournalHoles {
    const others = this.list().filter((one) => one.origin !== origin || one.stream !== stream);
    const left = without(this.of(origin, stream), [span])
      .map(({ first, last }) => ({ origin, stream, first, last }));
    return new JournalHoles([...others, ...left]);
  }

  /** What of these holes was not known before. */
  beyond(known: JournalHoles): Missing[] {
    return [...this.#holes.values()].flatMap((holes) => {
      const [{ origin, stream }] = holes;
      return without(holes, known.of(origin, stream)).map((span) => ({ origin, stream, ...span }));
    });
  }
}

/**
 * The holes of a journal whose streams stand at `positions`. A segment holds what lies in its
 * ranges, but for the holes known; of those in `exact` it is known better.
 */
export function findHoles(
  positions: readonly StreamState[],
  members: readonly Pick<Member, "name" | "ranges">[],
  known: JournalHoles,
  exact: ReadonlyMap<string, ReadonlyMap<string, readonly Span[]>> = new Map(),
): JournalHoles {
  const missing = positions.flatMap(({ origin, stream, floor, seq }): Missing[] => {
    const key = streamKey(origin, stream);
    const held = members.flatMap(({ name, ranges }) => {
      const spans = exact.get(name);
      if (spans !== undefined) return [...spans.get(key) ?? []];
      const range = ranges.get(key);
      return range === undefined ? [] : without([range], known.of(origin, stream));
    });
    return without([{ first: floor, last: seq }], held).map((span) => ({
      origin,
      stream,
      ...span,
    }));
  });
  return new JournalHoles(coarse(missing));
}

/** Too many holes become fewer: those of a stream as one that reaches from first to last. */
function coarse(missing: Missing[]): Missing[] {
  if (missing.length <= HOLES_MAX) return missing;
  const groups = Map.groupBy(missing, ({ origin, stream }) => streamKey(origin, stream));
  return [...groups.values()].map((holes) => ({
    ...holes[0],
    last: merged(holes).at(-1)?.last ?? holes[0].last,
  }));
}

function missingOf(value: unknown): Missing[] {
  if (!Array.isArray(value)) return [];
  const [origin, stream, first, last]: unknown[] = value;
  const isGood = typeof origin === "string" && typeof stream === "string" &&
    typeof first === "number" && typeof last === "number" && parseOrigin(origin) !== null;
  return isGood ? [{ origin, stream, first, last }] : [];
}

/** JSON, or nothing where a damaged disk has none. */
function listIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return [];
  }
}
