import fc from "fast-check";
import { createRequire } from "node:module";
import { prepareZXingModule as prepareReader, readBarcodes } from "zxing-wasm/reader";
import { prepareZXingModule as prepareWriter, writeBarcode } from "zxing-wasm/writer";
import { describe, expect, test } from "vitest";
import { gs1Code, hasRightCheckDigit } from "./gs1_code.ts";
import { type LotList, readLotList } from "./lot_list.ts";
import { scannedCode } from "./scanned_code.ts";
import { traceCode } from "./trace_code.ts";

const GS = "\x1d";
const TRACE = "81234567890123456789";
/** Check digit by 7.9 of the GS1 General Specifications. */
const GTIN = "06934760000014";
const ELEMENTS = `01${GTIN}1727113010AB-1/2${GS}219x`;
const PACK = {
  kind: "gs1",
  code: `(01)${GTIN}(21)9x`,
  product: GTIN,
  lot: "AB-1/2",
  expires: "2027-11-30",
  isDoubtful: false,
};

describe("C14 a trace code", () => {
  test("has 20 digits and begins with 8; its first seven are the product", () => {
    expect(traceCode(TRACE)).toEqual({ kind: "trace", code: TRACE, product: "8123456" });
    for (const wrong of [TRACE.slice(1), `${TRACE}1`, `7${TRACE.slice(1)}`, `${TRACE.slice(1)}A`]) {
      expect(traceCode(wrong), wrong).toBeNull();
    }
  });

  test.each([
    ["by an input method", "８１２３４５６７８９０１２３４５６７８９"],
    ["with Enter and Tab behind it", `${TRACE}\r\n\t`],
    ["as it is printed in groups", "81234 56789 01234 56789"],
    ["with a mark that nobody sees", `\ufeff\u200b${TRACE}`],
    ["as the address of a QR code", `https://www.example.cn/scan?c=${TRACE}&v=1`],
  ])("is read %s", (_, typed) => {
    expect(scannedCode(typed)).toMatchObject({ kind: "trace", code: TRACE });
  });

  test.each([19, 21])("with %d digits is told to be scanned again", (digits) => {
    const read = scannedCode("812345678901234567890".slice(0, digits));
    expect(read).toMatchObject({ reason: { en: expect.stringContaining("scan again") } });
  });

  test("of two in one field is none", () => {
    expect(scannedCode(TRACE + TRACE).kind).toBe("unreadable");
    expect(scannedCode(`https://a.cn/${TRACE}/${TRACE.replace("9", "0")}`).kind).toBe("unreadable");
  });
});

describe("C14 a GS1 code", () => {
  test.each([
    ["with the separator of the standard", ELEMENTS],
    ["with its symbology before it", `]d2${ELEMENTS}`],
    ["as bar code", `]C1${ELEMENTS}`],
    ["as the line in brackets", `(01)${GTIN}(17)271130(10)AB-1/2(21)9x`],
    ["in brackets of an input method", `（01）${GTIN}（17）271130（10）ＡＢ-１/２（21）9x`],
    ["with the separator spelt out", ELEMENTS.replace(GS, "{GS}")],
    ["with another one for it", ELEMENTS.replace(GS, "<GS>")],
    ["with a bar", ELEMENTS.replace(GS, "|")],
    ["with its picture", ELEMENTS.replace(GS, "\u241d")],
    ["with a separator before it and behind it", `${GS}${ELEMENTS}${GS}\r`],
    ["while capitals are locked", "]D2" + `01${GTIN}1727113010ab-1/2${GS}219X`],
    [
      "as the address of a Digital Link",
      `https://id.gs1.org/01/${GTIN}/10/AB-1%2F2/21/9x?17=271130`,
    ],
  ])("is read %s", (_, typed) => {
    expect(scannedCode(typed)).toEqual(PACK);
  });

  test("is read as it stands on a label that others drew, and their reader read", async () => {
    const wasm = (half: "reader" | "writer") => {
      const path = createRequire(import.meta.url).resolve(`zxing-wasm/${half}/zxing_${half}.wasm`);
      return { overrides: { wasmBinary: Deno.readFileSync(path).buffer } };
    };
    prepareReader(wasm("reader"));
    prepareWriter(wasm("writer"));
    const said = `(01)${GTIN}(17)271130(10)AB-1/2(21)9x`;
    const { image, error } = await writeBarcode(said, { format: "DataMatrix", options: "gs1" });
    if (image === null) throw new Error(error);
    const [{ text, symbologyIdentifier }] = await readBarcodes(image, { textMode: "Plain" });
    expect(text).toBe(ELEMENTS);
    expect(scannedCode(`${symbologyIdentifier}${text}`), symbologyIdentifier).toEqual(PACK);
  });

  test("whose separator was lost is marked, since lot and serial run together", () => {
    expect(scannedCode(ELEMENTS.replace(GS, ""))).toMatchObject({
      lot: "AB-1/2219x",
      code: null,
      isDoubtful: true,
    });
    expect(scannedCode(`01${GTIN}1727113010ABC`)).toMatchObject({ lot: "ABC", isDoubtful: false });
  });

  test.each([
    ["a check digit", `01${GTIN.replace(/.$/, "5")}10A`, "check-digit", "01"],
    ["a month", `01${GTIN}17271330`, "date", "17"],
    ["a day", `01${GTIN}17270229`, "date", "17"],
    ["a lot of 21 characters", `01${GTIN}10${"A".repeat(21)}`, "too-long", "10"],
    ["a serial of 21", `01${GTIN}21${"A".repeat(21)}`, "too-long", "21"],
    ["letters that no code holds", `01${GTIN}10批`, "characters", "10"],
    ["another lot beside it", `01${GTIN}10A${GS}10B`, "contradiction", "10"],
    ["no product", "10A", "no-gtin", null],
    ["nothing of it", "hello", "not-gs1", null],
    ["more than a code holds", "01".repeat(300), "not-gs1", null],
  ])("is refused with a wrong %s", (_, text, fault, at) => {
    expect(gs1Code(text)).toEqual({ kind: "fault", fault, at });
  });

  test("has limits that are read: 20 characters, 29 February of a leap year, day 00", () => {
    expect(gs1Code(`01${GTIN}10${"A".repeat(20)}`)).toMatchObject({ lot: "A".repeat(20) });
    expect(gs1Code(`01${GTIN}17280229`)).toMatchObject({ expires: "2028-02-29" });
    expect(gs1Code(`01${GTIN}17270200`)).toMatchObject({ expires: "2027-02-28" });
  });

  // The example of the GS1 General Specifications, figure 7.9.1-1 (GTIN-13), and a GTIN-8.
  test("has the check digit of the standard", () => {
    expect(["6291041500213", "00614141000012", "96385074"].map(hasRightCheckDigit))
      .toEqual([true, true, true]);
    expect(["6291041500214", "6291041500", "629104150021A"].map(hasRightCheckDigit))
      .toEqual([false, false, false]);
  });

  test("of any text is read or refused, and never throws", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ unit: fc.constantFrom("0", "1", "2", "8", "A", GS, "(", ")"), maxLength: 60 }),
    );
    fc.assert(fc.property(text, (typed) => {
      expect(["trace", "gs1", "unreadable"]).toContain(scannedCode(typed).kind);
    }));
  });
});

