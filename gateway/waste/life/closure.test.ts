import fc from "fast-check";
import { expect, test } from "vitest";
import type { WasteEvent } from "../entry/event.ts";
import { scaled, Story } from "../fixture_waste.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { bagsWeighedBy, closureOf, type Fetch, keysOf, touchedBy } from "./closure.ts";
import { EVERYTHING } from "./fixture_everything.ts";
import { ledgerOf } from "./ledger.ts";

const fold = (events: readonly WasteEvent[]) => ledgerOf(events, DEFAULT_RULES).bags;

/** As a table finds them: by their keys. */
function tableOf(events: readonly WasteEvent[]): Fetch {
  const by = new Map<string, WasteEvent[]>();
  for (const event of events) {
    for (const key of keysOf(event)) by.set(key, [...by.get(key) ?? [], event]);
  }
  return (keys) => Promise.resolve(keys.flatMap((key) => by.get(key) ?? []));
}

const some = fc.subarray(EVERYTHING, { minLength: 1 });

test("W4 a bag stands the same by the entries that concern it as by all of them", async () => {
  await fc.assert(
    fc.asyncProperty(some, async (events) => {
      const all = fold(events);
      for (const [bag, standing] of all) {
        const own = await closureOf({ bags: [bag] }, tableOf(events));
        expect(fold(own).get(bag)).toEqual(standing);
      }
    }),
    { numRuns: 500 },
  );
});

test("W4 an entry changes no bag but those that it is said to touch", async () => {
  const cases = some.chain((events) => fc.tuple(fc.constant(events), fc.constantFrom(...events)));
  await fc.assert(
    fc.asyncProperty(cases, async ([events, last]) => {
      const before = fold(events.filter((event) => event !== last));
      const touched = new Set((await touchedBy([last], tableOf(events))).bags);
      for (const [bag, standing] of fold(events)) {
        if (!touched.has(bag)) expect(before.get(bag)).toEqual(standing);
      }
    }),
    { numRuns: 500 },
  );
});

test("W2 the bags that were weighed by one reading are found by it", async () => {
  const weight = scaled(4000, "a.1-0/reading/7");
  const ward = new Story("ward");
  const table = tableOf([ward.sealed("B1", { weight }), ward.sealed("B2", { weight })]);
  expect(await bagsWeighedBy(["a.1-0/reading/7"], table)).toEqual(["B1", "B2"]);
  expect(await bagsWeighedBy(["a.1-0/reading/8"], table)).toEqual([]);
});

test("W5 a bag's entries are few, however many bags there are", async () => {
  const many = EVERYTHING.filter(({ kind }) => kind === "waste-sealed");
  const own = await closureOf({ bags: ["B2"] }, tableOf([...EVERYTHING, ...many]));
  expect(own.every((event) => event.kind !== "waste-sealed" || event.body.bag !== "B1")).toBe(true);
});
