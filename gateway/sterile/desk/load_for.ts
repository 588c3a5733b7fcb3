/** Which load lay in a cycle, as far as it can be told; and the device's number before. */
import type { Rows } from "../../sql/sql.ts";
import { keyOf } from "../record/sterile_entry.ts";
import { loadLine, SELECTS } from "../record/sterile_reads.ts";
import { eventsIn, type StoredWords } from "../record/stored_words.ts";
import type { BodyOf, SupplyEvent } from "../supply/event.ts";
import { packedAfter, toldOfSite } from "../supply/told.ts";
import { type CycleRecordOf, startOf } from "./cycle_record.ts";
import type { Setup } from "./setup.ts";

/** Loads that wait at one steriliser: it holds one. */
const WAITING_MAX = 10;
type LoadBody = BodyOf<"sterile-load">;

/**
 * The one that a person named, else that which the newest judgement has, else the only one that was
 * loaded since the cycle before and until the end of this one. Of two nobody knows which it was;
 * one with a pack that was packed after the start cannot have lain in it as it was written down.
 */
export async function loadFor(
  rows: Rows,
  stored: StoredWords,
  { record, setup }: { readonly record: CycleRecordOf; readonly setup: Setup },
  more: readonly SupplyEvent[],
): Promise<LoadBody | null> {
  const { cycle } = record;
  const own = [...await stored.events([keyOf.cycle(cycle)]), ...more];
  const told = toldOfSite(own);
  const assigned = told.of("sterile-assignment").filter(({ body }) => body.cycle === cycle).at(-1);
  const judged = told.cycles.get(cycle)?.at(-1)?.body.load ?? null;
  const load = assigned?.body.load ?? judged ??
    await onlyWaiting(rows, stored, record, startOf(record, setup)?.wallMs ?? 0);
  if (load === null) return null;
  const events = [...await stored.events([keyOf.load(load)]), ...more];
  return toldOfSite(events).loads.get(load)?.body ?? null;
}

async function onlyWaiting(
  rows: Rows,
  stored: StoredWords,
  record: CycleRecordOf,
  startedMs: number,
): Promise<string | null> {
  const { site, steriliser, seen } = record;
  const all = seen.kind === "samples" ? seen.samples : seen.lines;
  const [first, last] = [all.at(0), all.at(-1)];
  if (first === undefined || last === undefined) return null;
  const [before] = await rows.rows(SELECTS.lastOfDevice, [site, steriliser, first.wallMs]);
  const sinceMs = before?.numberOrNull("ended") ?? before?.number("started") ?? -Infinity;
  const found = await rows.rows(SELECTS.waiting, [site, steriliser, WAITING_MAX]);
  const waiting = found.map(loadLine)
    .filter(({ loadedMs }) => loadedMs >= sinceMs && loadedMs <= last.wallMs);
  if (waiting.length !== 1) return null;
  const [{ load }] = waiting;
  const packs = toldOfSite(await stored.events([keyOf.load(load)])).loads.get(load)?.body.packs;
  const told = toldOfSite(await stored.events((packs ?? []).map(keyOf.pack)));
  return packedAfter(told, packs ?? [], startedMs).length === 0 ? load : null;
}

/** Number that the device printed on the cycle before, or `null`. */
export async function previousNumber(rows: Rows, record: CycleRecordOf): Promise<number | null> {
  const { site, steriliser, seen } = record;
  if (seen.kind === "samples") return null;
  const [first] = seen.lines;
  const asked = [site, steriliser, first?.wallMs ?? 0];
  const [before] = await rows.rows(SELECTS.lastOfDevice, asked);
  const number = Number(before?.textOrNull("number") ?? NaN);
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
