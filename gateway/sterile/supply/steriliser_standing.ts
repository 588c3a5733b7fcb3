/** Whether a steriliser may be used: its Bowie-Dick test of the day, its biological tests (S5). */
import { ageOf, type Present, type WrittenMoment } from "../../age.ts";
import { dayText } from "../../china_calendar.ts";
import type { RulesInForce } from "../rules.ts";
import type { BodyOf } from "./event.ts";
import type { Moment } from "./supply_body.ts";
import { cycleStanding } from "./standing_judgement.ts";
import { idsOf, momentOrder, type Tested, type ToldOfSite } from "./told.ts";

const DAY_MS = 86_400_000;

export interface BowieDick {
  readonly state: "passed" | "failed" | "missing";
  /** Of the test that says so. */
  readonly ids: readonly string[];
  /** All that passed in time, by which somebody may have released before the last was known. */
  readonly passed: readonly string[];
}

/**
 * The last Bowie-Dick test before a moment, if it is of that day in China (or of as many days as
 * the rule says); two results of one cycle: the one that failed. One that passed counts where its
 * cycle did what such a test is of.
 */
export function bowieDickBefore(
  told: ToldOfSite,
  steriliser: string,
  moment: Moment,
  rules: RulesInForce,
): BowieDick {
  const days = rules.one("bowie-dick")?.days ?? 1;
  const first = dayText(moment.wallMs - (days - 1) * DAY_MS);
  const tests = (told.bowieDicks.get(steriliser) ?? []).filter(({ day, started }) =>
    day >= first && momentOrder(started, moment) < 0
  );
  const passed = idsOf(tests.map((test) => test.told).filter(({ body }) => body.result === "pass"));
  const last = tests.findLast((test) => saysSomething(told, test))?.told.body.cycle;
  if (last === undefined) return { state: "missing", ids: [], passed };
  const ofLast = tests.map((test) => test.told).filter(({ body }) => body.cycle === last);
  const failed = ofLast.filter(({ body }) => body.result === "fail");
  return failed.length > 0
    ? { state: "failed", ids: idsOf(failed), passed }
    : { state: "passed", ids: idsOf(ofLast), passed };
}

/** A sheet that came out well of a cycle that failed, or that was no such test, proves nothing. */
function saysSomething(told: ToldOfSite, { told: { body } }: Tested<"sterile-bowie-dick">) {
  if (body.result === "fail") return true;
  const standing = cycleStanding(told, body.cycle)?.standing;
  return standing !== undefined && whyNoBowieDick(standing) === null;
}

/** Why no Bowie-Dick test can have passed in a cycle; `null`: it can. */
export function whyNoBowieDick(
  { verdict, method, loadType }: BodyOf<"sterile-cycle">,
): string | null {
  if (verdict === "fail") return "this cycle failed, and proves nothing of the vacuum";
  if (method === "gravity") return "this cycle had no vacuum";
  return loadType === null || loadType === "test" ? null : `the chamber was not empty: ${loadType}`;
}

/** A biological result that says something. */
export interface Biological {
  readonly id: string;
  readonly cycle: string;
  readonly started: Moment;
  /** The same, as its age is reckoned. */
  readonly moment: Required<WrittenMoment>;
  readonly timeMs: number;
  readonly passed: boolean;
}

/** Of one steriliser, by when their cycles began; a cycle passed if each of its results did. */
export function biologicalsOf(told: ToldOfSite, steriliser: string): Biological[] {
  const byCycle = new Map<string, Biological>();
  for (const tested of told.biologicals.get(steriliser) ?? []) {
    const { told: { body, timeMs }, started, clock } = tested;
    const other = byCycle.get(body.cycle);
    if (other !== undefined && (!other.passed || body.result === "pass")) continue;
    const { id, cycle } = body;
    const moment = { ...started, clock, node: body.site };
    byCycle.set(cycle, { id, cycle, started, moment, timeMs, passed: body.result === "pass" });
  }
  return [...byCycle.values()];
}

