import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Stamp } from "../../../sync/entry.ts";
import { epidemicBody, modeAt } from "../clock/epidemic.ts";
import type { WasteEvent } from "../entry/event.ts";
import {
  BOTH,
  HOUR_MS,
  MINUTE_MS,
  scaled,
  SHARPS,
  START_MS,
  STORE,
  Story,
} from "../fixture_waste.ts";
import { ledgerOf } from "../life/ledger.ts";
import { manifestsOf } from "../manifest/manifest.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { type AlarmBody, alarmBody, alarmText } from "./alarm_body.ts";
import {
  alarmsDue,
  alarmsInDoubt,
  alarmsOver,
  epidemicAlarms,
  manifestAlarms,
  storeAlarms,
} from "./due.ts";

/** So long after the first entry, at a county that booted elsewhere. */
function due(events: readonly WasteEvent[], afterMs: number, now: Partial<Stamp> = {}) {
  return alarmsDue(ledgerOf(events, DEFAULT_RULES), around(afterMs, now));
}

function around(afterMs: number, now: Partial<Stamp> = {}, node?: string) {
  const wallMs = START_MS + MINUTE_MS + afterMs;
  const stamp = { wallMs, bootId: "f".repeat(32), bootMs: 0, clock: "trusted" as const, ...now };
  const present = { now: stamp, corrections: [], ...(node === undefined ? {} : { node }) };
  return { present, modeAt: (site: string) => modeAt(site, []), rules: DEFAULT_RULES };
}

const told = (alarms: readonly AlarmBody[]) =>
  alarms.map(({ alarm, level }) => `${alarm} ${level}`);

/** Of what was raised, the ids of what is over. */
function overOf(
  raised: readonly AlarmBody[],
  now: readonly AlarmBody[],
  inDoubt: readonly string[] = [],
): string[] {
  const [ids, still] = [raised, now].map((alarms) => alarms.map(({ id }) => id));
  return alarmsOver(ids, new Set(still), new Set(inDoubt));
}

const ward = new Story("ward");
const sealed = ward.sealed("B1");

describe("W9 W5 a bag that stays", () => {
  test.each([
    [24 * HOUR_MS - 1, []],
    [24 * HOUR_MS, ["warning site"]],
    [48 * HOUR_MS - 1, ["warning site"]],
    [48 * HOUR_MS, ["warning site", "breach site", "breach institution"]],
    [72 * HOUR_MS - 1, ["warning site", "breach site", "breach institution"]],
    [72 * HOUR_MS, ["warning site", "breach site", "breach institution", "breach regulator"]],
  ])("goes from site to institution to regulator: after %i ms", (afterMs, expected) => {
    expect(told(due([sealed], afterMs))).toEqual(expected);
  });

  test("is told of once: the same alarm has the same id at every node and moment", () => {
    const [one] = due([sealed], 25 * HOUR_MS);
    const [other] = due([sealed], 30 * HOUR_MS, { bootId: sealed.time.bootId, bootMs: 9e9 });
    expect(other.id).toBe(one.id);
    expect(alarmBody.parse(one)).toEqual(one);
  });

  test("is told of no more when it has left", () => {
    const raised = due([sealed], 48 * HOUR_MS);
    const now = due([sealed, ward.departed(["B1"])], 50 * HOUR_MS);
    expect(now).toEqual([]);
    expect(overOf(raised, now)).toEqual(raised.map(({ id }) => id));
    expect(overOf(raised, due([sealed], 49 * HOUR_MS))).toEqual([]);
  });

  test("says when clocks are in doubt, and nothing personal", () => {
    const [alarm] = due([sealed], 24 * HOUR_MS, { clock: "untrusted" });
    expect(alarmText(alarm)).toEqual({
      zh: "医疗废物 B1 封装已满 24 小时（时钟存疑），请尽快交接",
      en: "Waste B1 was sealed 24 hours ago (clocks in doubt): hand it on",
    });
    expect(JSON.stringify(alarm)).not.toContain("nurse");
  });
});

