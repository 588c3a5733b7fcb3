/** Whether a steriliser may be used: its Bowie-Dick test of the day, its biological tests (S5). */
import { ageOf, type Present, type WrittenMoment } from "../../age.ts";
import { dayText } from "../../china_calendar.ts";
import type { RulesInForce } from "../rules.ts";
import type { BodyOf } from "./event.ts";
import { ageAt, beganAt, type Ran, ranBefore, ranOrder, type RanThere, ranUntil } from "./ran.ts";
import { cycleStanding } from "./standing_judgement.ts";
import { idsOf, type Tested, type ToldOfSite } from "./told.ts";

const DAY_MS = 86_400_000;

export interface BowieDick {
  readonly state: "passed" | "failed" | "missing";
  /** Of the test that says so. */
  readonly ids: readonly string[];
  /** All that passed in time, by which somebody may have released before the last was known. */
  readonly passed: readonly string[];
  /** Passed, and nobody knows when: the machine was off since, and its clock not right. */
  readonly inDoubt: readonly string[];
}

type BowieDickTest = Tested<"sterile-bowie-dick">;

/**
 * The last Bowie-Dick test before a cycle, if it is of that day in China (or of as many days as the
 * rule says); two results of one cycle: the one that failed. One that passed counts where its cycle
 * did what such a test is of. Within one boot its age is by the boot-time clock; where it is not
 * known one that passed does not count, and one that failed does.
 */
export function bowieDickBefore(
  told: ToldOfSite,
  steriliser: string,
  at: Ran,
  rules: RulesInForce,
): BowieDick {
  const days = rules.one("bowie-dick")?.days ?? 1;
  const tests = testsBefore(told.bowieDicks.get(steriliser) ?? [], at, days);
  const passes = tests.filter(({ test }) => test.told.body.result === "pass");
  const ofDay = passes.flatMap(({ test, when }) => when === "of-the-day" ? [test] : []);
  const passed = idsOf(ofDay.map((test) => test.told));
  const counting = ofDay.filter((test) => saysSomething(told, test));
  const failed = tests.map(({ test }) => test).filter((fail) =>
    fail.told.body.result === "fail" &&
    !counting.some((pass) =>
      pass.told.body.cycle !== fail.told.body.cycle && ranBefore(fail.ran, pass.ran)
    )
  );
  const unknown = passes.flatMap(({ test, when }) => when === "unknown" ? [test.told] : []);
  const said = { passed, inDoubt: idsOf(unknown) };
  if (failed.length > 0) return { state: "failed", ids: idsOf(ofLast(failed)), ...said };
  if (counting.length > 0) return { state: "passed", ids: idsOf(ofLast(counting)), ...said };
  return { state: "missing", ids: [], ...said };
}

interface TestBefore {
  readonly test: BowieDickTest;
  /** Of the days for which it counts, or it is not known to be older or of later. */
  readonly when: "of-the-day" | "unknown";
}

/** Of some in their order those that bear on a cycle: none behind it, none that is too old. */
function testsBefore(tests: readonly BowieDickTest[], at: Ran, days: number): TestBefore[] {
  const found: TestBefore[] = [];
  let areOlder = false;
  for (const test of tests.toReversed()) {
    const order = ranOrder(test.ran, at);
    if (order === null) found.push({ test, when: "unknown" });
    if (order === null || order >= 0 || areOlder) continue;
    const when = whenOf(test, at, days);
    // What ran before one that is too old is so, too.
    if (when === "older") areOlder = true;
    else found.push({ test, when });
  }
  return found.toReversed();
}

/** So many days of China, that of the cycle among them. */
function whenOf(
  { ran }: BowieDickTest,
  at: Ran,
  days: number,
): "of-the-day" | "older" | "unknown" {
  const { ms, isCertain } = ageAt(ran, at);
  if (!isCertain) return "unknown";
  if (ms > days * DAY_MS) return "older";
  const { wallMs } = at.started;
  const first = dayText(wallMs - (days - 1) * DAY_MS);
  return dayText(wallMs - ms) >= first ? "of-the-day" : "older";
}

