/**
 * Samples in their order into what they tell. Each stands until the next one, no longer than two
 * intervals; before a longer gap it stands for one, and what is behind that is a gap (C7). Neither
 * gap nor fault counts as time out of range, nor ends it: only a value in range does.
 */
import { type AlarmRule, isOut } from "../rules/alarm_rule.ts";
import type { Calendar, Day } from "./calendar.ts";
import { alarmKey, type Carry, emptyRun, type Run } from "./carry.ts";
import { byPlace, elapsedMs, type Sample } from "./sample.ts";
import {
  type DayTold,
  farther,
  inDegrees,
  inNames,
  NO_DATA,
  SENSOR_FAULT,
  setEarlier,
  type Told,
} from "./told.ts";

/** Gaps of more are told of (C7). */
export const INTERVALS_MAX = 2;
/** A wall clock that goes otherwise than the boot-time clock by more has jumped (T12). */
const JUMP_MS = 1000;

export interface Watching {
  readonly rules: readonly AlarmRule[];
  /** The longest time between two values while all is well. */
  readonly intervalMs: number;
  readonly calendar: Calendar;
}

export interface Folded {
  readonly carry: Carry;
  readonly told: Told;
}

/** `samples` in the order of their places, all behind those of `carry`. */
export function foldSamples(carry: Carry, samples: readonly Sample[], watching: Watching): Folded {
  const fold = new Fold(carry, watching);
  for (const sample of samples) fold.take(sample);
  return fold.folded();
}

/**
 * What there is to tell at the end, or until now: the last sample stands for its interval at most.
 * `agoMs`: how long ago it was; `null`: nothing more will come. Go on with the former carry.
 */
export function foldTail(carry: Carry, agoMs: number | null, watching: Watching): Folded {
  const fold = new Fold(carry, watching);
  fold.rest(agoMs);
  return fold.folded();
}

type DayDraft =
  & { -readonly [field in keyof Omit<DayTold, "known" | "outMs" | "alarmMs">]: DayTold[field] }
  & {
    readonly known: Map<number, number>;
    readonly outMs: Map<string, number>;
    readonly alarmMs: Map<string, number>;
  };

/** Lives for one call: what it was given stays as it is. */
class Fold {
  readonly #watching: Watching;
  readonly #days = new Map<string, DayDraft>();
  readonly #told: Omit<Told, "days"> = { begun: [], ended: [], gaps: [], jumps: [] };
  readonly #rules: readonly { readonly rule: AlarmRule; run: Run }[];
  #last: Sample | null;
  #fault: Sample | null;