describe("W9 W6 a missing bag", () => {
  const handover = ward.handover(["B1"]);
  const missing = [{ bag: "B1", explanation: "not in the box" }];
  const stored = ward.stored([], { missing });
  const events = [sealed, handover, stored];
  const at = stored.time.wallMs - START_MS - MINUTE_MS;

  test.each([
    [0, ["site"]],
    [2 * HOUR_MS - 1, ["site"]],
    [2 * HOUR_MS, ["site", "institution"]],
    [24 * HOUR_MS - 1, ["site", "institution"]],
    [24 * HOUR_MS, ["site", "institution", "regulator"]],
  ])("goes from site to institution to regulator: after %i ms", (afterMs, levels) => {
    const alarms = due(events, at + afterMs).filter(({ alarm }) => alarm === "missing-bag");
    expect(alarms.map(({ level }) => level)).toEqual(levels);
  });

  test("is the same loss when its carrier comes again, and explains again", () => {
    const again = [...events, ward.stored([], { missing })];
    const of = (told: readonly WasteEvent[]) =>
      due(told, at + 24 * HOUR_MS).filter(({ alarm }) => alarm === "missing-bag");
    expect(of(again).map(({ level }) => level)).toEqual(["site", "institution", "regulator"]);
    expect(of(again)).toEqual(of(events));
  });

  test("is another loss once it had come, and was given to its carrier anew", () => {
    const anew = [...events, ward.stored(["B1"]), ward.handover(["B1"], { from: STORE })];
    const later = [...anew, ward.stored([], { missing })];
    const told = due(later, at + HOUR_MS).filter(({ alarm }) => alarm === "missing-bag");
    expect(told.map(({ level }) => level)).toEqual(["site"]);
    expect(told.map(({ basis }) => basis)).toEqual([later.at(-1)?.body.id]);
  });

  test("is over once it comes", () => {
    const raised = due(events, at);
    const now = due([...events, ward.stored(["B1"])], at + HOUR_MS);
    expect(overOf(raised, now)).toEqual(raised.map(({ id }) => id));
  });
});

describe("W9 a wall clock that was set", () => {
  const ledger = ledgerOf([sealed], DEFAULT_RULES);
  const raised = due([sealed], 73 * HOUR_MS);

  test("back takes no alarm back, while nobody can believe it", () => {
    const back = around(-9000 * HOUR_MS, { bootMs: MINUTE_MS, clock: "untrusted" });
    const now = alarmsDue(ledger, back);
    expect(now).toEqual([]);
    expect(raised).toHaveLength(4);
    expect(overOf(raised, now, alarmsInDoubt(ledger, back))).toEqual([]);
    // One that can be believed says that it is over, and so does what became of the bag.
    const believed = around(HOUR_MS);
    expect(overOf(raised, alarmsDue(ledger, believed), alarmsInDoubt(ledger, believed)))
      .toHaveLength(4);
    const gone = ledgerOf([sealed, ward.departed(["B1"])], DEFAULT_RULES);
    expect(overOf(raised, alarmsDue(gone, back), alarmsInDoubt(gone, back))).toHaveLength(4);
  });

  test.each([[48 * HOUR_MS - 1, 1], [48 * HOUR_MS, 3], [72 * HOUR_MS, 4]])(
    "back holds no alarm up: what this machine wrote before it booted is %i ms old at least",
    (bootMs, count) => {
      const own = around(-9000 * HOUR_MS, { bootMs, clock: "untrusted" }, "ward");
      expect(alarmsDue(ledger, own)).toHaveLength(count);
    },
  );

  test("in the boot that wrote the entry moves nothing", () => {
    const { bootId, bootMs } = sealed.time;
    const at = (afterMs: number) =>
      due([sealed], 9000 * HOUR_MS, { bootId, bootMs: bootMs + afterMs, clock: "untrusted" });
    expect(at(24 * HOUR_MS - 1)).toEqual([]);
    expect(told(at(24 * HOUR_MS))).toEqual(["warning site"]);
  });
});

describe("W9 W8 a disposer's word that does not fit", () => {
  const left = ward.departed(["B1"]);
  const other = ward.sealed("B2", { weight: scaled(4000, "a.1-0/reading/77") });

  test("one receipt of what never left is told once, not for each bag of it", () => {
    const receipt = ward.received(["B1", "B2"]);
    const at = receipt.time.wallMs - START_MS - MINUTE_MS;
    const of = (afterMs: number) =>
      due([sealed, other, receipt], at + afterMs).filter(({ alarm }) => alarm === "receipt");
    expect(of(0)).toMatchObject([{ level: "site", subject: "M-1", rule: "W8" }]);
    expect(of(2 * HOUR_MS - 1)).toHaveLength(1);
    expect(of(2 * HOUR_MS).map(({ level }) => level)).toEqual(["site", "institution"]);
    expect(of(24 * HOUR_MS)).toHaveLength(3);
    // Its bags' clocks run on.
    expect(told(due([sealed, receipt], 48 * HOUR_MS))).toContain("breach site");
  });

  test("a bag that left and is on no receipt is told like a missing one", () => {
    const both = ward.departed(["B1", "B2"]);
    const receipt = ward.received(["B1"]);
    expect(due([sealed, other, left, both], HOUR_MS)).toEqual([]);
    expect(due([sealed, other, both, receipt], HOUR_MS)).toMatchObject([
      { alarm: "not-received", subject: "B2", level: "site" },
    ]);
  });

  test.each([[120 * HOUR_MS - 1, 0], [120 * HOUR_MS, 2], [144 * HOUR_MS - 1, 2], [
    144 * HOUR_MS,
    3,
  ]])("a lorry that did not arrive is told once, %i ms after it left", (afterMs, count) => {
    const both = ward.departed(["B1", "B2"]);
    const at = both.time.wallMs - START_MS - MINUTE_MS + afterMs;
    const overdue = due([sealed, other, both], at);
    expect(overdue.map(({ level }) => level)).toEqual(
      ["site", "institution", "regulator"].slice(0, count),
    );
    expect(overdue.every(({ alarm, subject }) => `${alarm} ${subject}` === "receipt-overdue M-1"))
      .toBe(true);
    const late = [sealed, other, both, ward.received(["B1", "B2"])];
    expect(due(late, at)).toEqual([]);
  });

  test("a weight that differs is told until it is explained and done with", () => {
    const sent = { grams: 4000, allowedGrams: 80 };
    const alarmed = (difference: string, more: readonly WasteEvent[]) => {
      const receipt = ward.received(["B1"], { grams: 5000, sent, difference });
      const events = [sealed, left, receipt, ...more];
      const { manifests } = manifestsOf(events, ledgerOf(events, DEFAULT_RULES));
      const own = [...manifests.values()].map((one) => ({ ...one, site: "site-017" }));
      return told(manifestAlarms(own, around(HOUR_MS)));
    };
    expect(alarmed("破损", [])).toEqual(["receipt-weight site"]);
    expect(alarmed("破损", [ward.disposed()])).toEqual([]);
    expect(alarmed("", [ward.disposed()])).toEqual(["receipt-weight site"]);
  });
});

