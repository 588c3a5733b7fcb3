/** A unit's temperatures as a picture that needs no script: limits, alarms, and what is unknown. */
import { html } from "hono/html";
import type { Html } from "../../console/view.ts";
import { type Points, rangeOf, stretchesOf, timeMarks } from "../../report/curve_shape.ts";
import { DEFAULT_ZONE } from "../series/calendar.ts";

const [WIDTH, HEIGHT, LEFT, TOP, BELOW] = [360, 190, 34, 8, 20];
/** Times below a picture of this width that do not run into one another. */
const MARKS_MAX = 4;
/** Told apart by their dashes too: a nurse may not see colours. */
const LINES = [
  { color: "#2f7fd1", dash: "none" },
  { color: "#b07400", dash: "5 2" },
  { color: "#2e9d42", dash: "2 2" },
  { color: "#a04cc0", dash: "8 3" },
] as const;
const RED = "#d0342c";

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Curve extends Span {
  readonly title: string;
  readonly series: readonly { readonly name: string; readonly points: Points }[];
  readonly limits: readonly { readonly name: string; readonly value: number }[];
  readonly alarms: readonly Span[];
  readonly unknown: readonly Span[];
}

/** Milliseconds since 1970 UTC. Lines end where nothing is known: none is drawn over a gap. */
export function curvePicture(curve: Curve): Html {
  const { fromMs, toMs, title, series, limits, alarms, unknown } = curve;
  const [low, high, step] = rangeOf({ series, limits });
  const right = WIDTH - 4;
  const bottom = TOP + HEIGHT;
  const x = (ms: number) => LEFT + (ms - fromMs) / Math.max(1, toMs - fromMs) * (right - LEFT);
  const y = (value: number) => bottom - (value - low) / (high - low) * HEIGHT;
  const ground = (spans: readonly Span[], color: string, name: string) =>
    spans.flatMap((span) => {
      const [from, to] = [Math.max(span.fromMs, fromMs), Math.min(span.toMs, toMs)];
      if (to < from) return [];
      const width = Math.max(1, x(to) - x(from)).toFixed(1);
      return [html`
        <rect class="${name}" x="${x(from).toFixed(1)}" y="${TOP}" width="${width}"
          height="${HEIGHT}" fill="${color}" fill-opacity="0.2"></rect>
      `];
    });
  const rows = Array.from(
    { length: Math.round((high - low) / step) + 1 },
    (_, n) => low + n * step,
  );
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return html`
    <svg class="curve" viewBox="0 0 ${WIDTH} ${bottom + BELOW}" width="100%" role="img"
      aria-label="${title}">
      ${ground(unknown, "#808080", "unknown")}${ground(alarms, RED, "alarm")}
      ${rows.map((value) =>
        html`
          <line x1="${LEFT}" x2="${right}" y1="${y(value)}" y2="${y(value)}"
            stroke="currentColor" stroke-opacity="0.15"></line>
          <text x="${LEFT - 5}" y="${y(value) + 4}" font-size="11" text-anchor="end"
            fill="currentColor">${value.toFixed(digits)}</text>
        `
      )}
      ${timeMarks(curve, DEFAULT_ZONE, MARKS_MAX).map(({ ms, text }) =>
        html`
          <line x1="${x(ms)}" x2="${x(ms)}" y1="${bottom}" y2="${bottom + 4}"
            stroke="currentColor"></line>
          <text x="${Math.min(x(ms), right - 28)}" y="${bottom + 15}" font-size="10"
            text-anchor="middle" fill="currentColor">${text}</text>
        `
      )}
      ${limits.map(({ name, value }) =>
        html`
          <line class="limit" x1="${LEFT}" x2="${right}" y1="${y(value)}" y2="${y(value)}"
            stroke="${RED}" stroke-dasharray="4 3"></line>
          <text x="${right}" y="${y(value) - 3}" font-size="10" text-anchor="end"
            fill="${RED}">${name}</text>
        `
      )}
      ${series.map(({ points }, place) =>
        stretchesOf(points, x).map((stretch) => {
          const { color, dash } = LINES[place % LINES.length];
          const [[firstX, firstValue]] = stretch;
          // One value between two gaps is a dot.
          const drawn = stretch.length > 1 ? stretch : [...stretch, [firstX + 1, firstValue]];
          const at = drawn.map(([x, value]) => `${x.toFixed(1)},${y(value).toFixed(1)}`).join(" ");
          return html`
            <polyline fill="none" stroke="${color}" stroke-width="1.4"
              stroke-dasharray="${dash}" points="${at}"></polyline>
          `;
        })
      )}
    </svg>
    ${series.length < 2 ? "" : html`<p class="note">${
      series.map(({ name }, place) =>
        html`
          <svg width="26" height="8" aria-hidden="true">
            <line x1="0" x2="24" y1="4" y2="4"
              stroke="${LINES[place % LINES.length].color}" stroke-width="2"
              stroke-dasharray="${LINES[place % LINES.length].dash}"></line>
          </svg> ${name}
        `
      )
    }</p>`}
  `;
}

/** What is known of a time: lines that are cut where samples are too far apart, and those spans. */
export function withGaps(
  walls: readonly number[],
  points: Points,
  { fromMs, toMs }: Span,
  longestMs: number,
): { readonly points: Points; readonly unknown: readonly Span[] } {
  const times = [...walls].sort((one, other) => one - other);
  const edges = [fromMs, ...times, toMs];
  const unknown = edges.slice(1).flatMap((to, index): Span[] => {
    const from = edges[index];
    return to - from > longestMs ? [{ fromMs: from, toMs: to }] : [];
  });
  const cuts = unknown.map(({ fromMs }): readonly [number, null] => [fromMs + 1, null]);
  const cut = [...points, ...cuts].sort(([one], [other]) => one - other);
  return { points: cut, unknown };
}
