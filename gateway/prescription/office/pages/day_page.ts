/** The page of a day's report. */
import { html } from "hono/html";
import { dataTable } from "../../../console/data_table.ts";
import { factRows, type Html, type View } from "../../../console/view.ts";
import { dayAfter } from "../../../china_calendar.ts";
import type { Counted, DayReport } from "../day_report.ts";
import type { MayGo } from "../office_reads.ts";
import { besides, officeFrame } from "./parts.ts";
import { type OfficeTextKey, officeTexts, wordText } from "./text.ts";

export function dayPage(
  view: View,
  day: string,
  report: DayReport,
  mayGo: readonly MayGo[],
): Html {
  const say = officeTexts(view.language);
  const earlier = [`/office/days/${dayAfter(day, -1)}`, "earlier"] as const;
  const later = [`/office/days/${dayAfter(day, 1)}`, "later"] as const;
  const { degraded, waits } = report;
  const main = html`
    ${besides(view, earlier, day, later)}
    <section class="panel">
      <h2>${say("waits")}</h2>
      <dl class="facts">${factRows([
        [say("verdicts"), report.verdicts],
        [say("decided"), waits.decided],
        [say("warned"), waits.warned],
        [say("escalated"), waits.escalated],
        [say("waiting"), waits.waiting],
        [say("waitingEscalated"), waits.waitingEscalated],
      ])}</dl>
    </section>
    <section class="panel"><h2>${say("passesByCode")}</h2>${dataTable(
      [
        { head: say("code") },
        { head: say("meaning") },
        { head: say("count"), number: true },
      ],
      report.passes.map(({ name, count }) => [
        html`<code>${name}</code>`,
        wordText(view.language, name),
        count,
      ]),
    )}</section>
    ${counts(view, "outcomes", report.outcomes, outcomeWord)}
    ${counts(view, "levels", report.levels, (name) => name === "none" ? "level-none" : name)}
    ${counts(view, "modes", report.modes, modeWord)}
    <section class="panel">
      <h2>${say("afterwards")}</h2>
      <dl class="facts">${factRows([
        [say("degraded"), degraded.all],
        [say("reviewed"), degraded.reviewed],
        [say("owed"), degraded.owed],
        [say("otherwise"), degraded.otherwise],
      ])}</dl>
    </section>
    ${siteTable(view, report)}
    ${mayGoTable(view, mayGo)}
  `;
  return officeFrame(view, "/office", main);
}

function outcomeWord(name: string): string {
  if (name === "pass") return "passes";
  return name === "notice" ? "outcome-notice" : name;
}

function modeWord(name: string): string {
  if (name === "degraded") return "mode-degraded";
  if (name === "after-split") return "mode-after-split";
  return name === "after-review" ? "reviewed" : name;
}

function counts(
  view: View,
  title: OfficeTextKey,
  all: readonly Counted[],
  wordOf: (name: string) => string,
): Html {
  const say = officeTexts(view.language);
  return html`<section class="panel"><h2>${say(title)}</h2>${
    all.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : html`<dl class="facts">${
        factRows(all.map(({ name, count }) => [wordText(view.language, wordOf(name)), count]))
      }</dl>`
  }</section>`;
}

function siteTable(view: View, { sites }: DayReport): Html {
  const say = officeTexts(view.language);
  const numbers = (["verdicts", "passes", "degraded", "intercepted"] as const)
    .map((key) => ({ head: say(key), number: true }));
  return html`<section class="panel"><h2>${say("sites")}</h2>${
    sites.length === 0 ? html`<p class="empty">${say("none")}</p>` : dataTable(
      [{ head: say("site") }, ...numbers],
      sites.map((one) => [
        ...[one.site, one.verdicts, one.passes, one.degraded, one.intercepted],
      ]),
    )
  }</section>`;
}

function mayGoTable(view: View, all: readonly MayGo[]): Html {
  const say = officeTexts(view.language);
  return html`
    <section class="panel"><h2>${say("mayGo")}</h2>
      <p class="note">${say("mayGoHint")}</p>${dataTable(
        [
          { head: say("mayGo") },
          { head: say("count"), number: true },
          { head: say("firstDay") },
          { head: say("lastDay") },
        ],
        all.map(({ years, count, firstDay, lastDay }) => [
          ...[say("keptYears", years), count, firstDay ?? "–", lastDay ?? "–"],
        ]),
      )}</section>
  `;
}
