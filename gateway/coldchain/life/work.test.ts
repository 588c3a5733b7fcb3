import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  HOUR_MS as HOUR,
  minutes,
  rulesOf,
  SHANGHAI,
  times,
  toldOf,
  watching,
} from "../series/fixture_series.ts";
import { calibrationOf, errorMaxAt } from "./calibration.ts";
import { notCompliant, unitsOf } from "./compliance.ts";
import { episodesOf } from "./episode.ts";
import { type ColdEvent, ofKind } from "./event.ts";
import {
  GOOD_JOURNEY,
  HOUR_MS,
  MORNING_MS,
  NURSE,
  OF_UNIT,
  SITE,
  Story,
  UNIT,
  unitBodyOf,
} from "./fixture_life.ts";
import { manualDayOf } from "./manual_readings.ts";
import { dueQuarantine, quarantinedLots } from "./quarantine.ts";
import { isSetApart, journeyOf, receiptsOf, takenIn } from "./receipt.ts";
import { watchOf } from "./suppression.ts";

const story = new Story("site-017");
const strict = () => rulesOf("strict");

describe("C6 readings by hand", () => {
  const at = (time: string) => Date.parse(`2026-03-02T${time}:00+08:00`);
  const day = SHANGHAI.dayOf(at("12:00"));
  const of = (now: string, ...taken: string[]) =>
    manualDayOf(
      ofKind(taken.map((time) => story.reading(`2026-03-02T${time}`)), "cold-reading"),
      day,
      SHANGHAI,
      at(now),
    );

  test("six hours apart are enough, a minute less is not", () => {
    expect(of("18:00", "08:30", "14:30")).toMatchObject({ isComplete: true, isTooClose: false });
    expect(of("18:00", "08:30", "14:29")).toMatchObject({
      isComplete: false,
      isTooClose: true,
      missing: ["afternoon"],
    });
    expect(of("18:00", "08:30", "14:29", "14:30")).toMatchObject({ isComplete: true });
  });

  test("morning ends at noon, the day at midnight", () => {
    expect(of("18:00", "11:59", "17:59").isComplete).toBe(true);
    expect(of("18:00", "12:00", "18:00")).toMatchObject({ morning: null, missing: ["morning"] });
    const other = manualDayOf(
      ofKind(
        [story.reading("2026-03-01T23:59"), story.reading("2026-03-03T00:00")],
        "cold-reading",
      ),
      day,
      SHANGHAI,
      at("23:59"),
    );
    expect(other.missing).toEqual(["morning", "afternoon"]);
  });

  test("a missing one is visible the same day, and asked for when it may be taken", () => {
    expect(of("09:59")).toMatchObject({ missing: [], prompt: "morning" });
    expect(of("10:00")).toMatchObject({ missing: ["morning"], prompt: "morning" });
    expect(of("10:00", "09:00")).toMatchObject({ missing: [], prompt: null });
    expect(of("14:59", "09:00")).toMatchObject({ missing: [], prompt: null });
    expect(of("15:00", "09:00")).toMatchObject({ missing: [], prompt: "afternoon" });
    expect(of("17:00", "09:00")).toMatchObject({ missing: ["afternoon"], prompt: "afternoon" });
    expect(of("17:00", "09:00", "15:00")).toMatchObject({ missing: [], prompt: null });
  });
});

