/** What other rules would have made of the last days, beside what the present ones make of them. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type AlarmReport, reportOf } from "../evaluate/report.ts";
import type { UnitBody } from "../life/unit_body.ts";
import * as reads from "../record/cold_reads.ts";
import type { Rows } from "../../sql/sql.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import type { Calendar } from "../series/calendar.ts";
import { type Carry, firstCarry } from "../series/carry.ts";
import { foldSamples, foldTail, type Watching } from "../series/fold.ts";
import type { Sample } from "../series/sample.ts";
import { addedUp, type Told } from "../series/told.ts";

/** As far back as curves are shown; of minutes it is 130,000 values a probe. */
export const PREVIEW_DAYS_MAX = 90;
const ALARMS_MAX = 200;
const DAY_MS = 86_400_000;

export interface RulesOutcome {
  readonly alarms: number;
  /** By the rule of each side that counts the most. */
  readonly minutesAbove: number;
  readonly minutesBelow: number;
  /** The first of them. */
  readonly listed: readonly AlarmReport[];
}

export interface ProbePreview {
  readonly probe: string;
  /** The first value that was looked at; very dense ones go less far back. `null`: none. */
  readonly from: string | null;
  readonly samples: number;
  /** By the rules of the unit, and by those that are asked about. */
  readonly present: RulesOutcome;
  readonly wanted: RulesOutcome;
}

export interface Wanted {
  readonly rules: readonly AlarmRule[];
  readonly days: number;
  readonly nowMs: number;
}

/**
 * Both are counted of the same values by the same functions, and as if they had counted all the
 * time. A part of the values is looked at in each turn of the event loop.
 */
export async function previewOf(
  rows: Rows,
  unit: UnitBody,
  calendar: Calendar,
  { rules, days, nowMs }: Wanted,
): Promise<ProbePreview[]> {
  const probes = [];
  const intervalMs = unit.intervalSeconds * 1000;
  for (const { id, device, point } of unit.probes) {
    const series = { site: unit.site, device, point };
    const counts = [unit.rules, rules].map((rules) => new Count({ rules, intervalMs, calendar }));
    let samples = 0;
    let first: number | null = null;
    for await (const part of reads.samplesInParts(rows, series, nowMs - days * DAY_MS, nowMs)) {
      for (const count of counts) count.take(part);
      samples += part.length;
      first ??= part.at(0)?.wallMs ?? null;
      await nextTurn();
    }
    const [present, wanted] = counts.map((count) => count.outcome(nowMs));
    const from = first === null ? null : new Date(first).toISOString();
    probes.push({ probe: id, from, samples, present, wanted });
  }
  return probes;
}

/** What one set of rules makes of the values so far. */
class Count {
  readonly #watching: Watching;
  readonly #told: Told[] = [];
  #carry: Carry;

  constructor(watching: Watching) {
    this.#watching = watching;
    this.#carry = firstCarry(watching.rules);
  }

  take(samples: readonly Sample[]): void {
    const { carry, told } = foldSamples(this.#carry, samples, this.#watching);
    this.#carry = carry;
    this.#told.push(told);
  }

  outcome(nowMs: number): RulesOutcome {
    const { last } = this.#carry;
    const told = last === null
      ? this.#told
      : [...this.#told, this.#tail(Math.max(0, nowMs - last.wallMs))];
    const { alarms, days } = reportOf({ carry: this.#carry, told: addedUp(told) }, this.#watching);
    return {
      alarms: alarms.length,
      minutesAbove: days.reduce((sum, day) => sum + day.minutesAbove, 0),
      minutesBelow: days.reduce((sum, day) => sum + day.minutesBelow, 0),
      listed: alarms.slice(0, ALARMS_MAX),
    };
  }

  #tail(agoMs: number): Told {
    return foldTail(this.#carry, agoMs, this.#watching).told;
  }
}

/** Of a node only one at a time is made: whoever asks meanwhile is told to wait. */
export class Previews {
  readonly #rows: Rows;
  readonly #calendar: Calendar;
  #isBusy = false;

  constructor(rows: Rows, calendar: Calendar) {
    this.#rows = rows;
    this.#calendar = calendar;
  }

  /** `null`: another one is being made. */
  async make(unit: UnitBody, wanted: Wanted): Promise<readonly ProbePreview[] | null> {
    if (this.#isBusy) return null;
    this.#isBusy = true;
    try {
      return await previewOf(this.#rows, unit, this.#calendar, wanted);
    } finally {
      this.#isBusy = false;
    }
  }
}
