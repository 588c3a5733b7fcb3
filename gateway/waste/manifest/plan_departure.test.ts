import { expect, test } from "vitest";
import type { WasteEvent } from "../entry/event.ts";
import { MANIFEST, scaled } from "../fixture_waste.ts";
import { ledgerOf } from "../life/ledger.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { draft, numbered, site, store } from "./fixture_manifest.ts";
import { manifestsOf } from "./manifest.ts";
import { departureFaults } from "./plan_departure.ts";

function faults(
  events: readonly WasteEvent[],
  leaving = { bags: ["B1"], loads: ["L1"] },
): string[] {
  const ledger = ledgerOf(events, DEFAULT_RULES);
  const manifest = manifestsOf(events, ledger).manifests.get("M-1");
  if (manifest === undefined) throw new Error("no manifest");
  return departureFaults(leaving, manifest, ledger).map(({ rule, field, text }) =>
    `${rule} ${field}: ${text.en}`
  );
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
  expect(faults(events, { bags: ["B1", "B3"], loads: [] })).toEqual([
    "W8 bags: bag B3 is not on manifest M-1: draft that anew with it",
  ]);
  const weighed = site.write("waste-weighed", {
    bag: "B1",
    weight: scaled(6000, "s.1-0/reading/4"),
    confirmations: draft.kind === "waste-manifest" ? draft.body.confirmations : [],
  });
  expect(faults([...events, weighed])).toEqual([
    "W8 bags: nobody knows the weight of bag B1: resolve what is said of it",
  ]);
});
