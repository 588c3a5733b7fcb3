import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type WasteEvent, wasteEventOf } from "../entry/event.ts";
import { CARRIER, OTHER_CARRIER, Story, WARD } from "../fixture_waste.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { ledgerOf } from "./ledger.ts";
import { Hearers } from "./untold.ts";

const [ward, store] = [new Story("site-017"), new Story("site-018")];
const own = { site: "site-017" };
const other = { site: "site-018" };
const sealed = ward.sealed("B1", own);
const handover = ward.handover(["B1"], own);
const small = ward.boxed("L1", ["B1"], own);
const stored = store.stored(["B1"], { ...other, after: [handover.body.id] });
const large = store.boxed("L2", [], { ...other, loads: ["L1"] });

const standingOf = (events: readonly WasteEvent[]) => {
  const standing = ledgerOf(events, DEFAULT_RULES).bags.get("B1");
  if (standing === undefined) throw new Error("no bag");
  return standing;
};
const untold = (events: readonly WasteEvent[]) => new Hearers(events).untold(standingOf(events));
const shown = (events: readonly WasteEvent[]) =>
  untold(events).map(({ to, event }) => `${event.body.id} to ${to}`);

/** As a county's entry tells of it. */
function toldOf({ kind, body, node, time, place }: WasteEvent, to: string): WasteEvent {
  const at = { node, time, place: `county.1-0/to:${to}/${body.id}`, told: { to, place } };
  return wasteEventOf(kind, body, at);
}

describe("W5, W6 of a bag that came from one site to another", () => {
  test("each hears what the other wrote, once", () => {
    expect(shown([sealed, handover])).toEqual([]);
    const both = [sealed, handover, stored];
    expect(shown(both).sort()).toEqual([
      "site-017-1 to site-018",
      "site-017-2 to site-018",
      "site-018-1 to site-017",
    ]);
    const told = untold(both).map(({ to, event }) => toldOf(event, to));
    expect(shown([...both, ...told])).toEqual([]);
    expect(shown([...both, ...told.slice(1)])).toHaveLength(1);
  });

  test("W8 hears that the other disposed of it, and stands as there", () => {
    const gone = [
      store.departed(["B1"], { ...other, after: [stored.body.id] }),
      store.received(["B1"], other),
      store.disposed(other),
      store.disposed({ ...other, receipt: "R-9" }),
    ];
    const all = [sealed, handover, stored, ...gone];
    const told = untold(all).filter(({ to }) => to === "site-017").map(({ event }) => event);
    expect(told).toEqual([stored, ...gone.slice(0, 3)]);
    const atWard = [sealed, handover, ...told.map((event) => toldOf(event, "site-017"))];
    expect(standingOf(atWard)).toMatchObject({ state: "disposed", receipt: "R-1" });
    expect(standingOf(all).state).toBe("disposed");
    // And that it was a mistake.
    expect(shown([...all, store.reversed(gone[2], other)])).toContain("site-018-7 to site-017");
  });

  test("what is around its box is told, too", () => {
    expect(shown([sealed, small, handover, stored, large])).toContain("site-018-2 to site-017");
  });

  test("a site that has no word on it hears nothing, and a county is no site", () => {
    const county = new Story("county-a").write("waste-resolution", {
      ...{ site: "site-018", subject: "B1", about: "weight", keeps: sealed.body.id },
      ...{ against: ["x"], over: [], reason: "looked", confirmation: sealedBy() },
    });
    const all = [sealed, handover, stored, county];
    expect(shown(all)).toContain("county-a-1 to site-017");
    expect(shown(all).filter((one) => one.endsWith("county-a"))).toEqual([]);
    // The same word, told to the other site under an id of its own.
    const again = new Story("county-a").write("waste-resolution", {
      ...county.body,
      ...{ id: "another", site: "site-017" },
    });
    expect(shown([...all, again]).filter((one) => /county|another/.test(one))).toEqual([]);
  });

  test("the site that gave it away is at rest: the bag is the other's, and stands as at both", () => {
    const atWard = [sealed, handover, toldOf(stored, "site-017")];
    expect(standingOf([sealed, handover])).toMatchObject({ site: "site-017", custodian: CARRIER });
    expect(standingOf(atWard)).toMatchObject({ site: "site-018", state: "stored" });
    const { history: here, ...rest } = standingOf(atWard);
    const { history: there, ...same } = standingOf([sealed, handover, stored]);
    expect(rest).toEqual(same);
    expect(here.map(({ id, node, time }) => [id, node, time]))
      .toEqual(there.map(({ id, node, time }) => [id, node, time]));
  });

  test("what both moved while they were cut off is a conflict at both, once told", () => {
    const away = ward.moved("waste-handover", [WARD, OTHER_CARRIER], ["B1"], own);
    const events = [sealed, handover, away, stored];
    const all = standingOf(events);
    expect(all.conflicts).toHaveLength(1);
    for (const site of ["site-017", "site-018"]) {
      const held = events.filter(({ node }) => node === site);
      const told = untold(events).filter(({ to }) => to === site)
        .map(({ event }) => toldOf(event, site));
      expect(standingOf([...held, ...told]).conflicts).toEqual(all.conflicts);
    }
  });

  test("who is told is the same in whatever order entries came", () => {
    const events = [sealed, small, handover, stored, large, toldOf(stored, "site-017")];
    const first = shown(events);
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (order) => {
        expect(shown(order)).toEqual(first);
      }),
    );
  });
});

function sealedBy(): unknown {
  return sealed.kind === "waste-sealed" ? sealed.body.confirmations[0] : null;
}
