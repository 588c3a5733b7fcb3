/** The page of a month's sample: what was drawn, how far the comments are. */
import { html } from "hono/html";
import { dataTable } from "../../../console/data_table.ts";
import { factRows, type Html, moment, type View } from "../../../console/view.ts";
import { monthAfter } from "../../../china_calendar.ts";
import type { Comment, Sample, SampleItem } from "../office_lists.ts";
import { action, besides, officeFrame } from "./parts.ts";
import { officeTexts } from "./text.ts";

export function samplePage(
  view: View,
  month: string,
  { drawn, items }: { readonly drawn: Sample | null; readonly items: readonly SampleItem[] },
  said?: string,
): Html {
  const say = officeTexts(view.language);
  const done = items.filter(({ comments }) => comments.length > 0).length;
  const main = html`
    ${besides(
      view,
      [`/office/samples/${monthAfter(month, -1)}`, "earlierMonth"],
      month,
      [`/office/samples/${monthAfter(month, 1)}`, "laterMonth"],
    )}
    <section class="panel"><h2>${say("sample")}</h2>${drawn === null
      ? notDrawn(view, month)
      : drawnFacts(view, drawn)}</section>
    <section class="panel"><h2>${say("toComment")}</h2>${items.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : html`<p class="note">${say("commented", done, items.length)}</p>${
        itemTable(view, month, items)
      }`}</section>
  `;
  return officeFrame(view, "/office/samples", main, said);
}

function notDrawn(view: View, month: string): Html {
  const say = officeTexts(view.language);
  return html`
    <p class="empty">${say("notDrawn")}</p>
    <p class="note">${say("drawHint")}</p>
    <form method="post" action="/office/samples/${month}/draw" class="form">
    ${action(view, "draw")}
    </form>
  `;
}

function drawnFacts(view: View, drawn: Sample): Html {
  const say = officeTexts(view.language);
  return html`<dl class="facts">${
    factRows([
      [say("population"), say("drawnOf", drawn.outpatients, drawn.discharges)],
      [say("drawnBy"), drawn.drawnBy],
      [say("drawnAt"), moment(view, new Date(drawn.drawnMs).toISOString())],
      [say("seed"), html`<code title="${drawn.seed}">${drawn.seed.slice(0, 12)}…</code>`],
    ])
  }</dl>`;
}

function itemTable(view: View, month: string, items: readonly SampleItem[]): Html {
  const say = officeTexts(view.language);
  return dataTable(
    (["prescription", "site", "source", "comments"] as const).map((key) => ({ head: say(key) })),
    items.map(({ site, number, from, comments }) => [
      html`<a href="${itemPath(month, site, number)}">${number}</a>`,
      site,
      say(from),
      comments.length === 0 ? "–" : commentText(view, comments[comments.length - 1]),
    ]),
  );
}

export function itemPath(month: string, site: string, number: string): string {
  return `/office/samples/${month}/${encodeURIComponent(site)}/${encodeURIComponent(number)}`;
}

/** `Unreasonable 1-10 2-7 · words · li`. */
export function commentText(view: View, { judgement, items, text, person }: Comment): string {
  const say = officeTexts(view.language);
  const word = say(judgement === "reasonable" ? "reasonable" : "unreasonable");
  return [[word, ...items].join(" "), text, person].filter((part) => part !== null).join(" · ");
}
