/**
 * What the clock-based rules of the three domains say around a moment, printed as JSON: run as a
 * process whose zone is that of some host. Its argument is the moment at which that host's clocks
 * are changed.
 */
import {
  boxSample,
  MINUTE_MS,
  rulesOf,
  SHANGHAI,
  watching,
} from "./coldchain/series/fixture_series.ts";
import { dayText } from "./china_calendar.ts";
import { foldSamples } from "./coldchain/series/fold.ts";
import { firstCarry } from "./coldchain/series/carry.ts";
import { MANUAL_READINGS } from "./coldchain/rules/plans.ts";
import { manualDayOf } from "./coldchain/life/manual_readings.ts";
import { print } from "./print.ts";
import { biologicalDue } from "./sterile/supply/steriliser_standing.ts";
import { RULES } from "./sterile/fixture_cycle.ts";
import { bagClock } from "./waste/clock/bag_clock.ts";
import { modeAt } from "./waste/clock/epidemic.ts";
import { SITE, Story } from "./waste/fixture_waste.ts";
import { ledgerOf } from "./waste/life/ledger.ts";
import { DEFAULT_RULES } from "./waste/rules.ts";

const HOUR_MS = 60 * MINUTE_MS;
const changeMs = Number(Deno.args[0]);

/** `count` minutes out of range by the wall clock alone, the change in their middle. */
function coldOf(count: number) {
  const fromMs = changeMs - 30 * MINUTE_MS;
  const values = [...Array.from({ length: count }, () => 8.1), 5];
  const watch = watching(rulesOf("strict"));
  const samples = values.map((celsius, index) => {
    const wallMs = fromMs + index * MINUTE_MS;
    return boxSample(index + 1, wallMs, index * MINUTE_MS, celsius);
  });
  const { told } = foldSamples(firstCarry(watch.rules), samples, watch);
  return {
    alarms: told.begun.map(({ alarmMs }) => (alarmMs - fromMs) / MINUTE_MS),
    days: told.days.map(({ date }) => date),
  };
}

/** A bag that was sealed twelve hours before, at another machine that has booted since. */
function wasteAfter(ms: number): string {
  const sealedMs = changeMs - 12 * HOUR_MS;
  const bag = ledgerOf([new Story("site-017").at(sealedMs - MINUTE_MS).sealed("B1")], DEFAULT_RULES)
    .bags.get("B1");
  if (bag === undefined) throw new Error("no bag");
  const now = {
    wallMs: sealedMs + ms,
    bootId: "f".repeat(32),
    bootMs: 5,
    clock: "trusted",
  } as const;
  const rules = { mode: modeAt(SITE, []), rules: DEFAULT_RULES };
  return bagClock(bag, { now, corrections: [] }, rules).stage;
}

const noon = SHANGHAI.dayOf(changeMs);
print(JSON.stringify({
  host: new Date(changeMs).getTimezoneOffset() - new Date(changeMs - 1).getTimezoneOffset(),
  cold: [59, 60, 61].map((count) => coldOf(count)),
  waste: [24, 48].flatMap((hours) => [-1, 0, 1].map((more) => wasteAfter(hours * HOUR_MS + more))),
  day: [noon.toMs - noon.fromMs, SHANGHAI.dayOf(noon.toMs - 1).date === noon.date],
  sterileDays: [noon.fromMs - 1, noon.fromMs].map((ms) => dayText(ms) === noon.date),
  overdue: [0, 1].map((more) => {
    const due = changeMs + 7 * 24 * HOUR_MS;
    const boot = { bootId: "f".repeat(32), bootMs: 0, clock: "trusted" } as const;
    const first = { ...boot, bootId: "e".repeat(32), wallMs: changeMs };
    const present = { now: { ...boot, wallMs: due + more }, corrections: [] };
    return biologicalDue(first, present, RULES).isOverdue;
  }),
  manual: [-1, 0].map((more) => {
    const dueMs = noon.fromMs + MANUAL_READINGS.morningDueHour * HOUR_MS;
    return manualDayOf([], noon, SHANGHAI, dueMs + more).missing.length;
  }),
}));
