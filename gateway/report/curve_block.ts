/** A curve on a page: no value is left out that is the highest or lowest of its place. */
import { type Points, rangeOf, stretchesOf, timeMarks } from "./curve_shape.ts";
import type { CurveBlock } from "./report.ts";
import { ALARM, GREY, INK, RULE, type Sheet, SIZE } from "./sheet.ts";

const HEIGHT = 190;
const LEFT = 34;
const BELOW = 16;
const MARKS_MAX = 10;

/** Told apart by their dashes too: a report is copied in black and white. */
const LINES = [
  { color: "#0b57a4", dash: null },
  { color: "#8a5a00", dash: 4 },
  { color: "#2e7d32", dash: 2 },
  { color: "#6a1b9a", dash: 7 },
] as const;

interface Frame {
  readonly x: (ms: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function drawCurve(sheet: Sheet, block: CurveBlock, zone: string): void {
  const legend = SIZE.small * 1.8;
  sheet.need(SIZE.heading * 2 + HEIGHT + BELOW + legend);
  const title = `${block.title} (${block.unit})`;
  sheet.text(title, { x: sheet.left, y: sheet.y, width: sheet.width }, { heightMax: 13 });
  const top = sheet.y + 16;
  const [low, high, step] = rangeOf(block);
  const [left, right, bottom] = [sheet.left + LEFT, sheet.left + sheet.width, top + HEIGHT];
  const span = Math.max(1, block.toMs - block.fromMs);
  const frame: Frame = {
    ...{ left, right, top, bottom },
    x: (ms) => left + (ms - block.fromMs) / span * (right - left),
    y: (value) => bottom - (value - low) / (high - low) * (bottom - top),
  };
  drawSpans(sheet, block, frame);
  drawValueMarks(sheet, frame, low, high, step);
  drawTimeMarks(sheet, frame, block, zone);
  drawLimits(sheet, block, frame);
  for (const [at, { points }] of block.series.entries()) drawSeries(sheet, points, frame, at);
  sheet.pdf.undash().lineWidth(0.7).strokeColor(GREY)
    .rect(left, top, right - left, bottom - top).stroke();
  sheet.y = bottom + BELOW;
  drawLegend(sheet, block);
  sheet.y += legend + SIZE.text;
}

function drawSpans(sheet: Sheet, { spans, fromMs, toMs }: CurveBlock, frame: Frame): void {
  for (const span of spans) {
    const [from, to] = [Math.max(span.fromMs, fromMs), Math.min(span.toMs, toMs)];
    if (to < from) continue;
    const width = Math.max(0.8, frame.x(to) - frame.x(from));
    sheet.pdf.rect(frame.x(from), frame.top, width, frame.bottom - frame.top).fill("#f6d9d9");
  }
}

function drawValueMarks(sheet: Sheet, frame: Frame, low: number, high: number, step: number): void {
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  for (let n = 0; low + n * step <= high + step / 2; n++) {
    const value = low + n * step;
    const y = frame.y(value);
    sheet.pdf.undash();
    sheet.line(frame.left, y, frame.right, y, RULE, 0.3);
    const box = { x: sheet.left, y: y - SIZE.small * 0.7, width: LEFT - 4 };
    sheet.text(value.toFixed(digits), box, { size: SIZE.small, color: GREY, align: "right" });
  }
}

function drawTimeMarks(sheet: Sheet, frame: Frame, block: CurveBlock, zone: string) {
  for (const { ms, text } of timeMarks(block, zone, MARKS_MAX)) {
    const x = frame.x(ms);
    sheet.line(x, frame.bottom, x, frame.bottom + 3, GREY);
    const box = { x: x - 30, y: frame.bottom + 4, width: 60 };
    sheet.text(text, box, { size: SIZE.small - 1, color: GREY, align: "center" });
  }
}

function drawLimits(sheet: Sheet, { limits }: CurveBlock, frame: Frame): void {
  for (const { name, value } of limits) {
    const y = frame.y(value);
    sheet.pdf.dash(3, { space: 2 });
    sheet.line(frame.left, y, frame.right, y, ALARM, 0.7);
    sheet.pdf.undash();
    const box = { x: frame.right - 130, y: y - SIZE.small - 2, width: 127 };
    sheet.text(name, box, { size: SIZE.small - 1, color: ALARM, align: "right", heightMax: 9 });
  }
}

function drawSeries(sheet: Sheet, points: Points, frame: Frame, at: number): void {
  const { color, dash } = LINES[at % LINES.length];
  const { pdf } = sheet;
  if (dash === null) pdf.undash();
  else pdf.dash(dash, { space: dash / 2 });
  pdf.save();
  pdf.rect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top).clip();
  pdf.lineWidth(0.9).lineCap("round").lineJoin("round").strokeColor(color);
  for (const stretch of stretchesOf(points, frame.x)) {
    const [[x, value], ...rest] = stretch;
    pdf.moveTo(x, frame.y(value));
    // One value between two gaps is a dot.
    if (rest.length === 0) pdf.lineTo(x + 0.1, frame.y(value));
    for (const [x, value] of rest) pdf.lineTo(x, frame.y(value));
  }
  pdf.stroke().restore();
  pdf.undash();
}

function drawLegend(sheet: Sheet, { series }: CurveBlock): void {
  const width = sheet.width / Math.max(1, series.length);
  for (const [at, { name }] of series.entries()) {
    const { color, dash } = LINES[at % LINES.length];
    const x = sheet.left + LEFT + at * width;
    if (dash !== null) sheet.pdf.dash(dash, { space: dash / 2 });
    sheet.line(x, sheet.y + 6, x + 18, sheet.y + 6, color, 1.2);
    sheet.pdf.undash();
    const box = { x: x + 22, y: sheet.y, width: width - LEFT - 22 };
    sheet.text(name, box, { size: SIZE.small, color: INK, heightMax: 10 });
  }
}
