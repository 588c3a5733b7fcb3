/**
 * Samples into what they tell, part by part. What comes behind all others goes on from the last
 * part; what comes before others, or under other rules, has the parts from there on told anew.
 */
import { putInto } from "../../sql/put.ts";
import type { Parameter, Transaction } from "../../sql/sql.ts";
import { alarmBodiesOf } from "../life/episode.ts";
import type { Calendar } from "../series/calendar.ts";
import type { Sample } from "../series/sample.ts";
import { addedUp, type DayTold, NOTHING } from "../series/told.ts";
import { storedDay } from "./day_rows.ts";
import { FIRST_CARRY, foldPart, type PartCarry, type UnitTold } from "./part_fold.ts";
import * as parts from "./series_parts.ts";
import type { CameSamples, Series } from "./series_samples.ts";
import { seriesSettings } from "./series_settings.ts";
import { PART_DAYS, TOLD } from "./series_tables.ts";
import type { Setting } from "./unit_settings.ts";

const putDays = putInto(PART_DAYS, { onConflict: "replace" });
const putTold = putInto(TOLD, { onConflict: "replace" });

/** Parts that are read at one time. */
const PARTS_AT_ONCE = 32;
const OF_PART = "site = ? AND device = ? AND point = ? AND life = ? AND origin = ? AND part = ?";

/** From when on a series is under other rules. */
export type Changed = ReadonlyMap<string, { readonly series: Series; readonly fromMs: number }>;

export function seriesName({ site, device, point }: Series): string {
  return JSON.stringify([site, device, point]);
}

/** `changed`: series whose rules changed with the same entries. */
export async function tellSeries(
  sql: Transaction,
  came: readonly CameSamples[],
  changed: Changed,
  calendar: Calendar,
): Promise<void> {
  const bySeries = Map.groupBy(came, ({ of }) => seriesName(of));
  for (const [name, lives] of bySeries) {
    const telling = new Telling(sql, lives[0].of, calendar);
    for (const one of lives) await telling.take(one, changed.has(name));
    await telling.again();
  }
  for (const { series, fromMs } of changed.values()) {
    const telling = new Telling(sql, series, calendar);
    const first = await parts.firstAt(sql, series, fromMs);
    if (first !== null) await telling.from(first.key);
  }
}

/** After parts of a life were taken out: those behind it go on from others. */
export async function tellBehind(
  sql: Transaction,
  place: parts.PartKey,
  calendar: Calendar,
): Promise<void> {
  await new Telling(sql, place, calendar).from(place);
}

/** Of one series; lives for one transaction. */
class Telling {
  readonly #sql: Transaction;
  readonly #series: Series;
  readonly #calendar: Calendar;
  #settings: Promise<readonly Setting[]> | null = null;
  /** Parts between which some were stored and not told yet. */
  #soiled: { readonly first: parts.PartKey; readonly last: parts.PartKey } | null = null;

  constructor(sql: Transaction, { site, device, point }: Series, calendar: Calendar) {
    this.#sql = sql;
    this.#series = { site, device, point };
    this.#calendar = calendar;
  }

