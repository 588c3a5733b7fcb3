/** The result of a scenario as one HTML file that needs nothing else. */
import { quantile, type Slice, slicesOf, tookOf } from "./answers.ts";
import { type Chart, chartSvg, escaped } from "./chart.ts";
import { promisesOf } from "./promises.ts";
import { MIX } from "../gateway/demo/prescription_mix.ts";
import type { Promised, Report } from "./scenario.ts";

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b2430; background: #fff; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } td, th { padding: .3rem .6rem; text-align: left;
  border-bottom: 1px solid #d5dbe3; vertical-align: top; } td.n { text-align: right;
  font-variant-numeric: tabular-nums; }
.yes, .no, .missed { font-weight: 600; white-space: nowrap; }
.yes { color: #0a6b2d; } .no { color: #b00020; } .missed { color: #8a5a00; }
p.yes, p.no { white-space: normal; font-size: 1.1rem; } p { overflow-wrap: anywhere; }
td.n { overflow-wrap: anywhere; } .figures { max-width: 40rem; } h1 small { font-weight: 400; }
.chart { overflow-x: auto; } svg { width: 100%; min-width: 40rem; height: auto; margin: .6rem 0; } svg text { font-size: 11px; fill: #465261; }
svg .title { font-size: 13px; fill: #1b2430; font-weight: 600; } svg .grid { stroke: #e6eaef; }
svg line.mark { stroke: #6b2fa0; stroke-dasharray: 3 3; } svg text.mark { fill: #6b2fa0; }
svg .mark, svg .level { paint-order: stroke; } svg text.mark, svg text.level { stroke: #fff;
  stroke-width: 3px; }
svg line.level { stroke: #b7791f; stroke-dasharray: 6 3; } svg text.level { fill: #b7791f; }
`;

/** Names and values, in the order they are shown. */
export type Figures = readonly (readonly [name: string, value: string])[];

/** Figures of the answers and of both centres, as the page and the terminal show them. */
export function figuresOf(report: Report): Figures {
  const { answers, beganMs, counts, equalAfterSeconds, figures } = report;
  const took = tookOf(answers);
  const slices = slicesOf(answers, beganMs);
  const ms = (share: number) => `${quantile(took, share).toFixed(1)} ms`;
  const endMs = answers.reduce((most, { begunMs }) => Math.max(most, begunMs), beganMs);
  const seconds = Math.max(1, (endMs - beganMs) / 1000);
  const [a, b] = counts;
  return [
    ["prescriptions sent", String(answers.length)],
    ["a second, on average", (answers.length / seconds).toFixed(0)],
    ["a second, at most", Math.max(0, ...slices.map(({ rate }) => rate)).toFixed(0)],
    ["p50", ms(0.5)],
    ["p95", ms(0.95)],
    ["p99", ms(0.99)],
    ["p99.9", ms(0.999)],
    ["longest", `${(took.at(-1) ?? 0).toFixed(1)} ms`],
    ["answered after a retry", String(answers.filter(({ tries }) => tries > 1).length)],
    ["decided by a site alone", String(answers.filter(({ isDegraded }) => isDegraded).length)],
    ["keys at both centres, with the warm-up", `${a?.prescriptions} and ${b?.prescriptions}`],
    ["decided by two nodes", `${a?.second} and ${b?.second}`],
    ["both the same, after the last answer", `${equalAfterSeconds.toFixed(2)} s`],
    ...outcomesOf(report),
    ...figures,
  ];
}

function outcomesOf({ answers }: Report): Figures {
  const outcomes = new Map<string, number>();
  for (const { outcome } of answers) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const all = [...outcomes].sort(([, a], [, b]) => b - a);
  return [["outcomes", all.map(([outcome, count]) => `${outcome} ${count}`).join(", ")]];
}

export function pageOf(report: Report, machine: Figures): string {
  const { name, scenario: { title, what } } = report;
  const promises = promisesOf(report);
  const [kept, aims] = [promises.filter((one) => !one.isAim), promises.filter((one) => one.isAim)];
  const failed = kept.filter(({ holds }) => !holds).length;
  const verdict = failed === 0
    ? '<p class="yes">All promises hold.</p>'
    : `<p class="no">${failed} of ${kept.length} promises do not hold.</p>`;
  const aimed = aims.length === 0 ? "" : `<h2>Aims</h2>${promiseTable(aims)}`;
  const mix = Object.entries(MIX).map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>load:${escaped(name)}</title><style>${STYLE}</style></head><body>` +
    `<h1>${escaped(title)} <small>load:${escaped(name)}</small></h1>` +
    `<p>${escaped(what)} Three lines and 2 kB each; of twenty ${mix}. ` +
    `What warms up is in no figure but where it says so.</p>${verdict}` +
    `<h2>Promises</h2>${promiseTable(kept)}${aimed}<h2>While it ran</h2>` +
    chartsOf(report).map((one) => `<div class="chart">${chartSvg(one)}</div>`).join("") +
    `<h2>Figures</h2>${figureTable(figuresOf(report))}` +
    `<h2>Machine</h2>${figureTable(machine)}</body></html>\n`;
}

/** An aim depends on the machine: missed, it is no promise that is broken. */
function promiseTable(promises: readonly Promised[]): string {
  const rows = promises.map(({ what, found, holds, isAim }) => {
    const [tone, word] = holds
      ? ["yes", isAim ? "✓ reached" : "✓ holds"]
      : isAim
      ? ["missed", "○ missed"]
      : ["no", "✗ does not"];
    return `<tr><td class="${tone}">${word}</td><td>${escaped(what)}</td>` +
      `<td class="n">${escaped(found)}</td></tr>`;
  });
  return `<table>${rows.join("")}</table>`;
}

function figureTable(figures: Figures): string {
  const rows = figures.map(([name, value]) =>
    `<tr><td>${escaped(name)}</td><td class="n">${escaped(value)}</td></tr>`
  );
  return `<table class="figures">${rows.join("")}</table>`;
}

function chartsOf(report: Report): Chart[] {
  const { answers, beganMs, happenings, scenario: { aimP99Ms } } = report;
  const slices = slicesOf(answers, beganMs);
  const marks = happenings.map(({ atMs, what }) => ({ x: (atMs - beganMs) / 1000, text: what }));
  const line = (name: string, colour: string, of: (slice: Slice) => number) => ({
    name,
    colour,
    points: slices.map((slice) => [slice.fromSeconds, of(slice)] as const),
  });
  const latencies = [
    line("p50", "#2b6cb0", ({ p50 }) => p50),
    line("p99", "#c05621", ({ p99 }) => p99),
  ];
  const level = aimP99Ms === undefined
    ? {}
    : { level: { y: aimP99Ms, text: `aim for p99: ${aimP99Ms} ms` } };
  return [
    { title: "Until answered", unit: "ms", lines: latencies, marks, ...level },
    {
      title: "Longest answer",
      unit: "ms",
      lines: [line("longest", "#9b2c2c", ({ max }) => max)],
      marks,
    },
    {
      title: "Prescriptions",
      unit: "a second",
      lines: [
        line("sent", "#2f855a", ({ rate }) => rate),
        line("retried", "#9b2c2c", ({ retried }) => retried),
      ],
      marks,
    },
  ];
}
