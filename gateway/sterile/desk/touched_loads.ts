/** Loads that stand elsewhere, perhaps, because of what is about to be written. */
import { dayOf, startOfDay } from "../../../sync/day.ts";
import type { Rows } from "../../sql/sql.ts";
import { keyOf } from "../record/sterile_entry.ts";
import { SELECTS } from "../record/sterile_reads.ts";
import { eventsIn, type StoredWords } from "../record/stored_words.ts";
import type { RulesInForce } from "../rules.ts";
import type { SupplyEvent } from "../supply/event.ts";
import { biologicalsOf } from "../supply/steriliser_standing.ts";
import { toldOfSite } from "../supply/told.ts";

const DAY_MS = 86_400_000;
/** Cycles that are asked for together; all that a test reaches to are gone through. */
const CYCLES_TOGETHER = 1000;

export interface TouchedParts {
  readonly rows: Rows;
  readonly stored: StoredWords;
  readonly site: string;
  readonly rules: RulesInForce;
  readonly nowMs: number;
}

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
      const fromMs = await reachOf(parts, steriliser, cycle);
      return [...own, ...await loadsBetween(parts, steriliser, fromMs, Infinity)];
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
 * From when on loads are reached by a biological test: one that grew reaches back to the last that
 * passed before it, and to no further; a month more, should a clock have been set in between.
 */
async function reachOf(
  { rows, stored, site }: TouchedParts,
  steriliser: string,
  cycle: string,
): Promise<number> {
  const [row] = await rows.rows(SELECTS.cycle, [site, cycle]);
  const tests = await stored.events([keyOf.tests(steriliser)]);
  const cycles = tests.flatMap((event) => "cycle" in event.body ? [event.body.cycle] : []);
  const told = toldOfSite([...tests, ...await stored.events(cycles.map(keyOf.cycle))]);
  const startedMs = row?.number("started") ?? 0;
  const before = biologicalsOf(told, steriliser).filter((one) =>
    one.passed && one.cycle !== cycle && one.started.wallMs < startedMs
  );
  return Math.max(0, ...before.map(({ started }) => started.wallMs)) - 31 * DAY_MS;
}

/** Of the days for which a Bowie-Dick test is good. */
async function loadsOfDay(
  parts: TouchedParts,
  steriliser: string,
  cycle: string,
): Promise<string[]> {
  const [row] = await parts.rows.rows(SELECTS.cycle, [parts.site, cycle]);
  if (row === undefined) return [];
  const days = parts.rules.one("bowie-dick")?.days ?? 1;
  const started = row.number("started");
  const midnight = startOfDay(dayOf(started));
  return await loadsBetween(parts, steriliser, midnight, midnight + days * DAY_MS);
}

async function loadsBetween(
  { rows, site, nowMs }: TouchedParts,
  steriliser: string,
  fromMs: number,
  toMs: number,
): Promise<string[]> {
  const to = Math.min(toMs, nowMs + DAY_MS);
  const loads: string[] = [];
  for (let from = fromMs, seen = new Set<string>();;) {
    const asked = [site, steriliser, from, to, CYCLES_TOGETHER];
    const found = await rows.rows(SELECTS.cyclesOfDevice, asked);
    const fresh = found.filter((row) => !seen.has(row.text("cycle")));
    loads.push(...fresh.flatMap((row) => row.textOrNull("load") ?? []));
    if (found.length < CYCLES_TOGETHER || fresh.length === 0) return loads;
    // Some of the last moment come again.
    seen = new Set(found.map((row) => row.text("cycle")));
    from = found[found.length - 1].number("started");
  }
}
