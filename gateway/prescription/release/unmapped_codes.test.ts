import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../sync/fixtures.ts";
import { NodeKey } from "../../../sync/identity.ts";
import { InnerCounty, SITE } from "../fixture_county.ts";
import { DRUGS, MAPPING_TEXT } from "../fixture_lists.ts";
import { sentPrescription } from "../fixture_sources.ts";
import { parseMapping } from "../mapping.ts";
import { mappingFile, wholeRelease } from "./fixture_release.ts";
import { unmappedView } from "./unmapped_codes.ts";
import { mappingLines, unmappedTable } from "./unmapped_text.ts";

const signer = NodeKey.create();
let county: InnerCounty;
beforeAll(async () => {
  county = await InnerCounty.start({ signers: [signer.publicKey] }, { signer });
}, 120_000);
afterAll(() => county[Symbol.asyncDispose]());

async function asked(query: Readonly<Record<string, string>> = {}) {
  const answer = await county.fetch(`/api/rules/unmapped?${new URLSearchParams(query)}`);
  expect(answer.status).toBe(200);
  return unmappedView.parse(await answer.json());
}

/** A line of which drug and dose are in codes of nobody's. */
function strange(id: string, drug: object, unit: string) {
  const good = sentPrescription(id);
  const [line] = good.lines;
  return { ...good, lines: [{ ...line, drug, dose: { value: 1, unit } }, line] };
}

describe("P5: codes that no mapping has are told to whoever maps them", () => {
  test("with their site, list, words, how often, since when, and where they stood last", async () => {
    await county.send(strange("first", { code: "0077", text: "新药\n片" }, "片"));
    await county.send(strange("last", { code: "0077" }, "片"));
    await county.send(strange("unit", { code: "001" }, "颗粒袋"));
    await until("all of it is in the tables", async () => (await asked()).codes.length === 2);
    const { codes, more, isWhole } = await asked({ site: SITE, days: "1" });
    expect({ more, isWhole }).toEqual({ more: 0, isWhole: true });
    expect(codes).toMatchObject([
      { site: SITE, section: "drugs", code: "0077", text: "新药\n片", count: 2, example: "last" },
      { site: SITE, section: "units", code: "颗粒袋", text: null, count: 1, example: "unit" },
    ]);
    expect(codes[0].first <= codes[0].last).toBe(true);
  });

  test("of one site alone, and of the most frequent as many as are asked for", async () => {
    expect((await asked({ site: "site-018" })).codes).toEqual([]);
    const { codes, more } = await asked({ limit: "1" });
    expect([codes.map(({ code }) => code), more]).toEqual([["0077"], 1]);
  });

  test.each([["days", "0"], ["days", "367"], ["limit", "5001"], ["limit", "x"], ["site", ""]])(
    "%s=%s is refused by its name",
    async (name, value) => {
      const answer = await county.fetch(`/api/rules/unmapped?${name}=${value}`);
      expect(answer.status).toBe(400);
      expect((await answer.json()).detail).toContain(name);
    },
  );

  test("as lines for a mapping, which is no mapping until they say what they mean", async () => {
    const text = mappingLines(await asked());
    expect(text).toContain(`# ${SITE}: `);
    expect(text).toMatch(/^ {2}"0077": # 新药 片 ×2 since \d{4}-\d\d-\d\d, as in last$/m);
    const head = "mapping: q\nsite: site-017\nissued: 2026-11-29\n";
    expect(() => parseMapping(head + text, DRUGS)).toThrow("0077");
    const mapped = text.replace('"0077":', '"0077": salbutamol-inhaler').replace(
      "颗粒袋:",
      "颗粒袋: 粒",
    );
    const { codes } = parseMapping(head + mapped, DRUGS);
    expect([...codes.drugs]).toEqual([["0077", "salbutamol-inhaler"]]);
    expect([...codes.units]).toEqual([["颗粒袋", "粒"]]);
  });

  test("and no more, once the county has released what they mean", async () => {
    const mapped = mappingFile(
      SITE,
      (text) => text.replace('  "001":', '  "0077": salbutamol-inhaler\n  "001":'),
    );
    expect(MAPPING_TEXT).toContain('  "001":');
    const request = { ...wholeRelease(signer, SITE), mappings: [mapped] };
    const answer = await county.fetch("/api/rules/releases", {
      method: "POST",
      body: JSON.stringify(request),
    });
    expect(answer.status).toBe(201);
    await until("what is mapped is not told any more", async () => {
      return (await asked()).codes.map(({ code }) => code).join() === "颗粒袋";
    });
  });
});

test("a list for the terminal has a line a code, and says what it did not look at", () => {
  const line = {
    site: SITE,
    section: "drugs" as const,
    code: "0077",
    text: "新药\n片",
    count: 2,
    first: "2026-11-28T16:30:00.000Z",
    last: "2026-11-29T01:00:00.000Z",
    example: "CF-1",
  };
  const view = { codes: [line], more: 3, since: "2026-11-28T00:00:00.000Z", isWhole: false };
  const [head, row, more, rest] = unmappedTable(view).split("\n");
  expect(head.split("\t")).toHaveLength(8);
  expect(row).toBe(`${SITE}\tdrugs\t0077\t新药 片\t2\t2026-11-29\t2026-11-29\tCF-1`);
  expect(more).toContain("3 more");
  expect(rest).toContain("2026-11-28T00:00:00.000Z");
  expect(unmappedTable({ ...view, codes: [], more: 0, isWhole: true })).toContain("mapped");
});
