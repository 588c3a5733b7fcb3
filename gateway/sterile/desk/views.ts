/** What pages and programs are shown, of any site that the node has tables of. */
import { dayText } from "../../china_calendar.ts";
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
import { testedBy } from "../record/tested_by.ts";
import type { RulesInForce } from "../rules.ts";
import type { BodyOf } from "../supply/event.ts";
import { type LoadStanding, loadStanding } from "../supply/load_standing.ts";
import { type PackTrace, packTrace, whereaboutsOf } from "../supply/pack_trace.ts";
import { type SteriliserStanding, steriliserStanding } from "../supply/steriliser_standing.ts";
import type { Moment } from "../supply/supply_body.ts";
import { toldOfSite } from "../supply/told.ts";
import { type UseDoubt, useDoubts } from "../supply/unsterile_use.ts";
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
  /** Somebody wrote something down of it. */
  readonly isKnown: boolean;
  /** Why it is not to be used now. */
  readonly doubts: readonly UseDoubt[];
}

export async function packView(
  rows: Rows,
  site: string,
  pack: string,
  { rules, nowMs }: { readonly rules: RulesInForce; readonly nowMs: number },
): Promise<PackView> {
  const stored = new StoredWords(rows, site);
  const told = toldOfSite(await aroundPack(stored, pack, testedBy(rows, site, rules)));
  const trace = packTrace(told, pack, rules);
  const isKnown = trace.packed !== null || trace.where.kind !== "store";
  return { ...trace, isKnown, doubts: useDoubts(trace, dayText(nowMs), null) };
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
  readonly steriliser: string;
  readonly cause: string;
  readonly because: readonly string[];
  readonly foundMs: number;
  readonly packs: readonly RecalledLine[];
  readonly openPacks: number;
}

export interface RecalledLine {
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
  const { steriliser, cause, because, packs: named } = found.body;
  const told = toldOfSite(await stored.events(named.map(keyOf.pack)));
  const packs = named.map((pack): RecalledLine => {
    const where = whereaboutsOf(told, pack);
    const packed = told.packs.get(pack)?.body;
    return {
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
  const open = packs.filter(({ state }) => state === "store" || state === "issued");
  const about = { site, recall, steriliser, cause, because, foundMs: found.timeMs };
  return { ...about, packs, openPacks: open.length };
}

export interface SteriliserView {
  readonly body: SteriliserBody;
  readonly standing: SteriliserStanding;
}

/** Each steriliser, and whether it may be used now. */
export async function steriliserViews(
  rows: Rows,
  site: string | null,
  now: Moment,
  rules: RulesInForce,
): Promise<SteriliserView[]> {
  const found = await rows.rows(STERILISERS_SELECT);
  const bodies = found.map((row) => steriliserBody.parse(JSON.parse(row.text("body"))))
    .filter((body) => site === null || body.site === site);
  const views: SteriliserView[] = [];
  for (const body of bodies) {
    const stored = new StoredWords(rows, body.site);
    const tested = testedBy(rows, body.site, rules);
    const told = toldOfSite(await stored.events(await tested(body.steriliser, now.wallMs)));
    views.push({ body, standing: steriliserStanding(told, body.steriliser, now, rules) });
  }
  return views;
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