  /** `isChanged`: all of it is told anew later, from some moment on. */
  async take({ of, samples }: CameSamples, isChanged: boolean): Promise<void> {
    const top = await parts.lastPart(this.#sql, of);
    const isOfLife = top?.key.life === of.life && top.key.origin === of.origin;
    const last = isOfLife || top === null ? top : await parts.lastOfLife(this.#sql, of);
    const known = last?.samples.at(-1)?.place[3] ?? 0;
    const more = samples.filter(({ place }) => place[3] > known);
    const isBehindAll = top === null || isOfLife || isBefore(top.key, of);
    const goesOn = isBehindAll && this.#soiled === null && !isChanged;
    let [part, held] = last === null ? [0, []] : [last.key.part, last.samples];
    let carry = top?.carry ?? FIRST_CARRY;
    for (let at = 0; at < more.length;) {
      if (held.length >= parts.PART_SAMPLES_MAX) [part, held] = [part + 1, []];
      const key = { ...of, part };
      const some = more.slice(at, at + parts.PART_SAMPLES_MAX - held.length);
      at += some.length;
      held = [...held, ...some];
      if (goesOn) carry = await this.#add(key, carry, some);
      else this.#soil(key);
      await parts.putPart(this.#sql, { key, samples: held, carry });
    }
  }

  /** Tells what was stored without going on from what was before it. */
  async again(): Promise<void> {
    if (this.#soiled !== null) await this.from(this.#soiled.first, this.#soiled.last);
  }

  /** From a part on to the end; behind `last`, until one carries on what it did before. */
  async from(first: parts.PartKey, last: parts.PartKey | null = null): Promise<void> {
    let carry = (await parts.partBefore(this.#sql, first))?.carry ?? FIRST_CARRY;
    for (let next: parts.PartKey | null = first; next !== null;) {
      const some: parts.StoredPart[] = await parts.partsFrom(this.#sql, next, PARTS_AT_ONCE);
      for (const { key, samples, carry: before } of some) {
        await this.#clear(key);
        carry = await this.#add(key, carry, samples);
        if (JSON.stringify(carry) !== JSON.stringify(before)) {
          await parts.putPart(this.#sql, { key, samples, carry });
        } else if (last !== null && !isBefore(key, last)) {
          return;
        }
      }
      const end = some.at(-1)?.key;
      next = end === undefined || some.length < PARTS_AT_ONCE
        ? null
        : { ...end, part: end.part + 1 };
    }
  }

  #soil(key: parts.PartKey): void {
    const { first, last } = this.#soiled ?? { first: key, last: key };
    this.#soiled = {
      first: isBefore(key, first) ? key : first,
      last: isBefore(last, key) ? key : last,
    };
  }

  async #clear(key: parts.PartKey): Promise<void> {
    for (const table of ["coldpartdays", "coldtold"]) {
      await this.#sql.run(`DELETE FROM ${table} WHERE ${OF_PART}`, parts.partKey(key));
    }
  }

  /** Adds what samples tell to what their part told before. */
  async #add(
    key: parts.PartKey,
    carry: PartCarry,
    samples: readonly Sample[],
  ): Promise<PartCarry> {
    this.#settings ??= seriesSettings(this.#sql, this.#series);
    const { after, told } = foldPart(carry, samples, await this.#settings, this.#calendar);
    const { days } = addedUp(told.map(({ told }) => ({ ...NOTHING, days: told.days })));
    await this.#addDays(key, days);
    await this.#addTold(key, told);
    return after;
  }

  async #addDays(key: parts.PartKey, days: readonly DayTold[]): Promise<void> {
    if (days.length === 0) return;
    const select = `SELECT body FROM coldpartdays WHERE ${OF_PART}`;
    const known = (await this.#sql.rows(select, parts.partKey(key))).map(storedDay);
    const dates = new Set(days.map(({ date }) => date));
    const all = addedUp([known.filter(({ date }) => dates.has(date)), [...days]]
      .map((days) => ({ ...NOTHING, days })));
    const { site, device, point, life, origin, part } = key;
    await putDays(
      this.#sql,
      all.days.map((day) => [
        ...[site, device, point, day.date, life, origin, part, JSON.stringify(day)],
      ]),
    );
  }

  async #addTold(key: parts.PartKey, told: readonly UnitTold[]): Promise<void> {
    const rows: Parameter[][] = [];
    for (const { unit, told: one } of told) {
      const { begun, ended } = alarmBodiesOf(unit, unit.rules, one);
      const all = [
        ...begun.map((body) => ({ kind: "cold-alarm", wallMs: body.alarmMs, body })),
        ...ended.map((body) => ({ kind: "cold-alarm-ended", wallMs: body.endedMs, body })),
      ];
      for (const { kind, wallMs, body } of all) {
        const due = await this.#isWritten(body.site, body.id) ? null : 1;
        const text = JSON.stringify(body);
        rows.push([...parts.partKey(key), body.id, kind, body.episode, wallMs, text, due]);
      }
    }
    await putTold(this.#sql, rows);
  }

  async #isWritten(site: string, id: string): Promise<boolean> {
    const select = "SELECT id FROM coldevents WHERE site = ? AND id = ? LIMIT 1";
    return (await this.#sql.rows(select, [site, id])).length > 0;
  }
}

type Placed = Pick<parts.PartKey, "life" | "origin"> & { readonly part?: number };

/** Whether it lies before another, or in a life before it. */
function isBefore(one: Placed, other: Placed): boolean {
  if (one.life !== other.life) return one.life < other.life;
  if (one.origin !== other.origin) return one.origin < other.origin;
  return (one.part ?? 0) < (other.part ?? 0);
}
