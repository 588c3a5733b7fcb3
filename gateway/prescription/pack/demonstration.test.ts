import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseDrugList } from "../drug_list.ts";
import type { Drug } from "../drug.ts";
import { factsOf } from "../facts_of.ts";
import { parseMapping } from "../mapping.ts";
import { prescription } from "../prescription.ts";
import { keyed, keyLists, matches } from "./drug_keys.ts";
import { parseAmount } from "./amount.ts";
import { rulesOf } from "./compile_pack.ts";
import { checkPack } from "./folder.ts";
import { compile } from "./reviewer.ts";
import type { CellValue, Keys, Row } from "./rule.ts";
import { failedCases } from "./run_cases.ts";

const FOLDER = fileURLToPath(new URL("../packs/demonstration", import.meta.url));
const { reviewer } = checkPack(FOLDER);
const { pack } = reviewer;
const rows = pack.tables.flatMap((table) =>
  table.rows.map((row) => ({ ...row, of: rulesOf(table.rule)[0] }))
);

const list = parseDrugList(Deno.readTextFileSync(`${FOLDER}/drugs.yaml`));
const mapping = parseMapping(Deno.readTextFileSync(`${FOLDER}/mapping.yaml`), list);
const local = new Map([...mapping.codes.drugs].map(([code, drug]) => [drug, code]));

test("it is told apart as a demonstration, in both languages", () => {
  expect(pack.head.kind).toBe("demonstration");
  expect(pack.head.title.zh).toContain("不得用于患者");
  expect(pack.head.title.en).toContain("not for use on patients");
});

test("it has 120 drugs and more, and rows for 60 and more of them", () => {
  expect(list.drugs.size).toBeGreaterThanOrEqual(120);
  const lists = rows.flatMap((row) => [keysOf(row), ...(row.with ? [keysOf(row.with)] : [])]);
  const spokenOf = [...list.drugs.values()].filter((drug) => {
    const { code, atc, classes, ingredients } = drug;
    const amounts = ingredients.map(({ code }) => ({ code, perDose: null, perDay: null }));
    const one = keyed({ drug: code, ingredients: amounts, atc, classes, route: null });
    return lists.some((keys) => keys.length > 0 && matches(keys, one));
  });
  expect(spokenOf.length).toBeGreaterThanOrEqual(60);
});

/** What a row is for, but for the route. */
function keysOf({ drugs, ingredients, atc, classes }: Keys) {
  return keyLists({ drugs, ingredients, atc, classes });
}

test("every rule and row has a page that can be opened, and the words it rests on", () => {
  for (const { id, source } of [...pack.rules, ...rows]) {
    const document = pack.head.documents[source?.document ?? ""];
    const words = source?.words.trim().length ?? 0;
    expect([id, document?.url !== undefined, words >= 4, source?.confirmed])
      .toEqual([id, true, true, true]);
  }
});

test("every code of a row is one of the list: a misspelt one would never be found", () => {
  const known: Readonly<Record<string, ReadonlySet<string>>> = {
    drugs: new Set(list.drugs.keys()),
    ingredients: new Set(list.ingredients.keys()),
    routes: new Set(list.routes.keys()),
    substance: new Set(list.allergies.keys()),
    forbidden: new Set([...list.ingredients.keys(), ...list.routes.keys()]),
  };
  const unknown = rows.flatMap(({ id, cells, with: other, ...row }) =>
    Object.entries({ ...row, ...cells }).concat(Object.entries(other ?? {}))
      .filter(([kind]) => Object.hasOwn(known, kind))
      .flatMap(([kind, codes]) =>
        [codes].flat().filter((code) => !known[kind].has(String(code))).map((code) => [id, code])
      )
  );
  expect(unknown).toEqual([]);
});

const ROUTES: Readonly<Record<string, string>> = { injection: "GTT", inhaler: "XR" };

