import { describe, expect, test } from "vitest";
import { GOOD_JOURNEY, HOUR_MS, MORNING_MS, NURSE } from "../life/fixture_life.ts";
import { type Journey, journey } from "../life/receipt_body.ts";
import { movedBody } from "./flow_body.ts";
import { receiptBodies, receiptRefusals } from "./receipt_act.ts";
import { journeyBetween } from "./receipt_journey.ts";
import { type ReceiptOrder, receiptOrder } from "./receipt_order.ts";

const MINUTE_MS = 60_000;
const GOOD = journey.options[1].parse(GOOD_JOURNEY);
const DAY_MS = 24 * HOUR_MS;
const before = (days: number): Journey => (
  { ...GOOD, fromMs: GOOD.fromMs - days * DAY_MS, toMs: GOOD.toMs - days * DAY_MS }
);
const NONE: Journey = { kind: "none", reason: "未提供" };
const LINE = { product: "8123456", lot: "A1", doses: 10, decision: "accepted", storedIn: "f-1" };
const REFUSAL = { reason: "破损", reportedTo: "县疾控中心" };

interface Said {
  readonly [field: string]: unknown;
}

function orderOf(goods: readonly Said[] = [{}], more: Said = {}): ReceiptOrder {
  return receiptOrder.parse({
    ...{ id: "r-1", consignment: "C-1", from: "县疾控中心", journey: GOOD_JOURNEY },
    goods: goods.map((line) => ({ ...LINE, ...line })),
    arrivalCelsius: 5,
    ...more,
  });
}

const facts = (journey: Journey | null) => ({
  ...{ site: "site-1", nowMs: MORNING_MS, today: "2026-03-02", journey },
  units: new Set(["f-1", "f-2"]),
});

function refused(order: ReceiptOrder, journey: Journey | null = GOOD): string[] {
  return receiptRefusals(order, facts(journey)).map(({ rule, field }) => `${rule} ${field}`);
}

const HELD = { decision: "quarantined" };
const BACK = { decision: "refused", storedIn: undefined };