describe("C10 receipt", () => {
  const state = (more: Record<string, unknown>, ...decisions: ColdEvent[]) => {
    const [{ state, causes }] = receiptsOf([story.receipt(more), ...decisions], strict);
    return [state, causes];
  };

  const before = (days: number) => {
    const { fromMs, toMs, ...told } = GOOD_JOURNEY;
    const ms = days * 24 * HOUR_MS;
    return { ...told, fromMs: fromMs - ms, toMs: toMs - ms };
  };

  test("goods with a record in range may be taken in: 2.0 and 8.0 °C are", () => {
    expect(state({})).toEqual(["to-accept", []]);
    expect(state({ arrivedMs: MORNING_MS + 300_000 }), "five minutes behind it")
      .toEqual(["to-accept", []]);
  });

  test.each([
    [{ journey: { kind: "none", reason: "未提供" } }, ["no-journey-record"]],
    [{ journey: { ...GOOD_JOURNEY, minutesAbove: 1, maxCelsius: 8.1 } }, ["out-of-range"]],
    [{ journey: { ...GOOD_JOURNEY, minCelsius: 1.9 } }, ["out-of-range"]],
    [{ journey: { ...GOOD_JOURNEY, minutesUnknown: 1 } }, ["unknown-stretch"]],
    [{ arrivalCelsius: 8.1 }, ["arrival-out-of-range"]],
    [{ arrivalCelsius: null }, ["arrival-unknown"]],
    [{ arrivedMs: MORNING_MS + 300_001 }, ["unknown-stretch"]],
    [{ arrivedMs: GOOD_JOURNEY.fromMs }, ["unknown-stretch"]],
    [{ journey: before(400), arrivalCelsius: null }, ["unknown-stretch", "arrival-unknown"]],
  ])("what is not so is to be refused and reported: %j", (more, causes) => {
    expect(state(more)).toEqual(["to-refuse", causes]);
  });

  test("a refusal needs reason, to whom it was reported, and when; it stands over an acceptance", () => {
    const receipt = story.receipt({ arrivalCelsius: 9 });
    const refusal = {
      receipt: receipt.body.id,
      decision: "refused",
      reason: "到货超温",
      reportedTo: "县疾控中心",
      reportedMs: MORNING_MS,
      by: NURSE,
    };
    const refused = story.tell("cold-receipt-decided", refusal);
    const accepted = story.tell("cold-receipt-decided", {
      receipt: receipt.body.id,
      decision: "accepted",
      storedIn: "fridge-1",
      by: NURSE,
    });
    const stateOf = (...events: ColdEvent[]) => receiptsOf(events, strict)[0].state;
    expect(stateOf(receipt, refused)).toBe("refused");
    expect(stateOf(receipt, accepted, refused)).toBe("refused");
    expect(stateOf(receipt, accepted)).toBe("accepted-against-rules");
    const held = { receipt: receipt.body.id, decision: "quarantined", storedIn: UNIT, by: NURSE };
    expect(stateOf(receipt, story.tell("cold-receipt-decided", held))).toBe("quarantined");
    for (const field of ["reason", "reportedTo", "reportedMs"]) {
      expect(() => story.tell("cold-receipt-decided", { ...refusal, [field]: undefined })).toThrow(
        field,
      );
    }
  });

  test("so many are taken in as were decided about, and none of what was refused", () => {
    const goods = ["L1", "L2"].map((lot) => ({ product: "P", lot, quantity: 10, unit: "剂" }));
    const receipt = story.receipt({ goods });
    const decided = (decision: string, lot: string, quantity: number) =>
      story.tell("cold-receipt-decided", {
        ...{ receipt: receipt.body.id, decision, by: NURSE },
        lots: [{ product: "P", lot, quantity }],
        ...(decision === "refused"
          ? { reason: "破损", reportedTo: "县疾控中心", reportedMs: 0 }
          : { storedIn: UNIT }),
      });
    const of = (...decisions: ColdEvent[]) => {
      const [one] = receiptsOf([...decisions, receipt], strict);
      const taken = goods.map((lot) => takenIn(one, lot));
      return [one.state, ...taken, goods.map((lot) => isSetApart(one, lot))];
    };
    const [all, broken] = [decided("accepted", "L1", 10), decided("refused", "L1", 3)];
    expect(of()).toEqual(["to-accept", 0, 0, [false, false]]);
    expect(of(all)).toEqual(["in-part", 10, 0, [false, false]]);
    expect(of(all, broken)).toEqual(["in-part", 7, 0, [false, false]]);
    expect(of(broken)).toEqual(["refused", 0, 0, [false, false]]);
    const held = decided("quarantined", "L2", 10);
    expect(of(held, all)).toEqual(["in-part", 10, 10, [false, true]]);
    const second = decided("accepted", "L2", 10);
    expect(of(all, second)).toEqual(["accepted", 10, 10, [false, false]]);
    expect(of(all, decided("accepted", "L1", 10), second)[1]).toBe(10);
  });

  test("the journey of a logger is what its samples tell; without a good value it is none", () => {
    const of = (values: readonly (number | null)[]) =>
      journeyOf(toldOf(minutes(values), watching("strict")), strict(), {
        source: "logger",
        fromMs: MORNING_MS,
        toMs: MORNING_MS + HOUR,
      });
    expect(of([5, 8.1, 8.2, null, 5])).toMatchObject({
      kind: "record",
      minCelsius: 5,
      maxCelsius: 8.2,
      minutesAbove: 2,
      minutesBelow: 0,
      minutesUnknown: 1,
    });
    expect(of(times(5, null))).toMatchObject({ kind: "none" });
  });
});

