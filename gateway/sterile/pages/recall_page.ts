/** Pages of recalls: which packs have to come back, where they are, on whom they were used. */
import { html } from "hono/html";
import { idField } from "../../console/form_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import { badge, factRows, type Html, type View } from "../../console/view.ts";
import type { RecalledLine, RecallView } from "../desk/views.ts";
import { action, at, link, paths, wordChoice } from "./parts.ts";
import { sterileTexts, wordText } from "./text.ts";

export function recallsPage(view: View, recalls: readonly RecallView[]): Html {
  const say = sterileTexts(view.language);
  return html`
    <section class="panel"><h2>${say("recalls")}</h2>${recalls.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : dataTable(
        [
          { head: say("since") },
          { head: say("cause") },
          { head: say("site") },
          { head: say("steriliser") },
          { head: say("packs"), number: true },
          { head: say("openPacks"), number: true },
        ],
        recalls.map((one) => [
          html`<a href="${paths.recall(one.site, one.recall)}">${at(view, one.foundMs)}</a>`,
          wordText(view.language, one.cause),
          one.site,
          one.steriliser,
          one.packs.length,
          one.openPacks,
        ]),
      )}</section>
  `;
}

export function recallPage(view: View, recall: RecallView, acts: boolean): Html {
  const say = sterileTexts(view.language);
  return html`
    <section class="panel ${recall.openPacks > 0 ? "alert" : ""}">
      <h2>${say("recall")}: ${wordText(view.language, recall.cause)}</h2>
      <dl class="facts">${factRows([
        [say("site"), recall.site],
        ...recall.supplier === null
          ? []
          : [[say("calledBackBy"), recall.supplier] satisfies [string, string]],
        [say("steriliser"), recall.steriliser],
        [say("since"), at(view, recall.foundMs)],
        [say("packs"), recall.packs.length],
        [say("openPacks"), recall.openPacks],
      ])}</dl>
    </section>
    <section class="panel"><h2>${say("packs")}</h2>${dataTable(
      [
        { head: say("pack") },
        { head: say("site") },
        { head: say("title") },
        { head: say("where") },
        { head: say("patient") },
        { head: say("outcome") },
      ],
      recall.packs.map((line) => [
        link(paths.pack(line.site, line.pack), line.pack),
        line.site,
        html`${line.title ?? ""} ${line.implant ? badge("warn", say("implant")) : ""}`,
        html`${badge(toneOf(line), wordText(view.language, line.state))} ${
          wordText(
            view.language,
            line.place ?? "",
          )
        }`,
        line.patients.join(", ") || "—",
        acts && line.state !== "back" ? backForm(view, recall, line) : "",
      ]),
    )}</section>
  `;
}

function toneOf({ state }: RecalledLine): "bad" | "warn" | "good" {
  return state === "used" ? "bad" : state === "back" ? "good" : "warn";
}

function backForm(view: View, { site, recall }: RecallView, { pack }: RecalledLine): Html {
  return html`<form method="post" action="${paths.recall(site, recall)}/back" class="form row">
    ${idField()}<input type="hidden" name="pack" value="${pack}">
    ${wordChoice(view, "outcome", "outcome", ["returned", "destroyed", "not-found"])}
    ${action(view, "save")}</form>`;
}