/**
 * The failed biological test by which it may not be used at a moment: after one, so many in a row
 * have to pass as the rule says. `null`: it may.
 */
export function barredBy(
  biologicals: readonly Biological[],
  moment: Moment,
  rules: RulesInForce,
): Biological | null {
  const needed = rules.one("biological-return")?.count ?? 1;
  let barred: Biological | null = null;
  let passes = 0;
  for (const one of biologicals) {
    if (momentOrder(one.started, moment) >= 0) break;
    passes = one.passed ? passes + 1 : 0;
    if (!one.passed) barred = one;
    else if (passes >= needed) barred = null;
  }
  return barred;
}

/**
 * Failed biological tests that speak against a cycle: those since whose last pass, and before whose
 * next, it ran, and the one by which its steriliser was barred. Those reach back: what had left
 * before the result was read is called back.
 */
export function biologicalsAgainst(
  biologicals: readonly Biological[],
  started: Moment,
  rules: RulesInForce,
): string[] {
  const ids = biologicals.flatMap((failed, index) => {
    if (failed.passed) return [];
    const before = biologicals.slice(0, index).findLast(({ passed }) => passed);
    const next = biologicals.slice(index).find(({ passed }) => passed);
    const isSince = before === undefined || momentOrder(started, before.started) > 0;
    const isUntil = next === undefined || momentOrder(started, next.started) < 0;
    return isSince && isUntil ? [failed.id] : [];
  });
  const bar = barredBy(biologicals, started, rules);
  return [...new Set(bar === null ? ids : [...ids, bar.id])].sort();
}

export interface Overdue {
  /** From when on, milliseconds since 1970 UTC, by the wall clock of its last test. */
  readonly sinceMs: number;
  /** Whether the clocks that say so could be believed. */
  readonly isCertain: boolean;
}

/**
 * Whether a biological test is overdue, by how long ago the last one that passed was run (T12), or
 * the first cycle that was seen, where none passed that is known; `null`: it is not.
 */
export function biologicalOverdue(
  since: WrittenMoment,
  present: Present,
  rules: RulesInForce,
): Overdue | null {
  const { ms, isCertain } = ageOf(since, present);
  const days = intervalMs(rules);
  return ms > days ? { sinceMs: since.wallMs + days, isCertain } : null;
}

/** When the last one that passed was run. */
export function lastPassed(biologicals: readonly Biological[]): Required<WrittenMoment> | null {
  return biologicals.findLast(({ passed }) => passed)?.moment ?? null;
}

function intervalMs(rules: RulesInForce): number {
  return (rules.one("biological-interval")?.days ?? 7) * DAY_MS;
}

export interface SteriliserStanding {
  readonly bowieDick: BowieDick;
  readonly lastBiological: Required<WrittenMoment> | null;
  /** When the last biological test that passed was run, milliseconds since 1970 UTC. */
  readonly lastBiologicalMs: number | null;
  /** From when one is overdue; `null` before the first. */
  readonly biologicalDueMs: number | null;
  readonly isBiologicalOverdue: boolean;
  /** Whether it is cannot be told for certain, as clocks could not be believed. */
  readonly isBiologicalInDoubt: boolean;
  /** Id of the failed biological test that bars it. */
  readonly barredBy: string | null;
}

export function steriliserStanding(
  told: ToldOfSite,
  steriliser: string,
  present: Present,
  rules: RulesInForce,
): SteriliserStanding {
  const { now } = present;
  const biologicals = biologicalsOf(told, steriliser);
  const last = lastPassed(biologicals);
  return {
    bowieDick: bowieDickBefore(told, steriliser, now, rules),
    lastBiological: last,
    lastBiologicalMs: last?.wallMs ?? null,
    biologicalDueMs: last === null ? null : last.wallMs + intervalMs(rules),
    isBiologicalOverdue: last === null || biologicalOverdue(last, present, rules) !== null,
    isBiologicalInDoubt: last !== null && !ageOf(last, present).isCertain,
    barredBy: barredBy(biologicals, now, rules)?.id ?? null,
  };
}
