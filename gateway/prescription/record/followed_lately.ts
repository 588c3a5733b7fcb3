/** Whether the tables have followed the journal: else nobody knows what a patient has. */
import { streamKey } from "../../../sync/segments.ts";
import { pause } from "../../../sync/timer.ts";
import { followedPlaces, type Place } from "../../followed_tables.ts";
import type { Node } from "../../node.ts";

/**
 * The tables may lack what other nodes wrote within this time, as under a load that they cannot
 * follow; what lacks more is no history.
 */
const LATELY_MS = 60_000;
const LOOK_MS = 500;
/** Until they have come so far once. */
const FIRST_LOOK_MS = 20;

interface Mark {
  readonly places: ReadonlyMap<string, number>;
  readonly atMs: number;
}

export class FollowedLately {
  readonly #node: Pick<Node, "journal" | "tables">;
  readonly #first = Promise.withResolvers<void>();
  /** The last moment of which the tables have all; never yet. */
  #lastMs = -Infinity;
  #mark: Mark | null = null;

  constructor(node: Pick<Node, "journal" | "tables">) {
    this.#node = node;
  }

  get isSo(): boolean {
    return performance.now() - this.#lastMs <= LATELY_MS;
  }

  /** Resolves when they have come so far once since the start, or after so long. */
  async firstWithin(ms: number): Promise<void> {
    if (this.#lastMs !== -Infinity) return;
    const over = new AbortController();
    await Promise.race([this.#first.promise, pause(ms, over.signal)]);
    over.abort();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look();
      await pause(this.#lastMs === -Infinity ? FIRST_LOOK_MS : LOOK_MS, signal);
    }
  }

  async #look(): Promise<void> {
    const { journal, tables } = this.#node;
    const now: Mark = { places: placesOf(journal.positions()), atMs: performance.now() };
    const followed = placesOf(await followedPlaces(tables.near));
    for (const mark of [now, this.#mark]) {
      if (mark === null || !isWithin(mark.places, followed)) continue;
      this.#lastMs = mark.atMs;
      this.#mark = null;
      this.#first.resolve();
      break;
    }
    this.#mark ??= now;
  }
}

/** Streams in which prescriptions and what becomes of them stand. */
function placesOf(states: readonly Place[]): Map<string, number> {
  const own = states.filter(({ stream }) => stream === "record" || stream.startsWith("to:"));
  return new Map(own.map(({ origin, stream, seq }) => [streamKey(origin, stream), seq]));
}

function isWithin(
  wanted: ReadonlyMap<string, number>,
  followed: ReadonlyMap<string, number>,
): boolean {
  return [...wanted].every(([key, seq]) => (followed.get(key) ?? 0) >= seq);
}
