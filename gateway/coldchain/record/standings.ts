/** What stands of a subject, by all that the tables hold of it: told anew with each event. */
import { type Put, putInto } from "../../sql/put.ts";
import type { Parameter, Transaction } from "../../sql/sql.ts";
import { type Episode, episodesOf, isToDo } from "../life/episode.ts";
import { type ColdEvent, ofKind } from "../life/event.ts";
import { quarantinedLots } from "../life/quarantine.ts";
import { receiptsOf } from "../life/receipt.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { PRESETS } from "../rules/presets.ts";
import type { Subject } from "./cold_entry.ts";
import * as tables from "./cold_tables.ts";
import { eventsOf } from "./stored_events.ts";

const PUTS = {
  units: putInto(tables.UNITS, { onConflict: "replace" }),
  episodes: putInto(tables.EPISODES, { onConflict: "replace" }),
  lots: putInto(tables.LOTS, { onConflict: "replace" }),
  receipts: putInto(tables.RECEIPTS, { onConflict: "replace" }),
} as const satisfies Readonly<Record<string, Put>>;

/** Goods are looked at by these until they say what they need: 2 to 8 °C. */
export const RECEIPT_RULES = PRESETS.find(({ name }) => name === "strict")?.rules ?? [];

export async function tellStanding(sql: Transaction, subject: Subject): Promise<void> {
  const { site } = subject;
  const [form] = subject.subject.split("/", 1);
  const name = subject.subject.slice(form.length + 1);
  switch (form) {
    case "unit":
      await sql.run("DELETE FROM coldunits WHERE site = ? AND unit = ?", [site, name]);
      return await PUTS.units(sql, unitRows(await eventsOf(sql, subject)));
    case "episode":
      await sql.run("DELETE FROM coldepisodes WHERE site = ? AND episode = ?", [site, name]);
      return await PUTS.episodes(sql, episodesOf(await eventsOf(sql, subject)).map(episodeRow));
    case "lots":
      await sql.run("DELETE FROM coldlots WHERE site = ? AND unit = ?", [site, name]);
      return await PUTS.lots(sql, lotRows(await eventsOf(sql, subject)));
    case "receipt":
      await sql.run("DELETE FROM coldreceipts WHERE site = ? AND receipt = ?", [site, name]);
      return await PUTS.receipts(sql, receiptRows(await eventsOf(sql, subject)));
    default:
      // The rest is read as it was told.
      return;
  }
}

function unitRows(events: readonly ColdEvent[]): Parameter[][] {
  const latest = ofKind(events, "cold-unit").at(-1);
  if (latest === undefined) return [];
  const { timeMs, body } = latest;
  return [[body.site, body.unit, body.retired ? null : 1, timeMs, JSON.stringify(body)]];
}

/** In the order of the table's columns. */
function episodeRow(episode: Episode): Parameter[] {
  const { site, unit, cause, state, sinceMs, endedMs, worstCelsius, isExplained, levels } = episode;
  const top = levels[levels.length - 1];
  // A site that speaks again has nobody at the county who explains it.
  const todo = unit === WHOLE_SITE
    ? endedMs === null
    : isToDo({ state, isExplained, isOver: endedMs !== null });
  return [
    ...[site, episode.episode, unit, cause, state, top.level, top.rule],
    ...[sinceMs, endedMs, worstCelsius, isExplained ? 1 : 0],
    ...[todo ? 1 : null, endedMs === null ? 1 : null],
  ];
}

function lotRows(events: readonly ColdEvent[]): Parameter[][] {
  return quarantinedLots(events).map((one) => {
    const { site, unit, product, lot, state, isDisputed } = one;
    const { quarantines, open, barring, decisions } = one;
    const momentsOf = (some: typeof quarantines) => some.map(({ body }) => body.sinceMs);
    const [isHeld, isBarred] = [open.length > 0, barring.length > 0];
    const sinceMs = isHeld
      ? Math.min(...momentsOf(open))
      : Math.max(...momentsOf(isBarred ? barring.map(({ event }) => event) : quarantines));
    return [
      ...[site, unit, product, lot, state, isDisputed ? 1 : 0, sinceMs],
      ...[isHeld ? 1 : null, isBarred ? 1 : null, isBarred && !isHeld ? 1 : null],
      JSON.stringify([...quarantines, ...decisions].map(({ body: { id } }) => id).sort()),
    ];
  });
}

function receiptRows(events: readonly ColdEvent[]): Parameter[][] {
  return receiptsOf(events, () => RECEIPT_RULES).map(({ receipt: { body }, causes, state }) => {
    const { site, id, consignment, from, arrivedMs } = body;
    const todo = state === "to-accept" || state === "to-refuse" ? 1 : null;
    return [site, id, consignment, from, arrivedMs, state, causes.join(" "), todo];
  });
}
