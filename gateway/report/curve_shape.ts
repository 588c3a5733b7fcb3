/** Where a curve's lines and marks are, in a report and on a page of the console alike. */
import { momentText } from "./moment_text.ts";
import type { CurveBlock } from "./report.ts";

export type Points = CurveBlock["series"][number]["points"];

const HOUR_MS = 3_600_000;
const STEPS_MS = [1 / 12, 1 / 6, 1 / 2, 1, 2, 3, 6, 12, 24, 48, 120, 240, 744, 2208, 8784].map((
  hours,
) => hours * HOUR_MS);

/** Lowest and highest of the frame, and the step between its marks. */
export function rangeOf(
  { series, limits }: Pick<CurveBlock, "series" | "limits">,
): [low: number, high: number, step: number] {
  let low = Infinity;
  let high = -Infinity;
  const take = (value: number) => {
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { points } of series) for (const [, value] of points) if (value !== null) take(value);
  for (const { value } of limits) take(value);
  if (low > high) return [0, 10, 2];
  const room = Math.max(1, high - low);
  const rough = room / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  return [
    Math.floor((low - room / 20) / step) * step,
    Math.ceil((high + room / 20) / step) * step,
    step,
  ];
}

/** At most `marksMax` round times of the zone's clock, as `11-29`, or `11-29 09:30`. */
export function timeMarks(
  { fromMs, toMs }: Pick<CurveBlock, "fromMs" | "toMs">,
  zone: string,
  marksMax: number,
): { readonly ms: number; readonly text: string }[] {
  const stepMs = STEPS_MS.find((step) => (toMs - fromMs) / step <= marksMax) ??
    STEPS_MS[STEPS_MS.length - 1];
  const offsetMs = offsetOf(fromMs, zone);
  const length = stepMs >= 24 * HOUR_MS ? "11-29".length : "11-29 09:30".length;
  const marks = [];
  for (
    let ms = Math.ceil((fromMs + offsetMs) / stepMs) * stepMs - offsetMs;
    ms <= toMs;
    ms += stepMs
  ) {
    marks.push({ ms, text: momentText(ms, zone).slice(5, 5 + length) });
  }
  return marks;
}

/** From UTC, at a moment. */
function offsetOf(ms: number, zone: string): number {
  const shown = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(ms);
  return Date.parse(`${shown.replace(" ", "T")}Z`) - Math.floor(ms / 1000) * 1000;
}

/**
 * Lines without a gap, of at most four values for each half point of the page: the first, lowest,
 * highest and last there, so that a short excursion in a long time is seen.
 */
export function stretchesOf(points: Points, x: (ms: number) => number): [number, number][][] {
  const stretches: [number, number][][] = [];
  let stretch: [number, number][] = [];
  let place: { at: number; first: number; low: number; high: number; last: number } | null = null;
  const flush = () => {
    if (place === null) return;
    const { at, first, low, high, last } = place;
    const values = [first, low, high, last].filter((value, n, all) =>
      n === 0 || value !== all[n - 1]
    );
    stretch.push(...values.map((value): [number, number] => [at / 2, value]));
    place = null;
  };
  for (const [ms, value] of points) {
    if (value === null) {
      flush();
      if (stretch.length > 0) stretches.push(stretch);
      stretch = [];
      continue;
    }
    const at = Math.round(x(ms) * 2);
    if (place === null || place.at !== at) {
      flush();
      place = { at, first: value, low: value, high: value, last: value };
    } else {
      place.low = Math.min(place.low, value);
      place.high = Math.max(place.high, value);
      place.last = value;
    }
  }
  flush();
  if (stretch.length > 0) stretches.push(stretch);
  return stretches;
}
