import { describe, expect, test } from "vitest";
import type { WasteEvent } from "../entry/event.ts";
import { CARRIER, MANIFEST, OTHER_STORE, scaled, SHARPS, STORE, Story } from "../fixture_waste.ts";
import { ledgerOf } from "../life/ledger.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { draft, numbered, site, store } from "./fixture_manifest.ts";
import { manifestsOf } from "./manifest.ts";
import { departureFaults } from "./plan_departure.ts";

function faults(
  events: readonly WasteEvent[],
  leaving = { bags: ["B1"], loads: ["L1"] },
  from = STORE,
): string[] {
  const ledger = ledgerOf(events, DEFAULT_RULES);
  const manifest = manifestsOf(events, ledger).manifests.get("M-1");
  if (manifest === undefined) throw new Error("no manifest");
  return departureFaults({ from, ...leaving }, manifest, ledger, DEFAULT_RULES).map((
    { rule, field, text },
  ) => `${rule} ${field}: ${text.en}`);
}

test("W8 waste leaves when nothing of the national form is lacking, and not before", () => {
  expect(faults([...store, draft, numbered])).toEqual([]);
  expect(faults([...store, draft])).toEqual([
    "W8 number: The national number (14 digits) is empty: " +
    "get it from the national system, and enter it at /waste/manifests/M-1",
  ]);
});

test.each(
  [
    ["consignor", "emergencyPhone", "Emergency telephone (1 Consignor)"],
    ["carrier", "plate", "Plate (2 Carrier)"],
    ["receiver", "permit", "Permit (3 Receiver)"],
  ] as const,
)("W8 one empty field of the form blocks, by its name: %s.%s", (part, field, label) => {
  const poor = site.manifest(["B1"], {
    loads: ["L1"],
    [part]: { ...MANIFEST[part], [field]: "" },
  });
  expect(faults([...store, poor, numbered])).toEqual([
    `W8 ${part}.${field}: ${label} is empty: fill it in at /waste/manifests/M-1/edit`,
  ]);
});

test("W8 what the form calls optional blocks nothing, a line without packaging does", () => {
  const [line] = MANIFEST.lines;
  const bare = site.manifest(["B1"], { loads: ["L1"], lines: [{ ...line, packaging: "" }] });
  expect(MANIFEST.carrier.via).toBe("");
  expect(faults([...store, bare, numbered])[0]).toContain("lines.841-001-01: Packaging of");
});

test("W8 two drafts that know nothing of each other are one fault, and no list of fields", () => {
  const other = site.manifest(["B1"]);
  expect(faults([...store, draft, other, numbered])).toEqual([
    "W8 manifest: manifest M-1 has 2 drafts: draft it anew in place of them",
  ]);
});

test("W8 a bag that is on no line of it, or whose weight nobody knows, does not leave", () => {
  const third = site.sealed("B3", { weight: scaled(900, "s.1-0/reading/3") });
  const events = [...store, third, draft, numbered];
  expect(faults(events, { bags: ["B1", "B3"], loads: ["L1"] })).toEqual([
    "W8 bags: bag B3 is not on manifest M-1: draft that anew with it",
    "W8 bags: bag B3 is not in store store-1 (ward/ward-3 has it)",
  ]);
  const weighed = site.write("waste-weighed", {
    bag: "B1",
    weight: scaled(6000, "s.1-0/reading/4"),
    confirmations: draft.kind === "waste-manifest" ? draft.body.confirmations : [],
  });
  expect(faults([...events, weighed])).toEqual([
    "W8 bags: entries about bag B1 disagree: resolve that first",
  ]);
});

describe("W8 at the moment of departure every bag of the manifest is looked at again", () => {
  const whole = [...store, draft, numbered];
  const onOther = site.departed(["B1"], { manifest: "M-2" });
  const givenBack = site.moved("waste-handover", [STORE, CARRIER], ["B1"]);
  const other = new Story("ward").sealed("B1", { category: SHARPS });

  test.each([
    ["was reversed", site.reversed(store[0]), "bag B1 has no category or no weight: enter it"],
    ["left on another manifest", onOther, "bag B1 is not in store store-1 (vehicle/lorry has it)"],
    ["went elsewhere", givenBack, "bag B1 is not in store store-1 (person/carrier has it)"],
    ["is disputed", other, "entries about bag B1 disagree: resolve that first"],
  ])("one that %s since keeps it here", (_what, event, why) => {
    expect(faults([...whole, event])).toContain(`W8 bags: ${why}`);
  });

  test("one that stays is named: the manifest says what leaves", () => {
    expect(faults(whole, { bags: [], loads: ["L1"] })).toEqual([
      "W8 bags: bag B1 is on manifest M-1 and stays: draft that anew without it",
    ]);
  });

  test("it leaves its own store, and once", () => {
    const leaving = { bags: ["B1"], loads: ["L1"] };
    expect(faults(whole, leaving, OTHER_STORE)).toEqual([
      "W8 from: the manifest is of what leaves store store-1: it departs from there",
    ]);
    expect(faults([...whole, site.departed(["B1"], { loads: ["L1"] })])).toEqual([
      "W8 manifest: manifest M-1 has departed: what else leaves goes onto another",
    ]);
  });
});
