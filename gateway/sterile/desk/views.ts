/** What pages and programs are shown, of any site that the node has tables of. */
import type { Stamp } from "../../../sync/entry.ts";
import { presentFor } from "../../devices/present.ts";
import type { Rows } from "../../sql/sql.ts";
import { maskNumber } from "../../people/masking.ts";
import { eventsAround } from "../record/around.ts";
import { keyOf } from "../record/sterile_entry.ts";
import {
  type AlarmLine,
  alarmLine,
  type CycleLine,
  cycleLine,
  type LoadLine,
  SELECTS,
  STERILISERS_SELECT,
} from "../record/sterile_reads.ts";
import { type SteriliserBody, steriliserBody } from "../record/steriliser_body.ts";
import { StoredWords } from "../record/stored_words.ts";
import { receivedOf, supplies } from "../record/supplied_packs.ts";
import { testedBy } from "../record/tested_by.ts";
import type { RulesInForce } from "../rules.ts";
import type { BodyOf } from "../supply/event.ts";
import { type LoadStanding, loadStanding } from "../supply/load_standing.ts";
import { type PackTrace, packTrace, whereaboutsOf } from "../supply/pack_trace.ts";
import { ranUntil } from "../supply/ran.ts";
import {
  biologicalsOf,
  lastPassed,
  type SteriliserStanding,
  steriliserStanding,
} from "../supply/steriliser_standing.ts";
import { type ToldOfSite, toldOfSite } from "../supply/told.ts";
import { todayBy, type UseDoubt, useDoubts } from "../supply/unsterile_use.ts";
import { aroundPack } from "./acts.ts";
import type { CycleRecordOf } from "./cycle_record.ts";
import { storedRecord } from "./sterile_desk.ts";

export interface CycleView {
  readonly line: CycleLine;
  /** All, in the order in which they were written; the last but failures that stand. */
  readonly judgements: readonly BodyOf<"sterile-cycle">[];
  /** The one that stands, with its reasons. */
  readonly standing: BodyOf<"sterile-cycle"> | null;
  readonly bowieDick: readonly BodyOf<"sterile-bowie-dick">[];
  readonly indicators: readonly BodyOf<"sterile-indicator">[];
  /** `null`: a part of it has not come yet. */
  readonly record: CycleRecordOf | null;
}

export async function cycleView(
  rows: Rows,
  site: string,
  cycle: string,
): Promise<CycleView | null> {
  const [row] = await rows.rows(SELECTS.cycle, [site, cycle]);
  if (row === undefined) return null;
  const stored = new StoredWords(rows, site);
  const told = toldOfSite(await stored.events([keyOf.cycle(cycle)]));
  const line = cycleLine(row);
  const judgements = (told.cycles.get(cycle) ?? []).map(({ body }) => body);
  const standing = judgements.findLast(({ verdict, load }) =>
    verdict === line.verdict && (verdict === "fail" || load === line.load)
  );
  return {
    line,
    judgements,
    standing: standing ?? null,
    bowieDick: told.of("sterile-bowie-dick").map(({ body }) => body)
      .filter((body) => body.cycle === cycle),
    indicators: (told.indicatorsOfCycle.get(cycle) ?? []).map(({ body }) => body),
    record: await storedRecord(stored, cycle),
  };
}

export interface LoadView extends LoadStanding {
  /** Ids of all that speaks for or against it now, for whoever takes a step on it. */
  readonly seen: readonly string[];
  readonly titles: Readonly<Record<string, string>>;
}

export async function loadView(
  rows: Rows,
  site: string,
  load: string,
  rules: RulesInForce,
): Promise<LoadView | null> {
  const stored = new StoredWords(rows, site);
  const told = toldOfSite(await eventsAround(stored, [load], [], testedBy(rows, site, rules)));
  const standing = loadStanding(told, load, rules);
  if (standing === null) return null;
  const proofs = standing.needs.flatMap(({ by, against }) => [...by, ...against]);
  const steps = (told.stepsOfLoad.get(load) ?? []).map(({ body }) => body.id);
  const indicators = standing.cycle === null
    ? []
    : told.indicatorsOfCycle.get(standing.cycle.cycle) ?? [];
  const seen = new Set([...proofs, ...steps, ...indicators.map(({ body }) => body.id)]);
  const titles = standing.load.packs.map((pack): [string, string] => [
    pack,
    told.packs.get(pack)?.body.title ?? "",
  ]);
  return { ...standing, seen: [...seen].sort(), titles: Object.fromEntries(titles) };
}

