import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Stamp } from "../../../sync/entry.ts";
import type { Correction } from "../../age.ts";
import type { WasteEvent } from "../entry/event.ts";
import { confirmed, HOUR_MS, scaled, SITE, START_MS, Story, WARD } from "../fixture_waste.ts";
import { ledgerOf } from "../life/ledger.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { type BagClock, bagClock } from "./bag_clock.ts";
import { epidemicBody, type EpidemicTurn, modeAt } from "./epidemic.ts";

const VILLAGE_BOOT = "a".repeat(32);
const TOWNSHIP_BOOT = "b".repeat(32);
const DAY_MS = 24 * HOUR_MS;

interface Moment extends Partial<Stamp> {
  readonly turns?: readonly EpidemicTurn[];
  readonly corrections?: readonly Correction[];
}

/** So long after the sealing, in its own boot, if nothing else is said. */
function clockOf(events: readonly WasteEvent[], afterMs: number, moment: Moment = {}): BagClock {
  const bag = ledgerOf(events, DEFAULT_RULES).bags.get("B1");
  const [sealed] = events;
  if (bag === undefined) throw new Error("no bag");
  const { turns = [], corrections = [], ...stamp } = moment;
  const now = {
    wallMs: sealed.time.wallMs + afterMs,
    bootId: sealed.time.bootId,
    bootMs: sealed.time.bootMs + afterMs,
    clock: "trusted" as const,
    ...stamp,
  };
  const rules = { mode: modeAt(SITE, turns), rules: DEFAULT_RULES };
  return bagClock(bag, { now, corrections }, rules);
}

let turned = 0;

function turn(isOn: boolean, otherwise: object = {}, time: Partial<Stamp> = {}): EpidemicTurn {
  turned++;
  const body = epidemicBody.parse({
    id: `turn-${turned}`,
    site: SITE,
    scope: "*",
    isOn,
    replaces: [],
    basis: "notice",
    reason: "epidemic",
    confirmation: confirmed("head"),
    ...otherwise,
  });
  const stamp = { wallMs: START_MS, bootId: "c".repeat(32), bootMs: 0, clock: "trusted" as const };
  return { place: `county.1-0/audit/${turned}`, time: { ...stamp, ...time }, body };
}

const village = new Story("village", VILLAGE_BOOT);
const sealed = village.sealed("B1");

