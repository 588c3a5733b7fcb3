/** Rows of the tables, in the order of their columns; `null` where there is nothing to tell. */
import type { Parameter } from "../../sql/sql.ts";
import type { SupplyEvent } from "../supply/event.ts";
import { whereaboutsOf } from "../supply/pack_trace.ts";
import { ranOf } from "../supply/ran.ts";
import { cycleStanding } from "../supply/standing_judgement.ts";
import { type ToldOfSite, toldOfSite, upToOrder } from "../supply/told.ts";
import { topLevel } from "./alarm_body.ts";
import type { SterileWord, Written } from "./sterile_entry.ts";

export function cycleRow(site: string, cycle: string, told: ToldOfSite): Parameter[] | null {
  const judged = told.cycles.get(cycle) ?? [];
  const [first] = judged;
  const stands = cycleStanding(told, cycle);
  if (first === undefined || stands === null) return null;
  const { standing, newest } = stands;
  const { life, seq, started } = ranOf(first);
  return [
    ...[site, cycle, standing.steriliser, standing.number, first.body.started.wallMs],
    ...[standing.ended?.wallMs ?? null, newest.load, newest.loadType, standing.program],
    ...[standing.source, standing.verdict, standing.holdSeconds],
    ...[standing.lowestCel, standing.highestCel, standing.f0Minutes, standing.offSaturation],
    ...[judged.length, life, seq, started.wallMs, started.bootId, started.bootMs],
  ];
}

export function loadRow(site: string, load: string, told: ToldOfSite): Parameter[] | null {
  const found = told.loads.get(load);
  if (found === undefined) return null;
  const { body: { steriliser, type, packs }, time: { wallMs } } = found;
  const judged = told.of("sterile-cycle").filter(({ body }) => body.load === load);
  const newest = judged.length === 0
    ? null
    : judged.reduce((one, other) => upToOrder(one, other) > 0 ? one : other).body.cycle;
  return [site, load, steriliser, type, packs.length, wallMs, newest, newest === null ? 1 : null];
}

/** `isUntold`: its supplier called it back, and this site was not told so. */
export function packRow(
  site: string,
  pack: string,
  told: ToldOfSite,
  isUntold: boolean,
): Parameter[] | null {
  const received = told.received.get(pack)?.body ?? null;
  const packed = told.packs.get(pack)?.body ?? received;
  const where = whereaboutsOf(told, pack);
  if (packed === null && where.kind === "store") return null;
  const place = where.kind === "issued"
    ? where.place
    : where.kind === "used"
    ? where.uses.at(-1)?.place ?? null
    : where.kind === "back"
    ? where.outcome
    : null;
  const since = where.kind === "store"
    ? null
    : where.kind === "used"
    ? where.uses.at(-1)?.timeMs ?? null
    : where.sinceMs;
  return [
    ...[site, pack, packed?.title ?? null, packed?.implant === true ? 1 : 0],
    ...[packed?.expires ?? null, where.kind, place, since],
    ...[received?.supplier ?? null, isUntold ? 1 : null],
  ];
}

/** Of the words under one alarm's key. */
export function alarmRow(
  site: string,
  alarm: string,
  words: readonly SterileWord[],
): Parameter[] | null {
  const [raised] = words.flatMap((word) => word.about === "alarm" ? [word] : []).sort(byWriting);
  if (raised === undefined) return null;
  const closed = words.flatMap((word) => word.about === "alarm-closed" ? [word] : [])
    .sort(byWriting).at(-1);
  const { alarm: what, steriliser, subject, sinceMs, why } = raised.body;
  const { node, time: { wallMs, bootId, bootMs, clock } } = raised.written;
  const levels = words.flatMap((word) => word.about === "alarm-level" ? word.body.level : []);
  const level = Math.max(1, ...levels);
  const isOpen = closed === undefined;
  return [
    ...[site, alarm, what, steriliser, subject, sinceMs],
    ...[node, wallMs, bootId, bootMs, clock],
    ...[level, isOpen && level < topLevel(what) ? 1 : null],
    ...[why?.join(" ") ?? null, closed?.body.comment ?? null, isOpen ? 1 : null],
  ];
}

/** The newest word on a steriliser. */
export function steriliserRow(
  site: string,
  steriliser: string,
  words: readonly SterileWord[],
): Parameter[] | null {
  const newest = words.flatMap((word) => word.about === "steriliser" ? [word] : [])
    .sort(byWriting).at(-1);
  if (newest === undefined) return null;
  return [site, steriliser, newest.written.time.wallMs, JSON.stringify(newest.body)];
}

interface Told {
  readonly written: Written;
}

function byWriting(one: Told, other: Told): number {
  return one.written.time.wallMs - other.written.time.wallMs ||
    (one.written.place < other.written.place ? -1 : 1);
}

/** Of the entries that tell of recalls the one of this id. */
export function recallRow(
  site: string,
  recall: string,
  events: readonly SupplyEvent[],
): Parameter[] | null {
  const told = toldOfSite(events).of("sterile-recall").find(({ body }) => body.id === recall);
  if (told === undefined) return null;
  const { body: { steriliser, cause, packs, supplier }, time: { wallMs } } = told;
  return [site, recall, steriliser, cause, packs.length, wallMs, supplier ?? null];
}