describe("C10 quarantine", () => {
  const alarm = story.alarm(1);
  const over = story.ended(MORNING_MS + 2 * HOUR_MS);
  const lot = (name: string, fromMs: number, toMs: number | null) =>
    ({ ...OF_UNIT, product: "8357914", lot: name, fromMs, toMs }) as const;

  test("an episode asks for it for lots that were there while it lasted", () => {
    const [episode] = episodesOf([alarm, over]);
    const stock = [
      lot("gone before", 0, MORNING_MS),
      lot("there", 0, null),
      lot("taken out meanwhile", 0, MORNING_MS + 1),
      lot("came meanwhile", MORNING_MS + 2 * HOUR_MS - 1, null),
      lot("came behind it", MORNING_MS + 2 * HOUR_MS, null),
      { ...lot("elsewhere", 0, null), unit: "fridge-2" },
    ];
    const due = dueQuarantine(episode, stock, [alarm, over]);
    expect(due?.lots.map(({ lot }) => lot)).toEqual([
      "came meanwhile",
      "taken out meanwhile",
      "there",
    ]);
    expect(dueQuarantine(episode, [...stock].reverse(), [])).toEqual(due);
    const set = story.tell("cold-quarantine", { ...due });
    expect(dueQuarantine(episode, stock, [set])).toBeNull();
    const later = dueQuarantine(episode, [...stock, lot("found later", 0, null)], [set]);
    expect(later?.lots.map(({ lot }) => lot)).toEqual(["found later"]);
  });

  test.each([
    ["high", "out-of-range"],
    ["low", "out-of-range"],
    ["no-data", "temperature-unknown"],
    ["sensor-fault", "temperature-unknown"],
    ["power-off", undefined],
    ["offline", undefined],
  ])("C7: what lay there during %s is set apart as %s", (cause, wanted) => {
    const [episode] = episodesOf([story.alarm(1, { cause })]);
    expect(dueQuarantine(episode, [lot("there", 0, null)], [])?.cause).toBe(wanted);
  });

  test("a lot is free when each of its quarantines was decided; of two decisions the stricter stands", () => {
    const [first, second] = [story.quarantine(["L1", "L2"]), story.quarantine(["L1"])];
    const stateOf = (...events: ColdEvent[]) =>
      quarantinedLots(events).map(({ lot, state, isDisputed }) => [lot, state, isDisputed]);
    const freed = story.decided(first, "released", ["L1", "L2"]);
    expect(stateOf(first, second, freed)).toEqual([
      ["L1", "quarantined", false],
      ["L2", "released", false],
    ]);
    const both = [first, second, freed, story.decided(second, "released", ["L1"])];
    expect(stateOf(...both)[0]).toEqual(["L1", "released", false]);
    const destroyed = story.decided(first, "destroyed", ["L2"]);
    expect(stateOf(...both, destroyed)[1]).toEqual(["L2", "destroyed", true]);
    // What is exposed anew waits for somebody, whatever became of the lot before.
    const anew = story.quarantine(["L2"]);
    expect(stateOf(...both, destroyed, anew)[1]).toEqual(["L2", "quarantined", true]);
  });
});

describe("C13 calibration", () => {
  const calibration = (more: Record<string, unknown> = {}) =>
    story.tell("cold-calibration", {
      probe: "probe-1",
      calibratedOn: "2025-03-02",
      validUntil: "2026-03-02",
      certificate: "JL-1",
      points: [{ reference: 5, error: 0.5 }, { reference: -20, error: -1 }],
      by: NURSE,
      ...more,
    });
  const state = (today: string, ...events: ColdEvent[]) => {
    const { state, daysLeft } = calibrationOf(events, { site: SITE, probe: "probe-1" }, today);
    return [state, daysLeft];
  };

  test("it counts to the end of its last day, and is due 30 days before", () => {
    const one = calibration();
    expect(state("2026-01-30", one)).toEqual(["valid", 31]);
    expect(state("2026-01-31", one)).toEqual(["due-soon", 30]);
    expect(state("2026-03-02", one)).toEqual(["due-soon", 0]);
    expect(state("2026-03-03", one)).toEqual(["overdue", -1]);
    expect(state("2026-03-03")).toEqual(["never", null]);
    const next = calibration({ calibratedOn: "2026-03-01", validUntil: "2027-03-01" });
    expect(state("2026-03-03", next, one)).toEqual(["valid", 363]);
  });

  test.each([
    [0, 0.5, "valid"],
    [0, 0.51, "inaccurate"],
    [40, -0.5, "valid"],
    [40, -0.6, "inaccurate"],
    [-0.1, 1, "valid"],
    [-0.1, 1.1, "inaccurate"],
    [-25, -1, "valid"],
    [-25, -1.1, "inaccurate"],
    [-80, 3, "valid"],
  ])("at %d °C an error of %d °C is %s", (reference, error, wanted) => {
    const one = calibration({ points: [{ reference, error }] });
    expect(state("2025-03-03", one)[0]).toBe(wanted);
  });

  test("0.5 °C from 0 to 40, 1.0 from -25 to 0, and nothing is known beyond", () => {
    expect([40.1, 40, 0, -0.1, -25, -25.1].map(errorMaxAt)).toEqual([null, 0.5, 0.5, 1, 1, null]);
  });
});

