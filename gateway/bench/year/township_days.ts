/**
 * What a township writes in a year, a day at a time, as the entries of its journal: a value a
 * minute of each unit with a door left open now and then, bags from ward to disposer, sterilised
 * loads of which some fail, and doses from receipt to recipient. The same every time, but for when
 * it begins.
 */
import type { NewEntry } from "../../../sync/append.ts";
import { newEntry } from "../../collected_entry.ts";
import { movedBodyOf, usedBodyOf } from "../../coldchain/flow/fixture_flow.ts";
import { RecipientKey } from "../../coldchain/flow/recipient.ts";
import type { AlarmBody, AlarmEndedBody } from "../../coldchain/life/alarm_body.ts";
import { journeyUpTo, unitBodyOf } from "../../coldchain/life/fixture_life.ts";
import {
  BOTH,
  CARRIER,
  confirmed,
  DISPOSER,
  INFECTIOUS,
  MANIFEST,
  scaled,
  STORE,
  VEHICLE,
  WARD,
} from "../../waste/fixture_waste.ts";
import { SITE, STERILISER, TownshipCycles } from "./township_cycles.ts";

export const PRODUCT = "8123456";
export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;
export const DAY_MINUTES = 1440;
/** A door is left open once in so many days, at each unit on a day of its own. */
const OPEN_DAYS = 30;
/** Minutes of the day, as the next ones. */
const MORNING = 9 * 60;
const AFTERNOON = 16 * 60;
const OPEN = { from: 840, until: 930 };
/** A lot is some ten thousand doses, and all of the first lie in a unit while its door is open. */
const LOT_DAYS = 19;
/** Codes of one entry; see `flow_body.ts`. */
const CODES = 2000;
const KEEPER = { id: "keeper" };
/** Bags that come into the store at one time. */
const STORED = 20;

/** Of each, some five doses a year. */
const PEOPLE = 40_000;
/** Of the county, as its nodes read it from a file. */
export const RECIPIENT_KEY = "07".repeat(32);
const RECIPIENTS = new RecipientKey(Uint8Array.fromHex(RECIPIENT_KEY));

export interface TownshipSize {
  readonly units: number;
  readonly bagsADay: number;
  readonly cyclesADay: number;
  readonly dosesADay: number;
  /** Of so many cycles one fails, and its packs are called back. */
  readonly failsEvery: number;
}

/** 20 units, 200 bags and 548 doses a day are 10.5 million values, 73,000 bags, 200,000 doses. */
export const WHOLE: TownshipSize = {
  units: 20,
  bagsADay: 200,
  cyclesADay: 4,
  dosesADay: 548,
  failsEvery: 97,
};

interface Body {
  readonly [field: string]: unknown;
}

export class TownshipDays {
  readonly size: TownshipSize;
  readonly #origin: string;
  readonly #startMs: number;

  /** `origin`: of the journal that it is written to; `startMs`: when the first day begins. */
  constructor(size: TownshipSize, origin: string, startMs: number) {
    this.size = size;
    this.#origin = origin;
    this.#startMs = startMs;
  }

