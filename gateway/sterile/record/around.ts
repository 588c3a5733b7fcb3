/** All events that bear on where some loads stand, of one site. */
import type { SupplyEvent } from "../supply/event.ts";
import { type Ran, ranOf } from "../supply/ran.ts";
import { keyOf } from "./sterile_entry.ts";
import { eventsIn, type StoredWords } from "./stored_words.ts";

/** Loads that share packs are mistakes, and few. */
const ROUNDS_MAX = 5;

/** Keys of cycles that hold the tests which a steriliser has to have passed before some others. */
export type TestedBefore = (steriliser: string, at: readonly Ran[]) => Promise<readonly string[]>;

/**
 * `more`: what is about to be written; it counts as if it stood there. `testedBefore`: which tests
 * count is known without reading all; none: all are read, as for what they reach back to.
 */
export async function eventsAround(
  stored: StoredWords,
  loads: readonly string[],
  more: readonly SupplyEvent[] = [],
  testedBefore: TestedBefore | null = null,
): Promise<SupplyEvent[]> {
  const found = new Set<SupplyEvent>(more);
  const asked = new Set<string>();
  const ask = async (keys: readonly string[]) => {
    const fresh = [...new Set(keys)].filter((key) => !asked.has(key));
    for (const key of fresh) asked.add(key);
    for (const event of await stored.events(fresh)) found.add(event);
  };
  await ask(loads.map(keyOf.load));
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = asked.size;
    await ask([...found].flatMap(ownKeys));
    if (asked.size === before) break;
  }
  // Tests of their sterilisers, and when the cycles of those ran.
  const sterilisers = new Set([...found].flatMap(sterilisersIn));
  await ask([...sterilisers].map(keyOf.recalls));
  if (testedBefore !== null) {
    const ran = [...found].flatMap((event) => event.kind === "sterile-cycle" ? ranOf(event) : []);
    for (const one of sterilisers) await ask(await testedBefore(one, ran));
    return [...found];
  }
  const tests = [...sterilisers].map(keyOf.tests);
  await ask(tests);
  await ask(
    eventsIn(await stored.under(tests)).flatMap((event) =>
      "cycle" in event.body ? [keyOf.cycle(event.body.cycle)] : []
    ),
  );
  await ask(
    more.flatMap((event) => "cycle" in event.body ? [keyOf.cycle(event.body.cycle)] : []),
  );
  return [...found];
}

function ownKeys(event: SupplyEvent): string[] {
  switch (event.kind) {
    case "sterile-load":
      return [keyOf.load(event.body.load), ...event.body.packs.map(keyOf.pack)];
    case "sterile-cycle": {
      const { cycle, load } = event.body;
      return [keyOf.cycle(cycle), ...load === null ? [] : [keyOf.load(load)]];
    }
    default:
      return [];
  }
}

function sterilisersIn(event: SupplyEvent): string[] {
  return event.kind === "sterile-load" || event.kind === "sterile-cycle"
    ? [event.body.steriliser]
    : [];
}