function factsOfDrug({ code, form, hasPieces, words }: Drug) {
  const [piece = "g"] = words.keys();
  const amount = { value: hasPieces ? "1" : "6", unit: hasPieces ? piece : "g" };
  const line = {
    drug: { code: local.get(code) },
    dose: amount,
    route: { code: ROUTES[form] ?? "PO" },
    frequency: { code: "qd" },
    days: 3,
    quantity: { ...amount, value: hasPieces ? "3" : "18" },
  };
  const recorded = prescription.parse({
    id: "rx-1",
    issuedAt: "2026-11-02T09:00:00+08:00",
    setting: "outpatient",
    form: form === "slices" ? "tcm-slices" : "western",
    ...(form === "slices" ? { doses: 3 } : {}),
    patient: {
      // Of the national standard's own example, with another day of birth.
      id: { system: "resident-id", value: "11010519860301003X" },
      name: "Li Si",
      sex: "male",
      birthDate: "1986-03-01",
      weight: { value: "65", unit: "kg" },
      renal: { value: "100", unit: "ml/min", at: "2026-11-01T08:00:00Z" },
      allergies: { state: "none-known" },
    },
    diagnoses: [{ code: "I10" }],
    prescriber: { id: "dr-1" },
    lines: [line],
  });
  const prescriber = { id: "dr-1", rights: [], title: "attending" };
  const patientKey = new Uint8Array(32).fill(7);
  const sources = { site: "demonstration", mapping, drugs: list, patientKey, history: [] };
  return factsOf(recorded, { ...sources, reach: "county", prescriber });
}

test("P5: every drug of the list comes through a site's mapping with nothing unknown", () => {
  for (const drug of list.drugs.values()) {
    const facts = factsOfDrug(drug);
    expect([drug.code, facts.unknowns]).toEqual([drug.code, []]);
    for (const { perDose, perDay } of facts.lines[0].ingredients ?? []) {
      expect([drug.code, perDose === null, perDay === null]).toEqual([drug.code, false, false]);
    }
  }
});

test("P5: one piece a day of any drug for a grown man can be checked", () => {
  for (const drug of list.drugs.values()) {
    const facts = factsOfDrug(drug);
    const unchecked = reviewer.review(facts, facts.issuedMs)
      .filter(({ level }) => level === "could-not-check");
    expect([drug.code, unchecked]).toEqual([drug.code, []]);
  }
});

/** Cells that are a limit, and those a unit beside it. */
function beside(rule: string, name: string, value: CellValue): CellValue[] {
  if (typeof value === "number" && ["most", "below"].includes(name)) return [value - 1, value + 1];
  if (typeof value !== "string") return [];
  if (name === "from" && rule === "too-young") {
    const [count, unit] = value.split(" ");
    return [-1, 1].map((by) => `${Number(count) + by} ${unit}`);
  }
  const amount = parseAmount(value);
  return amount === null ? [] : [-1, 1].map((by) => `${amount.value + by} ${amount.unit}`);
}

function moved(changed: Row, name: string, value: CellValue) {
  const cells = { ...changed.cells, [name]: value };
  const one = (row: Row) => row.id === changed.id ? { ...row, cells } : row;
  return (rule: string) =>
    compile({
      ...pack,
      tables: pack.tables.map((table) =>
        rulesOf(table.rule).includes(rule) ? { ...table, rows: table.rows.map(one) } : table
      ),
    });
}

test("P4: every limit has cases on both sides: one unit more or less fails one", () => {
  const limits = rows.flatMap(({ of, ...row }) =>
    Object.entries(row.cells).flatMap(([name, value]) =>
      beside(of, name, value).map((value) => ({ of, row, name, value }))
    )
  );
  expect(limits.length).toBeGreaterThanOrEqual(100);
  for (const { of, row, name, value } of limits) {
    const failed = failedCases(moved(row, name, value)(of)).length;
    expect([of, row.id, name, value, failed > 0]).toEqual([of, row.id, name, value, true]);
  }
});
