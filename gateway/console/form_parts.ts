/** Fields of forms as all pages draw them; what domains add are their own words. */
import { html } from "hono/html";
import type { Html } from "./view.ts";

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly type?:
    | ("text" | "number" | "date" | "time" | "month" | "datetime-local")
    | ("password" | "file");
  /** Which keyboard a telephone shows. */
  readonly keys?: "numeric" | "decimal";
  readonly optional?: boolean;
  readonly focus?: boolean;
  /** For password managers and telephones: what belongs here. */
  readonly autocomplete?: string;
  /** Names where a page's style asks for it. */
  readonly className?: string;
  readonly hint?: string;
  /** Further attributes. */
  readonly more?: Html | string;
}

/** A field whose label is a key of a domain's own words. */
export type Worded<T extends { readonly label: string }, Key> = Omit<T, "label"> & {
  readonly label: Key;
};

export function inputField(field: Field): Html {
  const { name, label, value = "", type = "text", keys, className = "", hint, more = "" } = field;
  return html`
    <label class="field ${className}"><span>${label}</span>
      <input name="${name}" type="${type}" value="${value}"
        autocomplete="${field.autocomplete ?? "off"}"
        ${keys === undefined ? "" : html`inputmode="${keys}"`} ${more}
        ${field.optional === true ? "" : "required"} ${field.focus === true ? "autofocus" : ""}>
      ${hint === undefined ? "" : html`<small>${hint}</small>`}
    </label>
  `;
}

export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly chosen?: string;
}

/** An empty value among the options: whoever does not choose is asked to. */
export function choiceField(
  { name, label, chosen }: Choice,
  options: readonly (readonly [value: string, text: string])[],
  isNeeded = false,
): Html {
  return html`
    <label class="field"><span>${label}</span>
      <select name="${name}" ${isNeeded ? "required" : ""}>${options.map(([value, text]) =>
        html`<option value="${value}" ${value === chosen ? "selected" : ""}>${text}</option>`
      )}</select>
    </label>
  `;
}

export function actionButton(label: string, formaction?: string): Html {
  const leads = formaction === undefined ? "" : html`formaction="${formaction}"`;
  return html`<button class="action" ${leads}>${label}</button>`;
}

/** Made with the form, so that one that is sent twice is done once. */
export function idField(): Html {
  return html`<input type="hidden" name="id" value="${crypto.randomUUID()}">`;
}
