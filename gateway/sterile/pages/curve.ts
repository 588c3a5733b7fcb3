/** A cycle's curve as a picture that needs no script: temperature above, pressure below. */
import { html } from "hono/html";
import type { Html, View } from "../../console/view.ts";
import type { Sample } from "../sample.ts";
import { type Point, pressurePoints, temperaturePoints } from "./cycle_words.ts";
import { sterileTexts } from "./text.ts";

const [WIDTH, HEIGHT, LEFT, BELOW] = [360, 180, 38, 18];
/** As many places across as the picture has room for. */
const PLACES_MAX = 300;

/** Of each place the lowest and the highest, so that no dip is lost. */
export function thinned(points: readonly Point[], placesMax = PLACES_MAX): Point[] {
  if (points.length <= 2 * placesMax) return [...points];
  const size = Math.ceil(points.length / placesMax);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, place) => {
    const own = points.slice(place * size, (place + 1) * size);
    const seen = own.filter(([, value]) => value !== null);
    if (seen.length === 0) return [own[0]];
    const by = (one: Point, other: Point) => (one[1] ?? 0) - (other[1] ?? 0);
    const sorted = seen.toSorted(by);
    const both = [sorted[0], sorted[sorted.length - 1]].toSorted((a, b) => a[0] - b[0]);
    const gap = own.find(([, value]) => value === null);
    return gap === undefined ? both : [...both, gap];
  }).flat();
}

export function curvePicture(view: View, samples: readonly Sample[]): Html {
  const say = sterileTexts(view.language);
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample.temperaturesCel)))];
  return html`
    ${picture(
      `${say("curve")} °C`,
      names.map((name) => thinned(temperaturePoints(samples, name))),
    )}
    ${samples.some(({ pressureKPa }) => pressureKPa !== null)
      ? picture(`${say("pressure")} kPa`, [thinned(pressurePoints(samples))])
      : ""}
  `;
}

const COLORS = ["#0b57a4", "#8a5a00", "#2e7d32", "#6a1b9a"] as const;

function picture(title: string, series: readonly (readonly Point[])[]): Html {
  const all = series.flat();
  const values = all.flatMap(([, value]) => value ?? []);
  if (values.length === 0) return html``;
  const [low, high] = [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
  const [from, to] = [all[0][0], Math.max(all[0][0] + 1, ...all.map(([ms]) => ms))];
  const x = (ms: number) => LEFT + (ms - from) / (to - from) * (WIDTH - LEFT - 4);
  const room = Math.max(1, high - low);
  const y = (value: number) => 8 + (high - value) / room * (HEIGHT - 16);
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * room);
  const minutes = Math.round((to - from) / 60_000);
  return html`
    <div class="curve" role="group">
      <p class="note">${title}</p>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT + BELOW}" width="100%" role="img" aria-label="${title}">
        ${marks.map((mark) =>
          html`
            <line x1="${LEFT}" x2="${WIDTH - 4}" y1="${y(mark)}" y2="${y(mark)}"
              stroke="currentColor" stroke-opacity="0.15"></line>
            <text x="${LEFT - 6}"
              y="${y(mark) + 4}" font-size="12" text-anchor="end"
              fill="currentColor">${mark.toFixed(room < 10 ? 1 : 0)}</text>
          `
        )}
        ${series.map((points, at) =>
          runsOf(points).map((run) =>
            html`
              <polyline fill="none" stroke="${COLORS[at % COLORS.length]}" stroke-width="1.5"
                points="${run.map(([ms, value]) => `${x(ms).toFixed(1)},${y(value).toFixed(1)}`)
                  .join(" ")}"></polyline>
            `
          )
        )}
        <text x="${LEFT}" y="${HEIGHT + 14}" font-size="12" fill="currentColor">0 min</text>
        <text x="${WIDTH - 4}" y="${HEIGHT + 14}" font-size="12" text-anchor="end"
          fill="currentColor">${minutes} min</text>
      </svg>
    </div>
  `;
}

/** Where nothing is known there is no line. */
function runsOf(points: readonly Point[]): (readonly [ms: number, value: number])[][] {
  const runs: (readonly [number, number])[][] = [[]];
  for (const [ms, value] of points) {
    if (value === null) runs.push([]);
    else runs[runs.length - 1].push([ms, value]);
  }
  return runs.filter((run) => run.length > 1);
}
