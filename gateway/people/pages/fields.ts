/** Pieces of forms that all pages about people use. */
import { html } from "hono/html";
import { actionButton, type Field, inputField, type Worded } from "../../console/form_parts.ts";
import type { Html, View } from "../../console/view.ts";
import { type PeopleTextKey, peopleTexts } from "./text.ts";

interface PeopleField extends Worded<Field, PeopleTextKey> {
  readonly hint?: PeopleTextKey;
}

/** Names, passwords and codes: nothing that a telephone should correct. */
export function field(view: View, { label, hint, ...field }: PeopleField): Html {
  const say = peopleTexts(view.language);
  return inputField({
    ...field,
    label: say(label),
    ...(hint === undefined ? {} : { hint: say(hint) }),
    more: html`autocapitalize="none" spellcheck="false"`,
  });
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
  return actionButton(peopleTexts(view.language)(label));
}

/** What became of a form; `good`: it was done. */
export function said(view: View, key: PeopleTextKey, tone: "good" | "bad", more = ""): Html {
  return html`<p class="banner ${tone}" role="status">${
    peopleTexts(view.language)(key)
  }${more}</p>`;
}
