import { describe, expect, test } from "vitest";
import { CLOCK_STATES, type Stamp } from "../sync/entry.ts";
import { BOOT_ID } from "../sync/fixtures.ts";
import {
  ageingMs,
  type ClockMemory,
  type ClockNote,
  decideClock,
  memoryOf,
} from "./clock_rules.ts";

const BASE_MS = 1_795_000_000_000;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

type Moment = readonly [bootSeconds: number, offsetMs: number, clock: Stamp["clock"]];

function stampOf([bootSeconds, offsetMs, clock]: Moment): Stamp {
  const bootMs = bootSeconds * 1000;
  return { bootId: BOOT_ID, bootMs, wallMs: bootMs + offsetMs, clock };
}

function notesOf(moments: readonly Moment[], from: ClockMemory | null = null): ClockNote[] {
  let memory = from;
  return moments.flatMap((moment) => {
    const decision = decideClock(stampOf(moment), memory);
    memory = decision.memory;
    return decision.notes;
  });
}

/** A look each second while the wall clock goes wrong by so many parts in a million. */
function drifting(seconds: number, ppm: number): Moment[] {
  return Array.from(
    { length: seconds + 1 },
    (_, second) => [second, BASE_MS + second * ppm / 1000, "trusted"] as const,
  );
}

describe("T12: what a clock does is told once, when it is more than a second", () => {
  const cases: [what: string, moments: Moment[], told: string[]][] = [
    ["nothing happens", [[1, BASE_MS, "trusted"], [2, BASE_MS, "trusted"]], []],
    ["a jump of a second at most", [[1, BASE_MS, "trusted"], [2, BASE_MS + 1000, "trusted"]], []],
    ["back a day", [
      [1, BASE_MS, "trusted"],
      [2, BASE_MS - DAY_MS, "trusted"],
      [3, BASE_MS - DAY_MS, "trusted"],
    ], [`clock-step ${-DAY_MS}`]],
    ["forward a year, and back", [
      [1, BASE_MS, "holdover"],
      [2, BASE_MS + YEAR_MS, "holdover"],
      [3, BASE_MS + YEAR_MS, "holdover"],
      [4, BASE_MS, "holdover"],
      [5, BASE_MS, "holdover"],
    ], [`clock-step ${YEAR_MS}`, `clock-step ${-YEAR_MS}`]],
    ["no time at boot, then set and trusted at once", [
      [5, 0, "untrusted"],
      [6, 0, "untrusted"],
      [7, BASE_MS, "trusted"],
      [8, BASE_MS, "trusted"],
    ], [`clock-step ${BASE_MS}`, `clock-trusted since 0 to 7000 at ${BASE_MS} shift ${BASE_MS}`]],
    ["set first and trusted later", [
      [5, 0, "untrusted"],
      [6, BASE_MS + 400, "untrusted"],
      [60, BASE_MS, "trusted"],
    ], [`clock-step ${BASE_MS + 400}`, `clock-trusted since 0 to 60000 at ${BASE_MS} shift -400`]],
    ["right all the time, and trusted at last", [
      [5, BASE_MS, "untrusted"],
      [60, BASE_MS, "trusted"],
    ], [`clock-trusted since 0 to 60000 at ${BASE_MS} shift 0`]],
    ["trust is lost for a while", [
      [5, BASE_MS, "trusted"],
      [6, BASE_MS, "holdover"],
      [90, BASE_MS + 300, "trusted"],
      [91, BASE_MS + 300, "trusted"],
    ], [`clock-trusted since 5000 to 90000 at ${BASE_MS + 300} shift 300`]],
    ["the machine slept: both clocks went on", [
      [5, BASE_MS, "trusted"],
      [50_000, BASE_MS, "trusted"],
    ], []],
    ["a clock that is trusted from the first look on", [[5, BASE_MS, "trusted"]], []],
  ];
  test.each(cases)("%s", (_, moments, told) => {
    expect(notesOf(moments).map(shortly)).toEqual(told);
  });

  test.each([[100, 10_100, 1], [500, 2100, 1], [-500, 4100, 2], [100, 9900, 0]])(
    "drift of %d ppm over %d s is told %d times",
    (ppm, seconds, times) => {
      const notes = notesOf(drifting(seconds, ppm));
      expect(notes.map(({ kind }) => kind)).toEqual(Array(times).fill("clock-drift"));
      for (const note of notes) {
        if (note.kind !== "clock-drift") continue;
        expect(Math.abs(note.deltaMs)).toBeGreaterThan(1000);
        expect(Math.abs(note.deltaMs)).toBeLessThan(1002);
        expect(note.afterMs - note.beforeMs).toBe(note.deltaMs);
      }
    },
  );

  test("a jump while the process was away in the same boot is told by the next one", () => {
    const memory = memoryOf(stampOf([100, BASE_MS, "trusted"]));
    expect(notesOf([[160, BASE_MS - DAY_MS, "trusted"]], memory).map(shortly))
      .toEqual([`clock-step ${-DAY_MS}`]);
    const doubted = memoryOf(stampOf([100, 0, "untrusted"]));
    expect(notesOf([[160, BASE_MS, "trusted"]], doubted).map(shortly)).toEqual([
      `clock-step ${BASE_MS}`,
      `clock-trusted since 0 to 160000 at ${BASE_MS} shift ${BASE_MS}`,
    ]);
  });
});

function shortly(note: ClockNote): string {
  if (note.kind !== "clock-trusted") return `${note.kind} ${note.deltaMs}`;
  const { kind, sinceBootMs, bootMs, offsetMs, shiftMs } = note;
  return `${kind} since ${sinceBootMs} to ${bootMs} at ${offsetMs} shift ${shiftMs}`;
}

describe("G2: nothing grows old because a clock was set", () => {
  const start = stampOf([100, BASE_MS, "untrusted"]);
  const newest = BASE_MS;
  test.each<[what: string, now: Moment, newestWallMs: number | null, ageMs: number]>([
    ["a year forward, and nobody vouches for it", [160, BASE_MS + YEAR_MS, "holdover"], newest, 60],
    ["the same, confirmed", [160, BASE_MS + YEAR_MS, "trusted"], newest, 160 + YEAR_MS / 1000],
    ["back in 1970", [160, 0, "untrusted"], newest, 160 - BASE_MS / 1000],
    ["nothing was stored before", [160, BASE_MS + YEAR_MS, "untrusted"], null, 160],
  ])("%s", (_, now, newestWallMs, ageSeconds) => {
    const seconds = (ageingMs(stampOf(now), start, newestWallMs) - BASE_MS) / 1000;
    expect(seconds).toBe(ageSeconds);
  });

  test("whatever the states are, no clock makes more time pass than the boot-time clock", () => {
    for (const clock of CLOCK_STATES.filter((state) => state !== "trusted")) {
      const now = stampOf([1000, BASE_MS + 50 * YEAR_MS, clock]);
      expect(ageingMs(now, start, newest) - newest).toBeLessThanOrEqual(900_000);
    }
  });
});
