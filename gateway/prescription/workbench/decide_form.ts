/** How a pharmacist decides: one choice, words for the prescriber, and for red a second look. */
import { html } from "hono/html";
import type { Html, View } from "../../console/view.ts";
import type { DecisionBody } from "../life/decision_body.ts";
import type { Held } from "../review/review_desk.ts";
import { findingText } from "./findings_part.ts";
import { PHRASES } from "./phrases.ts";
import { type BenchKey, type Say, sayIn } from "./text.ts";

export type Decision = DecisionBody["decision"];

/** Single keys, shown beside what they choose. */
export const DECISION_KEYS: Readonly<Record<Decision, string>> = {
  approve: "A",
  sign: "S",
  ask: "Q",
  refuse: "R",
};

/** A prescriber reads it on a small screen: `words` of a decision. */
export const COMMENT_MAX = 500;

/** What somebody chose and wrote, and has not been stored. */
export interface Draft {
  readonly decision: Decision | null;
  readonly comment: string;
}

export const NO_DRAFT: Draft = { decision: null, comment: "" };

export function isRed({ shown: { verdict } }: Held): boolean {
  return verdict !== null && verdict.findings.some(({ level }) => level === "red");
}

/** Over a red finding that the prescriber insists on two persons sign, else one approves (P14). */
export function choicesFor(held: Held): readonly Decision[] {
  const isSigning = isRed(held) && held.task.over.length > 0;
  return [isSigning ? "sign" : "approve", "ask", "refuse"];
}

/** `fault`: why what was sent before was not stored. */
export function decideForm(
  view: View,
  held: Held,
  { decision, comment }: Draft,
  fault: BenchKey | null,
): Html {
  const say = sayIn(view.language);
  const choices = choicesFor(held);
  const red = !isRed(held) ? null : choices[0] === "sign" ? "redSign" : "redAlone";
  return html`
    <section class="panel bench-decide" aria-labelledby="bench-decide">
      <h2 id="bench-decide">${say("your")}</h2>
      ${fault === null ? "" : html`<p class="banner bad" role="alert">${say(fault)}</p>`}
      ${red === null ? "" : html`<p class="banner bad">${say(red)}</p>`}
      <form method="post" action="/review/decide" id="decide">
        ${claimFields(held)}
        <fieldset class="bench-choices"><legend class="unseen">${say("your")}</legend>${choices.map(
          (one) =>
            html`<label class="bench-choice ${one}"><input type="radio" name="decision" value="${one}"
          required data-key="${DECISION_KEYS[one].toLowerCase()}" ${
              one === decision ? "checked" : ""
            }> ${say(one)} <kbd>${DECISION_KEYS[one]}</kbd></label>`,
        )}</fieldset>
        <label class="field"><span>${say("phrase")}</span>${phraseList(view, say)}</label>
        <label class="field"><span>${say("comment")} <kbd>C</kbd></span>
          <textarea name="comment" rows="2" maxlength="${COMMENT_MAX}" data-key="c"
            aria-describedby="comment-hint">${comment}</textarea>
          <small id="comment-hint">${say("commentHint")}</small></label>
        <div class="buttons"><button class="action strong">${say(
          "send",
        )} <kbd>↵</kbd></button></div>
      </form>
      <form method="post" action="/review/release" class="bench-release">${claimFields(held)}
        <button class="action" data-key="x">${say("release")} <kbd>X</kbd></button></form>
    </section>
  `;
}

/** Without script the chosen sentence goes before the comment; with it, it is put into it. */
function phraseList({ language }: View, say: Say): Html {
  return html`<select name="phrase"><option value="">${say("phraseNone")}</option>${
    (["ask", "refuse"] as const).map((kind) =>
      html`<optgroup label="${say(kind)}">${
        PHRASES[kind].map((words) => html`<option>${words[language]}</option>`)
      }</optgroup>`
    )
  }</select>`;
}

/** A second look before a red finding is let pass; going back stores nothing. */
export function confirmPart(view: View, held: Held, { decision, comment }: Draft): Html {
  const say = sayIn(view.language);
  const red = (held.shown.verdict?.findings ?? []).filter(({ level }) => level === "red");
  const chosen = say(decision ?? "approve");
  const fields = html`${claimFields(held)}
    <input type="hidden" name="decision" value="${decision ?? ""}">
    <input type="hidden" name="comment" value="${comment}">`;
  return html`
    <section class="panel alert bench-confirm" role="alertdialog" aria-labelledby="bench-confirm">
      <h2 id="bench-confirm">${say("confirmTitle")}</h2>
      <ul>${red.map((one) => html`<li>${findingText(view, one)}</li>`)}</ul>
      <p>${say(choicesFor(held)[0] === "sign" ? "redSign" : "redAlone")}</p>
      ${comment === "" ? "" : html`<blockquote>${comment}</blockquote>`}
      <div class="buttons">
        <form method="post" action="/review/decide">${fields}
          <input type="hidden" name="confirmed" value="yes">
          <button class="action strong" data-key="y">${say(
            "confirmYes",
            chosen,
          )} <kbd>Y</kbd></button></form>
        <form method="post" action="/review/back">${fields}
          <button class="action" data-key="b">${say("confirmNo")} <kbd>B</kbd></button></form>
      </div>
    </section>
  `;
}

function claimFields({ task: { claim }, shown: { verdict } }: Held): Html {
  const { site, prescription, fence, store } = claim;
  return html`
    <input type="hidden" name="site" value="${site}">
    <input type="hidden" name="id" value="${prescription}">
    <input type="hidden" name="fence" value="${fence}">
    <input type="hidden" name="store" value="${store}">
    <input type="hidden" name="verdict" value="${verdict?.id ?? ""}">
  `;
}
