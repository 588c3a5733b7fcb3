/** Loads that stand elsewhere, perhaps, because of what is about to be written. */
import { dayText } from "../../china_calendar.ts";
import type { Rows } from "../../sql/sql.ts";
import { keyOf } from "../record/sterile_entry.ts";
import { SELECTS } from "../record/sterile_reads.ts";
import { eventsIn, type StoredWords } from "../record/stored_words.ts";
import type { RulesInForce } from "../rules.ts";
import type { SupplyEvent } from "../supply/event.ts";

const DAY_MS = 86_400_000;
/** Cycles of one steriliser that one test may reach to: a year of a busy one. */
const CYCLES_MAX = 5000;

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
    case "sterile-assignment":
      return [
        ...event.body.load === null ? [] : [event.body.load],
        ...await loadsOfCycle(stored, event.body.cycle),
      ];
    case "sterile-pack":
    case "sterile-issue":
    case "sterile-use":
    case "sterile-pack-back":
      return loadsIn(await stored.under([keyOf.pack(event.body.pack)]));
    case "sterile-bowie-dick":
      return await loadsOfDay(parts, event.body.steriliser, event.body.cycle);
    case "sterile-indicator": {
      const own = await loadsOfCycle(stored, event.body.cycle);
      if (event.body.indicator === "chemical") return own;
      // One that grew reaches back to the last that did not, and on to the next: to be sure, to all
      // that the steriliser ran in between, and those are looked at one by one.
      return [...own, ...await loadsBetween(parts, event.body.steriliser, 0, Infinity)];
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

function loadsIn(words: Awaited<ReturnType<StoredWords["under"]>>): string[] {
  return eventsIn(words).flatMap((event) => event.kind === "sterile-load" ? event.body.load : []);
}

async function loadsOfCycle(stored: StoredWords, cycle: string): Promise<string[]> {
  return eventsIn(await stored.under([keyOf.cycle(cycle)])).flatMap((event) =>
    event.kind === "sterile-cycle" && event.body.load !== null ? [event.body.load] : []
  );
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
  const midnight = Date.parse(`${dayText(started)}T00:00:00+08:00`);
  return await loadsBetween(parts, steriliser, midnight, midnight + days * DAY_MS);
}

async function loadsBetween(
  { rows, site, nowMs }: TouchedParts,
  steriliser: string,
  fromMs: number,
  toMs: number,
): Promise<string[]> {
  const to = Math.min(toMs, nowMs + DAY_MS);
  const asked = [site, steriliser, fromMs, to, CYCLES_MAX];
  const found = await rows.rows(SELECTS.cyclesOfDevice, asked);
  return found.flatMap((row) => row.textOrNull("load") ?? []);
}
