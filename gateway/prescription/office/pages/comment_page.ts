/**
 * The page on which one prescription of a month's sample is commented on. Nobody's name is on it:
 * a comment is about the prescription.
 */
import { html } from "hono/html";
import { dataTable } from "../../../console/data_table.ts";
import { factRows, type Html, type View } from "../../../console/view.ts";
import type { LifeEvent } from "../../life/event.ts";
import { ofKind } from "../../life/told.ts";
import type { Prescription } from "../../prescription.ts";
import type { Finding } from "../../verdict.ts";
import { COMMENT_CODES, COMMENT_ITEMS } from "../comment_items.ts";
import type { SampleItem } from "../office_lists.ts";
import { action, field, officeFrame } from "./parts.ts";
import { commentText, itemPath } from "./sample_page.ts";
import { officeTexts, wordText } from "./text.ts";

interface Shown {
  readonly month: string;
  readonly item: SampleItem;
  /** All that is known of it. */
  readonly events: readonly LifeEvent[];
}

export function commentPage(view: View, { month, item, events }: Shown, said?: string): Html {
  const say = officeTexts(view.language);
  const { site, number, comments } = item;
  const content = latest(events);
  const findings = content === null ? [] : findingsOf(events, content.version);
  const main = html`
    <p><a class="plain" href="/office/samples/${month}">← ${say("sample")} ${month}</a></p>
    <section class="panel"><h2>${site} · ${number}</h2>${content === null
      ? html`<p class="empty">${say("gone")}</p>`
      : contentPart(view, content)}</section>
    <section class="panel"><h2>${say("findings")}</h2>${findings.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : html`<ul class="reason">${
        findings.map(({ level, text, comment }) =>
          html`<li>${wordText(view.language, level)}: ${text[view.language]}${
            comment === undefined ? "" : ` (${comment})`
          }</li>`
        )
      }</ul>`}</section>
    ${comments.length === 0 ? "" : html`
      <section class="panel">
        <h2>${say("comments")}</h2>
        <ul class="reason">${comments.map((one) => html`<li>${commentText(view, one)}</li>`)}</ul>
      </section>
    `}
    ${form(view, itemPath(month, site, number), findings)}
  `;
  return officeFrame(view, "/office/samples", main, said);
}

function latest(events: readonly LifeEvent[]): Prescription | null {
  const all = ofKind(events, "prescription").map(({ body }) => body.prescription);
  return all.toSorted((a, b) => b.version - a.version)[0] ?? null;
}

/** Of its rules' verdicts, each once. */
function findingsOf(events: readonly LifeEvent[], version: number): Finding[] {
  const all = ofKind(events, "verdict").filter(({ body }) => body.version === version)
    .flatMap(({ body }) => body.findings);
  return [...new Map(all.map((one) => [`${one.rule} ${one.lines.join()}`, one])).values()];
}

function contentPart(view: View, { setting, diagnoses, lines }: Prescription): Html {
  const say = officeTexts(view.language);
  const heads = ["drug", "dose", "route", "frequency", "days", "quantity"] as const;
  return html`
    <dl class="facts">${factRows([
      [say("setting"), wordText(view.language, setting)],
      [say("diagnoses"), diagnoses.map(({ text, code }) => text ?? code).join("、") || "–"],
    ])}</dl>${dataTable(
      heads.map((key) => ({ head: say(key) })),
      lines.map(({ drug, dose, route, frequency, days, quantity }) => [
        drug.text ?? drug.code,
        `${dose.value} ${dose.unit}`,
        route.text ?? route.code,
        frequency.text ?? frequency.code,
        days,
        `${quantity.value} ${quantity.unit}`,
      ]),
    )}
  `;
}

/** What rules found is ticked. */
function form(view: View, path: string, findings: readonly Finding[]): Html {
  const say = officeTexts(view.language);
  const found = new Set(findings.map(({ comment }) => comment));
  const box = (code: (typeof COMMENT_CODES)[number]) =>
    html`<label><input type="checkbox" name="item" value="${code}" ${
      found.has(code) ? "checked" : ""
    }> <span>${code} ${COMMENT_ITEMS[code][view.language]}</span></label>`;
  const choice = (value: "reasonable" | "unreasonable", checked: boolean) =>
    html`<label><input type="radio" name="judgement" value="${value}" required ${
      checked ? "checked" : ""
    }> <span>${say(value)}</span></label>`;
  return html`
    <section class="panel">
      <h2>${say("comment")}</h2>
      <form method="post" action="${path}/comment" class="form row">
      <fieldset><legend>${say("comment")}</legend><div class="boxes">${choice(
        "reasonable",
        false,
      )}${choice("unreasonable", [...found].some((code) => code !== undefined))}</div></fieldset>
      <fieldset class="whole"><legend>${say("items")}</legend>
        <small>${say("itemsHint")}</small>
        <div class="boxes">${COMMENT_CODES.map(box)}</div></fieldset>
      ${field(view, { name: "text", label: "text", optional: true })}
      ${action(view, "save")}
      </form>
    </section>
  `;
}
