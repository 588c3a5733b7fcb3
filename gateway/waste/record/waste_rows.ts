/** Rows of the tables, in the order of their columns. */
import type { Entry } from "../../../sync/entry.ts";
import { digestOf } from "../../collected_entry.ts";
import type { Parameter } from "../../sql/sql.ts";
import type { AlarmBody, AlarmName } from "../alarm/alarm_body.ts";
import { custodianKey } from "../entry/subject.ts";
import type { BagStanding, BagState } from "../life/bag.ts";
import type { LoadStanding } from "../life/ledger.ts";
import type { ManifestStanding } from "../manifest/manifest.ts";
import { byLife, momentText, siteIn, type WasteWord } from "./waste_entry.ts";

export function eventRow({ origin, stream, seq, kind, time }: Entry, word: WasteWord): Parameter[] {
  const { wallMs, bootId, bootMs, clock } = time;
  const [node, body] = word.about === "life"
    ? [word.event.node, word.told ?? word.event.body]
    : [word.written.node, word.body];
  return [
    ...[origin, stream, seq, siteIn(word), kind, node],
    ...[wallMs, bootId, bootMs, clock, JSON.stringify(body)],
  ];
}

/** Nobody has to look after it any more. */
const OVER: ReadonlySet<BagState> = new Set<BagState>(["void", "received", "disposed"]);

/** Of the digest of a bag's row: it tells one standing of a bag from its next. */
const DIGITS = 16;

export interface Beside {
  /** How many other bags were weighed by the same reading. */
  readonly faults: number;
  /** How often a site is still to be told of an entry about it. */
  readonly untold: number;
}

export function bagRow(standing: BagStanding, { faults, untold }: Beside): Parameter[] {
  const { bag, site, state, category, ward, weight, custodian } = standing;
  const { load, manifest, receipt, missing, conflicts, pending } = standing;
  const written = JSON.stringify(standing);
  const isOver = OVER.has(state);
  return [
    ...[bag, site, state, category, ward, weight?.grams ?? null],
    sealedMs(standing),
    isOver || custodian === null ? null : custodianKey(custodian),
    ...[load, manifest, receipt, missing?.stored ?? null],
    ...[conflicts.length, pending.length, faults],
    bagTurn(standing, faults),
    untold === 0 ? null : 1,
    lastMs(standing),
    ...[written, digestOf(new TextEncoder().encode(`${faults} ${written}`)).slice(0, DIGITS)],
  ];
}

/**
 * The place of a bag among those that somebody has to look after, `null`: nobody has to. What is in
 * a ward, on its way or in a store stands before what left and is disputed or missing, and that
 * before what left and waits for a receipt; of each the oldest first, what nobody knows the age of
 * before it.
 */
function bagTurn(standing: BagStanding, faults: number): string | null {
  const { bag, state, missing, notReceived, conflicts, pending, unfounded } = standing;
  const waits = [conflicts, pending, unfounded].some(({ length }) => length > 0) || faults > 0 ||
    missing !== null;
  const isOver = OVER.has(state);
  if (isOver && !waits) return null;
  const hasLeft = isOver || state === "departed";
  return turn(!hasLeft ? 1 : waits || notReceived !== null ? 2 : 3, sealedMs(standing) ?? 0, bag);
}

/** Alarms about what a receipt says, or does not say, of waste that left. */
const OF_RECEIPTS: ReadonlySet<AlarmName> = new Set<AlarmName>(
  ["not-received", "receipt", "receipt-overdue", "receipt-weight"],
);

/** The place of an open alarm: what is here before what left; of each the oldest first. */
function alarmTurn({ id, alarm }: AlarmBody, sinceMs: number): string {
  return turn(OF_RECEIPTS.has(alarm) ? 2 : 1, sinceMs, id);
}

function turn(rank: number, ms: number, code: string): string {
  return `${rank} ${momentText(ms)} ${code}`;
}

/** One for each site that it passed, and left. */
export function passedRows(standing: BagStanding): Parameter[][] {
  const { bag, site, history } = standing;
  const sealed = sealedMs(standing);
  if (sealed === null) return [];
  const passed = new Set(history.map((one) => one.site));
  passed.delete(site);
  return [...passed].sort().map((one) => [bag, one, sealed, lastMs(standing)]);
}

/** The earliest sealing by wall clocks; `null`: nobody told of any. */
function sealedMs({ sealings }: BagStanding): number | null {
  const walls = sealings.map((one) => one.from === "entry" ? one.time.wallMs : one.wallMs);
  return walls.length === 0 ? null : walls.reduce((least, one) => Math.min(least, one));
}

function lastMs({ history }: BagStanding): number {
  return history.at(-1)?.time.wallMs ?? 0;
}

export function loadRow({ load, box, within, boxedBy }: LoadStanding): Parameter[] {
  return [load, box, within, boxedBy.length > 1 ? 1 : 0, JSON.stringify(boxedBy)];
}

/** `site` and `beganMs` of the first entry that names it. */
export function manifestRow(
  standing: ManifestStanding,
  { site, beganMs }: { readonly site: string; readonly beganMs: number },
): Parameter[] {
  const { manifest, number, stage, numbers, drafts, faults } = standing;
  return [
    ...[manifest, site, number, stage, numbers.length, drafts.length],
    ...[beganMs, faults.length === 0 ? null : faults.length, JSON.stringify(standing)],
  ];
}

type AlarmWord = Extract<WasteWord, { readonly about: "alarm" | "alarm-over" }>;

/** Of all that was said of one alarm; `null`: it was never raised, as far as is known here. */
export function alarmRow(words: readonly AlarmWord[]): Parameter[] | null {
  const ordered = inOrder(words);
  const raised = ordered.flatMap((word) =>
    word.about === "alarm" ? [{ body: word.body, wallMs: word.written.time.wallMs }] : []
  );
  const last = raised.at(-1);
  if (last === undefined) return null;
  const { id, site, rule, alarm, level, subject, basis, hours, isCertain }: AlarmBody = last.body;
  return [
    ...[id, site, rule, alarm, level, subject, basis],
    ...[hours ?? null, isCertain ? 1 : 0, last.wallMs, raised.length],
    ordered.at(-1)?.about === "alarm" ? alarmTurn(last.body, last.wallMs) : null,
  ];
}

/** As each node wrote them; of two centres that one's behind whose last word is the later one. */
function inOrder(words: readonly AlarmWord[]): AlarmWord[] {
  const byNode = Map.groupBy(words, ({ written }) => written.node);
  const own = [...byNode.values()].map((some) => some.toSorted(byLife));
  return own.sort((one, other) => byClock(one[one.length - 1], other[other.length - 1])).flat();
}

function byClock({ written: one }: AlarmWord, { written: other }: AlarmWord): number {
  return one.time.wallMs - other.time.wallMs || (one.place < other.place ? -1 : 1);
}