/** Where each of some loads of one site stands. */
export async function loadStates(
  rows: Rows,
  lines: readonly LoadLine[],
  rules: RulesInForce,
): Promise<ReadonlyMap<string, LoadStanding>> {
  const states = new Map<string, LoadStanding>();
  for (const [site, own] of Map.groupBy(lines, (line) => line.site)) {
    const stored = new StoredWords(rows, site);
    const loads = own.map(({ load }) => load);
    const told = toldOfSite(await eventsAround(stored, loads, [], testedBy(rows, site, rules)));
    for (const { load } of own) {
      const standing = loadStanding(told, load, rules);
      if (standing !== null) states.set(`${site} ${load}`, standing);
    }
  }
  return states;
}

export interface PackView extends PackTrace {
  /** Of one that was received: where it stands at its supplier, as far as that is known here. */
  readonly supplied: Supplied | null;
  /** Whether recalls of its supplier come by themselves, as far as is known here; else `null`. */
  readonly isSupplierKnown: boolean | null;
  /** Sites that received it of this one, as far as they are known here. */
  readonly sentTo: readonly string[];
  /** Somebody wrote something down of it. */
  readonly isKnown: boolean;
  /** By which its last day was looked at (T12). */
  readonly isClockInDoubt: boolean;
  /** Why it is not to be used now. */
  readonly doubts: readonly UseDoubt[];
}

export async function packView(
  rows: Rows,
  site: string,
  pack: string,
  { rules, now, suppliers }: {
    readonly rules: RulesInForce;
    readonly now: Stamp;
    /** Nodes that this one is told of as such. */
    readonly suppliers: readonly string[];
  },
): Promise<PackView> {
  const stored = new StoredWords(rows, site);
  const told = toldOfSite(await aroundPack(stored, pack, testedBy(rows, site, rules)));
  const trace = packTrace(told, pack, rules);
  const isKnown = trace.packed !== null || trace.received !== null || trace.where.kind !== "store";
  const [supplied, received] = await Promise.all([
    suppliedBy(rows, trace.received, rules),
    receivedOf(rows, site, [pack]),
  ]);
  const supplier = trace.received?.supplier ?? null;
  const isSupplierKnown = supplier === null
    ? null
    : suppliers.includes(supplier) || supplied !== null || await supplies(rows, supplier);
  const sentTo = received.map((one) => one.site).filter((one) => one !== site);
  const today = todayBy(now);
  const doubts = useDoubts(trace, today, null);
  const isClockInDoubt = !today.isBelieved;
  return { ...trace, supplied, isSupplierKnown, sentTo, isKnown, doubts, isClockInDoubt };
}

export interface Supplied {
  readonly site: string;
  readonly loads: readonly Pick<LoadStanding, "load" | "state">[];
}

async function suppliedBy(
  rows: Rows,
  received: BodyOf<"sterile-receipt"> | null,
  rules: RulesInForce,
): Promise<Supplied | null> {
  if (received === null) return null;
  const { supplier: site, pack } = received;
  const around = await aroundPack(new StoredWords(rows, site), pack, testedBy(rows, site, rules));
  const trace = packTrace(toldOfSite(around), pack, rules);
  if (trace.packed === null && trace.received === null) return null;
  return { site, loads: trace.loads.map(({ load, state }) => ({ load, state })) };
}

/** Packs that were used on a patient. */
export async function patientView(
  rows: Rows,
  site: string,
  patient: string,
  rules: RulesInForce,
): Promise<PackTrace[]> {
  const stored = new StoredWords(rows, site);
  const told = toldOfSite(await stored.events([keyOf.patient(patient)]));
  const uses = told.of("sterile-use").filter(({ body }) => body.patient === patient);
  const packs = [...new Set(uses.map(({ body }) => body.pack))];
  const traces: PackTrace[] = [];
  for (const pack of packs) {
    const around = await aroundPack(stored, pack, testedBy(rows, site, rules));
    traces.push(packTrace(toldOfSite(around), pack, rules));
  }
  return traces;
}

