/** Rows of the tables, in the order of their columns. */
import type { Entry } from "../../../sync/entry.ts";
import { lifeOf } from "../../../sync/origin.ts";
import { digestOf } from "../../collected_entry.ts";
import type { Parameter } from "../../sql/sql.ts";
import type { AlarmBody } from "../alarm/alarm_body.ts";
import { custodianKey } from "../entry/subject.ts";
import type { BagStanding, BagState } from "../life/bag.ts";
import type { LoadStanding } from "../life/ledger.ts";
import type { ManifestStanding } from "../manifest/manifest.ts";
import { siteIn, type WasteWord } from "./waste_entry.ts";

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
  const { bag, site, state, category, ward, weight, custodian, sealings } = standing;
  const { load, manifest, receipt, missing, conflicts, pending, unfounded } = standing;
  const { history } = standing;
  const sealedAt = history.find(({ kind }) => kind === "waste-sealed")?.site;
  const written = JSON.stringify(standing);
  const isOver = OVER.has(state);
  const waits = [conflicts, pending, unfounded].some(({ length }) => length > 0) || faults > 0;
  const walls = sealings.map((one) => one.from === "entry" ? one.time.wallMs : one.wallMs);
  return [
    ...[bag, site, state, category, ward, weight?.grams ?? null],
    walls.length === 0 ? null : walls.reduce((least, one) => Math.min(least, one)),
    isOver || custodian === null ? null : custodianKey(custodian),
    ...[load, manifest, receipt, missing?.stored ?? null],
    ...[conflicts.length, pending.length, faults],
    isOver && !waits && missing === null ? null : 1,
    untold === 0 ? null : 1,
    history.at(-1)?.time.wallMs ?? 0,
    sealedAt === undefined || sealedAt === site ? null : sealedAt,
    ...[written, digestOf(new TextEncoder().encode(`${faults} ${written}`)).slice(0, DIGITS)],
  ];
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
  const inOrder = words.toSorted(byLife);
  const raised = inOrder.flatMap((word) =>
    word.about === "alarm" ? [{ body: word.body, wallMs: word.written.time.wallMs }] : []
  );
  const last = raised.at(-1);
  if (last === undefined) return null;
  const { id, site, rule, alarm, level, subject, basis, hours, isCertain }: AlarmBody = last.body;
  return [
    ...[id, site, rule, alarm, level, subject, basis],
    ...[hours ?? null, isCertain ? 1 : 0, last.wallMs, raised.length],
    inOrder.at(-1)?.about === "alarm" ? 1 : null,
  ];
}

/** As its node wrote them: by life and number, whatever its clock said. */
function byLife({ written: one }: AlarmWord, { written: other }: AlarmWord): number {
  const [oneOrigin, , oneSeq] = one.place.split("/");
  const [otherOrigin, , otherSeq] = other.place.split("/");
  return lifeOf(oneOrigin) - lifeOf(otherOrigin) || Number(oneSeq) - Number(otherSeq) ||
    (one.place < other.place ? -1 : 1);
}
