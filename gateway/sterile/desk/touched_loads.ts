/** Loads that stand elsewhere, perhaps, because of what is about to be written. */
import type { Rows } from "../../sql/sql.ts";
import { keyOf } from "../record/sterile_entry.ts";
import { LAST_PLACE, placedCycle, SELECTS } from "../record/sterile_reads.ts";
import { CYCLES_OF_DAY_MAX } from "../record/tested_by.ts";
import { eventsIn, type StoredWords } from "../record/stored_words.ts";
import type { RulesInForce } from "../rules.ts";
import type { SupplyEvent } from "../supply/event.ts";
import { ranBefore, ranOf } from "../supply/ran.ts";
import { biologicalsOf } from "../supply/steriliser_standing.ts";
import { toldOfSite } from "../supply/told.ts";

/** Cycles that are asked for together; all that a test reaches to are gone through. */
const CYCLES_TOGETHER = 1000;

export interface TouchedParts {
  readonly rows: Rows;
  readonly stored: StoredWords;
  readonly site: string;
  readonly rules: RulesInForce;
}

/** Of a cycle: its life and number. */
type Place = readonly [life: number, seq: number];
const FIRST_PLACE: Place = [0, 0];

export async function touchedLoads(
  parts: TouchedParts,
  events: readonly SupplyEvent[],
): Promise<string[]> {
  const loads = new Set<string>();
  for (const event of events) {
    for (const load of await loadsOf(parts, event)) loads.add(load);
  }
  return [...loads];
}

async function loadsOf(parts: TouchedParts, event: SupplyEvent): Promise<string[]> {
  const { stored } = parts;
  switch (event.kind) {
    case "sterile-load":
    case "sterile-release-step":
      return [event.body.load];
    case "sterile-cycle":
      return [
        ...event.body.load === null ? [] : [event.body.load],
        ...await loadsOfCycle(stored, event.body.cycle),
        ...await loadsTestedBy(parts, event.body.cycle),
      ];
    case "sterile-assignment":
      return [event.body.load, ...await loadsOfCycle(stored, event.body.cycle)];
    case "sterile-pack":
    case "sterile-receipt":
    case "sterile-issue":
    case "sterile-use":
    case "sterile-pack-back":
      return loadsIn(await stored.under([keyOf.pack(event.body.pack)]));
    case "sterile-bowie-dick":
      return await loadsOfDay(parts, event.body.steriliser, event.body.cycle);
    case "sterile-indicator": {
      const own = await loadsOfCycle(stored, event.body.cycle);
      if (event.body.indicator === "chemical") return own;
      const { steriliser, cycle } = event.body;
      // What it reaches to, or did before it was taken back, is looked at one by one.
      const from = await reachOf(parts, steriliser, cycle);
      return [...own, ...await loadsFrom(parts, steriliser, from)];
    }
    case "sterile-reversal": {
      const found = eventsIn(await stored.under([keyOf.id(event.body.reverses)]));
      const others = found.filter(({ kind }) => kind !== "sterile-reversal");
      return await touchedLoads(parts, others);
    }
    case "sterile-recall":
      return [];
  }
}

/** Packs whose uses are looked at: those that are used now, or that another supply answered for. */
export async function touchedUses(
  stored: StoredWords,
  events: readonly SupplyEvent[],
): Promise<string[]> {
  const packs: string[] = [];
  for (const event of events) {
    if (event.kind === "sterile-use") packs.push(event.body.pack);
    if (event.kind !== "sterile-reversal") continue;
    for (const { kind, body } of eventsIn(await stored.under([keyOf.id(event.body.reverses)]))) {
      if (kind === "sterile-receipt") packs.push(body.pack);
    }
  }
  return [...new Set(packs)];
}

function loadsIn(words: Awaited<ReturnType<StoredWords["under"]>>): string[] {
  return eventsIn(words).flatMap((event) => event.kind === "sterile-load" ? event.body.load : []);
}

async function loadsOfCycle(stored: StoredWords, cycle: string): Promise<string[]> {
  return eventsIn(await stored.under([keyOf.cycle(cycle)])).flatMap((event) =>
    event.kind === "sterile-cycle" && event.body.load !== null ? [event.body.load] : []
  );
}

/** A cycle that was a test's proves that it was one: judged anew, it may not. */
async function loadsTestedBy(parts: TouchedParts, cycle: string): Promise<string[]> {
  const own = eventsIn(await parts.stored.under([keyOf.cycle(cycle)]));
  const test = own.find(({ kind }) => kind === "sterile-bowie-dick");
  return test?.kind === "sterile-bowie-dick"
    ? await loadsOfDay(parts, test.body.steriliser, cycle)
    : [];
}

/**
 * From where on loads are reached by a biological test: one that grew reaches back to the last that
 * passed before it, and to no further.
 */
async function reachOf(
  { stored }: TouchedParts,
  steriliser: string,
  cycle: string,
): Promise<Place> {
  const tests = await stored.events([keyOf.tests(steriliser)]);
  const cycles = tests.flatMap((event) => "cycle" in event.body ? [event.body.cycle] : []);
  const around = await stored.events([...cycles, cycle].map(keyOf.cycle));
  const told = toldOfSite([...tests, ...around]);
  const [own] = told.cycles.get(cycle) ?? [];
  if (own === undefined) return FIRST_PLACE;
  const ran = ranOf(own);
  const before = biologicalsOf(told, steriliser).findLast((one) =>
    one.passed && one.cycle !== cycle && ranBefore(one.ran, ran)
  );
  return before === undefined ? FIRST_PLACE : [before.ran.life, before.ran.seq];
}

/** Of so many cycles behind it as there are in the days for which a Bowie-Dick test is good. */
async function loadsOfDay(
  parts: TouchedParts,
  steriliser: string,
  cycle: string,
): Promise<string[]> {
  const { rows, site, rules } = parts;
  const [row] = await rows.rows(SELECTS.placeOf, [site, cycle]);
  if (row === undefined) return [];
  const from = [row.number("life"), row.number("seq")];
  const days = rules.one("bowie-dick")?.days ?? 1;
  const asked = [site, steriliser, ...from, ...LAST_PLACE, days * CYCLES_OF_DAY_MAX];
  const found = await rows.rows(SELECTS.placedFrom, asked);
  return found.flatMap((one) => placedCycle(one).load ?? []);
}

async function loadsFrom(
  { rows, site }: TouchedParts,
  steriliser: string,
  first: Place,
): Promise<string[]> {
  const loads: string[] = [];
  for (let from = first, seen = new Set<string>();;) {
    const asked = [site, steriliser, ...from, ...LAST_PLACE, CYCLES_TOGETHER];
    const found = (await rows.rows(SELECTS.placedFrom, asked)).map(placedCycle);
    const fresh = found.filter(({ cycle }) => !seen.has(cycle));
    loads.push(...fresh.flatMap(({ load }) => load ?? []));
    if (found.length < CYCLES_TOGETHER || fresh.length === 0) return loads;
    // Some of the last place come again.
    seen = new Set(found.map(({ cycle }) => cycle));
    const { life, seq } = found[found.length - 1];
    from = [life, seq];
  }
}
