/**
 * A week of a township as a script: what its devices and people do, and what goes wrong. Times are
 * minutes since Monday, 00:00 in Shanghai.
 */
import type { Model } from "../../drivers/simulation.ts";
import { fridgeModel, type FridgeTrouble, type FridgeTroubleName } from "./models.ts";
import type { SimulatedCycle } from "./steriliser_model.ts";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = typeof DAYS[number];
/** Monday, 2 March 2026. */
export const WEEK_START_MS = Date.parse("2026-03-02T00:00:00+08:00");
export const WEEK_MINUTES = 7 * 1440;
/** What there is of each kind of incident is in these days, too. */
export const STORY = { from: "tue 06:00", to: "thu 19:00" } as const;
const MINUTE_MS = 60_000;
/** Between one routine opening of a fridge's door and the next, seconds. */
const DOOR_EVERY = 3600;
/** Seconds by which one fridge's door is opened earlier than the next one's. */
const DOOR_OFFSET = 13;

/** Minutes of `tue 14:00`. */
export function minuteOf(text: string): number {
  const [day, time] = text.split(" ");
  const [hours, minutes] = time.split(":").map(Number);
  return DAYS.findIndex((one) => one === day) * 1440 + hours * 60 + minutes;
}

/** `tue 14:00` of a minute; the end of the week is on the next Monday. */
export function momentOf(minute: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = DAYS[Math.floor(minute / 1440) % DAYS.length];
  return `${day} ${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;
}

export interface WeekUnit {
  readonly id: string;
  readonly name: string;
  readonly preset: "strict" | "platform";
}

/** Eight fridges by the strict rules, four by the platform's three levels. */
export const WEEK_UNITS: readonly WeekUnit[] = Array.from({ length: 12 }, (_, index) => ({
  id: `fridge-${String(index + 1).padStart(2, "0")}`,
  name: `${index + 1}号冰箱`,
  preset: index < 8 ? "strict" : "platform",
}));

interface UnitTrouble {
  readonly unit: string;
  readonly what: FridgeTroubleName;
  readonly from: string;
  readonly to: string;
}

export const WEEK_TROUBLES: readonly UnitTrouble[] = [
  { unit: "fridge-03", what: "door", from: "wed 13:00", to: "wed 14:35" },
  { unit: "fridge-05", what: "probe", from: "wed 09:00", to: "wed 10:30" },
  { unit: "fridge-06", what: "no-power", from: "thu 03:00", to: "thu 05:15" },
  // Too short for an alarm by the strict rules.
  { unit: "fridge-07", what: "door", from: "sat 15:00", to: "sat 15:40" },
  { unit: "fridge-09", what: "door", from: "fri 22:40", to: "sat 00:35" },
  { unit: "fridge-11", what: "stuck", from: "sun 02:00", to: "sun 02:25" },
];

/** What an alarm was, said by somebody while it goes on. */
export interface WeekAnswer {
  readonly unit: string;
  readonly level: number;
  readonly at: string;
}

export const WEEK_ANSWERS: readonly WeekAnswer[] = [
  { unit: "fridge-03", level: 1, at: "wed 14:25" },
  // Before it comes to its next level: that one has to be answered anew.
  { unit: "fridge-09", level: 1, at: "fri 23:35" },
];

/** The township has no power: neither fridges nor the box. */
export const POWER_CUT = { from: "tue 14:00", to: "tue 17:00" } as const;
/** The site reaches neither centre. */
export const UPLINK_CUT = { from: "wed 18:00", to: "thu 18:00" } as const;

/** A unit's fridge through the week; milliseconds of the model are those since its start. */
export function weekFridge({ id }: WeekUnit): Model {
  const own = WEEK_TROUBLES.filter(({ unit }) => unit === id);
  const cut = { what: "no-power", ...POWER_CUT } as const;
  const troubles = [...own, cut].map(({ what, from, to }): FridgeTrouble => ({
    what,
    fromMs: minuteOf(from) * MINUTE_MS,
    toMs: minuteOf(to) * MINUTE_MS,
  }));
  const index = WEEK_UNITS.findIndex((unit) => unit.id === id);
  return fridgeModel(DOOR_OFFSET * (index + 1), troubles, DOOR_EVERY);
}

/** A bag of waste: when it is sealed, and what becomes of it. */
export interface WeekBag {
  readonly id: string;
  readonly sealed: string;
}

/** Bags that are carried from the ward into the store together. */
export interface WasteRound {
  readonly collected: string;
  readonly stored: string;
  readonly bags: readonly WeekBag[];
  /** Of these, those that were collected and did not come to the store. */
  readonly missing: readonly string[];
}

const twoBags = (day: Day): WasteRound => ({
  collected: `${day} 10:00`,
  stored: `${day} 10:30`,
  bags: [1, 2].map((n) => ({ id: `${day}-${n}`, sealed: `${day} 08:${n}0` })),
  missing: [],
});

export const WASTE_ROUNDS: readonly WasteRound[] = [
  twoBags("mon"),
  twoBags("wed"),
  {
    ...twoBags("thu"),
    bags: [...twoBags("thu").bags, { id: "thu-3", sealed: "thu 08:30" }],
    missing: ["thu-3"],
  },
  twoBags("fri"),
  twoBags("sat"),
  // In the night; it leaves on Monday.
  {
    collected: "sun 00:00",
    stored: "sun 00:10",
    bags: [{ id: "sat-night", sealed: "sat 23:50" }],
    missing: [],
  },
];

/** The disposer's lorry takes what the store holds; on Friday it does not come. */
export const LORRY: readonly string[] = [
  "mon 16:00",
  "wed 16:00",
  "thu 16:00",
  "sat 16:00",
];

/** A load of the steriliser. */
export interface WeekLoad {
  readonly load: string;
  readonly loaded: string;
  readonly type: "test" | "instruments";
  readonly packs: readonly string[];
  readonly cycle: SimulatedCycle;
}

const test = (day: Day): WeekLoad => ({
  load: `bd-${day}`,
  loaded: `${day} 07:00`,
  type: "test",
  packs: [],
  cycle: { holdSeconds: 214, fault: null },
});
const good = (day: Day): WeekLoad => ({
  load: `load-${day}`,
  loaded: `${day} 07:30`,
  type: "instruments",
  packs: [`pack-${day}-1`, `pack-${day}-2`],
  cycle: { holdSeconds: 245, fault: null },
});

export const WEEK_LOADS: readonly WeekLoad[] = [
  ...(["mon", "tue", "wed", "thu"] as const).flatMap((day) => [test(day), good(day)]),
  // It is cold in the middle of its hold.
  {
    load: "load-wed-cold",
    loaded: "wed 08:30",
    type: "instruments",
    packs: ["pack-wed-3", "pack-wed-4"],
    cycle: { holdSeconds: 245, fault: "cold" },
  },
  test("sun"),
];

/** Biological tests, by the load whose cycle they were in; the one of Thursday grew. */
export const BIOLOGICAL_TESTS = [
  { load: "load-tue", read: "tue 18:30", result: "pass" },
  { load: "load-thu", read: "thu 16:30", result: "fail" },
] as const;

/** A pack that was used on a patient. */
export const WEEK_USE = { pack: "pack-wed-1", patient: "000123456", at: "wed 09:00" } as const;
