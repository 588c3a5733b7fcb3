/** A report as PDF, with its font inside. */
import { drawCurve } from "./curve_block.ts";
import {
  type Block,
  checkSize,
  type FactsBlock,
  type Report,
  type SignaturesBlock,
} from "./report.ts";
import { momentText } from "./moment_text.ts";
import type { ReportFont } from "./report_font.ts";
import { ALARM, GREY, INK, Sheet, SIZE } from "./sheet.ts";
import { drawTable } from "./table_block.ts";

/**
 * The same report gives the same bytes. Works for a second and more where rows are many: parts of
 * a node ask for it by `printing.ts`. Throws `ReportTooLarge`.
 */
export async function pdfOf(report: Report, font: ReportFont): Promise<Uint8Array<ArrayBuffer>> {
  checkSize(report);
  const sheet = new Sheet(report, font);
  drawTitle(sheet, report);
  for (const block of report.blocks) drawBlock(sheet, block, report);
  return await sheet.end();
}

function drawTitle(sheet: Sheet, { title, subtitle }: Report): void {
  const at = () => ({ x: sheet.left, y: sheet.y, width: sheet.width });
  sheet.text(title, at(), { size: SIZE.title, align: "center" });
  sheet.y += sheet.heightOf(title, sheet.width, SIZE.title) + 4;
  if (subtitle !== "") {
    sheet.text(subtitle, at(), { color: GREY, align: "center" });
    sheet.y += sheet.heightOf(subtitle, sheet.width);
  }
  sheet.y += SIZE.text;
}

function drawBlock(sheet: Sheet, block: Block, report: Report): void {
  switch (block.kind) {
    case "heading": {
      // Not alone at the foot of a page.
      sheet.need(SIZE.heading * 5);
      const at = { x: sheet.left, y: sheet.y, width: sheet.width };
      sheet.text(block.text, at, { size: SIZE.heading });
      sheet.y += sheet.heightOf(block.text, sheet.width, SIZE.heading) + 4;
      return;
    }
    case "words": {
      const height = sheet.heightOf(block.text, sheet.width);
      sheet.need(height);
      const at = { x: sheet.left, y: sheet.y, width: sheet.width };
      const color = block.mark === "alarm" ? ALARM : INK;
      sheet.text(block.text, at, { color, heightMax: sheet.roomMax });
      sheet.y += Math.min(height, sheet.roomMax) + SIZE.text;
      return;
    }
    case "facts":
      return drawFacts(sheet, block);
    case "table":
      return drawTable(sheet, block);
    case "curve":
      return drawCurve(sheet, block, report.zone);
    case "signatures":
      return drawSignatures(sheet, block, report);
  }
}

const LABEL_SHARE = 0.36;

function drawFacts(sheet: Sheet, { rows }: FactsBlock): void {
  const half = sheet.width / 2;
  const [label, value] = [half * LABEL_SHARE, half * (1 - LABEL_SHARE) - 10];
  for (let at = 0; at < rows.length; at += 2) {
    const pair = rows.slice(at, at + 2);
    const height = Math.max(
      ...pair.map(([name, said]) =>
        Math.max(sheet.heightOf(name, label - 4), sheet.heightOf(said, value))
      ),
    ) + 3;
    sheet.need(height);
    for (const [column, [name, said]] of pair.entries()) {
      const x = sheet.left + column * half;
      const style = { heightMax: sheet.roomMax };
      sheet.text(name, { x, y: sheet.y, width: label - 4 }, { ...style, color: GREY });
      sheet.text(said, { x: x + label, y: sheet.y, width: value }, style);
    }
    sheet.y += Math.min(height, sheet.roomMax);
  }
  sheet.y += SIZE.text;
}

const SIGNATURE_HEIGHT = 30;

function drawSignatures(sheet: Sheet, { lines }: SignaturesBlock, report: Report): void {
  const isChinese = report.language === "zh";
  for (const { label, confirmed } of lines) {
    sheet.need(SIGNATURE_HEIGHT);
    const y = sheet.y + SIGNATURE_HEIGHT - SIZE.text - 6;
    const name = sheet.width * 0.25;
    const when = sheet.width * 0.62;
    const color = GREY;
    sheet.text(label, { x: sheet.left, y, width: name - 6 }, { color, heightMax: 24 });
    const said = isChinese ? "日期" : "Date";
    sheet.text(said, { x: sheet.left + when, y, width: 34 }, { color });
    const below = y + SIZE.text + 4;
    sheet.line(sheet.left + name, below, sheet.left + when - 10, below, INK);
    sheet.line(sheet.left + when + 34, below, sheet.left + sheet.width, below, INK);
    if (confirmed !== null) {
      const mark = isChinese ? "（本人凭据确认）" : " (by own credential)";
      const at = { x: sheet.left + name + 2, y, width: when - name - 12 };
      sheet.text(confirmed.name + mark, at, { heightMax: 12 });
      const moment = momentText(confirmed.ms, report.zone);
      sheet.text(moment, { x: sheet.left + when + 36, y, width: sheet.width - when - 36 });
    }
    sheet.y += SIGNATURE_HEIGHT;
  }
  sheet.y += SIZE.text;
}
