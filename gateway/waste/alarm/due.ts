/**
 * Alarms that are due now, and those that are over. The id of one is made of its rule, its subject
 * and what it follows from: decided again, or by site and county alike, it is the same.
 */
import { entryId } from "../../collected_entry.ts";
import { ageOf, type Present, type WrittenMoment } from "../../age.ts";
import { type BagClock, bagClock } from "../clock/bag_clock.ts";
import type { EpidemicMode } from "../clock/epidemic.ts";
import type { BagStanding } from "../life/bag.ts";
import type { Ledger } from "../life/ledger.ts";
import type { ManifestFault, ManifestStanding } from "../manifest/manifest.ts";
import type { WasteRules } from "../rules.ts";
import { leftBehind } from "../store/left_behind.ts";
import type { StoreHolding } from "../store/plan_stored.ts";
import { levelsReached } from "../../escalation.ts";
import { type AlarmBody, type AlarmName, type Level, LEVELS } from "./alarm_body.ts";

const HOUR_MS = 3_600_000;

export interface Circumstances {
  readonly present: Present;
  /** What holds at a site. */
  readonly modeAt: (site: string) => EpidemicMode;
  readonly rules: WasteRules;
}

/** What the entries give occasion to: `forMs` says for how long; negative: in how long. */
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
  const due = occasionsOf(ledger, around).flatMap((one) => escalated(one, around.rules));
  return [...new Map(due.map((alarm) => [alarm.id, alarm])).values()];
}

/**
 * Ids of what is not due as far as clocks tell that cannot be believed: of these nobody says that
 * they are over, since a wall clock that was set back takes no alarm back.
 */
export function alarmsInDoubt(ledger: Ledger, around: Circumstances): string[] {
  return doubtful(ledger, around).map(({ id }) => id);
}

function doubtful(ledger: Ledger, around: Circumstances): AlarmBody[] {
  return occasionsOf(ledger, around).filter(({ isCertain }) => !isCertain)
    .flatMap((one) => escalated({ ...one, forMs: Infinity }, around.rules));
}

/**
 * What a county says of breaches at a site that it does not hear, but for those that the site told
 * of itself, by the ids of its alarms; and ids of those that clocks leave in doubt.
 */
export function unheardAlarms(
  ledger: Ledger,
  around: Circumstances,
  told: ReadonlySet<string>,
): { readonly due: readonly AlarmBody[]; readonly inDoubt: readonly string[] } {
  const untold = alarmsDue(ledger, around).filter(({ id }) => !told.has(id));
  const inDoubt = doubtful(ledger, around).flatMap(asUnheard).map(({ id }) => id);
  return { due: untold.flatMap(asUnheard), inDoubt };
}

function asUnheard(alarm: AlarmBody): AlarmBody[] {
  if (alarm.alarm !== "breach") return [];
  return [named({ ...alarm, alarm: "unheard" })];
}

function occasionsOf(ledger: Ledger, around: Circumstances): Occasion[] {
  const ofBags = [...ledger.bags.values()].flatMap((bag) => [
    ...ofClock(bag, around),
    ...ofMissing(bag, around),
    ...ofConflicts(bag, around),
    ...ofReceipts(bag, around),
    ...ofJourney(bag, around),
  ]);
  return [...ofBags, ...ofLeftBehind(ledger, around), ...ofFaults(ledger, around)];
}

/** What contradicts what was written of manifests. */
export function manifestAlarms(
  manifests: readonly (Pick<ManifestStanding, "manifest" | "stage" | "received" | "faults"> & {
    readonly site: string;
  })[],
  { present, rules }: Pick<Circumstances, "present" | "rules">,
): AlarmBody[] {
  return manifests.flatMap((standing) =>
    standing.faults.filter((fault) => isOpen(fault, standing)).flatMap((fault) => {
      const alarm = fault.kind === "weight-differs" ? "receipt-weight" : "receipt";
      const about = { alarm, rule: "W8", site: standing.site, basis: fault.id } as const;
      const occasion = { ...about, subject: standing.manifest, ...sinceLast([fault], present) };
      return escalated(occasion, rules);
    })
  );
}

/** A weight of which two persons said why it differs is done with the disposal. */
function isOpen(
  { kind, id }: ManifestFault,
  { stage, received }: Pick<ManifestStanding, "stage" | "received">,
): boolean {
  if (kind !== "weight-differs" || stage !== "disposed") return true;
  return received.some(({ body }) => body.id === id && body.difference.trim() === "");
}

/** People hear that shorter limits hold at their site, and that they do no more (W5). */
export function epidemicAlarms(site: string, mode: EpidemicMode, rules: WasteRules): AlarmBody[] {
  if (!mode.isOn || mode.since === null) return [];
  const about = { alarm: "epidemic", rule: "W5", site, subject: site } as const;
  return escalated({ ...about, basis: mode.since.body.id, forMs: 0, isCertain: true }, rules);
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

/** Of alarms that were raised, by their ids, those that are not due any more, nor in doubt. */
export function alarmsOver(
  raised: readonly string[],
  due: ReadonlySet<string>,
  inDoubt: ReadonlySet<string> = new Set(),
): string[] {
  return raised.filter((id) => !due.has(id) && !inDoubt.has(id));
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
    case "epidemic":
      return { site: 0, institution: 0 };
    case "breach":
    case "unheard":
    case "receipt-overdue":
      return { site: 0, institution: 0, regulator };
    case "missing-bag":
    case "not-received":
    case "receipt":
      return { site: 0, institution, regulator };
    case "conflict":
    case "receipt-weight":
      return { site: 0, institution };
  }
}

