/** Closed outlines, filled: dots whose centre is inside, as fonts mean it (non-zero winding). */
import type { Bitmap } from "./bitmap.ts";

export type Point = readonly [x: number, y: number];

/** From one point straight to another. */
export type Edge = readonly [from: Point, to: Point];

/** Of a font's outline: `args` are the coordinates of its points, pair by pair. */
export interface OutlineCommand {
  readonly command: string;
  readonly args: readonly number[];
}

/** Straight lines that a curve becomes: enough at the size of a label. */
const CURVE_STEPS = 6;

/** The edges of outlines, each closed; `at` puts a point of the outline where it is drawn. */
export function edgesOf(
  commands: readonly OutlineCommand[],
  at: (x: number, y: number) => Point,
): Edge[] {
  const edges: Edge[] = [];
  let start: Point = at(0, 0);
  let pen = start;
  const lineTo = (to: Point) => {
    edges.push([pen, to]);
    pen = to;
  };
  for (const { command, args } of commands) {
    const points = pairs(args).map(([x, y]) => at(x, y));
    const last = points.at(-1);
    if (command === "closePath" || last === undefined) {
      lineTo(start);
    } else if (command === "moveTo") {
      start = last;
      pen = last;
    } else {
      const control = [pen, ...points];
      for (let step = 1; step <= CURVE_STEPS; step++) {
        if (points.length > 1) lineTo(onCurve(control, step / CURVE_STEPS));
      }
      if (points.length === 1) lineTo(last);
    }
  }
  return edges;
}

function pairs(args: readonly number[]): Point[] {
  return Array.from({ length: Math.floor(args.length / 2) }, (_, index): Point => [
    args[index * 2],
    args[index * 2 + 1],
  ]);
}

/** De Casteljau: a Bézier curve of any degree at this share of its way. */
function onCurve(points: readonly Point[], share: number): Point {
  if (points.length === 1) return points[0];
  const between = points.slice(1).map((to, index): Point => {
    const from = points[index];
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  });
  return onCurve(between, share);
}

/** Row by row: where the outline is crossed, and how often it winds around what lies between. */
export function filled(edges: readonly Edge[], width: number, height: number): Bitmap {
  const dots = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let winding = 0;
    const crossings = crossingsAt(edges, y + 0.5);
    for (const [index, { x, turn }] of crossings.entries()) {
      winding += turn;
      const next = crossings.at(index + 1);
      if (winding === 0 || next === undefined) continue;
      const from = Math.max(0, Math.ceil(x - 0.5));
      const to = Math.min(width, Math.ceil(next.x - 0.5));
      if (to > from) dots.fill(1, y * width + from, y * width + to);
    }
  }
  return { width, height, dots };
}

function crossingsAt(edges: readonly Edge[], y: number): { x: number; turn: 1 | -1 }[] {
  return edges.flatMap(([[x1, y1], [x2, y2]]) => {
    if ((y1 <= y) === (y2 <= y)) return [];
    const x = x1 + (x2 - x1) * (y - y1) / (y2 - y1);
    const turn: 1 | -1 = y2 > y1 ? 1 : -1;
    return [{ x, turn }];
  }).sort((one, other) => one.x - other.x);
}