function ofLast(tests: readonly BowieDickTest[]): BowieDickTest["told"][] {
  const last = tests.at(-1)?.told.body.cycle;
  return tests.map(({ told }) => told).filter(({ body }) => body.cycle === last);
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
  readonly ran: RanThere;
  readonly passed: boolean;
}

/** Of one steriliser, by when their cycles ran; a cycle passed if each of its results did. */
export function biologicalsOf(told: ToldOfSite, steriliser: string): Biological[] {
  const byCycle = new Map<string, Biological>();
  for (const { told: { body }, ran } of told.biologicals.get(steriliser) ?? []) {
    const other = byCycle.get(body.cycle);
    if (other !== undefined && (!other.passed || body.result === "pass")) continue;
    const { id, cycle } = body;
    byCycle.set(cycle, { id, cycle, ran, passed: body.result === "pass" });
  }
  return [...byCycle.values()];
}

/**
 * The failed biological test by which it may not be used in a cycle: after one, so many have to
 * pass before that as the rule says, with none that failed in between. `null`: it may.
 */
export function barredBy(
  biologicals: readonly Biological[],
  at: Ran,
  rules: RulesInForce,
): Biological | null {
  const needed = rules.one("biological-return")?.count ?? 1;
  const passes = biologicals.filter(({ passed, ran }) => passed && ranBefore(ran, at));
  return biologicals.findLast(({ passed, ran }) =>
    !passed && (ranOrder(ran, at) ?? -1) < 0 &&
    passes.filter((pass) => ranBefore(ran, pass.ran)).length < needed
  ) ?? null;
}

/**
 * Failed biological tests that speak against a cycle: those since whose last pass, and before whose
 * next, it ran, and the one by which its steriliser was barred. Those reach back: what had left
 * before the result was read is called back. Where nobody knows what came first they do.
 */
export function biologicalsAgainst(
  biologicals: readonly Biological[],
  at: Ran,
  rules: RulesInForce,
): string[] {
  const passes = biologicals.filter(({ passed }) => passed).map(({ ran }) => ran);
  const isNotAfter = (one: Ran, other: Ran) => (ranOrder(one, other) ?? 1) <= 0;
  const ids = biologicals.flatMap(({ id, passed, ran }) => {
    const isBetween = passes.some((pass) =>
      (isNotAfter(at, pass) && ranBefore(pass, ran)) ||
      (ranBefore(ran, pass) && isNotAfter(pass, at))
    );
    return passed || isBetween ? [] : [id];
  });
  const bar = barredBy(biologicals, at, rules);
  return [...new Set(bar === null ? ids : [...ids, bar.id])].sort();
}

export interface BiologicalDue {
  /** From when on, milliseconds since 1970 UTC, by the wall clock of its last test. */
  readonly dueMs: number;
  readonly isOverdue: boolean;
  /** Whether the clocks that say so could be believed. */
  readonly isCertain: boolean;
}

/**
 * Whether a biological test is overdue, by how long ago the last one that passed was run (T12), or
 * the first cycle that was seen, where none passed that is known.
 */
export function biologicalDue(
  since: WrittenMoment,
  present: Present,
  rules: RulesInForce,
): BiologicalDue {
  const { ms, isCertain } = ageOf(since, present);
  const days = intervalMs(rules);
  return { dueMs: since.wallMs + days, isOverdue: ms > days, isCertain };
}

/** When the last one that passed was run. */
export function lastPassed(biologicals: readonly Biological[]): Required<WrittenMoment> | null {
  const last = biologicals.findLast(({ passed }) => passed);
  return last === undefined ? null : beganAt(last.ran);
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
  const at = ranUntil(present.now);
  const biologicals = biologicalsOf(told, steriliser);
  const last = lastPassed(biologicals);
  const due = last === null ? null : biologicalDue(last, present, rules);
  return {
    bowieDick: bowieDickBefore(told, steriliser, at, rules),
    lastBiological: last,
    lastBiologicalMs: last?.wallMs ?? null,
    biologicalDueMs: due?.dueMs ?? null,
    isBiologicalOverdue: due === null || due.isOverdue,
    isBiologicalInDoubt: due !== null && !due.isCertain,
    barredBy: barredBy(biologicals, at, rules)?.id ?? null,
  };
}
