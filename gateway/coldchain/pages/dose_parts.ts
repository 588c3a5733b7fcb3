/** Pieces that pages about doses share. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Said } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import type { Done } from "../flow/flow_desk.ts";
import { type DoseText, doseTexts } from "./dose_text.ts";
import { problemText } from "./refusal_text.ts";

const TABS = [
  ["/vaccines", "stock"],
  ["/vaccines/receipts", "receipts"],
  ["/vaccines/session", "session"],
  ["/vaccines/quarantine", "heldBack"],
  ["/vaccines/trace", "trace"],
] as const;
export type DoseTab = typeof TABS[number][0];

export interface FrameParts {
  readonly current: DoseTab;
  readonly isSite: boolean;
  readonly faults?: readonly Text[];
  readonly isSaved?: boolean;
}

export function doseFrame(view: View, parts: FrameParts, main: Html): Html {
  const { current, isSite, faults = [], isSaved = false } = parts;
  const say = doseTexts(view.language);
  const tabs = TABS.filter(([path]) => isSite || path !== "/vaccines/session");
  return html`
    <p class="subtabs">${tabs.map(([path, text]) =>
      html`<a href="${path}" ${path === current ? html`aria-current="page"` : ""}>${say(text)}</a>`
    )}</p>
    ${isSaved ? html`<p class="banner good" role="status">${say("saved")}</p>` : ""}
    ${faults.length === 0
      ? ""
      : html`<div class="banner bad" role="alert">${say("notSaved")}<ul>${
        faults.map((one) => html`<li>${one[view.language]}</li>`)
      }</ul></div>`}
    ${main}
  `;
}

/** Why nothing was written; `null`: it was. */
export function faultsOf(done: Done): readonly Text[] | null {
  if (done.kind === "done") return null;
  if (done.kind === "refused") return done.refusals.map(({ text }) => text);
  return [problemText(done.problem)];
}

export function refusedPage(main: Html): Said {
  return { main, status: 409 };
}

export interface Field {
  readonly name: string;
  readonly label: DoseText;
  readonly value?: string;
  readonly type?: "text" | "number" | "date" | "datetime-local";
  readonly optional?: boolean;
  readonly focus?: boolean;
}

export function field(view: View, asked: Field): Html {
  const { name, label, value = "", type = "text", optional = false, focus = false } = asked;
  return html`
    <label class="field"><span>${doseTexts(view.language)(label)}</span>
      <input name="${name}" type="${type}" value="${value}" autocomplete="off"
        ${optional ? "" : "required"} ${focus ? "autofocus" : ""}></label>
  `;
}

export interface Choice {
  readonly name: string;
  readonly label: DoseText;
  readonly chosen?: string;
}

export function choice(
  view: View,
  { name, label, chosen }: Choice,
  options: readonly (readonly [value: string, text: string])[],
): Html {
  const say = doseTexts(view.language);
  return html`
    <label class="field"><span>${say(label)}</span><select name="${name}">${options.map((
      [value, text],
    ) =>
      html`<option value="${value}" ${value === chosen ? "selected" : ""}>${text}</option>`
    )}</select></label>
  `;
}

export function action(view: View, text: DoseText): Html {
  return html`<button class="action">${doseTexts(view.language)(text)}</button>`;
}

/** Made with the form, so that a form that is sent twice is written once. */
export function idField(): Html {
  return html`<input type="hidden" name="id" value="${crypto.randomUUID()}">`;
}

export function textIn(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}