describe("C10: goods at the door", () => {
  test.each<[string, ReceiptOrder, Journey | null, string[]]>([
    ["in order", orderOf(), GOOD, []],
    ["8.0 °C at arrival", orderOf([{}], { arrivalCelsius: 8 }), GOOD, []],
    ["8.1 °C at arrival", orderOf([{}], { arrivalCelsius: 8.1 }), GOOD, ["C10 goods.0.decision"]],
    ["no record", orderOf(), NONE, ["C10 goods.0.decision"]],
    ["of 400 days ago", orderOf([{}], { arrivalCelsius: null }), before(400), [
      "C10 journey.fromMs",
      "C10 arrivalCelsius",
      "C10 goods.0.decision",
    ]],
    ["of the day before", orderOf(), before(1), ["C10 goods.0.decision"]],
    ["of the day before, held back", orderOf([HELD]), before(1), []],
    ["31 days on its way", orderOf(), { ...GOOD, fromMs: MORNING_MS - 31 * DAY_MS }, []],
    ["longer", orderOf(), { ...GOOD, fromMs: MORNING_MS - 31 * DAY_MS - 1 }, [
      "C10 journey.fromMs",
    ]],
    ["a record until later", orderOf(), { ...GOOD, toMs: MORNING_MS + MINUTE_MS + 1 }, [
      "C10 journey.toMs",
    ]],
    ["no temperature at arrival", orderOf([{}], { arrivalCelsius: null }), GOOD, [
      "C10 arrivalCelsius",
    ]],
    ["no temperature at arrival, held back", orderOf([HELD], { arrivalCelsius: null }), GOOD, []],
    ["a minute unknown", orderOf(), { ...GOOD, minutesUnknown: 1 }, ["C10 goods.0.decision"]],
    ["no such file", orderOf(), null, ["C10 journey"]],
    ["no record, quarantined", orderOf([HELD]), NONE, []],
    ["no record, refused", orderOf([BACK], { refusal: REFUSAL }), NONE, []],
    ["refused without the form", orderOf([BACK]), GOOD, ["C10 refusal"]],
    ["the form, and nothing refused", orderOf([{}], { refusal: REFUSAL }), GOOD, ["C10 refusal"]],
    ["held back without a word", orderOf([HELD]), GOOD, ["C10 reason"]],
    ["held back with one", orderOf([HELD], { reason: "外箱潮湿" }), GOOD, []],
    ["an unknown unit", orderOf([{ storedIn: "f-9" }]), GOOD, ["C14 goods.0.storedIn"]],
    ["its last day", orderOf([{ expires: "2026-03-02" }]), GOOD, []],
    ["a day later", orderOf([{ expires: "2026-03-01" }]), GOOD, ["C14 goods.0.expires"]],
    ["of the future", orderOf([{}], { arrivedMs: MORNING_MS + MINUTE_MS + 1 }), GOOD, [
      "C10 arrivedMs",
    ]],
    ["a day old", orderOf([{}], { arrivedMs: MORNING_MS - 24 * HOUR_MS }), before(1), []],
    ["older", orderOf([{}], { arrivedMs: MORNING_MS - 24 * HOUR_MS - 1 }), before(1), [
      "C10 arrivedMs",
    ]],
    ["of one lot a part held back", orderOf([{}, HELD], { reason: "x" }), GOOD, [
      "C10 goods.0.decision",
    ]],
  ])("%s", (_, order, journey, wanted) => {
    expect(refused(order, journey)).toEqual(wanted);
  });

  test.each<[string, readonly Said[], string]>([
    ["refused goods are not stored", [{ decision: "refused" }], "goods.0.storedIn"],
    ["accepted goods are", [{ storedIn: undefined }], "goods.0.storedIn"],
    ["a line stands once", [{}, {}], "goods"],
    ["a code stands once", [{ codes: ["1"] }, { lot: "A2", codes: ["1"] }], "goods"],
    ["no more codes than doses", [{ doses: 1, codes: ["1", "2"] }], "goods.0.codes"],
  ])("%s", (_, goods, path) => {
    const whole = { ...orderOf(), goods: goods.map((line) => ({ ...LINE, ...line })) };
    const { error } = receiptOrder.safeParse(whole);
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  test("what is decided, put away and held back is written together, each in its unit", () => {
    const goods = [
      { ...HELD, codes: ["1"] },
      { lot: "A2", storedIn: "f-2" },
      { lot: "A3", ...HELD, storedIn: "f-2" },
      { ...BACK, doses: 2 },
    ];
    const order = orderOf(goods, { refusal: REFUSAL, reason: "待查", sentBy: "site-2" });
    const { receipt, decided, moved, quarantines } = receiptBodies(order, GOOD, facts(GOOD), NURSE);
    expect(receipt.goods.map(({ lot, quantity }) => `${lot} ${quantity}`))
      .toEqual(["A1 10", "A2 10", "A3 10", "A1 2"]);
    const lots = (all: readonly { readonly lot: string }[] = []) =>
      all.map(({ lot }) => lot).join();
    expect(decided.map((one) => `${one.decision} ${lots(one.lots)}`))
      .toEqual(["refused A1", "quarantined A1", "accepted A2", "quarantined A3"]);
    expect(moved.map((one) => `${one.from} ${one.to} ${lots(one.lots)}`))
      .toEqual(["away/site-2 unit/f-1 A1", "away/site-2 unit/f-2 A2,A3"]);
    expect(moved.every((one) => movedBody.safeParse(one).success)).toBe(true);
    expect(quarantines.map((one) => `${one.unit} ${lots(one.lots)} ${one.cause} ${one.because}`))
      .toEqual(["f-1 A1 other r-1", "f-2 A3 other r-1"]);
  });

  test.each<[string, Journey, number | null, string]>([
    ["no record", NONE, 5, "temperature-unknown"],
    ["a minute unknown", { ...GOOD, minutesUnknown: 1 }, 5, "temperature-unknown"],
    ["too warm, and unknown", { ...GOOD, minutesUnknown: 1, maxCelsius: 9 }, 5, "out-of-range"],
    ["warm at the door", NONE, 9, "out-of-range"],
    ["of another day", before(1), 5, "temperature-unknown"],
    ["not read at the door", GOOD, null, "temperature-unknown"],
  ])("it is said why it is held back: %s", (_, journey, arrivalCelsius, cause) => {
    const order = orderOf([HELD], { arrivalCelsius });
    const { quarantines } = receiptBodies(order, journey, facts(journey), NURSE);
    expect(quarantines.map((one) => one.cause)).toEqual([cause]);
  });
});

describe("C10 C7: the journey that a logger's file tells", () => {
  const span = { fromMs: MORNING_MS, toMs: MORNING_MS + 10 * MINUTE_MS };
  const between = (points: readonly (readonly [minute: number, celsius: number | null])[]) =>
    journeyBetween(
      {
        points: points.map(([minute, celsius]) => [MORNING_MS + minute * MINUTE_MS, celsius]),
        intervalMs: MINUTE_MS,
      },
      span,
      "hash",
    );
  const all = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => [from + at, 5] as const);

  test.each([
    ["all of it", all(0, 10), 0],
    ["two intervals missing at its beginning", all(2, 10), 0],
    ["three", all(3, 10), 3],
    ["two at its end", all(0, 8), 0],
    ["three", all(0, 7), 2],
    ["a fault", [...all(0, 4), [5, null] as const, ...all(6, 10)], 1],
  ])("%s", (_, points, minutesUnknown) => {
    expect(between(points)).toMatchObject({ kind: "record", minutesUnknown, maxCelsius: 5 });
  });

  test("without a row of it there is none", () => {
    expect(between([])).toMatchObject({ kind: "none" });
    expect(between([[1, null]])).toMatchObject({ kind: "none" });
    expect(journeyBetween(null, span, "hash")).toMatchObject({ kind: "none" });
  });
});