  /** Units and sterilisers, before the first day. */
  opening(): NewEntry[] {
    const units = Array.from({ length: this.size.units }, (_, unit) => {
      const probes = [{ id: `probe-${unit}`, device: `thermometer-${unit}`, point: "temperature" }];
      const of = { id: `unit ${unit}`, site: SITE, unit: unitName(unit), probes };
      return this.#record("cold-unit", this.#startMs, unitBodyOf(of));
    });
    return [
      ...units,
      this.#record("sterile-steriliser", this.#startMs, {
        ...{ id: "steriliser", site: SITE, steriliser: STERILISER, device: "autoclave-1" },
        ...{ title: { zh: "灭菌器", en: "Steriliser" }, source: "samples" },
        settings: { id: STERILISER, temperatures: ["chamber"], altitudeMetres: 20, programs: [] },
      }),
    ];
  }

  /**
   * Values of all units from one minute since the start until another, minute by minute; an entry
   * of one thermometer each, as those are that publish by themselves.
   */
  *readings(fromMinute: number, untilMinute: number): Generator<NewEntry> {
    for (let minute = fromMinute; minute < untilMinute; minute++) {
      const ms = this.#startMs + minute * MINUTE_MS;
      for (let unit = 0; unit < this.size.units; unit++) {
        const readings = [
          { point: "temperature", value: celsiusAt(minute, unit), unit: "Cel", quality: "good" },
        ];
        yield this.#entry("reading", "reading", ms, { device: `thermometer-${unit}`, readings });
      }
    }
  }

  /** What persons and rules wrote of a day, in its order. */
  recordsOf(day: number): NewEntry[] {
    return [
      ...this.#readByHand(day),
      ...this.#doses(day),
      ...this.#loads(day),
      ...this.#bags(day),
      ...this.#away(day),
    ].toSorted((one, other) => one.time.wallMs - other.time.wallMs);
  }

  /** An alarm that a series asked for: an entry of the site's rules. */
  alarm(body: AlarmBody): NewEntry {
    return this.#entry("alarm", "cold-alarm", body.alarmMs, body);
  }

  /** Its end, and what a person found an hour later. */
  ended(body: AlarmEndedBody): NewEntry[] {
    const { site, unit, episode, cause, endedMs } = body;
    const found = { found: "door-open", comment: "门未关好", by: KEEPER };
    const seen = { id: `seen ${episode}`.slice(0, 64), site, unit, episode, cause, level: 3 };
    return [
      this.#entry("alarm", "cold-alarm-ended", endedMs, body),
      this.#record("cold-acknowledgement", endedMs + 60 * MINUTE_MS, { ...seen, ...found }),
    ];
  }

  /** Every unit, in the morning and in the afternoon (C6). */
  #readByHand(day: number): NewEntry[] {
    return [MORNING, AFTERNOON].flatMap((minute) =>
      Array.from({ length: this.size.units }, (_, unit) => {
        const takenMs = this.#startMs + day * DAY_MS + minute * MINUTE_MS;
        const celsius = celsiusAt(day * DAY_MINUTES + minute, unit);
        const read = { id: `read ${day} ${minute} ${unit}`, site: SITE, unit: unitName(unit) };
        return this.#record("cold-reading", takenMs, { ...read, takenMs, celsius, by: KEEPER });
      })
    );
  }

  /** A lot comes, with the record of its journey. */
  #received(number: number, lot: string, doses: number, atMs: number): NewEntry[] {
    const receipt = `r-${number}`;
    const goods = [{ product: PRODUCT, lot, quantity: doses, unit: "剂" }];
    const from = { consignment: `C-${number}`, from: "县疾控中心", arrivedMs: atMs };
    const decided = { receipt, decision: "accepted", storedIn: unitName(number % this.size.units) };
    return [
      this.#record("cold-receipt", atMs, {
        ...{ id: receipt, site: SITE, ...from, goods },
        ...{ journey: journeyUpTo(atMs), arrivalCelsius: 5, by: KEEPER },
      }),
      this.#record("cold-receipt-decided", atMs, {
        ...{ id: `${receipt} decided`, site: SITE, ...decided, by: KEEPER },
      }),
    ];
  }

  #doses(day: number): NewEntry[] {
    const { dosesADay, units } = this.size;
    const at = this.#startMs + day * DAY_MS;
    const number = Math.floor(day / LOT_DAYS);
    const [lot, unit] = [lotName(number), `unit/${unitName(number % units)}`];
    const entries: NewEntry[] = [];
    const moved = (step: string, from: string, to: string, ms: number, codes: string[], n = 0) =>
      this.#record(
        "cold-moved",
        ms,
        movedBodyOf(step, from, to, {
          ...{ id: `${step}-${day}-${n}`, site: SITE, atMs: ms },
          lots: [{ product: PRODUCT, lot, expires: "2027-12-31", doses: codes.length, codes }],
        }),
      );
    if (day % LOT_DAYS === 0) {
      const all = Array.from({ length: dosesADay * LOT_DAYS }, (_, dose) => codeOf(number, dose));
      entries.push(...this.#received(number, lot, all.length, at));
      for (let from = 0; from < all.length; from += CODES) {
        const codes = all.slice(from, from + CODES);
        entries.push(moved("stored", `receipt/r-${number}`, unit, at + 1, codes, from));
      }
    }
    const first = (day % LOT_DAYS) * dosesADay;
    const codes = Array.from({ length: dosesADay }, (_, dose) => codeOf(number, first + dose));
    const place = `session/${day}`;
    // At 15:00, while the door of that unit may be open.
    entries.push(moved("taken", unit, place, at + 900 * MINUTE_MS, codes));
    for (const [index, code] of codes.entries()) {
      const ms = at + 905 * MINUTE_MS + index * 1000;
      const id = `use-${day}-${index}`;
      const recipient = RECIPIENTS.recipientOf(personOf(day * dosesADay + index), id);
      const of = { site: SITE, place, product: PRODUCT, lot, code, recipient, atMs: ms };
      entries.push(this.#record("cold-used", ms, usedBodyOf(id, of)));
    }
    return entries;
  }

  #loads(day: number): NewEntry[] {
    const cycles = new TownshipCycles(this.#startMs, day);
    cycles.bowieDick();
    for (let index = 0; index < this.size.cyclesADay; index++) {
      const number = day * this.size.cyclesADay + index;
      cycles.load(index, (number + 1) % this.size.failsEvery !== 0);
    }
    return cycles.written.map(({ kind, ms, body }) =>
      this.#entry(kind === "sterile-alarm" ? "alarm" : "record", kind, ms, body)
    );
  }

  /** Sealed all day, and stored twenty at a time. */
  #bags(day: number): NewEntry[] {
    const at = this.#startMs + day * DAY_MS + 6 * 60 * MINUTE_MS;
    const entries: NewEntry[] = [];
    const tell = (kind: string, id: string, body: Body) => {
      const ms = at + entries.length * 2 * MINUTE_MS;
      entries.push(this.#record(kind, ms, { id, site: SITE, ...body }));
    };
    const bags = this.#bagsOf(day);
    for (const [index, bag] of bags.entries()) {
      const weight = scaled(4000, `${this.#origin}/reading/${day * 1000 + index + 1}`);
      const said = { category: INFECTIOUS, source: { ward: WARD.id }, weight };
      tell("waste-sealed", `sealed ${bag}`, { bag, ...said, confirmations: [confirmed("nurse")] });
      const isLast = index + 1 === bags.length;
      if ((index + 1) % STORED !== 0 && !isLast) continue;
      const some = bags.slice(Math.floor(index / STORED) * STORED, index + 1);
      const handed = `handed ${day} ${Math.floor(index / STORED)}`;
      const hands = { from: WARD, to: CARRIER, bags: some, loads: [], confirmations: BOTH };
      tell("waste-handover", handed, { ...hands, after: [] });
      const none = { loads: [], missing: [], unexpected: [], labels: [], after: [handed] };
      const move = { from: CARRIER, to: STORE, bags: some, weight: scaled(4000 * some.length) };
      const id = `stored ${day} ${Math.floor(index / STORED)}`;
      tell("waste-stored", id, { ...none, ...move, confirmations: BOTH });
    }
    return entries;
  }

  /** The bags of a day leave on the next. */
  #away(today: number): NewEntry[] {
    const day = today - 1;
    if (day < 0) return [];
    const at = this.#startMs + today * DAY_MS + 15 * 60 * MINUTE_MS;
    const entries: NewEntry[] = [];
    const tell = (kind: string, id: string, body: Body) => {
      const ms = at + entries.length * 10 * MINUTE_MS;
      entries.push(this.#record(kind, ms, { id, site: SITE, ...body }));
    };
    const bags = this.#bagsOf(day);
    const stored = Array.from(
      { length: Math.ceil(bags.length / STORED) },
      (_, index) => `stored ${day} ${index}`,
    );
    const [manifest, receipt] = [`M-${day}`, `R-${day}`];
    const drafted = { ...MANIFEST, manifest, bags, confirmations: [confirmed("keeper")] };
    tell("waste-manifest", `draft ${day}`, drafted);
    const number = String(20_263_401_000_000 + day);
    tell("waste-manifest-number", `number ${day}`, {
      ...{ manifest, number, how: "entered", confirmation: confirmed("keeper") },
    });
    const moved = { loads: [], bags, manifest, confirmations: BOTH };
    const departed = `departed ${day}`;
    tell("waste-departed", departed, { ...moved, from: STORE, to: VEHICLE, after: stored });
    tell("waste-received", `received ${day}`, {
      ...{ ...moved, from: VEHICLE, to: DISPOSER, after: [departed], receipt },
      ...{ grams: 4000 * bags.length, difference: "" },
    });
    tell("waste-disposed", `disposed ${day}`, {
      ...{ manifest, receipt, method: "D10", disposedMs: at, confirmations: BOTH },
    });
    return entries;
  }

  #bagsOf(day: number): string[] {
    return Array.from({ length: this.size.bagsADay }, (_, bag) => `B-${day}-${bag}`);
  }

  #record(kind: string, ms: number, body: object): NewEntry {
    return this.#entry("record", kind, ms, body);
  }

  #entry(stream: "alarm" | "record" | "reading", kind: string, ms: number, body: object) {
    const time = {
      ...{ wallMs: ms, bootId: "0".repeat(32), bootMs: ms - this.#startMs },
      clock: "trusted",
    } as const;
    return newEntry(stream, kind, time, body);
  }
}

