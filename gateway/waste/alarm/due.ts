/**
 * Alarms that are due now, and those that are over. The id of one is made of its rule, its subject
 * and what it follows from: decided again, or by site and county alike, it is the same.
 */
import { entryId } from "../../collected_entry.ts";
import { ageOf, type Present } from "../../age.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { type BagClock, bagClock } from "../clock/bag_clock.ts";
import type { EpidemicMode } from "../clock/epidemic.ts";
import type { BagStanding } from "../life/bag.ts";
import type { Ledger } from "../life/ledger.ts";
import type { WasteRules } from "../rules.ts";
import { leftBehind } from "../store/left_behind.ts";
import type { StoreHolding } from "../store/plan_stored.ts";
import { type AlarmBody, type AlarmName, type Level, LEVELS } from "./alarm_body.ts";

const HOUR_MS = 3_600_000;

export interface Circumstances {
  readonly present: Present;
  /** What holds at a site. */
  readonly modeAt: (site: string) => EpidemicMode;
  readonly rules: WasteRules;
}

/** One that has come so far: `forMs` says for how long. */
interface Occasion {
  readonly alarm: AlarmName;
  readonly rule: string;
  readonly site: string;
  readonly subject: string;
  readonly basis: string;
  readonly forMs: number;
  readonly isCertain: boolean;
  readonly hours?: number;
}

export function alarmsDue(ledger: Ledger, around: Circumstances): AlarmBody[] {
  const occasions = [...ledger.bags.values()].flatMap((bag) => [
    ...ofClock(bag, around),
    ...ofMissing(bag, around),
    ...ofConflicts(bag, around),
  ]);
  const due = [...occasions, ...ofLeftBehind(ledger, around), ...ofFaults(ledger, around)]
    .flatMap((occasion) => escalated(occasion, around.rules));
  return [...new Map(due.map((alarm) => [alarm.id, alarm])).values()];
}

/** A store that is too full; `since` tells one filling from the next. */
export function storeAlarms(
  { site, store, since }: {
    readonly site: string;
    readonly store: string;
    readonly since: string;
  },
  { isWarning }: StoreHolding,
  rules: WasteRules,
): AlarmBody[] {
  if (!isWarning) return [];
  const about = { alarm: "store-full", rule: "W7", site, subject: store } as const;
  return escalated({ ...about, basis: since, forMs: 0, isCertain: true }, rules);
}

/** Ids of alarms that were raised and are not due any more. */
export function alarmsOver(raised: readonly AlarmBody[], due: readonly AlarmBody[]): string[] {
  const ids = new Set(due.map(({ id }) => id));
  return raised.map(({ id }) => id).filter((id) => !ids.has(id));
}

/**
 * Who has to know after how long, in milliseconds (W9). A warning is for the site alone; of a
 * breach the institution hears at once; what nobody looks after goes on to the regulator.
 */
export function ladderOf(alarm: AlarmName, rules: WasteRules): Partial<Record<Level, number>> {
  const institution = rules.institutionHours.value * HOUR_MS;
  const regulator = rules.regulatorHours.value * HOUR_MS;
  switch (alarm) {
    case "warning":
    case "store-full":
      return { site: 0 };
    case "breach":
      return { site: 0, institution: 0, regulator };
    case "missing-bag":
      return { site: 0, institution, regulator };
    case "conflict":
      return { site: 0, institution };
  }
}

function escalated({ forMs, ...about }: Occasion, rules: WasteRules): AlarmBody[] {
  const ladder = ladderOf(about.alarm, rules);
  return LEVELS.filter((level) => forMs >= (ladder[level] ?? Infinity)).map((level) => ({
    id: entryId("waste-alarm", about.rule, about.alarm, about.subject, about.basis, level),
    ...about,
    level,
  }));
}

function ofClock(bag: BagStanding, { present, modeAt, rules }: Circumstances): Occasion[] {
  const mode = modeAt(bag.site);
  const clock = bagClock(bag, present, { mode, rules });
  const { age, from } = clock;
  if (age === null || from === null || clock.stage === "stopped") return [];
  const turn = mode.isOn ? mode.since?.body.id ?? "" : "";
  const basis = entryId("clock", from, turn);
  const about = { rule: "W5", site: bag.site, subject: bag.bag, basis, isCertain: age.isCertain };
  return warned(clock).map(({ alarm, limitMs, forMs }) => ({
    ...about,
    alarm,
    forMs,
    hours: limitMs / HOUR_MS,
  }));
}

/** What is in breach was warned of, too. */
function warned({ stage, warnMs, breachMs, breachedForMs }: BagClock) {
  const warning = { alarm: "warning" as const, limitMs: warnMs, forMs: 0 };
  const breach = { alarm: "breach" as const, limitMs: breachMs, forMs: breachedForMs };
  return stage === "running" ? [] : stage === "warning" ? [warning] : [warning, breach];
}

function ofMissing(bag: BagStanding, { present }: Circumstances): Occasion[] {
  if (bag.missing === null) return [];
  const { stored: basis } = bag.missing;
  const about = { alarm: "missing-bag", rule: "W6", site: bag.site, subject: bag.bag } as const;
  const times = bag.history.filter(({ id }) => id === basis).map(({ time }) => time);
  return [{ ...about, basis, ...sinceLast(times, present) }];
}

/** That of a load is the same for all bags in it, and is told once. */
function ofConflicts(bag: BagStanding, { present }: Circumstances): Occasion[] {
  return bag.conflicts.map(({ id: basis, subject, alternatives }) => ({
    alarm: "conflict",
    rule: "W4",
    site: bag.site,
    subject,
    basis,
    ...sinceLast(alternatives.map(({ time }) => time), present),
  }));
}

function ofLeftBehind(ledger: Ledger, { present }: Circumstances): Occasion[] {
  return leftBehind(ledger).map(({ bag, site, stored, time }) => ({
    alarm: "missing-bag",
    rule: "W6",
    site,
    subject: bag,
    basis: stored,
    ...sinceLast([time], present),
  }));
}

function ofFaults({ faults, bags }: Ledger, { present }: Circumstances): Occasion[] {
  return faults.flatMap((fault): Occasion[] => {
    if (fault.kind !== "one-reading-two-bags") return [];
    const { reading } = fault;
    return fault.bags.flatMap((bag): Occasion[] => {
      const standing = bags.get(bag);
      if (standing === undefined) return [];
      const { site, sealings } = standing;
      const times = sealings.flatMap((one) => one.from === "entry" ? [one.time] : []);
      const basis = entryId("reading", reading);
      const about = { alarm: "conflict", rule: "W2", site, subject: bag } as const;
      return [{ ...about, basis, ...sinceLast(times, present) }];
    });
  });
}

/** Since the last of these entries was made: before it there was nothing to see. */
function sinceLast(
  times: readonly Stamp[],
  present: Present,
): Pick<Occasion, "forMs" | "isCertain"> {
  const ages = times.map((time) => ageOf(time, present));
  if (ages.length === 0) return { forMs: 0, isCertain: false };
  const forMs = Math.min(...ages.map(({ ms }) => ms));
  return { forMs, isCertain: ages.every(({ isCertain }) => isCertain) };
}
