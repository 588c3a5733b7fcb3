/**
 * A label for printers that speak ZPL II. The QR code is sent as a graphic: `^BQ` differs among
 * printers that only imitate ZPL. So is Chinese text, since few printers hold a Chinese font;
 * one that does may print it by `^CI28` and the name of its font instead.
 */
import type { Text } from "../../../drivers/profile_parts.ts";
import { type Bitmap, enlarged, graphicField } from "./bitmap.ts";
import { type Label, labelLines, payloadOf } from "./label.ts";
import { qrOf } from "./qr.ts";

export interface LabelPrinter {
  readonly widthMm: number;
  readonly heightMm: number;
  /** 8 is 203 dpi, 12 is 300 dpi. */
  readonly dotsPerMm: number;
  readonly language: keyof Text;
  readonly text:
    /** Draws one line of text so many dots high. */
    | { readonly kind: "graphic"; readonly draw: (line: string, height: number) => Bitmap }
    /** A font in the printer, such as `E:SIMSUN.FNT`. */
    | { readonly kind: "font"; readonly file: string };
}

const MARGIN_MM = 2;
/** No smaller, or cheap readers do not see its modules. */
const MODULE_MM_MIN = 0.3;
const CODE_MM = 3;
const LINE_MM_MAX = 4;

/** Throws where the label is too small for its code to be read. */
export function zplOf(label: Label, printer: LabelPrinter): string {
  const { widthMm, heightMm, dotsPerMm } = printer;
  const dots = (mm: number) => Math.round(mm * dotsPerMm);
  const [width, height, margin] = [dots(widthMm), dots(heightMm), dots(MARGIN_MM)];
  const code = qrOf(payloadOf(label));
  const room = Math.min(height - 2 * margin - dots(CODE_MM), Math.floor(width / 2));
  const times = Math.floor(room / code.width);
  if (times < MODULE_MM_MIN * dotsPerMm) {
    const need = Math.ceil(code.width * MODULE_MM_MIN + 2 * MARGIN_MM + CODE_MM);
    throw new Error(
      `Cannot print a label of ${widthMm} × ${heightMm} mm: its code needs ${need} mm of height ` +
        `and ${Math.ceil(code.width * MODULE_MM_MIN * 2)} mm of width`,
    );
  }
  const side = code.width * times;
  const lines = labelLines(label, printer.language);
  const lineHeight = Math.min(dots(LINE_MM_MAX), Math.floor((height - 2 * margin) / lines.length));
  const left = margin + side + margin;
  return [
    "^XA^CI28",
    `^PW${width}^LL${height}^LH0,0`,
    `^FO${margin},${margin}${graphicField(enlarged(code, times))}^FS`,
    `^FO${margin},${margin + side}^A0N,${dots(CODE_MM)},0^FH_^FD${escaped(label.bag)}^FS`,
    ...lines.map((line, index) =>
      lineField(line, { left, top: margin + index * lineHeight, lineHeight, width }, printer)
    ),
    "^XZ",
  ].join("\n");
}

interface LinePlace {
  readonly left: number;
  readonly top: number;
  readonly lineHeight: number;
  /** Of the label. */
  readonly width: number;
}

function lineField(
  line: string,
  { left, top, lineHeight, width }: LinePlace,
  { text }: LabelPrinter,
): string {
  // A sixth of a line stays white between two.
  const size = Math.floor(lineHeight * 5 / 6);
  const place = `^FO${left},${top}`;
  if (text.kind === "graphic") {
    return `${place}${graphicField(cut(text.draw(line, size), width - left))}^FS`;
  }
  return `${place}^A@N,${size},${size},${text.file}^FH_^FD${escaped(line)}^FS`;
}

/** What goes beyond the label's edge would be printed on the next one by some printers. */
function cut(bitmap: Bitmap, width: number): Bitmap {
  if (bitmap.width <= width) return bitmap;
  const dots = new Uint8Array(width * bitmap.height);
  for (let y = 0; y < bitmap.height; y++) {
    const from = y * bitmap.width;
    dots.set(bitmap.dots.subarray(from, from + width), y * width);
  }
  return { width, height: bitmap.height, dots };
}

/** Nothing in a text is a command: `^`, `~` and the escape itself go as hexadecimal digits. */
function escaped(text: string): string {
  return text.replace(
    /[\^~_\\]/g,
    (character) => `_${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  ).replace(/\p{Cc}/gu, " ");
}
