import { join } from "node:path";
import { unzipSync } from "fflate";
import { $ } from "zx";
import { describe, expect, test } from "vitest";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { NodeKey } from "../../sync/identity.ts";
import { csvOf } from "./csv.ts";
import { rangeOf, stretchesOf } from "./curve_shape.ts";
import { evidenceFile } from "./evidence_file.ts";
import { allBlocks, dayCurve, MADE_MS, reportWith } from "./fixture_report.ts";
import { pdfOf } from "./pdf.ts";
import { Printing } from "./printing.ts";
import { POINTS_MAX, ROWS_MAX } from "./report.ts";
import { reportFont } from "./report_font.ts";

$.verbose = false;

/** Text of a PDF as poppler reads it, page by page, and what qpdf thinks of the file. */
async function read(
  pdf: Uint8Array,
): Promise<{ readonly pages: string[]; readonly fonts: string }> {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "report.pdf");
  Deno.writeFileSync(file, pdf);
  const { stdout: checked } = await $`qpdf --check ${file}`;
  expect(checked).toContain("No syntax or stream encoding errors found");
  const { stdout: text } = await $`pdftotext -layout ${file} -`;
  const { stdout: fonts } = await $`pdffonts ${file}`;
  return { pages: text.split("\f").slice(0, -1), fonts };
}

describe("C11 a report as PDF", () => {
  test.each(["zh", "en"] as const)(
    "is read by others, in %s, with its font inside",
    async (lang) => {
      const { pages, fonts } = await read(
        await pdfOf(reportWith(allBlocks(lang), lang), reportFont()),
      );
      expect(pages.length).toBeGreaterThan(2);
      expect(fonts).toMatch(/NotoSansCJKsc-Regular .* yes yes yes /);
      const [title, unit, last] = lang === "zh"
        ? ["疫苗冷链温度日报表", "60号冰箱", `第 ${pages.length} 页，共 ${pages.length} 页`]
        : ["Cold chain, day by day", "fridge 60", `Page ${pages.length} of ${pages.length}`];
      expect(pages[0]).toContain(title);
      expect(pages.join("")).toContain(unit);
      expect(pages.at(-1)).toContain(last);
      expect(pages.at(-1)).toContain("李梅");
    },
  );

  test("has the table's head on each of its pages, and each row once", async () => {
    const columns = [{ title: "第一列", width: 1 }, { title: "第二列", width: 2 }];
    const rows = Array.from(
      { length: 200 },
      (_, n) => ({ cells: [`行${n}。`, "字".repeat(n % 90)] }),
    );
    const blocks = [{ kind: "table", columns, rows, empty: "" } as const];
    const { pages } = await read(await pdfOf(reportWith(blocks), reportFont()));
    expect(pages.filter((page) => page.includes("第一列"))).toHaveLength(pages.length);
    const all = pages.join("");
    for (let n = 0; n < 200; n++) expect(all.split(`行${n}。`), String(n)).toHaveLength(2);
  });

  test("keeps on one page what is taller than one, and shows that something is left out", async () => {
    const columns = [{ title: "A", width: 1 }];
    const rows = [{ cells: ["长".repeat(20_000)] }, { cells: ["后面"] }];
    const blocks = [{ kind: "table", columns, rows, empty: "" } as const];
    const { pages } = await read(await pdfOf(reportWith(blocks), reportFont()));
    expect(pages.length).toBeLessThan(4);
    expect(pages.join("")).toContain("…");
    expect(pages.join("")).toContain("后面");
  });

  test("is the same file of the same report, and drawn in a thread as here", async () => {
    const report = reportWith(allBlocks("zh", 3));
    const here = await pdfOf(report, reportFont());
    expect(await new Printing().pdf(report)).toEqual(here);
  });

  test("leaves out what no font shows, and says where there is nothing", async () => {
    const blocks = [
      { kind: "words", text: "前\u0000\u001b\ud800后" } as const,
      { kind: "table", columns: [{ title: "A", width: 1 }], rows: [], empty: "没有记录" } as const,
    ];
    const text = (await read(await pdfOf(reportWith(blocks), reportFont()))).pages.join("");
    expect(text).toContain("前后");
    expect(text).toContain("没有记录");
  });

  test("is refused beyond its limits before anything is drawn", async () => {
    const row = { cells: ["a"] };
    const table = (rows: number) => ({
      kind: "table" as const,
      columns: [{ title: "A", width: 1 }],
      rows: Array.from({ length: rows }, () => row),
      empty: "",
    });
    await expect(new Printing().pdf(reportWith([table(ROWS_MAX), table(1)])))
      .rejects.toThrow(`${ROWS_MAX + 1} rows of ${ROWS_MAX}`);
    const curve = dayCurve("zh");
    if (curve.kind !== "curve") throw new Error("It is a curve");
    const points = Array.from({ length: POINTS_MAX + 1 }, (): [number, number] => [0, 0]);
    await expect(pdfOf(reportWith([{ ...curve, series: [{ name: "", points }] }]), reportFont()))
      .rejects.toThrow("ask for a shorter time");
    expect(() => reportFont([{ file: "/nowhere.ttc", face: "A" }])).toThrow("no Chinese font");
  });
});

