import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { parseConfig } from "../../config_file.ts";
import type { HistoryLine } from "../facts.ts";
import { receive } from "../intake.ts";
import { rulesOf } from "../pack/compile_pack.ts";
import type { Pack } from "../pack/document.ts";
import { medicineOf } from "../life/patient_medicines.ts";
import { verdictOf } from "../review.ts";
import { readSources } from "../review_sources.ts";
import { citedConfig } from "./cited_sources.ts";
import { readHook } from "../cds/hook_request.ts";
import type { Prescription } from "../prescription.ts";
import { hookCallOf } from "./cited_bundle.ts";
import {
  citedDocuments,
  type CitedRow,
  citedRows,
  foundIn,
  itemsOf,
  sentRow,
} from "./cited_table.ts";

const SITE = "site-1";
const ROWS = citedRows();
const NOW_MS = Date.now();

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const config = parseConfig(stringify({
  role: "county",
  node: "county-a",
  title: { zh: "甲", en: "A" },
  prescription: citedConfig(folder.path, SITE, NOW_MS),
}));
if (config.prescription === undefined) throw new Error("no prescriptions are configured");
const sources = readSources(config.prescription);
const codes = new Map(
  [...sources.mappings.get(SITE)?.codes.drugs ?? []].map(([code, drug]) => [drug, code]),
);

const NOW = { wallMs: NOW_MS, bootId: "b", bootMs: 0, clock: "trusted" } as const;

/** As plain JSON, through the door's reading alone: nodes and lines are tried elsewhere. */
function received(row: CitedRow, before = false): Prescription {
  const text = JSON.stringify(sentRow(row, { trial: "core", codes, nowMs: NOW_MS, before }));
  const bytes = new TextEncoder().encode(text);
  const receipt = receive("json", bytes, { contentType: "application/json", now: NOW });
  if (receipt.kind === "refused") throw new Error(JSON.stringify(receipt.problem));
  return receipt.prescription;
}

/** The same before it is signed, as a call of CDS Hooks. */
function drafted(row: CitedRow): Prescription {
  const sent = sentRow(row, { trial: "core", codes, nowMs: NOW_MS });
  const text = JSON.stringify(hookCallOf(sent, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"));
  const bytes = new TextEncoder().encode(text);
  const check = readHook("prescription-sign", bytes, { contentType: "application/json", now: NOW });
  if (check.kind !== "draft") throw new Error(`${row.id} is ${JSON.stringify(check)}`);
  return check.prescription;
}

function reviewed(prescription: Prescription, history: readonly HistoryLine[]) {
  const subject = { site: SITE, prescription, hash: "0".repeat(64) };
  return verdictOf(sources, subject, { mode: "county", history, atMs: NOW_MS });
}

function historyOf(row: CitedRow): HistoryLine[] {
  if (row.before === undefined) return [];
  const { facts } = reviewed(received(row, true), []);
  if (facts === undefined) throw new Error(`nothing is known of what ${row.id} had before`);
  return facts.lines.map((line) => medicineOf(facts, 1, line));
}

/** What follows from how the product counts, and from no other text. */
const OURS = "Tributary";

/** The words of each rule and row, by `pack/rule/row`. */
function wordsOf({ head: { name }, rules, tables }: Pack): (readonly [string, string])[] {
  const rows = tables.flatMap(({ rule, rows }) =>
    rulesOf(rule).flatMap((rule) =>
      rows.map(({ id, source }) => [`${name}/${rule}/${id}`, source?.words ?? ""] as const)
    )
  );
  return [...rules.map(({ id, source }) => [`${name}/${id}`, source.words] as const), ...rows];
}

describe("the table of cited prescriptions", () => {
  test("has 200 and more, each by its own name, of the regulations' rules", () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(200);
    expect(new Set(ROWS.map(({ rule, id }) => `${rule} ${id}`)).size).toBe(ROWS.length);
    expect(new Set(ROWS.map(({ rule }) => rule))).toEqual(new Set(["P4", "P5", "P13", "P14"]));
  });

  test("each has the words that it rests on, in a document that a reader can open", () => {
    const cited = ROWS.map(({ source }) => source);
    const packs = sources.packs.flatMap((identity) => sources.shelf.get(identity)?.pack ?? []);
    const known = new Map(packs.flatMap(wordsOf));
    const named = cited.filter((source) => typeof source === "string");
    expect(named.filter((name) => (known.get(name) ?? "").length < 4)).toEqual([]);
    const titles = new Set([
      ...packs.flatMap(({ head }) => Object.values(head.documents).map(({ title }) => title)),
      ...Object.keys(citedDocuments()),
    ]);
    const others = cited.filter((source) => typeof source !== "string");
    expect(others.filter(({ document }) => document !== OURS && !titles.has(document)))
      .toEqual([]);
  });

  test("P13 every item that data decide is attached to one that has it", () => {
    const items = new Set(ROWS.flatMap(({ items = [] }) => items));
    const first = Array.from({ length: 11 }, (_, index) => `1-${index + 4}`);
    expect(items)
      .toEqual(
        new Set([
          "1-1",
          ...first,
          ...["1", "2", "3", "5", "6", "7", "8"].map((n) => `2-${n}`),
          "3-4",
        ]),
      );
  });

  test("P4 every rule of the law is found by one", () => {
    const found = ROWS.flatMap(({ finds }) => Object.keys(finds));
    const legal = sources.packs.flatMap((identity) => sources.shelf.get(identity)?.pack ?? [])
      .filter(({ head }) => head.name === "legal").flatMap(({ rules }) => rules);
    const ids = legal.map(({ id }) => `legal/${id}`);
    expect(ids.length).toBeGreaterThan(30);
    expect(ids.filter((id) => !found.some((one) => one === id || one.startsWith(`${id}/`))))
      .toEqual([]);
  });

  test("P5 what could not be checked never passes", () => {
    const unchecked = ROWS.filter(({ finds }) => Object.values(finds).includes("could-not-check"));
    expect(unchecked.length).toBeGreaterThan(5);
    expect(unchecked.filter(({ outcome }) => outcome === "pass" || outcome === "notice"))
      .toEqual([]);
  });

  test.each(ROWS.map((row) => [`${row.rule} ${row.id}`, row] as const))("%s", (_, row) => {
    const history = historyOf(row);
    for (const prescription of [received(row), drafted(row)]) {
      const { outcome, findings } = reviewed(prescription, history);
      const { outcome: wanted, finds } = row;
      expect({ outcome, finds: foundIn(findings) }).toEqual({ outcome: wanted, finds });
      if (row.items !== undefined) expect(itemsOf(findings)).toEqual(row.items);
    }
  });
});
