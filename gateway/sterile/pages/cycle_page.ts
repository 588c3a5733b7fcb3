/** The page of one cycle: verdict, reasons, curve, tests. */
import { html } from "hono/html";
import { idField } from "../../console/form_parts.ts";
import { factRows, type Html, type View } from "../../console/view.ts";
import type { CycleView } from "../desk/views.ts";
import type { Sample } from "../sample.ts";
import { indicatorResult } from "../supply/indicator_result.ts";
import { curvePicture } from "./curve.ts";
import { reasonText } from "./cycle_words.ts";
import {
  action,
  at,
  choice,
  field,
  link,
  measured,
  paths,
  stateBadge,
  wordChoice,
} from "./parts.ts";
import { sterileTexts, wordText } from "./text.ts";

/** `samples`: of its curve, or of the rows that were printed; `title`: of its steriliser. */
export interface ShownCycle {
  readonly cycle: CycleView;
  readonly samples: readonly Sample[];
  readonly title: string;
  readonly acts: boolean;
}

export function cyclePage(view: View, { cycle, samples, title, acts }: ShownCycle): Html {
  const say = sterileTexts(view.language);
  const { line, record } = cycle;
  const reasons =
    cycle.judgements.findLast(({ verdict, load }) =>
      verdict === line.verdict && (verdict === "fail" || load === line.load)
    )?.reasons ?? [];
  const pdf = `/api/sterile/cycles/${encodeURIComponent(line.cycle)}/record?site=${line.site}` +
    `&language=${view.language}`;
  return html`
    <section class="panel ${line.verdict === "fail" ? "alert" : ""}">
      <div class="panel-head"><h2>${title}</h2>${stateBadge(view, line.verdict)}
        <a class="plain" href="${pdf}">${say("record")}</a></div>
      ${reasons.length === 0
        ? ""
        : html`<ul class="reason">${
          reasons.map((one) => html`<li>${reasonText(view.language, one)}</li>`)
        }</ul>`}
      <dl class="facts">${factRows([
        [say("site"), line.site],
        [say("started"), at(view, line.startedMs)],
        [say("ended"), line.endedMs === null ? say("notSeen") : at(view, line.endedMs)],
        [say("program"), line.program ?? "—"],
        [say("number"), line.number ?? "—"],
        [
          say("load"),
          line.load === null ? "—" : link(paths.load(line.site, line.load), line.load),
        ],
        [say("loadType"), line.loadType === null ? "—" : wordText(view.language, line.loadType)],
        [say("hold"), measured(line.holdSeconds, "s", 0)],
        [say("lowest"), measured(line.lowestCel, "°C")],
        [say("highest"), measured(line.highestCel, "°C")],
        [say("f0"), measured(line.f0Minutes, "min")],
        [say("offSaturation"), measured(line.offSaturationKelvin, "K")],
      ])}</dl>
    </section>
    <section class="panel"><h2>${say("curve")}</h2>${samples.length === 0
      ? html`<p class="empty">${say("curveMissing")}</p>`
      : curvePicture(view, samples)}</section>
    ${record?.seen.kind === "printed"
      ? html`
        <section class="panel">
          <h2>${say("printout")}</h2>
          <pre class="shown">${record.seen.lines.map(({ text }) => text).join("\n")}</pre>
        </section>
      `
      : ""}
    <section class="panel"><h2>${say("tests")}</h2>${testFacts(view, cycle)}
      ${acts ? testForms(view, cycle) : ""}</section>
  `;
}

function testFacts(view: View, { bowieDick, indicators }: CycleView): Html {
  const say = sterileTexts(view.language);
  const by = (person: { readonly id: string; readonly name?: string }) => person.name ?? person.id;
  const rows = [
    ...bowieDick.map((one): [string, Html] => [
      say("bowieDick"),
      html`${stateBadge(view, one.result)} ${by(one.by)}`,
    ]),
    ...indicators.map((one): [string, Html] => [
      one.indicator === "biological"
        ? say("biological")
        : `${say("chemical")} ${one.class} · ${say(one.place)}`,
      html`${stateBadge(view, indicatorResult(one))} ${by(one.by)}`,
    ]),
  ];
  return rows.length === 0
    ? html`<p class="empty">${say("none")}</p>`
    : html`<dl class="facts">${factRows(rows)}</dl>`;
}

function testForms(view: View, { line }: CycleView): Html {
  const say = sterileTexts(view.language);
  const path = paths.cycle(line.site, line.cycle);
  const result = wordChoice(view, "result", "result", ["pass", "fail"]);
  const form = (name: string, title: string, fields: Html) =>
    html`
      <h3>${title}</h3>
      <form method="post" action="${path}/${name}" class="form row">
            ${idField()}${fields}${action(view, "save")}</form>
    `;
  const classes = ["1", "2", "3", "4", "5", "6"].map((one): [string, string] => [one, one]);
  return html`
    ${line.load === null
      ? form("assign", say("assign"), field(view, { name: "load", label: "load" }))
      : ""}
    ${form("bowie-dick", say("bowieDick"), result)}
    ${form(
      "chemical",
      say("chemical"),
      html`${choice(view, "class", "class", classes)}
        ${wordChoice(view, "place", "place", ["outside", "inside", "pcd"])}
        ${field(view, { name: "pack", label: "pack", optional: true })}${result}`,
    )}
    ${form(
      "biological",
      say("biological"),
      html`${result}
        <label class="field"><span>${say("controlGrew")}</span>
          <input type="checkbox" name="controlGrew" value="yes" checked></label>
        ${field(view, { name: "batch", label: "batch", optional: true })}`,
    )}
  `;
}
