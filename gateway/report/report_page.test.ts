import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { $ } from "zx";
import { PHONE } from "../console/fixtures.ts";
import { ReportNode, SITE } from "./fixture_report_node.ts";
import { periodOf } from "./period.ts";

$.verbose = false;

/** Where pictures of pages go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");
const REPORTS = ["waste", "coldchain", "sterile"];

let county: ReportNode;
beforeAll(async () => {
  county = await ReportNode.open();
}, 120_000);
afterAll(() => county?.[Symbol.asyncDispose]());

const json = z.object({
  facts: z.record(z.string(), z.number()),
  tables: z.array(z.object({ rows: z.array(z.record(z.string(), z.unknown())) })),
  isOver: z.boolean(),
});

const ask = (path: string, query: Record<string, string> = {}) =>
  county.node.fetch(`/api/reports${path}?${new URLSearchParams(query)}`);

describe("the page of reports, on a telephone", () => {
  test.each([["zh-CN", "zh"], ["en-US", "en"]] as const)(
    "C6 W6 S5 has each report of a day or a month, as a list that fits, in %s",
    async (locale, language) => {
      const page = await county.visitor(locale);
      for (const report of REPORTS) {
        const both = [county.yesterday, county.yesterday.slice(0, 7)];
        const one = both[language === "zh" ? 0 : 1];
        for (const period of PICTURES === undefined ? [one] : both) {
          const query = new URLSearchParams({ report, period, site: SITE });
          await page.goto(`${county.node.url}/reports?${query}`);
          const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
          expect(width, report).toBeLessThanOrEqual(PHONE.width);
          const text = await page.innerText("main");
          const said = {
            coldchain: { zh: "数据缺失", en: "data is missing" },
            waste: { zh: "不在箱中", en: "WB-0001" },
            sterile: { zh: "灭菌维持时间不足", en: "It did not hold long enough" },
          };
          expect(text).toContain(
            Object.entries(said).find(([name]) => name === report)?.[1][language],
          );
          if (PICTURES === undefined) continue;
          const name = `report_${report}_${period.length > 7 ? "day" : "month"}_${language}`;
          await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
          const pdf = await ask(`/${report}/pdf`, { period, site: SITE, language });
          const file = join(PICTURES, `${name}.pdf`);
          Deno.writeFileSync(file, new Uint8Array(await pdf.arrayBuffer()));
          await $`pdftoppm -r 70 -png ${file} ${join(PICTURES, `${name}_pdf`)}`;
        }
      }
    },
  );

  test("shows a county's sites in a row each, and what its form asks for", async () => {
    const page = await county.visitor("en-US");
    await page.goto(`${county.node.url}/reports`);
    await page.selectOption('select[name="report"]', "coldchain");
    await page.selectOption('select[name="kind"]', "month");
    await page.fill('input[name="date"]', county.yesterday);
    await page.click('main form[action="/reports"] button');
    await page.waitForSelector(`main th a:text-is("${SITE}")`);
    if (PICTURES !== undefined) {
      await page.screenshot({ path: join(PICTURES, "report_sites_en.png"), fullPage: true });
    }
    await page.click(`main th a:text-is("${SITE}")`);
    await page.waitForSelector("main .badge");
    expect(await page.innerText("main")).toContain("Compliance of vaccine units, monthly report");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click('main a[href*="/csv?"]'),
    ]);
    expect(download.suggestedFilename()).toContain(`${county.yesterday.slice(0, 7)}.csv`);
    await page.goto(`${county.node.url}/reports?period=2026-02-30`);
    expect(await page.innerText("main .banner")).toContain("Choose a day or a month");
    expect(county.browser.complaints).toEqual([]);
  });
});

describe("reports for programs", () => {
  test("C7: say of each unit what was recorded, and what is not compliant by which rule", async () => {
    const period = county.yesterday;
    const found = json.parse(await (await ask("/coldchain", { period, site: SITE })).json());
    expect(found.facts).toMatchObject({ units: 3, compliant: 1, not_compliant: 1, cannot_say: 1 });
    const [{ rows: [warm, well, silent] }] = found.tables;
    expect(warm).toMatchObject({ expected: 144, had: 133, gap_minutes: 110, above_minutes: 60 });
    expect(warm.morning).toBe("4.8 °C 08:10");
    expect(JSON.stringify(warm.reasons)).toMatch(/platform-high-3.*c7-no-data.*manual-readings/);
    expect(well).toMatchObject({ expected: 144, had: 144, gap_minutes: 0, reasons: { en: "" } });
    expect(silent).toMatchObject({ had: 0, min_celsius: null });
    const listed = json.parse(await (await ask("/sterile", { period, site: SITE })).json());
    expect(listed.facts).toMatchObject({ cycles: 3, passed: 2, failed: 1, released: 1 });
  });

  test("are of all sites, in a row each", async () => {
    for (const report of REPORTS) {
      const found = json.parse(
        await (await ask(`/${report}`, { period: county.yesterday })).json(),
      );
      expect(found.tables[0].rows).toEqual([{ site: SITE, ...found.facts }]);
      expect(found.isOver).toBe(true);
    }
  });

  test("C11: are signed, with each table in the file", async () => {
    const asked = { period: county.yesterday, site: SITE, language: "en" };
    const answer = await ask("/waste/evidence", asked);
    expect(answer.headers.get("content-type")).toBe("application/zip");
    const parts = unzipSync(new Uint8Array(await answer.arrayBuffer()));
    expect(Object.keys(parts)).toEqual([
      ...["report.pdf", "balance.csv", "missing.csv", "manifests.csv", "README.txt"],
      ...["SHA256SUMS", "SHA256SUMS.sig", "node-key.pem"],
    ]);
    const csv = await (await ask("/waste/csv", { ...asked, table: "missing" })).text();
    expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(parts["missing.csv"])).toBe(
      `\ufeff${csv.replace(/^\ufeff/, "")}`,
    );
    expect(csv).toContain("WB-0001");
  });

  test("refuse what is no period, no report and no table, and what has not begun", async () => {
    const codeOf = async (answer: Response) =>
      z.object({ type: z.string() }).parse(await answer.json()).type.split(":").at(-1);
    expect(await codeOf(await ask("/coldchain", { period: "2026-13" }))).toBe("no-period");
    expect(await codeOf(await ask("/coldchain", { period: "2026-02-29" }))).toBe("no-period");
    expect(await codeOf(await ask("/coldchain", { period: "2999-01" }))).toBe("not-begun");
    expect(await codeOf(await ask("/none", { period: "2026-01" }))).toBe("no-such-report");
    const table = { period: county.yesterday, table: "none" };
    expect(await codeOf(await ask("/coldchain/csv", table))).toBe("no-such-table");
    expect((await ask("/coldchain")).status).toBe(400);
  });
});

test.each([
  ["2026-02", 28, "2026-01-31T16:00:00Z", "2026-02-28T16:00:00Z"],
  ["2028-02", 29, "2028-01-31T16:00:00Z", "2028-02-29T16:00:00Z"],
  ["2026-12", 31, "2026-11-30T16:00:00Z", "2026-12-31T16:00:00Z"],
  ["2026-11-28", 1, "2026-11-27T16:00:00Z", "2026-11-28T16:00:00Z"],
])(
  "a report of %s is of %i days, from midnight to midnight in Shanghai",
  (name, days, from, to) => {
    const period = periodOf(name);
    expect(period?.dates).toHaveLength(days);
    expect([period?.fromMs, period?.toMs]).toEqual([Date.parse(from), Date.parse(to)]);
    expect(["2026-00", "2026-2", "1999-12", "2026-04-31", ""].map(periodOf)).toEqual(
      [null, null, null, null, null],
    );
  },
);