describe("W5 a bag's clock", () => {
  test.each([
    [0, "running"],
    [DAY_MS - 1000, "running"],
    [DAY_MS - 1, "running"],
    [DAY_MS, "warning"],
    [DAY_MS + 1000, "warning"],
    [2 * DAY_MS - 1000, "warning"],
    [2 * DAY_MS - 1, "warning"],
    [2 * DAY_MS, "breached"],
    [2 * DAY_MS + 1000, "breached"],
  ])("%i ms after the sealing is %s, at home and at the township", (afterMs, stage) => {
    expect(clockOf([sealed], afterMs)).toMatchObject({ stage, age: { by: "boot" } });
    const away = { bootId: TOWNSHIP_BOOT, bootMs: 5 };
    expect(clockOf([sealed], afterMs, away)).toMatchObject({
      stage,
      age: { ms: afterMs, by: "wall", isCertain: true },
    });
  });

  test("runs on by the boot-time clock when the wall clock is set, and over a new process", () => {
    for (const wallMs of [0, START_MS - 99 * DAY_MS, START_MS + 99 * DAY_MS]) {
      const clock = clockOf([sealed], DAY_MS - 1, { wallMs, clock: "untrusted" });
      expect(clock).toMatchObject({ stage: "running", age: { by: "boot", isCertain: true } });
    }
  });

  test("after a new boot goes by the wall clock, with how far that can be believed", () => {
    const boot = { bootId: TOWNSHIP_BOOT, bootMs: 60_000 };
    const states = ["trusted", "holdover", "untrusted"] as const;
    expect(states.map((clock) => clockOf([sealed], DAY_MS, { ...boot, clock }).age)).toEqual([
      { ms: DAY_MS, by: "wall", isCertain: true },
      { ms: DAY_MS, by: "wall", isCertain: true },
      { ms: DAY_MS, by: "wall", isCertain: false },
    ]);
  });

  test("is never younger than this machine has known of the bag, whatever the wall clock", () => {
    const township = new Story("township", TOWNSHIP_BOOT).at(START_MS);
    const handover = township.handover(["B1"]);
    const events = [sealed, handover];
    const now = {
      bootId: TOWNSHIP_BOOT,
      bootMs: handover.time.bootMs + DAY_MS,
      wallMs: START_MS - 365 * DAY_MS,
    };
    expect(clockOf(events, 0, now)).toMatchObject({
      stage: "warning",
      age: { ms: DAY_MS, by: "least", isCertain: false },
    });
    expect(clockOf(events, 0, { ...now, bootMs: now.bootMs - 1 }).stage).toBe("running");
  });

  test("is corrected where the node that sealed it found its clock to have been wrong", () => {
    const time = { ...sealed.time, wallMs: 0, clock: "untrusted" as const };
    const wrong = [{ ...sealed, time }];
    const offsetMs = START_MS;
    const corrections = [{ bootId: VILLAGE_BOOT, sinceBootMs: 0, bootMs: HOUR_MS, offsetMs }];
    const now = {
      bootId: TOWNSHIP_BOOT,
      bootMs: 0,
      wallMs: START_MS + sealed.time.bootMs + DAY_MS - 1,
    };
    expect(clockOf(wrong, 0, now)).toMatchObject({ stage: "breached", age: { isCertain: false } });
    expect(clockOf(wrong, 0, { ...now, corrections })).toMatchObject({
      stage: "running",
      age: { ms: DAY_MS - 1, by: "wall", isCertain: true },
    });
  });

  test("survives village to township by the label alone, before the entry of the sealing", () => {
    const township = new Story("township", TOWNSHIP_BOOT).at(START_MS + HOUR_MS);
    const label = { bag: "B1", category: "841-001-01", grams: 4000, ward: WARD.id };
    const labels = [{ ...label, sealedMs: START_MS, clock: "holdover" }];
    const stored = township.stored(["B1"], { labels, weight: scaled(4000) });
    const at = (wallMs: number) =>
      clockOf([stored], 0, { bootId: TOWNSHIP_BOOT, bootMs: stored.time.bootMs, wallMs });
    expect(at(START_MS + DAY_MS - 1).stage).toBe("running");
    expect(at(START_MS + DAY_MS)).toMatchObject({ stage: "warning", from: stored.body.id });
  });

  test("goes on from the first sealing of a bag that was reversed and sealed anew", () => {
    const anew = village.sealed("B1");
    const events = [sealed, village.reversed(sealed), anew];
    expect(clockOf(events, DAY_MS)).toMatchObject({ stage: "warning", from: sealed.body.id });
  });

  test("stops when the carrier took the bag with two confirmations, not with one", () => {
    const gone = village.departed(["B1"]);
    const alone = village.departed(["B1"], { confirmations: [confirmed("keeper")] });
    expect(clockOf([sealed, alone], 3 * DAY_MS).stage).toBe("breached");
    expect(clockOf([sealed, gone], 3 * DAY_MS).stage).toBe("stopped");
  });

  test("never goes backwards in its own boot, whatever wall clocks do", () => {
    const steps = fc.array(fc.record({ ms: fc.nat(DAY_MS), wallMs: fc.nat() }), { maxLength: 20 });
    fc.assert(fc.property(steps, (given) => {
      let afterMs = 0;
      let before = -1;
      for (const { ms, wallMs } of given) {
        afterMs += ms;
        const { age } = clockOf([sealed], afterMs, { wallMs, clock: "untrusted" });
        expect(age?.ms).toBeGreaterThanOrEqual(before);
        before = age?.ms ?? before;
      }
    }));
  });
});

describe("W5 in an epidemic", () => {
  const on = turn(true);

  test.each([
    [DAY_MS / 2 - 1, "running"],
    [DAY_MS / 2, "warning"],
    [DAY_MS - 1000, "warning"],
    [DAY_MS - 1, "warning"],
    [DAY_MS, "breached"],
  ])("%i ms after the sealing is %s", (afterMs, stage) => {
    expect(clockOf([sealed], afterMs, { turns: [on] })).toMatchObject({ stage, isEpidemic: true });
  });

  test("a bag is not in breach from before the switch was turned", () => {
    const turns = [turn(true, {}, { wallMs: sealed.time.wallMs + 40 * HOUR_MS })];
    const clock = clockOf([sealed], 41 * HOUR_MS, { turns });
    expect(clock).toMatchObject({ stage: "breached", breachedForMs: HOUR_MS });
    expect(clockOf([sealed], 50 * HOUR_MS).breachedForMs).toBe(2 * HOUR_MS);
  });

  test("turned off again the usual limits hold", () => {
    const turns = [on, turn(false, { replaces: [on.body.id] })];
    expect(clockOf([sealed], DAY_MS, { turns })).toMatchObject({
      stage: "warning",
      isEpidemic: false,
    });
  });

  test("of two turns that knew nothing of each other the stricter holds, and is shown", () => {
    const off = turn(false, { replaces: [on.body.id] });
    const again = turn(true, { replaces: [on.body.id] });
    const turns = [on, off, again];
    fc.assert(fc.property(fc.shuffledSubarray(turns, { minLength: 3 }), (order) => {
      expect(modeAt(SITE, [...order, on])).toMatchObject({ isOn: true, isDisputed: true });
      expect(modeAt(SITE, [...order, on])).toEqual(modeAt(SITE, turns));
    }));
  });

  test("one site's switch is not another's; a county's is everybody's", () => {
    expect(modeAt("site-2", [turn(true, { scope: SITE })]).isOn).toBe(false);
    expect(modeAt("site-2", [turn(true)]).isOn).toBe(true);
    expect(modeAt(SITE, []).since).toBeNull();
  });
});
