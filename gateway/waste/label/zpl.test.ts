import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codesIn, rendered } from "../fixture_printed.ts";
import { type Bitmap, graphicField } from "./bitmap.ts";
import { LABEL } from "./fixture_label.ts";
import { Glyphs } from "./glyphs.ts";
import { payloadOf } from "./label.ts";
import { pageLabel } from "./page_label.ts";
import { type LabelPrinter, zplOf } from "./zpl.ts";

const FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
const glyphs = new Glyphs(Deno.readFileSync(FONT), "NotoSansCJKsc-Regular");

const GRAPHIC: LabelPrinter = {
  widthMm: 70,
  heightMm: 50,
  dotsPerMm: 8,
  language: "zh",
  text: { kind: "graphic", draw: (line, height) => glyphs.line(line, height) },
};
const FONT_IN_PRINTER: LabelPrinter = { ...GRAPHIC, text: { kind: "font", file: "E:SIMSUN.FNT" } };

describe("a label for ZPL printers", () => {
  test.each([
    ["70 × 50 mm at 203 dpi", {}],
    ["60 × 40 mm at 203 dpi", { widthMm: 60, heightMm: 40 }],
    ["70 × 50 mm at 300 dpi", { dotsPerMm: 12 }],
    ["in English", { language: "en" as const }],
    ["with the printer's own font", { text: FONT_IN_PRINTER.text }],
  ])("is read by another program's reader: %s", async (_, otherwise) => {
    const printer = { ...GRAPHIC, ...otherwise };
    const picture = await rendered(zplOf(LABEL, printer), printer);
    expect(await codesIn(picture)).toEqual([payloadOf(LABEL)]);
  });

  test("is one label, from ^XA to ^XZ, in plain characters where all is graphic", () => {
    const zpl = zplOf(LABEL, GRAPHIC);
    expect(zpl).toMatch(/^\^XA[^]*\^XZ$/);
    expect(zpl.match(/\^XA/g)).toHaveLength(1);
    expect(zpl).toMatch(/^[\n -~]*$/);
    expect(zpl.length).toBeLessThan(20_000);
  });

  test("holds no command that a name brings along", () => {
    const fields = (zpl: string) => zpl.match(/[\^~]/g)?.length;
    const evil = { ...LABEL, institution: "^XZ^XA~JR_5E\\\n^FS" };
    expect(fields(zplOf(evil, FONT_IN_PRINTER))).toBe(fields(zplOf(LABEL, FONT_IN_PRINTER)));
  });

  test("that is too small for its code is refused, with the size that it needs", () => {
    expect(() => zplOf(LABEL, { ...GRAPHIC, widthMm: 25, heightMm: 15 })).toThrow(/needs \d+ mm/);
  });
});

test("a label on a plain page is read as well, and what names bring along is text", async () => {
  const evil = { ...LABEL, institution: "<script>" };
  const page = String(await pageLabel(evil, "zh"));
  expect(page).toContain("&lt;script&gt;");
  const size = Number(/viewBox="0 0 (\d+) /.exec(page)?.[1]);
  const times = 4;
  const rgba = new Uint8ClampedArray(size * size * times * times * 4).fill(255);
  for (const [, x, y] of page.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let dot = 0; dot < times * times; dot++) {
      const row = Number(y) * times + Math.floor(dot / times);
      const at = (row * size * times + Number(x) * times + dot % times) * 4;
      rgba.fill(0, at, at + 3);
    }
  }
  const picture = new ImageData(rgba, size * times, size * times);
  expect(await codesIn(picture)).toEqual([payloadOf(evil)]);
});

test("a graphic field holds every dot, however its runs are compressed", () => {
  const bitmaps = fc.record({ width: fc.integer({ min: 1, max: 700 }), rows: fc.nat(6) })
    .chain(({ width, rows }) =>
      fc.record({
        width: fc.constant(width),
        height: fc.constant(rows + 1),
        dots: fc.uint8Array({
          max: 1,
          minLength: width * (rows + 1),
          maxLength: width * (rows + 1),
        }),
        blank: fc.boolean(),
      })
    );
  fc.assert(fc.property(bitmaps, ({ blank, ...bitmap }) => {
    const given = blank ? { ...bitmap, dots: bitmap.dots.fill(bitmap.width % 2) } : bitmap;
    expect(expanded(graphicField(given), given)).toEqual(given.dots);
  }));
});

/** Reads a field as the ZPL II programming guide describes it. */
function expanded(field: string, { width, height }: Bitmap): Uint8Array {
  const [, total, perRow, data] = /^\^GFA,\d+,(\d+),(\d+),(.*)$/.exec(field) ?? [];
  expect(Number(total)).toBe(Number(perRow) * height);
  const digits = Number(perRow) * 2;
  const rows: string[] = [];
  let row = "";
  let times = 0;
  const full = () => {
    rows.push(row);
    row = "";
  };
  for (const sign of data) {
    if (sign === ":") rows.push(rows.at(-1) ?? "");
    else if (sign === ",") {
      row = row.padEnd(digits, "0");
      full();
    } else if (/[G-Y]/.test(sign)) times += sign.charCodeAt(0) - 70;
    else if (/[g-z]/.test(sign)) times += (sign.charCodeAt(0) - 102) * 20;
    else {
      row += sign.repeat(times || 1);
      times = 0;
      if (row.length === digits) full();
    }
  }
  return Uint8Array.from(
    rows.flatMap((hex) =>
      [...hex].flatMap((digit) => [...parseInt(digit, 16).toString(2).padStart(4, "0")])
        .slice(0, width).map(Number)
    ),
  );
}

test("text is drawn as dots of the font: dark where its strokes are, white around it", () => {
  const { width, height, dots } = glyphs.line("一口", 48);
  expect(height).toBe(48);
  const dark = (x: number, y: number) => dots[y * width + x] === 1;
  const middle = Math.floor(width / 4);
  const strokes = Array.from({ length: 48 }, (_, y) => dark(middle, y));
  // One stroke across in the first, two in the second, which is hollow.
  expect(strokes.join("").match(/(true)+/g)).toHaveLength(1);
  const hollow = Array.from({ length: 48 }, (_, y) => dark(middle * 3, y));
  expect(hollow.join("").match(/(true)+/g)).toHaveLength(2);
  expect(glyphs.line("", 10)).toMatchObject({ width: 1, height: 10 });
});
