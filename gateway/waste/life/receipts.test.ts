import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WasteEvent } from "../entry/event.ts";
import { confirmed, STORE, Story } from "../fixture_waste.ts";
import { DEFAULT_RULES } from "../rules.ts";
import type { BagStanding } from "./bag.ts";
import { ledgerOf } from "./ledger.ts";

function bagOf(events: readonly WasteEvent[], bag = "B1"): BagStanding {
  const standing = ledgerOf(events, DEFAULT_RULES).bags.get(bag);
  if (standing === undefined) throw new Error(`no ${bag}`);
  return standing;
}

describe("W5 W8 a receipt closes nothing that did not leave on its manifest", () => {
  const site = new Story("site");
  const [sealed, other] = [site.sealed("B1"), site.sealed("B2")];
  const handover = site.handover(["B1", "B2"]);
  const stored = site.stored(["B1", "B2"]);
  const draft = site.manifest(["B1", "B2"]);
  const departed = site.departed(["B1"]);
  const received = site.received(["B1", "B2"]);
  const disposed = site.disposed();
  const all = [sealed, other, handover, stored, draft, departed, received, disposed];
  const without = (...some: WasteEvent[]) => all.filter((event) => !some.includes(event));

  test("of a draft: the bag is in the store still, and the receipt is shown beside", () => {
    const standing = bagOf(without(departed));
    const unfounded = [{ id: received.body.id, manifest: "M-1" }];
    expect(standing).toMatchObject({ state: "stored", custodian: STORE, receipt: null, unfounded });
    expect(standing.history.find(({ id }) => id === received.body.id)?.role).toBe("unfounded");
  });

  test("of a departure that was reversed, or that one person confirmed", () => {
    expect(bagOf([...all, site.reversed(departed)])).toMatchObject({ state: "stored" });
    const alone = site.departed(["B1"], { confirmations: [confirmed("keeper")] });
    expect(bagOf([...without(departed), alone])).toMatchObject({ state: "stored" });
  });

  test("of another manifest, or of a bag that was not on it", () => {
    const elsewhere = site.departed(["B1"], { manifest: "M-2" });
    expect(bagOf([...without(departed), elsewhere])).toMatchObject({
      ...{ state: "departed", manifest: "M-2" },
      unfounded: [{ manifest: "M-1" }],
    });
    expect(bagOf(all, "B2")).toMatchObject({ state: "stored", unfounded: [{ manifest: "M-1" }] });
    expect(bagOf(all)).toMatchObject({ state: "disposed", unfounded: [], notReceived: null });
  });

  test("whatever comes first: the departure that comes later founds it", () => {
    fc.assert(fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (order) => {
      expect(bagOf(order)).toEqual(bagOf(all));
    }));
  });

  test("W6 what left and is on no receipt of its manifest is named", () => {
    const both = site.departed(["B1", "B2"]);
    const part = site.received(["B1"]);
    const events = [...without(departed, received, disposed), both];
    expect(bagOf(events, "B2")).toMatchObject({ state: "departed", notReceived: null });
    expect(bagOf([...events, part], "B2")).toMatchObject({
      state: "departed",
      notReceived: { id: part.body.id },
    });
    const rest = site.received(["B2"], { receipt: "R-2" });
    expect(bagOf([...events, part, rest], "B2")).toMatchObject({
      state: "received",
      notReceived: null,
    });
  });
});