export function unitName(unit: number): string {
  return `fridge-${unit}`;
}

/** Whom the dose of this number was given to. */
export function personOf(dose: number) {
  const number = `IR-${String(dose % PEOPLE).padStart(6, "0")}`;
  return { system: "immunisation-record", number, name: "李梅" } as const;
}

export function lotName(number: number): string {
  return `LOT-${number}`;
}

/** The first cycle that failed, or `null`: none did in so few days. */
export function failedCycle({ cyclesADay, failsEvery }: TownshipSize, days: number): string | null {
  const number = failsEvery - 1;
  const day = Math.floor(number / cyclesADay);
  return day < days ? `C-${day}-${number % cyclesADay}` : null;
}

/** Of a dose of a lot: twenty digits. */
export function codeOf(lot: number, dose: number): string {
  return `${PRODUCT}${String(lot * 1_000_000 + dose).padStart(13, "0")}`;
}

function celsiusAt(atMinute: number, unit: number): number {
  const [day, minute] = [Math.floor(atMinute / DAY_MINUTES), atMinute % DAY_MINUTES];
  const isOpen = day % OPEN_DAYS === unit % OPEN_DAYS && minute >= OPEN.from && minute < OPEN.until;
  if (isOpen) return 9.5;
  return Math.round(50 + 10 * Math.sin((minute + unit * 37) / 60)) / 10;
}
