/** A table on pages: its head stands again on each. */
import type { Mark, TableBlock } from "./report.ts";
import { ALARM, type Box, GREY, INK, type Sheet, SIZE } from "./sheet.ts";

const PAD = 3;
const HEAD_COLOR = "#eeeeee";
const SIZE_CELL = 8;

export function drawTable(sheet: Sheet, { columns, rows, empty }: TableBlock): void {
  const whole = columns.reduce((sum, { width }) => sum + width, 0);
  const widths = columns.map(({ width }) => width / whole * sheet.width);
  const aligns = columns.map(({ align = "left" }) => align);
  const titles = columns.map(({ title }) => title);
  const headHeight = Math.min(heightOfRow(sheet, titles, widths), sheet.roomMax / 4);
  const shape = { widths, aligns, heightMax: sheet.roomMax - headHeight };
  const head = () => drawRow(sheet, titles, { ...shape, heightMax: headHeight }, { isHead: true });
  // A head without a row below it says nothing.
  sheet.need(headHeight + heightOfRow(sheet, rows.at(0)?.cells ?? [empty], widths));
  head();
  for (const { cells, mark } of rows) {
    const height = heightOfRow(sheet, cells, widths);
    if (sheet.need(Math.min(height, shape.heightMax))) head();
    drawRow(sheet, cells, shape, { ...(mark === undefined ? {} : { mark }) });
  }
  if (rows.length === 0) {
    const box: Box = { x: sheet.left + PAD, y: sheet.y + PAD, width: sheet.width - 2 * PAD };
    sheet.text(empty, box, { color: GREY, size: SIZE_CELL });
    sheet.y += SIZE_CELL * 1.5 + 2 * PAD;
  }
  sheet.y += SIZE.text;
}

interface Shape {
  readonly widths: readonly number[];
  readonly aligns: readonly ("left" | "right" | "center")[];
  /** What is higher is cut: no row goes over two pages. */
  readonly heightMax: number;
}

function heightOfRow(sheet: Sheet, cells: readonly string[], widths: readonly number[]): number {
  const heights = cells.map((cell, at) =>
    sheet.heightOf(cell, (widths[at] ?? sheet.width) - 2 * PAD, SIZE_CELL)
  );
  return Math.max(SIZE_CELL * 1.4, ...heights) + 2 * PAD;
}

function drawRow(
  sheet: Sheet,
  cells: readonly string[],
  { widths, aligns, heightMax }: Shape,
  { isHead = false, mark }: { readonly isHead?: boolean; readonly mark?: Mark },
): void {
  const height = Math.min(heightOfRow(sheet, cells, widths), heightMax);
  const { left: from, y } = sheet;
  if (isHead) sheet.pdf.rect(from, y, sheet.width, height).fill(HEAD_COLOR);
  const color = mark === "alarm" ? ALARM : INK;
  let x = from;
  for (const [at, width] of widths.entries()) {
    const box = { x: x + PAD, y: y + PAD, width: width - 2 * PAD };
    const style = { size: SIZE_CELL, color, align: aligns[at], heightMax: height - PAD };
    sheet.text(cells[at] ?? "", box, style);
    x += width;
  }
  sheet.y += height;
  sheet.line(from, sheet.y, from + sheet.width, sheet.y);
}
