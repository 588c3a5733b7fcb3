/** Lines over time as SVG, with no script and nothing from elsewhere. */

export interface Line {
  readonly name: string;
  readonly colour: string;
  /** `[seconds, value]`, by time. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  /** Moments that are marked, in seconds. */
  readonly marks: readonly { readonly x: number; readonly text: string }[];
  /** A value that is marked across, such as an aim. */
  readonly level?: { readonly y: number; readonly text: string };
}

const SIZE = { width: 900, height: 260, left: 64, right: 16, top: 34, bottom: 34 };
const TICKS = 5;
/** Words of happenings that are near each other stand in so many rows. */
const MARK_ROWS = 3;
/** A letter of them is so wide at most. */
const LETTER = 7;
/** Seconds from one mark of the axis to the next; the last for whatever is longer. */
const STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1200, 3600];

export function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
  return text.replace(/[&<>"]/g, (one) => `&${names[one]};`);
}

/** The next round number: 1, 2 or 5 by a power of ten. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

function label(value: number): string {
  return value >= 10 ? value.toFixed(0) : String(Number(value.toFixed(2)));
}

export function chartSvg({ title, unit, lines, marks, level }: Chart): string {
  const { width, height, left, right, top, bottom } = SIZE;
  const all = lines.flatMap(({ points }) => points);
  const xMax = Math.max(1, ...all.map(([x]) => x), ...marks.map(({ x }) => x));
  const yMax = roundedUp(Math.max(...all.map(([, y]) => y), level?.y ?? 0, 1));
  const x = (at: number) => left + Math.max(0, at) / xMax * (width - left - right);
  const y = (at: number) => height - bottom - at / yMax * (height - top - bottom);
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => index / TICKS);
  const grid = ticks.map((share) => {
    const across = y(share * yMax);
    return `<line class="grid" x1="${left}" x2="${width - right}" y1="${across}" y2="${across}"/>` +
      `<text x="${left - 6}" y="${across + 4}" text-anchor="end">${label(share * yMax)}</text>`;
  });
  const step = STEPS.find((one) => xMax / one <= TICKS + 1) ?? Math.ceil(xMax / TICKS);
  const seconds = Array.from({ length: Math.floor(xMax / step) + 1 }, (_, index) => index * step);
  const axis = seconds.map((at) =>
    `<text x="${x(at)}" y="${height - bottom + 18}" text-anchor="middle">${at} s</text>`
  );
  const drawn = lines.map(({ colour, points }) => {
    const path = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(" ");
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${path}"/>`;
  });
  const marked = marks.map(({ x: at, text }, index) => {
    // Words that would run out of the picture stand before their moment.
    const isLate = x(at) + 4 + text.length * LETTER > width - right;
    const [from, anchor] = isLate ? [x(at) - 4, "end"] : [x(at) + 4, "start"];
    const down = top + 10 + index % MARK_ROWS * 13;
    return `<line class="mark" x1="${x(at)}" x2="${x(at)}" y1="${top}" y2="${height - bottom}"/>` +
      `<text class="mark" x="${from}" y="${down}" text-anchor="${anchor}">${escaped(text)}</text>`;
  });
  const across = level === undefined ? "" : `<line class="level" x1="${left}" ` +
    `x2="${width - right}" y1="${y(level.y)}" y2="${y(level.y)}"/><text class="level" ` +
    `x="${width - right}" y="${y(level.y) - 4}" text-anchor="end">${escaped(level.text)}</text>`;
  const legend = lines.map(({ name, colour }, index) =>
    `<text x="${left + 190 + index * 110}" y="18" style="fill:${colour}">■ ${escaped(name)}</text>`
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">` +
    `<text x="${left}" y="18" class="title">${escaped(title)} (${escaped(unit)})</text>` +
    [...legend, ...grid, ...axis, ...drawn, across, ...marked].join("") + "</svg>";
}
