import { describe, expect, test } from "vitest";
import type { WasteEvent } from "../entry/event.ts";
import { HOUR_MS, OTHER_CARRIER, scaled, START_MS, Story } from "../fixture_waste.ts";
import { ledgerOf } from "../life/ledger.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { leftBehind } from "./left_behind.ts";

const left = (events: readonly WasteEvent[]) =>
  leftBehind(ledgerOf(events, DEFAULT_RULES)).map(({ bag, stored }) => `${bag} ${stored}`);

describe("W6 a bag that a store could not miss, since its ward was cut off", () => {
  const ward = new Story("ward");
  const bags = ["B1", "B2"];
  const sealed = bags.map((bag, index) =>
    ward.sealed(bag, { weight: scaled(4000, `s.1-0/reading/${index + 1}`) })
  );
  const handover = ward.handover(bags);
  const store = new Story("store", "b".repeat(32)).at(START_MS + HOUR_MS);
  const stored = store.stored(["B1"]);
  const events = [...sealed, handover, stored];

  test("is named once both entries are in one place", () => {
    expect(left([stored])).toEqual([]);
    expect(left([...sealed, handover])).toEqual([]);
    expect(left(events)).toEqual([`B2 ${stored.body.id}`]);
  });

  test("is no more when it comes, or when the store said itself that it is missing", () => {
    expect(left([...events, store.stored(["B2"])])).toEqual([]);
    const missing = [{ bag: "B2", explanation: "not there" }];
    expect(left([...sealed, handover, store.stored(["B1"], { missing })])).toEqual([]);
  });

  test("is not one that was collected after that, or by somebody else", () => {
    const early = new Story("store", "b".repeat(32)).at(START_MS - HOUR_MS).stored(["B1"]);
    expect(left([...sealed, handover, early])).toEqual([]);
    const other = ward.handover(["B2"], { to: OTHER_CARRIER });
    expect(left([...sealed, ward.handover(["B1"]), other, stored])).toEqual([]);
  });

  test("is not one that came in a box that stayed closed", () => {
    const boxed = ward.boxed("L1", ["B2"]);
    expect(left([...sealed, boxed, handover, store.stored(["B1"], { loads: ["L1"] })])).toEqual([]);
  });
});