function escalated({ forMs, ...about }: Occasion, rules: WasteRules): AlarmBody[] {
  const ladder = ladderOf(about.alarm, rules);
  return levelsReached(LEVELS, ladder, forMs).map((level) => named({ ...about, level }));
}

function named(about: Omit<AlarmBody, "id">): AlarmBody {
  const { rule, alarm, subject, basis, level } = about;
  return { ...about, id: entryId("waste-alarm", rule, alarm, subject, basis, level) };
}

function ofClock(bag: BagStanding, { present, modeAt, rules }: Circumstances): Occasion[] {
  const mode = modeAt(bag.site);
  const clock = bagClock(bag, present, { mode, rules });
  const { age, from } = clock;
  if (age === null || from === null || clock.stage === "stopped") return [];
  // What is certain not to be due gives no occasion; most bags are young.
  const limits = limitsOf(age.ms, clock).filter(({ forMs }) => forMs >= 0 || !age.isCertain);
  if (limits.length === 0) return [];
  const turn = mode.isOn ? mode.since?.body.id ?? "" : "";
  const basis = entryId("clock", from, turn);
  const about = { rule: "W5", site: bag.site, subject: bag.bag, basis, isCertain: age.isCertain };
  return limits.map(({ alarm, limitMs, forMs }) => ({
    ...about,
    alarm,
    forMs,
    hours: limitMs / HOUR_MS,
  }));
}

function limitsOf(ageMs: number, { warnMs, breachMs, breachedForMs }: BagClock) {
  return [
    { alarm: "warning" as const, limitMs: warnMs, forMs: ageMs - warnMs },
    { alarm: "breach" as const, limitMs: breachMs, forMs: breachedForMs },
  ];
}

function ofMissing(bag: BagStanding, { present }: Circumstances): Occasion[] {
  if (bag.missing === null) return [];
  const { stored: basis } = bag.missing;
  const about = { alarm: "missing-bag", rule: "W6", site: bag.site, subject: bag.bag } as const;
  return [{ ...about, basis, ...sinceLast(entriesIn(bag, basis), present) }];
}

/** What a disposer's receipt says of it does not fit how it left, or what left. */
function ofReceipts(bag: BagStanding, { present }: Circumstances): Occasion[] {
  const about = { rule: "W8", site: bag.site } as const;
  const unfounded = bag.unfounded.map(({ id, manifest }): Occasion => ({
    ...{ ...about, alarm: "receipt", subject: manifest, basis: id },
    ...sinceLast(entriesIn(bag, id), present),
  }));
  const { notReceived } = bag;
  if (notReceived === null) return unfounded;
  const missing = { ...about, alarm: "not-received", subject: bag.bag } as const;
  const since = sinceLast([notReceived], present);
  return [...unfounded, { ...missing, basis: notReceived.id, ...since }];
}

/** It left, and no receipt of its manifest has come: told once for all that left with it. */
function ofJourney(bag: BagStanding, { present, rules }: Circumstances): Occasion[] {
  const { state, manifest: subject, movedBy: [basis], notReceived, site } = bag;
  if (state !== "departed" || subject === null || notReceived !== null) return [];
  const hours = rules.receiptHours.value;
  const { forMs, isCertain } = sinceLast(entriesIn(bag, basis), present);
  const about = { alarm: "receipt-overdue", rule: "W8", site, subject, basis, hours } as const;
  return [{ ...about, forMs: forMs - hours * HOUR_MS, isCertain }];
}

function entriesIn({ history }: BagStanding, id: string): BagStanding["history"] {
  return history.filter((one) => one.id === id);
}

/** That of a load is the same for all bags in it, and is told once. */
function ofConflicts(bag: BagStanding, { present }: Circumstances): Occasion[] {
  return bag.conflicts.map(({ id: basis, subject, alternatives }) => ({
    alarm: "conflict",
    rule: "W4",
    site: bag.site,
    subject,
    basis,
    ...sinceLast(alternatives, present),
  }));
}

function ofLeftBehind(ledger: Ledger, { present }: Circumstances): Occasion[] {
  return leftBehind(ledger).map(({ bag, site, stored, time, node }) => ({
    alarm: "missing-bag",
    rule: "W6",
    site,
    subject: bag,
    basis: stored,
    ...sinceLast([{ time, node }], present),
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
      const times = sealings.flatMap((one) => one.from === "entry" ? [one] : []);
      const basis = entryId("reading", reading);
      const about = { alarm: "conflict", rule: "W2", site, subject: bag } as const;
      return [{ ...about, basis, ...sinceLast(times, present) }];
    });
  });
}

/** Since the last of these entries was made: before it there was nothing to see. */
function sinceLast(
  entries: readonly { readonly time: WrittenMoment; readonly node: string }[],
  present: Present,
): Pick<Occasion, "forMs" | "isCertain"> {
  const ages = entries.map(({ time, node }) => ageOf({ ...time, node }, present));
  if (ages.length === 0) return { forMs: 0, isCertain: false };
  const forMs = Math.min(...ages.map(({ ms }) => ms));
  return { forMs, isCertain: ages.every(({ isCertain }) => isCertain) };
}
