/** Bodies of entries, few enough that entries meet: for tests that mix them. */
import fc from "fast-check";
import { QUARANTINE_CAUSES, QUARANTINE_DECISIONS } from "./quarantine_body.ts";
import type { ColdKind } from "./event.ts";
import { GOOD_JOURNEY, MORNING_MS, NURSE, unitBodyOf } from "./fixture_life.ts";

const few = fc.integer({ min: 1, max: 3 });
const site = fc.constantFrom("site-1", "site-2");
const unit = fc.constantFrom("unit-1", "unit-2");
const id = fc.constantFrom("id-1", "id-2", "id-3");
const by = fc.constant(NURSE);
const episode = fc.constantFrom("episode-1", "episode-2");
const comment = fc.constantFrom("门未关好", "a door");
const ofEpisode = { id, site, unit, episode, cause: fc.constantFrom("high", "low", "of-a-newer") };
const lots = fc.uniqueArray(fc.constantFrom("L1", "L2"), { minLength: 1 })
  .map((all) => all.map((lot) => ({ product: "8357914", lot })));

/** None: all of them. */
const decidedLots = fc.constantFrom(undefined, [{ product: "8357914", lot: "L1", quantity: 40 }]);

const rule = (limitCelsius: number) => ({
  id: `over-${limitCelsius}`,
  side: "above",
  limitCelsius,
  comparison: "exclusive",
  counting: "single",
  holdMinutes: 0,
  overMidnight: true,
  level: 1,
  source: "a test",
  effective: "2026-01-01",
  unconfirmed: false,
});

/** By the kind of the entry. */
export const COLD_BODIES: Readonly<Record<ColdKind, fc.Arbitrary<object>>> = {
  "cold-unit": fc.record({
    id,
    site,
    unit,
    probes: fc.constantFrom(["fridge-1"], ["fridge-1", "fridge-2"], []).map((devices) =>
      devices.map((device) => ({ id: device, device, point: "temperature" }))
    ),
    rules: fc.constantFrom([rule(0)], [rule(2), rule(0)]),
    intervalSeconds: fc.constantFrom(1, 60),
    retired: fc.boolean(),
  }).map((body) => unitBodyOf(body)),
  "cold-alarm": fc.record({
    ...ofEpisode,
    level: few,
    rule: fc.constant("over-2"),
    sinceMs: few,
    alarmMs: few,
  }),
  "cold-alarm-ended": fc.record({
    ...ofEpisode,
    endedMs: few,
    worstCelsius: fc.constantFrom(null, 9.5),
    because: fc.constantFrom(undefined, undefined, "rules-changed", "of-a-newer"),
  }),
  "cold-acknowledgement": fc.record({
    ...ofEpisode,
    level: few,
    found: fc.constantFrom("door-open", "unknown"),
    comment,
    by,
  }),
  "cold-suppression": fc.record({
    id,
    site,
    unit,
    state: fc.constant("for-a-while"),
    fromMs: few,
    untilMs: fc.integer({ min: 4, max: 6 }),
    reason: comment,
    by,
  }),
  "cold-suppression-ended": fc.record({ id, site, unit, suppression: id, endedMs: few, by }),
  "cold-reading": fc.record(
    { id, site, unit, takenMs: few, celsius: few, late: fc.constant(true), by },
    { requiredKeys: ["id", "site", "unit", "takenMs", "celsius", "by"] },
  ),
  "cold-receipt": fc.record({
    id,
    site,
    consignment: fc.constantFrom("C-1", "C-2"),
    from: fc.constant("县疾控中心"),
    arrivedMs: fc.constantFrom(2, MORNING_MS),
    goods: fc.constant([{ product: "8357914", lot: "L1", quantity: 100, unit: "支" }]),
    journey: fc.constantFrom(GOOD_JOURNEY, { kind: "none", reason: "no logger came with it" }),
    arrivalCelsius: fc.constantFrom(null, 5, 9),
    by,
  }),
  "cold-receipt-decided": fc.oneof(
    fc.record({
      ...{ id, site, receipt: id, decision: fc.constantFrom("accepted", "quarantined") },
      ...{ lots: decidedLots, storedIn: unit, by },
    }),
    fc.record({
      ...{ id, site, receipt: id, decision: fc.constant("refused"), lots: decidedLots },
      ...{ reason: comment, reportedTo: fc.constant("县卫健局"), reportedMs: few, by },
    }),
  ),
  "cold-quarantine": fc.record({
    id,
    site,
    unit,
    lots,
    sinceMs: few,
    because: episode.map((one) => [one]),
    cause: fc.constantFrom(...QUARANTINE_CAUSES),
    by: fc.constantFrom(null, NURSE),
  }),
  "cold-quarantine-decided": fc.record({
    id,
    site,
    unit,
    quarantine: id,
    lots,
    decision: fc.constantFrom(...QUARANTINE_DECISIONS),
    basis: comment,
    by,
  }),
  "cold-calibration": fc.record({
    id,
    site,
    probe: fc.constantFrom("probe-1", "probe-2"),
    calibratedOn: fc.constantFrom("2026-01-01", "2026-02-01"),
    validUntil: fc.constant("2027-01-01"),
    certificate: fc.constant("C-2026"),
    points: fc.constant([{ reference: 5, error: 0.1 }]),
    by,
  }),
  "cold-logger": fc.record({
    ...{ id, site, unit },
    file: fc.constant({ name: "fridge.csv", hash: "a".repeat(64), bytes: 10 }),
    way: fc.constantFrom("folder", "upload"),
    by: fc.constantFrom(null, NURSE),
    logger: fc.constant("csv"),
    clock: fc.constant({ zone: "Asia/Shanghai", aheadSeconds: null, beyondSeconds: 0 }),
    record: fc.constant(null),
    rows: fc.constant({ count: 2, fromMs: 0, toMs: 60_000, intervalSeconds: 60 }),
    madeOf: fc.constant("rows"),
    ...{ days: fc.constant([]), differences: fc.constant([]), episodes: fc.constant([]) },
  }),
  "cold-logger-rows": fc.record({
    ...{ id, site, unit },
    logger: fc.constant("csv"),
    date: fc.constantFrom("2026-01-01", "2026-01-02"),
    dayMs: few,
    intervalSeconds: fc.constant(60),
    rows: fc.constantFrom([[0, 5]], [[0, 5], [60, null]]),
  }),
};
