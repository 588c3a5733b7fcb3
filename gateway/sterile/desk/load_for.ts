/** Which load lay in a cycle, as far as it can be told; and the device's number before. */
import type { Rows } from "../../sql/sql.ts";
import { keyOf } from "../record/sterile_entry.ts";
import { loadLine, SELECTS } from "../record/sterile_reads.ts";
import { eventsIn, type StoredWords } from "../record/stored_words.ts";
import type { BodyOf, SupplyEvent } from "../supply/event.ts";
import { beganIn, isBehind, packedAfter, type SeenMoment } from "../supply/behind.ts";
import { toldOfSite } from "../supply/told.ts";
import { type CycleRecordOf, momentOf, startOf } from "./cycle_record.ts";
import type { Setup } from "./setup.ts";

/** Loads that wait at one steriliser: it holds one. */
const WAITING_MAX = 10;
type LoadBody = BodyOf<"sterile-load">;

interface LoadAsked {
  readonly record: CycleRecordOf;
  readonly setup: Setup;
  /** What is about to be written; it counts as if it stood there. */
  readonly more: readonly SupplyEvent[];
  /** Boot of now. */
  readonly bootId: string;
}

/**
 * The one that a person named, else that which the newest judgement has, else the only one that was
 * loaded since the cycle before and until the end of this one. Of two nobody knows which it was;
 * one with a pack that was packed after the start cannot have lain in it as it was written down.
 */
export async function loadFor(
  rows: Rows,
  stored: StoredWords,
  asked: LoadAsked,
): Promise<LoadBody | null> {
  const { record: { cycle }, more } = asked;
  const own = [...await stored.events([keyOf.cycle(cycle)]), ...more];
  const told = toldOfSite(own);
  const assigned = told.of("sterile-assignment").filter(({ body }) => body.cycle === cycle).at(-1);
  const judged = told.cycles.get(cycle)?.at(-1)?.body.load ?? null;
  const load = assigned?.body.load ?? judged ?? await onlyWaiting(rows, stored, asked);
  if (load === null) return null;
  const events = [...await stored.events([keyOf.load(load)]), ...more];
  return toldOfSite(events).loads.get(load)?.body ?? null;
}

async function onlyWaiting(
  rows: Rows,
  stored: StoredWords,
  { record, setup, bootId }: LoadAsked,
): Promise<string | null> {
  const { site, steriliser, seen } = record;
  const moment = startOf(record, setup);
  const last = (seen.kind === "samples" ? seen.samples : seen.lines).at(-1);
  if (moment === null || last === undefined) return null;
  const since = await endBefore(rows, stored, record);
  const found = await rows.rows(SELECTS.waiting, [site, steriliser, WAITING_MAX]);
  const names = found.map((row) => loadLine(row).load);
  const told = toldOfSite(await stored.events(names.map(keyOf.load)));
  const ended = { moment: momentOf(last), bootId, by: null };
  const waiting = names.flatMap((name) => told.loads.get(name) ?? [])
    .filter((load) => since === null || isBehind(load, since) !== false)
    .filter((load) => isBehind(load, ended) !== true);
  // Of one of which nobody knows whether it was before or behind, a person says it.
  const isKnown = waiting.every((load) =>
    isBehind(load, ended) === false && (since === null || isBehind(load, since) === true)
  );
  if (waiting.length !== 1 || !isKnown) return null;
  const [{ body: { load, packs } }] = waiting;
  const packed = toldOfSite(await stored.events(packs.map(keyOf.pack)));
  return packedAfter(packed, packs, { moment, bootId, by: null }).length === 0 ? load : null;
}

/** When the cycle before was over, or else began; `null`: there was none. */
async function endBefore(
  rows: Rows,
  stored: StoredWords,
  record: CycleRecordOf,
): Promise<SeenMoment | null> {
  const row = await rowBefore(rows, record);
  if (row === null) return null;
  const cycle = row.text("cycle");
  const judged = await judgementsOf(stored, cycle);
  const [first] = judged;
  if (first === undefined) return null;
  const ended = judged.findLast(({ body }) => body.ended !== null)?.body.ended;
  return { ...beganIn(first), moment: ended ?? first.body.started };
}

async function rowBefore(rows: Rows, { site, steriliser, seen }: CycleRecordOf) {
  const first = (seen.kind === "samples" ? seen.samples : seen.lines).at(0);
  if (first === undefined) return null;
  const [row] = await rows.rows(SELECTS.lastOfDevice, [site, steriliser, first.life, first.seq]);
  return row ?? null;
}

/** Number that the device printed on the cycle before, or `null`. */
export async function previousNumber(rows: Rows, record: CycleRecordOf): Promise<number | null> {
  if (record.seen.kind === "samples") return null;
  const number = Number((await rowBefore(rows, record))?.textOrNull("number") ?? NaN);
  return Number.isFinite(number) ? number : null;
}

/** Whether this site has such a load. */
export async function hasLoad(stored: StoredWords, load: string): Promise<boolean> {
  const events = await stored.events([keyOf.load(load)]);
  return toldOfSite(events).loads.has(load);
}

export function cyclesNamed(words: Awaited<ReturnType<StoredWords["under"]>>) {
  return eventsIn(words).flatMap((event) => event.kind === "sterile-cycle" ? [event.body] : []);
}

/** Judgements of a cycle, as they were written one after the other. */
export async function judgementsOf(stored: StoredWords, cycle: string) {
  return toldOfSite(await stored.events([keyOf.cycle(cycle)])).cycles.get(cycle) ?? [];
}