describe("C7 a curve", () => {
  test("has no line over a gap, and a dot for one value between two", () => {
    const points = [[0, 1], [1, 2], [2, null], [3, 5], [4, null], [5, 4], [6, 4]] as const;
    expect(stretchesOf(points, (ms) => ms * 10)).toEqual([
      [[0, 1], [10, 2]],
      [[30, 5]],
      [[50, 4], [60, 4]],
    ]);
  });

  test("keeps the one minute of a month that was out of range", () => {
    const points = Array.from(
      { length: 43_200 },
      (_, n): [number, number] => [n, n === 20_000 ? 30 : 5],
    );
    const drawn = stretchesOf(points, (ms) => ms / 43_200 * 500).flat();
    expect(drawn.length).toBeLessThan(4 * 1001);
    expect(Math.max(...drawn.map(([, value]) => value))).toBe(30);
  });

  test("has its limits in its frame, also where nothing is known", () => {
    const limits = [{ name: "", value: 2 }, { name: "", value: 8 }];
    const [low, high] = rangeOf({ series: [], limits });
    expect([low <= 2, high >= 8]).toEqual([true, true]);
    expect(rangeOf({ series: [], limits: [] })).toEqual([0, 10, 2]);
  });
});

describe("C11 evidence", () => {
  test("is checked with nothing of ours, and any change of it is found", async () => {
    const key = NodeKey.create();
    const parts = [{ name: "days.csv", bytes: new TextEncoder().encode(csvOf(["a"], [["一"]])) }];
    const files = unzipSync(evidenceFile(parts, { node: "site-017", madeMs: MADE_MS, key }));
    using folder = new TemporaryFolder();
    for (const [name, bytes] of Object.entries(files)) {
      Deno.writeFileSync(join(folder.path, name), bytes);
    }
    const shell = $({ cwd: folder.path, nothrow: true });
    const signature = ["-sigfile", "SHA256SUMS.sig", "-in", "SHA256SUMS"];
    const verify = () =>
      shell`openssl pkeyutl -verify -pubin -inkey node-key.pem -rawin ${signature}`;
    expect((await shell`sha256sum -c SHA256SUMS`).exitCode).toBe(0);
    expect((await verify()).exitCode).toBe(0);
    Deno.writeTextFileSync(join(folder.path, "days.csv"), "a\r\n二\r\n");
    expect((await shell`sha256sum -c SHA256SUMS`).exitCode).not.toBe(0);
    Deno.writeTextFileSync(join(folder.path, "SHA256SUMS"), "nothing");
    expect((await verify()).exitCode).not.toBe(0);
  });

  test("as CSV begins no formula in a spreadsheet, and numbers stay numbers", () => {
    expect(csvOf(["名称", "°C"], [["=1+1", -0.5], ['a"b,c\nd', null], ["-1", 1e21]])).toBe(
      `\ufeff名称,°C\r\n'=1+1,-0.5\r\n"a""b,c\nd",\r\n'-1,1e+21\r\n`,
    );
  });
});
