/** Pages of a report: where there is room, the letterhead above, number and page below. */
import { Buffer } from "node:buffer";
// @ts-types="npm:@types/pdfkit@0.17.6"
import PDFDocument from "pdfkit";
import { momentText } from "./moment_text.ts";
import type { Report } from "./report.ts";
import type { ReportFont } from "./report_font.ts";

export const INK = "#1a1a1a";
export const GREY = "#666666";
export const RULE = "#b8b8b8";
export const ALARM = "#b00020";

/** Of text, in points. */
export const SIZE = { title: 16, heading: 11.5, text: 9, small: 7.5 } as const;

const MARGIN = 42;
const HEAD_HEIGHT = 22;
const FOOT_HEIGHT = 20;
const FONT = "report";
/** Of sums of points. */
const ROUNDING = 0.01;

/** What no font has a picture of: controls, and the parts of characters. */
const UNSEEN = /[\p{Cc}\p{Cs}]/gu;

export function printable(text: string): string {
  return text.replaceAll("\t", " ").replaceAll(UNSEEN, "");
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A document that is being drawn, from the top of its first page down. */
export class Sheet {
  readonly pdf: PDFKit.PDFDocument;
  readonly left = MARGIN;
  readonly width: number;
  /** Where the next thing is drawn. */
  y = 0;
  readonly #report: Report;
  readonly #chunks: Uint8Array[] = [];
  readonly #bottom: number;

  constructor(report: Report, font: ReportFont) {
    this.#report = report;
    const made = new Date(report.madeMs);
    this.pdf = new PDFDocument({
      size: "A4",
      layout: report.landscape ? "landscape" : "portrait",
      // Room is this class's affair: the library would begin pages by itself.
      margin: 0,
      // None of its own: those lie in files of the package, and have no Chinese.
      font: "",
      bufferPages: true,
      lang: report.language === "zh" ? "zh-CN" : "en",
      displayTitle: true,
      info: {
        Title: report.title,
        Author: report.organisation,
        Subject: report.number,
        CreationDate: made,
        ModDate: made,
      },
    });
    this.pdf.on("data", (chunk: Uint8Array) => this.#chunks.push(chunk));
    this.pdf.registerFont(FONT, Buffer.from(Deno.readFileSync(font.file)), font.face);
    this.pdf.font(FONT);
    this.width = this.pdf.page.width - 2 * MARGIN;
    this.#bottom = this.pdf.page.height - MARGIN - FOOT_HEIGHT;
    this.#head();
  }

  /** Height of what fits on one page below its head. */
  get roomMax(): number {
    return this.#bottom - MARGIN - HEAD_HEIGHT;
  }

  /** Whether the page was begun anew, since so much has no room on this one. */
  need(height: number): boolean {
    if (this.y + Math.min(height, this.roomMax) <= this.#bottom + ROUNDING) return false;
    this.pdf.addPage();
    this.#head();
    return true;
  }

  /** Text in a box, no higher than that; what has no room ends with `…`. */
  text(
    text: string,
    { x, y, width }: Box,
    { size = SIZE.text, color = INK, align = "left", heightMax }: TextStyle = {},
  ): void {
    const height = heightMax === undefined ? {} : { height: heightMax, ellipsis: true };
    this.pdf.fontSize(size).fillColor(color)
      .text(printable(text), x, y, { width, align, lineGap: 1, ...height });
  }

  heightOf(text: string, width: number, size: number = SIZE.text): number {
    return this.pdf.fontSize(size).heightOfString(printable(text), { width, lineGap: 1 });
  }

  line(x1: number, y1: number, x2: number, y2: number, color = RULE, thickness = 0.5): void {
    this.pdf.lineWidth(thickness).strokeColor(color).moveTo(x1, y1).lineTo(x2, y2).stroke();
  }

  /** The whole document. */
  async end(): Promise<Uint8Array<ArrayBuffer>> {
    const { count } = this.pdf.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      this.pdf.switchToPage(page);
      this.#foot(page + 1, count);
    }
    const ended = new Promise((resolve) => this.pdf.on("end", resolve));
    this.pdf.end();
    await ended;
    return new Uint8Array(Buffer.concat(this.#chunks));
  }

  #head(): void {
    const { organisation, title } = this.#report;
    const half = this.width / 2;
    const at = { y: MARGIN, width: half };
    const style = { size: SIZE.small, color: GREY, heightMax: SIZE.small * 1.6 };
    this.text(organisation, { x: this.left, ...at }, style);
    this.text(title, { x: this.left + half, ...at }, { ...style, align: "right" });
    const below = MARGIN + 13;
    this.line(this.left, below, this.left + this.width, below);
    this.y = MARGIN + HEAD_HEIGHT;
  }

  #foot(page: number, count: number): void {
    const { number, language, madeMs, zone } = this.#report;
    const y = this.#bottom + 8;
    const made = momentText(madeMs, zone);
    const [said, of] = language === "zh"
      ? [`编号 ${number} · 生成于 ${made}`, `第 ${page} 页，共 ${count} 页`]
      : [`No. ${number} · made ${made}`, `Page ${page} of ${count}`];
    this.line(this.left, y, this.left + this.width, y);
    const style = { size: SIZE.small, color: GREY, heightMax: SIZE.small * 1.6 };
    const wide = this.width * 0.8;
    this.text(said, { x: this.left, y: y + 3, width: wide }, style);
    const right = { x: this.left + wide, y: y + 3, width: this.width - wide };
    this.text(of, right, { ...style, align: "right" });
  }
}

export interface TextStyle {
  readonly size?: number;
  readonly color?: string;
  readonly align?: "left" | "right" | "center";
  readonly heightMax?: number;
}