test("W5 an epidemic is told to site and institution for as long as it holds", () => {
  const mode = { ...modeAt("site-017", []), isOn: true };
  expect(epidemicAlarms("site-017", mode, DEFAULT_RULES)).toEqual([]);
  const body = epidemicBody.parse({
    ...{ id: "turn-1", site: "site-017", scope: "site-017", isOn: true, replaces: [] },
    ...{ basis: "notice", reason: "epidemic", confirmation: BOTH[0] },
  });
  const turn = { place: "county.1-0/to:site-017/1", node: "county", time: sealed.time, body };
  const on = epidemicAlarms("site-017", modeAt("site-017", [turn]), DEFAULT_RULES);
  expect(told(on)).toEqual(["epidemic site", "epidemic institution"]);
});

test("W4 a conflict is told, and no more once a person resolved it", () => {
  const other = new Story("store").sealed("B1", { category: SHARPS });
  expect(told(due([sealed, other], 2 * HOUR_MS - 1))).toEqual(["conflict site"]);
  expect(told(due([sealed, other], 2 * HOUR_MS))).toEqual([
    "conflict site",
    "conflict institution",
  ]);
  const resolved = ward.resolved(["category", "B1"], sealed, [other]);
  expect(due([sealed, other, resolved], HOUR_MS)).toEqual([]);
});

test("W4 a load that two put into boxes is told once, not for each bag in it", () => {
  const [one, two] = [new Story("one"), new Story("two")];
  const bags = ["B1", "B2"];
  const events = [
    ...bags.map((bag, index) =>
      one.sealed(bag, { weight: scaled(4000, `a.1-0/reading/${index + 1}`) })
    ),
    one.boxed("L1", bags),
    one.boxed("L2", [], { loads: ["L1"] }),
    two.boxed("L3", [], { loads: ["L1"] }),
  ];
  expect(due(events, HOUR_MS)).toMatchObject([{ alarm: "conflict", subject: "L1" }]);
  const resolved = one.resolved(["box", "L1"], events[3], [events[4]]);
  expect(due([...events, resolved], HOUR_MS)).toEqual([]);
});

test("W2 one weighing for two bags is told of both, until one sealing is reversed", () => {
  const weight = scaled(4000, "a.1-0/reading/7");
  const events = [ward.sealed("B7", { weight }), ward.sealed("B8", { weight })];
  expect(due(events, HOUR_MS)).toMatchObject([{ rule: "W2", subject: "B7" }, { subject: "B8" }]);
  expect(due([...events, ward.reversed(events[0])], HOUR_MS)).toEqual([]);
});

test("W7 a store that is too full is told once a filling", () => {
  const holding = { share: 0.9, isWarning: true, bags: 1, grams: 1, unweighed: [] };
  const store = { site: "site-017", store: "store-1", since: "stored-5" };
  expect(told(storeAlarms(store, holding, DEFAULT_RULES))).toEqual(["store-full site"]);
  expect(storeAlarms(store, { ...holding, isWarning: false }, DEFAULT_RULES)).toEqual([]);
});

test("W5 W9 no alarm is due that was not a moment later, whatever moment is asked for", () => {
  fc.assert(fc.property(fc.nat(100 * HOUR_MS), fc.nat(HOUR_MS), (afterMs, moreMs) => {
    const later = new Set(due([sealed], afterMs + moreMs).map(({ id }) => id));
    expect(due([sealed], afterMs).filter(({ id }) => !later.has(id))).toEqual([]);
  }));
});
