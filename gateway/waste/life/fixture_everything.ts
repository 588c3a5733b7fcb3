/** Entries of a ward, a store and a county, most of them against the rest; for tests. */
import type { WasteEvent } from "../entry/event.ts";
import {
  CARRIER,
  confirmed,
  keyed,
  OTHER_CARRIER,
  OTHER_STORE,
  scaled,
  SHARPS,
  Story,
  WARD,
} from "../fixture_waste.ts";

function everything(): WasteEvent[] {
  const [ward, store, county] = [new Story("ward"), new Story("store"), new Story("county")];
  const sealed = ward.sealed("B1");
  const again = store.sealed("B1", { category: SHARPS, weight: scaled(9000, "s.1-0/reading/9") });
  const other = ward.sealed("B2", { weight: keyed(5000), confirmations: twoOf("nurse", "aide") });
  const small = ward.boxed("L1", ["B1", "B2"]);
  const large = store.boxed("L2", [], { loads: ["L1"] });
  const handover = ward.handover(["B1", "B2"]);
  const waiting = ward.handover(["B3"], { confirmations: [confirmed("nurse")] });
  const circle = store.moved("waste-handover", [CARRIER, WARD], ["B2"]);
  const label = { bag: "B1", category: SHARPS, grams: 4000, sealedMs: 5, clock: "trusted" };
  const stored = store.stored(["B1"], {
    missing: [{ bag: "B2", explanation: "not in the box" }],
    labels: [{ ...label, ward: "ward-3" }],
  });
  const elsewhere = county.moved("waste-handover", [OTHER_CARRIER, OTHER_STORE], ["B1"]);
  const first = county.resolved(["category", "B1"], sealed, [again]);
  const second = store.resolved(["category", "B1"], again, [sealed]);
  const departed = store.departed([], { loads: ["L2"] });
  const reversal = store.reversed(handover);
  return [
    sealed,
    again,
    other,
    small,
    large,
    ward.boxed("L3", ["B2"], { outOf: "L1" }),
    county.boxed("L4", ["B1"]),
    handover,
    waiting,
    ward.confirms(waiting, "carrier"),
    circle,
    stored,
    elsewhere,
    first,
    second,
    county.resolved(["category", "B1"], sealed, [again], { over: [first.body.id] }),
    county.resolved(["custodian", "B1"], stored, [elsewhere]),
    departed,
    store.received([], { loads: ["L2"] }),
    store.disposed(),
    reversal,
    ward.reversed(reversal),
    county.reversed(again, { confirmations: [confirmed("nurse")] }),
  ];
}

function twoOf(one: string, other: string): object[] {
  return [confirmed(one), confirmed(other)];
}

export const EVERYTHING = everything();