describe("C5 compliance", () => {
  const reasons = (more: Record<string, unknown>, ...states: ("valid" | "never" | "overdue")[]) => {
    const [unit] = unitsOf([story.tell("cold-unit", { ...unitBodyOf(more) })]);
    const calibrations = states.map((state) => ({ state, last: null, daysLeft: null, wrong: [] }));
    return notCompliant(unit, calibrations, null);
  };
  const told = (...ids: string[]) => ({ recipients: ids.map((id) => ({ id, level: 1 })) });

  test("three recipients are enough, two are not, nor one person three times", () => {
    expect(reasons({}, "valid")).toEqual([]);
    expect(reasons(told("a", "b", "c"), "valid")).toEqual([]);
    expect(reasons(told("a", "b"), "valid")).toEqual(["recipients"]);
    expect(reasons(told("a", "a", "a"), "valid")).toEqual(["recipients"]);
  });

  test("C1: records 30 minutes apart in storage and 5 in transport are, a second more is not", () => {
    expect(reasons({ intervalSeconds: 1800 })).toEqual([]);
    expect(reasons({ intervalSeconds: 1801 })).toEqual(["interval"]);
    expect(reasons({ form: "vehicle", intervalSeconds: 300 })).toEqual([]);
    expect(reasons({ form: "vehicle", intervalSeconds: 301 })).toEqual(["interval"]);
  });

  test("C13: a probe without a calibration that counts is named, and so is none", () => {
    expect(reasons({}, "valid", "overdue", "never")).toEqual([
      "calibration-missing",
      "calibration-overdue",
    ]);
    expect(reasons({ probes: [] })).toEqual(["no-probe"]);
  });

  test("of a unit the latest word counts, and a retired one is none", () => {
    const [one, two] = [
      story.tell("cold-unit", { ...unitBodyOf() }),
      story.tell("cold-unit", {
        ...unitBodyOf({ retired: true }),
      }),
    ];
    expect(unitsOf([two, one])).toEqual([]);
    expect(unitsOf([one])).toHaveLength(1);
  });
});

test("whatever the order in which entries came, and however often, all that they tell is the same", () => {
  const [site, a, b] = [new Story("site-017"), new Story("county-a"), new Story("county-b")];
  const set = site.quarantine(["L1", "L2"]);
  const receipt = site.receipt();
  const pool = [
    site.tell("cold-unit", { ...unitBodyOf() }),
    b.tell("cold-unit", { ...unitBodyOf({ name: "二号" }) }),
    site.alarm(1),
    a.alarm(1),
    site.alarm(2),
    b.alarm(3, { alarmMs: MORNING_MS + HOUR_MS }),
    site.ended(MORNING_MS + HOUR_MS),
    a.ended(MORNING_MS + 2 * HOUR_MS),
    site.acknowledged(1),
    b.acknowledged(2),
    set,
    a.quarantine(["L1"]),
    site.decided(set, "released", ["L1"]),
    b.decided(set, "destroyed", ["L1", "L2"]),
    receipt,
    site.tell("cold-receipt-decided", {
      receipt: receipt.body.id,
      decision: "accepted",
      storedIn: "fridge-1",
      by: NURSE,
    }),
    site.reading("2026-03-02T08:00"),
    site.tell("cold-suppression", {
      state: "under-repair",
      fromMs: MORNING_MS,
      reason: "压缩机",
      by: NURSE,
    }),
  ];
  const all = (events: readonly ColdEvent[]) => ({
    units: unitsOf(events),
    episodes: episodesOf(events),
    lots: quarantinedLots(events),
    receipts: receiptsOf(events, strict),
    watch: watchOf(events, OF_UNIT, {
      now: { wallMs: MORNING_MS + HOUR_MS, bootId: "a", bootMs: 0, clock: "trusted" },
      corrections: [],
    }),
  });
  const arrivals = fc.subarray(pool, { minLength: 1 }).chain((events) =>
    fc.record({
      events: fc.constant(events),
      order: fc.shuffledSubarray(events, { minLength: events.length }),
      repeats: fc.array(fc.constantFrom(...events), { maxLength: 10 }),
    })
  );
  fc.assert(
    fc.property(arrivals, ({ events, order, repeats }) => {
      expect(all([...repeats, ...order, ...repeats])).toEqual(all(events));
    }),
    { numRuns: 1000 },
  );
});
