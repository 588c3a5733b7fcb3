/** Bodies of all entries about a few bags, for tests that mix entries of every kind. */
import fc from "fast-check";
import { stampAt } from "../../sync/fixtures.ts";
import { ALARMS, LEVELS } from "./alarm/alarm_body.ts";
import { DISPUTES } from "./entry/correction_body.ts";
import {
  BOTH,
  CARRIER,
  confirmed,
  DISPOSER,
  INFECTIOUS,
  keyed,
  MANIFEST,
  OTHER_CARRIER,
  scaled,
  SHARPS,
  STORE,
  VEHICLE,
  WARD,
} from "./fixture_waste.ts";
import { DEFAULT_RULES } from "./rules.ts";

const site = fc.constantFrom("site-1", "site-2");
const id = fc.constantFrom("w-1", "w-2", "w-3", "w-4", "w-5");
const bag = fc.constantFrom("B1", "B2", "B3");
const load = fc.constantFrom("L1", "L2", "L3");
const manifest = fc.constantFrom("M-1", "M-2");
const receipt = fc.constantFrom("R-1", "R-2");
const bags = fc.uniqueArray(bag, { minLength: 1, maxLength: 2 });
const loads = fc.uniqueArray(load, { maxLength: 1 });
const ids = fc.uniqueArray(id, { maxLength: 2 });
const subject = { id, site };
const both = fc.constantFrom(BOTH, BOTH, [confirmed("nurse")]);
const ways = fc.constantFrom([WARD, CARRIER], [CARRIER, WARD], [CARRIER, OTHER_CARRIER]);
const bringer = fc.constantFrom(WARD, CARRIER);
const weight = fc.constantFrom(
  scaled(4000, "site-1.1-0000000000000001/reading/1"),
  scaled(4000, "site-1.1-0000000000000001/reading/2"),
  scaled(9000, "site-1.1-0000000000000001/reading/3"),
  keyed(4000),
);
const label = fc.record({
  bag,
  category: fc.constantFrom(INFECTIOUS, SHARPS),
  grams: fc.constant(4000),
  sealedMs: fc.integer({ min: 1, max: 3 }),
  clock: fc.constant("trusted"),
  ward: fc.constant(WARD.id),
});
const words = fc.constant("核实");
const SENT_MORE = { grams: 5000, allowedGrams: 80 };
const moved = { ...subject, bags, loads, after: ids, confirmations: both };

const LIFE: Readonly<Record<string, fc.Arbitrary<object>>> = {
  "waste-sealed": fc.record({
    ...subject,
    bag,
    category: fc.constantFrom(INFECTIOUS, SHARPS),
    source: fc.constantFrom({ ward: WARD.id }, { ward: "ward-4" }),
    weight,
    confirmations: fc.constant(BOTH),
  }),
  "waste-weighed": fc.record({ ...subject, bag, weight, confirmations: fc.constant(BOTH) }),
  "waste-boxed": fc.record({
    ...subject,
    load,
    box: fc.constantFrom("box-1", "box-2"),
    bags,
    loads,
    outOf: fc.constantFrom(null, "L1", "L2"),
    after: ids,
    confirmations: both,
  }).filter(({ load, loads, outOf }) => load !== outOf && !loads.includes(load)),
  "waste-handover": fc.tuple(fc.record(moved), ways)
    .map(([body, [from, to]]) => ({ ...body, from, to })),
  "waste-stored": fc.record({
    ...moved,
    from: bringer,
    to: fc.constant(STORE),
    weight,
    missing: fc.constantFrom([], [{ bag: "B3", explanation: "不在箱中" }]),
    unexpected: fc.constant([]),
    labels: fc.array(label, { maxLength: 1 }),
  }).map(({ missing, ...body }) => ({
    ...body,
    missing: missing.filter(({ bag }) => !body.bags.includes(bag)),
  })),
  "waste-departed": fc.record({
    ...moved,
    from: fc.constant(STORE),
    to: fc.constant(VEHICLE),
    manifest,
  }),
  "waste-received": fc.record({
    ...moved,
    from: fc.constant(VEHICLE),
    to: fc.constant(DISPOSER),
    manifest,
    receipt,
    receivedMs: fc.constantFrom(undefined, 1),
    grams: fc.constant(4000),
    sent: fc.constantFrom(undefined, { grams: 4000, allowedGrams: 80 }, SENT_MORE),
    difference: fc.constant(""),
  }),
  "waste-disposed": fc.record({
    ...subject,
    manifest,
    receipt,
    method: fc.constant("D10"),
    disposedMs: fc.constant(1),
    confirmations: both,
  }),
  "waste-manifest": fc.record({ ...subject, manifest, bags, replaces: ids, confirmations: both })
    .map((body) => ({ ...MANIFEST, ...body })),
  "waste-manifest-number": fc.record({
    ...subject,
    manifest,
    number: fc.constantFrom("20263401000001", "20263401000002"),
    how: fc.constant("entered"),
    confirmation: fc.constant(confirmed("keeper")),
  }),
  "waste-confirmation": fc.record({
    ...subject,
    of: id,
    confirmation: fc.constant(confirmed("carrier")),
  }),
  "waste-reversal": fc.record({ ...subject, of: id, reason: words, confirmations: both }),
  "waste-resolution": fc.record({
    ...subject,
    subject: fc.oneof(bag, load),
    about: fc.constantFrom(...DISPUTES),
    keeps: id,
    against: fc.uniqueArray(id, { minLength: 1, maxLength: 2 }),
    over: ids,
    reason: words,
    confirmation: fc.constant(confirmed("head nurse")),
    second: fc.constantFrom(undefined, confirmed("matron")),
  }).filter(({ keeps, against }) => !against.includes(keeps)),
};

/** What a county tells of another site's entry; some of it under the clock of that one. */
const told = fc.constantFrom(...Object.keys(LIFE)).chain((kind) =>
  fc.record({
    ...subject,
    node: fc.constantFrom("site-1", "site-2", "county-a"),
    place: fc.constantFrom("site-2.1-0000000000000006/record/1", "site-2.1-06/record/2"),
    time: fc.constantFrom(0, 1).map(stampAt),
    kind: fc.constant(kind),
    entry: LIFE[kind],
  })
);

export const WASTE_BODIES: Readonly<Record<string, fc.Arbitrary<object>>> = {
  ...LIFE,
  "waste-told": told,
  "waste-rules": fc.record({
    ...subject,
    rules: fc.constantFrom(24, 36).map((value) => ({
      ...DEFAULT_RULES,
      breachHours: { ...DEFAULT_RULES.breachHours, value },
    })),
  }),
  "waste-epidemic": fc.record({
    ...subject,
    scope: fc.constantFrom("*", "site-1"),
    isOn: fc.boolean(),
    replaces: ids,
    basis: words,
    reason: words,
    confirmation: fc.constant(confirmed("head nurse")),
  }),
  "waste-alarm": fc.record({
    ...subject,
    rule: fc.constant("W5"),
    alarm: fc.constantFrom(...ALARMS),
    level: fc.constantFrom(...LEVELS),
    subject: bag,
    basis: id,
    hours: fc.constantFrom(24, 48),
    isCertain: fc.boolean(),
  }),
  "waste-alarm-over": fc.record({ ...subject, alarm: id }),
};