export interface RecallView {
  readonly site: string;
  readonly recall: string;
  /** The site that called back what this one received; `null`: this one did. */
  readonly supplier: string | null;
  readonly steriliser: string;
  readonly cause: string;
  readonly because: readonly string[];
  readonly foundMs: number;
  readonly packs: readonly RecalledLine[];
  readonly openPacks: number;
}

export interface RecalledLine {
  /** Where it is: a site that received it is beside the one that called it back. */
  readonly site: string;
  readonly pack: string;
  readonly title: string | null;
  readonly implant: boolean;
  readonly state: "store" | "issued" | "used" | "back";
  /** Ward, or what became of it. */
  readonly place: string | null;
  /** Patients' numbers, masked. */
  readonly patients: readonly string[];
}

export async function recallView(
  rows: Rows,
  site: string,
  recall: string,
): Promise<RecallView | null> {
  const stored = new StoredWords(rows, site);
  const found = toldOfSite(await stored.events([keyOf.id(recall)])).of("sterile-recall")
    .find(({ body }) => body.id === recall);
  if (found === undefined) return null;
  const { supplier = null, steriliser, cause, because, packs: named } = found.body;
  const packs = await recalledLines(stored, site, named);
  const received = (await receivedOf(rows, site, named)).filter((one) => one.site !== site);
  for (const [other, own] of Map.groupBy(received, (one) => one.site)) {
    const there = own.map(({ pack }) => pack);
    packs.push(...await recalledLines(new StoredWords(rows, other), other, there));
  }
  const open = packs.filter(({ state }) => state === "store" || state === "issued");
  const about = { site, recall, supplier, steriliser, cause, because, foundMs: found.time.wallMs };
  return { ...about, packs, openPacks: open.length };
}

async function recalledLines(
  stored: StoredWords,
  site: string,
  packs: readonly string[],
): Promise<RecalledLine[]> {
  const told = toldOfSite(await stored.events(packs.map(keyOf.pack)));
  return packs.map((pack): RecalledLine => {
    const where = whereaboutsOf(told, pack);
    const packed = (told.packs.get(pack) ?? told.received.get(pack))?.body;
    return {
      site,
      pack,
      title: packed?.title ?? null,
      implant: packed?.implant ?? false,
      state: where.kind,
      place: where.kind === "issued"
        ? where.place
        : where.kind === "used"
        ? where.uses.at(-1)?.place ?? null
        : where.kind === "back"
        ? where.outcome
        : null,
      patients: where.kind === "used" ? where.uses.map(({ patient }) => maskNumber(patient)) : [],
    };
  });
}

export interface SteriliserView {
  readonly body: SteriliserBody;
  readonly standing: SteriliserStanding;
}

/** Each steriliser, and whether it may be used now: by ages as the clocks can tell them (T12). */
export async function steriliserViews(
  node: Parameters<typeof presentFor>[0],
  site: string | null,
  rules: RulesInForce,
): Promise<SteriliserView[]> {
  const rows = node.tables;
  const now = [ranUntil(node.clock.now())];
  const found = await rows.rows(STERILISERS_SELECT);
  const bodies = found.map((row) => steriliserBody.parse(JSON.parse(row.text("body"))))
    .filter((body) => site === null || body.site === site);
  const all: { readonly body: SteriliserBody; readonly told: ToldOfSite }[] = [];
  for (const body of bodies) {
    const stored = new StoredWords(rows, body.site);
    const tested = testedBy(rows, body.site, rules);
    all.push({ body, told: toldOfSite(await stored.events(await tested(body.steriliser, now))) });
  }
  const lasts = all.map(({ body, told }) => lastPassed(biologicalsOf(told, body.steriliser)));
  const present = await presentFor(node, lasts.filter((one) => one !== null));
  return all.map(({ body, told }) => ({
    body,
    standing: steriliserStanding(told, body.steriliser, present, rules),
  }));
}

export async function alarmsOf(
  rows: Rows,
  { site, open, limit }: { site: string | null; open: boolean; limit: number },
): Promise<AlarmLine[]> {
  const found = open
    ? await rows.rows(SELECTS.openAlarms, [limit])
    : await rows.rows(SELECTS.alarms, [Number.MAX_SAFE_INTEGER, limit]);
  return found.map(alarmLine).filter((line) => site === null || line.site === site);
}
