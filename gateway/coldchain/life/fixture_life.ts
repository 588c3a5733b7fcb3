/** Events of one unit, as nodes write them one after the other. */
import { rulesOf } from "../series/fixture_series.ts";
import { type ColdEvent, coldEventOf, type ColdKind } from "./event.ts";

export const SITE = "site-017";
export const UNIT = "fridge-1";
export const OF_UNIT = { site: SITE, unit: UNIT };
/** 8:00 in Shanghai. */
export const MORNING_MS = Date.parse("2026-03-02T08:00:00+08:00");
export const HOUR_MS = 3_600_000;
export const NURSE = { id: "nurse-li" };

export function unitBodyOf(otherwise: Otherwise = {}): Otherwise {
  return {
    ...OF_UNIT,
    name: "一号冰箱",
    form: "refrigerator",
    probes: [{ id: "probe-1", device: "thermometer", point: "temperature" }],
    rules: rulesOf("platform"),
    intervalSeconds: 60,
    recipients: [{ id: "a", level: 1 }, { id: "b", level: 2 }, { id: "c", level: 3 }],
    retired: false,
    by: NURSE,
    ...otherwise,
  };
}

/** Whatever of a body a test wants otherwise. */
export interface Otherwise {
  readonly [field: string]: unknown;
}

/** What one node writes; ids and places are made of its name and a count. */
export class Story {
  readonly #node: string;
  #count = 0;

  constructor(node: string) {
    this.#node = node;
  }

  tell(kind: ColdKind, body: Otherwise): ColdEvent {
    const place = `${this.#node}.1-0/record/${++this.#count}`;
    const timeMs = MORNING_MS + this.#count * 1000;
    const id = `${kind} ${this.#count} of ${this.#node}`;
    return coldEventOf(kind, { id, ...OF_UNIT, ...body }, { place, node: this.#node, timeMs });
  }

  alarm(level: number, more: Otherwise = {}): ColdEvent {
    return this.tell("cold-alarm", {
      episode: "episode 1",
      cause: "high",
      level,
      rule: `platform-high-${level}`,
      sinceMs: MORNING_MS,
      alarmMs: MORNING_MS + level * HOUR_MS,
      ...more,
    });
  }

  ended(endedMs: number, more: Otherwise = {}): ColdEvent {
    return this.tell("cold-alarm-ended", {
      episode: "episode 1",
      cause: "high",
      endedMs,
      worstCelsius: 11.2,
      ...more,
    });
  }

  acknowledged(level: number, more: Otherwise = {}): ColdEvent {
    return this.tell("cold-acknowledgement", {
      episode: "episode 1",
      cause: "high",
      level,
      found: "door-open",
      comment: "门未关好，已关",
      by: NURSE,
      ...more,
    });
  }

  reading(time: string, more: Otherwise = {}): ColdEvent {
    const takenMs = Date.parse(`${time}:00+08:00`);
    return this.tell("cold-reading", { takenMs, celsius: 5, by: NURSE, ...more });
  }

  receipt(more: Otherwise = {}): ColdEvent {
    return this.tell("cold-receipt", {
      consignment: "C-1",
      from: "县疾控中心",
      arrivedMs: MORNING_MS,
      goods: [{ product: "8357914", lot: "L1", quantity: 100, unit: "支" }],
      journey: GOOD_JOURNEY,
      arrivalCelsius: 5,
      by: NURSE,
      ...more,
    });
  }

  quarantine(lots: readonly string[], more: Otherwise = {}): ColdEvent {
    return this.tell("cold-quarantine", {
      lots: lots.map((lot) => ({ product: "8357914", lot })),
      sinceMs: MORNING_MS,
      because: ["episode 1"],
      by: null,
      ...more,
    });
  }

  decided(quarantine: ColdEvent, decision: string, lots: readonly string[]): ColdEvent {
    return this.tell("cold-quarantine-decided", {
      quarantine: quarantine.body.id,
      lots: lots.map((lot) => ({ product: "8357914", lot })),
      decision,
      basis: "厂家稳定性数据",
      by: NURSE,
    });
  }
}

export const GOOD_JOURNEY = {
  kind: "record",
  source: "logger",
  fromMs: MORNING_MS - 3 * HOUR_MS,
  toMs: MORNING_MS,
  minCelsius: 2,
  maxCelsius: 8,
  minutesBelow: 0,
  minutesAbove: 0,
  minutesUnknown: 0,
};

/** The same of goods that came at another moment. */
export function journeyUpTo(arrivedMs: number) {
  return { ...GOOD_JOURNEY, fromMs: arrivedMs - 3 * HOUR_MS, toMs: arrivedMs };
}
