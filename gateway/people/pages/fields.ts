/** Pieces of forms that all pages about people use. */
import { html } from "hono/html";
import type { Html, View } from "../../console/view.ts";
import { type PeopleTextKey, peopleTexts } from "./text.ts";

interface Field {
  readonly name: string;
  readonly label: PeopleTextKey;
  readonly type?: "text" | "password" | "date" | "number";
  readonly value?: string;
  readonly hint?: PeopleTextKey;
  /** For password managers and phones: what belongs here. */
  readonly autocomplete?: string;
  readonly digits?: boolean;
  readonly optional?: boolean;
}

export function field(view: View, one: Field): Html {
  const say = peopleTexts(view.language);
  const { name, label, type = "text", value = "", hint, autocomplete = "off" } = one;
  return html`
    <label class="field">
      <span>${say(label)}</span>
      <input name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}"
        autocapitalize="none" spellcheck="false"
        ${one.digits === true ? html`inputmode="numeric"` : ""}
        ${one.optional === true ? "" : "required"}>
      ${hint === undefined ? "" : html`<small>${say(hint)}</small>`}
    </label>
  `;
}

/** Boxes to be ticked; those in `ticked` are. */
export function boxes(
  name: string,
  all: readonly (readonly [value: string, text: string])[],
  ticked: readonly string[],
): Html {
  return html`<div class="boxes">${
    all.map(([value, text]) =>
      html`<label><input type="checkbox" name="${name}" value="${value}"
        ${ticked.includes(value) ? "checked" : ""}> ${text}</label>`
    )
  }</div>`;
}

export function button(view: View, label: PeopleTextKey): Html {
  return html`<button class="action">${peopleTexts(view.language)(label)}</button>`;
}

/** What became of a form; `good`: it was done. */
export function said(view: View, key: PeopleTextKey, tone: "good" | "bad", more = ""): Html {
  return html`<p class="banner ${tone}" role="status">${
    peopleTexts(view.language)(key)
  }${more}</p>`;
}