  constructor(carry: Carry, watching: Watching) {
    this.#watching = watching;
    this.#last = carry.last;
    this.#fault = carry.fault;
    const runs = new Map(carry.runs.map((run) => [run.rule, run]));
    this.#rules = watching.rules.map((rule) => ({
      rule,
      run: { ...(runs.get(rule.id) ?? emptyRun(rule.id, null)) },
    }));
  }

  folded(): Folded {
    // Its fields in the order of days that are added up: they are stored as text.
    const days = [...this.#days.values()].map(({ known, faultMs, gapMs, outMs, ...rest }) => {
      const { alarmMs, ...day } = rest;
      return {
        ...day,
        known: inDegrees(known),
        faultMs,
        gapMs,
        outMs: inNames(outMs),
        alarmMs: inNames(alarmMs),
      };
    }).sort((one, other) => one.date < other.date ? -1 : 1);
    const carry = {
      last: this.#last,
      fault: this.#fault,
      runs: this.#rules.map(({ run }) => run),
    };
    return { carry, told: { days, ...this.#told } };
  }

  take(sample: Sample): void {
    const last = this.#last;
    if (last !== null) {
      if (byPlace(last, sample) >= 0) {
        throw new Error(
          `Cannot go on with sample "${sample.place.join(".")}": it is not behind ` +
            `"${last.place.join(".")}"`,
        );
      }
      this.#between(last, sample);
    }
    this.#arrive(sample);
    this.#last = sample;
  }

  rest(agoMs: number | null): void {
    const { intervalMs } = this.#watching;
    const last = this.#last;
    if (last === null) return;
    this.#stand(last, Math.max(0, Math.min(intervalMs, agoMs ?? intervalMs)));
    if (agoMs === null || agoMs <= INTERVALS_MAX * intervalMs) return;
    const fromMs = last.wallMs + intervalMs;
    this.#gap(last, fromMs, last.wallMs + agoMs, agoMs - intervalMs);
  }

  #between(last: Sample, next: Sample): void {
    const { intervalMs } = this.#watching;
    const ms = elapsedMs(last, next);
    if (ms !== null) this.#seeJump(last, next, ms);
    if (ms !== null && ms <= INTERVALS_MAX * intervalMs) return this.#stand(last, ms);
    this.#stand(last, intervalMs);
    const fromMs = last.wallMs + intervalMs;
    const key = this.#gap(last, fromMs, next.wallMs, ms === null ? null : ms - intervalMs);
    this.#told.ended.push({ key, endedMs: next.wallMs, worstCelsius: null });
  }

  #seeJump(last: Sample, next: Sample, ms: number): void {
    const byMs = next.wallMs - last.wallMs - ms;
    if (Math.abs(byMs) <= JUMP_MS) return;
    this.#told.jumps.push({ place: next.place, wallMs: next.wallMs, byMs });
  }

  /** Returns the key of its alarm. */
  #gap(last: Sample, fromMs: number, toMs: number, ms: number | null): string {
    const { place } = last;
    this.#told.gaps.push({ place, fromMs, toMs, ms });
    // Of a length that nobody knows the days know nothing either.
    if (ms !== null) {
      for (const [day, from, to] of this.#watching.calendar.cut(fromMs, fromMs + ms)) {
        this.#day(day).gapMs += to - from;
      }
    }
    const alarmMs = ms === null ? toMs : last.wallMs + INTERVALS_MAX * this.#watching.intervalMs;
    const key = alarmKey(NO_DATA, place, null);
    this.#told.begun.push({ key, rule: NO_DATA, place, sinceMs: fromMs, alarmMs });
    return key;
  }

  #arrive(sample: Sample): void {
    const day = this.#watching.calendar.dayOf(sample.wallMs);
    const draft = this.#day(day);
    const { celsius, place, wallMs } = sample;
    if (celsius === null) {
      draft.faults++;
      if (this.#fault !== null) return;
      this.#fault = sample;
      const key = alarmKey(SENSOR_FAULT, place, null);
      this.#told.begun.push({ key, rule: SENSOR_FAULT, place, sinceMs: wallMs, alarmMs: wallMs });
      return;
    }
    if (this.#fault !== null) {
      const key = alarmKey(SENSOR_FAULT, this.#fault.place, null);
      this.#told.ended.push({ key, endedMs: wallMs, worstCelsius: null });
      this.#fault = null;
    }
    draft.samples++;
    draft.min = farther(draft.min, { celsius, wallMs }, -1);
    draft.max = farther(draft.max, { celsius, wallMs }, 1);
    for (const one of this.#rules) {
      this.#newDay(one, day, wallMs);
      if (isOut(one.rule, celsius)) this.#out(one, sample, celsius, wallMs, 0, draft);
      else if (one.rule.counting === "single") this.#end(one, wallMs, one.run.date);
    }
  }

  #stand(sample: Sample, ms: number): void {
    const { celsius, wallMs } = sample;
    for (const [day, from, to] of this.#watching.calendar.cut(wallMs, wallMs + ms)) {
      const draft = this.#day(day);
      if (celsius === null) {
        draft.faultMs += to - from;
        continue;
      }
      draft.known.set(celsius, (draft.known.get(celsius) ?? 0) + to - from);
      for (const one of this.#rules) {
        this.#newDay(one, day, day.fromMs);
        if (!isOut(one.rule, celsius)) continue;
        const { id } = one.rule;
        draft.outMs.set(id, (draft.outMs.get(id) ?? 0) + to - from);
        this.#out(one, sample, celsius, from, to - from, draft);
      }
    }
  }

  #out(
    { rule, run }: { readonly rule: AlarmRule; readonly run: Run },
    sample: Sample,
    celsius: number,
    fromMs: number,
    ms: number,
    draft: DayDraft,
  ): void {
    if (run.since === null) {
      run.since = sample;
      run.sinceMs = fromMs;
    }
    const worst = run.worstCelsius ?? celsius;
    run.worstCelsius = rule.side === "above" ? Math.max(worst, celsius) : Math.min(worst, celsius);
    const holdMs = rule.holdMinutes * 60_000;
    countDay(rule, run, holdMs, fromMs, ms, draft);
    const missingMs = holdMs - run.outMs;
    run.outMs += ms;
    if (run.isAlarm || missingMs > ms) return;
    run.isAlarm = true;
    if (rule.counting === "cumulative") setEarlier(draft.alarmMs, rule.id, fromMs + missingMs);
    const { place } = run.since;
    this.#told.begun.push({
      key: alarmKey(rule.id, place, run.date),
      rule: rule.id,
      place,
      sinceMs: run.sinceMs,
      alarmMs: fromMs + missingMs,
    });
  }

  #newDay(one: { readonly rule: AlarmRule; run: Run }, { date }: Day, atMs: number): void {
    if (!one.rule.overMidnight && one.run.date !== date) this.#end(one, atMs, date);
  }

  #end(one: { readonly rule: AlarmRule; run: Run }, endedMs: number, date: string | null): void {
    const { rule, run } = one;
    if (run.isAlarm && run.since !== null) {
      const key = alarmKey(rule.id, run.since.place, run.date);
      this.#told.ended.push({ key, endedMs, worstCelsius: run.worstCelsius });
    }
    one.run = emptyRun(rule.id, date);
  }

  #day({ date }: Day): DayDraft {
    const known = this.#days.get(date);
    if (known !== undefined) return known;
    const draft: DayDraft = {
      date,
      samples: 0,
      faults: 0,
      min: null,
      max: null,
      known: new Map(),
      faultMs: 0,
      gapMs: 0,
      outMs: new Map(),
      alarmMs: new Map(),
    };
    this.#days.set(date, draft);
    return draft;
  }
}

/** Whether this day has the alarm of an event: with its first, and again while it goes on. */
function countDay(
  { id, counting }: AlarmRule,
  run: Run,
  holdMs: number,
  fromMs: number,
  ms: number,
  { date, alarmMs }: DayDraft,
): void {
  const missingMs = Math.max(0, holdMs - run.countedMs);
  run.countedMs += ms;
  if (counting !== "single" || run.alarmDate === date || missingMs > ms) return;
  run.alarmDate = date;
  run.countedMs = ms - missingMs;
  setEarlier(alarmMs, id, fromMs + missingMs);
}