function faultsOf(list: LotList): string[] {
  if (list.kind === "read") return [];
  return list.faults.map(({ line, field, found }) => `${line} ${field} ${found}`);
}

describe("C14 a file of lots", () => {
  const FROM = "81234560000000000001";
  const TO = "81234560000000009999";
  const LOT = { from: FROM, to: TO, lot: "A2026", expires: "2027-11-30", name: "乙肝,5μg" };

  test.each([
    ["CSV", `from,to,lot,expires,name\n${FROM},${TO},A2026,2027-11-30,"乙肝,5μg"\n`],
    [
      "CSV of a spreadsheet",
      `\ufeff起始码;终止码;批号;有效期;名称\r\n${FROM};${TO};A2026;2027/11/30;乙肝,5μg`,
    ],
    ["JSON", JSON.stringify([{ ...LOT, expires: "20271130", more: "x" }])],
  ])("is read as %s", (_, text) => {
    expect(readLotList(text)).toEqual({ kind: "read", ranges: [LOT] });
  });

  test("may name single codes", () => {
    expect(readLotList(`code,lot\n${FROM},A\n\n${TO},B\n`)).toEqual({
      kind: "read",
      ranges: [
        { from: FROM, to: FROM, lot: "A", expires: null, name: "" },
        { from: TO, to: TO, lot: "B", expires: null, name: "" },
      ],
    });
  });

  test("is refused as a whole, with line and field of each fault", () => {
    const rows = [
      "from,to,lot,expires",
      `8.12346E+19,${TO},A,`,
      `${FROM},81234570000000000001,A,`,
      `${TO},${FROM},A,`,
      `${FROM},${TO},,2027-02-30`,
    ];
    expect(faultsOf(readLotList(rows.join("\n")))).toEqual([
      '2 from "8.12346E+19": a spreadsheet has cut its digits; format the column as text',
      "3 to its first seven digits are another product's than those of from",
      "4 to it is before from",
      '5 lot "": want 1 to 64 characters',
      '5 expires "2027-02-30": want a day as 2027-11-30',
    ]);
    expect(faultsOf(readLotList("a,b\n1,2"))[0]).toContain("1 null columns a, b; want lot");
    expect(faultsOf(readLotList("[1]"))[0]).toContain("lose digits as numbers");
    expect(faultsOf(readLotList('[{"from": 81234560000000000001}]'))[0]).toContain("1 from");
    expect(faultsOf(readLotList("code,lot\n"))[0]).toContain("no rows");
  });

  test("gives no code two lots; one lot may name a code twice", () => {
    const two = (lot: string) => `from,to,lot\n${FROM},${TO},A\n${TO},${TO},${lot}`;
    expect(readLotList(two("A")).kind).toBe("read");
    expect(faultsOf(readLotList(two("B")))).toEqual([
      "3 from codes of line 2 too, which says lot A",
    ]);
  });

  test("has 50,000 rows at most", () => {
    const rows = (count: number) =>
      "code,lot\n" +
      Array.from({ length: count }, (_, n) => `8${String(n).padStart(19, "0")},A`).join("\n");
    expect(readLotList(rows(50_000)).kind).toBe("read");
    expect(faultsOf(readLotList(rows(50_001)))).toEqual(["50001 null more than 50000 rows"]);
  });
});
