/** The lines as the HIS sent them, and what they come to in base units. */
import { html } from "hono/html";
import { type Column, dataTable } from "../../console/data_table.ts";
import { badge, type Html, type View } from "../../console/view.ts";
import type { IngredientFacts, LineFacts } from "../facts.ts";
import type { ReviewedFacts } from "../pack/facts_form.ts";
import type { Prescription, PrescriptionLine } from "../prescription.ts";
import type { Shown } from "../review/shown.ts";
import { baseText, codedText, decimalText, wholeText } from "./amount_text.ts";
import { named, type Say, sayIn } from "./text.ts";

export function linesPart(view: View, sent: Prescription, { facts, marks }: Shown): Html {
  const say = sayIn(view.language);
  const columns: Column[] = [
    { head: say("drug") },
    { head: say("dose") },
    { head: say("route") },
    { head: say("frequency") },
    { head: say("days") },
    { head: say("quantity") },
    { head: say("base") },
  ];
  const rows = sent.lines.map((line, index) => {
    const seen = facts?.lines.find((one) => one.line === index + 1) ?? null;
    return lineRow(say, line, index + 1, seen);
  });
  const doses = sent.doses === undefined ? "" : html`
    <small>${say("dosesOf", sent.doses)}</small>
  `;
  return html`
    <section class="panel bench-after" aria-labelledby="bench-lines">
      <h2 id="bench-lines">${say("lines")}${doses}</h2>
      ${dataTable(columns, rows)}
      ${reasons(say, sent)}
      ${marked(say, marks)}
      ${unknowns(view, say, facts)}
    </section>
  `;
}

function lineRow(
  say: Say,
  line: PrescriptionLine,
  number: number,
  seen: LineFacts | null,
): (Html | string)[] {
  const { drug, dose, route, frequency, days, quantity, group, preparation } = line;
  const { code, text } = drug;
  const times = seen?.frequency ?? null;
  const often = times === null
    ? ""
    : html`<br><small>${say("timesIn", times.times)} / ${say("inDays", times.days)}</small>`;
  const lasts = seen?.supplyMilliDays ?? null;
  return [
    html`<strong>${number}. ${text ?? code}</strong> ${
      group === undefined ? "" : badge("idle", say("infusion", group))
    }<br><small>${code}${
      seen?.drug === null || seen === null ? "" : html`
        → ${seen.drug}
      `
    }${
      preparation === undefined ? "" : html`
        · ${preparation}
      `
    }</small>`,
    `${dose.value} ${dose.unit}`,
    codedText(route),
    html`${codedText(frequency)}${often}`,
    String(days),
    html`${quantity.value} ${quantity.unit}${
      lasts === null ? "" : html`<br><small>${say("lasts", decimalText(lasts, 1000))}</small>`
    }`,
    ingredientsText(say, seen?.ingredients ?? null),
  ];
}

function ingredientsText(say: Say, ingredients: readonly IngredientFacts[] | null): Html {
  if (ingredients === null) return badge("warn", say("notConverted"));
  return html`${
    ingredients.map(({ code, perDose, perDay }) =>
      html`
        <div
          class="bench-base">${code}: <strong>${perDose === null
            ? "?"
            : baseText(perDose)}</strong> / <strong>${perDay === null
            ? "?"
            : baseText(perDay)}</strong><br><small>${perDose === null
            ? "?"
            : wholeText(perDose)} / ${perDay === null ? "?" : wholeText(perDay)}</small></div>
      `
    )
  }`;
}

/** Why a limit may be passed, in the prescriber's words. */
function reasons(say: Say, { reasons: { longer, pain, longTerm, dose } }: Prescription): Html {
  const given = [
    [say("reasonLonger"), longer] as const,
    [say("reasonPain"), pain] as const,
    [say("reasonLongTerm"), longTerm] as const,
    [say("reasonDose"), dose] as const,
  ].filter(([, words]) => words !== undefined);
  return html`${
    given.map(([name, words]) => html`<p class="note"><strong>${name}</strong> ${words ?? ""}</p>`)
  }`;
}

function marked(say: Say, marks: Shown["marks"]): Html {
  if (marks.length === 0) return html``;
  return html`<div class="banner warn"><strong>${say("marks")}</strong><ul>${
    marks.map(({ field, detail }) => html`<li><code>${field}</code> ${detail}</li>`)
  }</ul></div>`;
}

function unknowns(view: View, say: Say, facts: ReviewedFacts | null): Html {
  if (facts === null || facts.unknowns.length === 0) return html``;
  return html`<div class="banner warn"><strong>${say("unreadable")}</strong><ul>${
    facts.unknowns.map(({ at, code, detail }) =>
      html`<li><code>${at}</code> ${named(view.language, code)}${
        detailIn(view.language, detail)
      }</li>`
    )
  }</ul></div>`;
}

/** Details are in English; in Chinese the kind is named already, and what was found is enough. */
function detailIn(language: View["language"], detail: string): string {
  if (language === "en") return `: ${detail}`;
  const found = detail.match(/"[^"]*"/g) ?? [];
  return found.length === 0 ? "" : `：${found.join("、")}`;
}
