/** Pieces that all pages of the office use. */
import { html } from "hono/html";
import type { Html, View } from "../../../console/view.ts";
import type { Done } from "../office_desk.ts";
import { isOfficeText, type OfficeTextKey, officeTexts } from "./text.ts";

const TABS = [
  ["/office", "dayReport"],
  ["/office/workload", "workload"],
  ["/office/roster", "roster"],
  ["/office/samples", "sample"],
  ["/office/cases", "cases"],
] as const satisfies readonly (readonly [string, OfficeTextKey])[];
export type OfficeTab = typeof TABS[number][0];

/** The row of the office's own tabs, and what became of a form before. */
export function officeFrame(view: View, current: OfficeTab, main: Html, said?: string): Html {
  const say = officeTexts(view.language);
  return html`
    <p class="subtabs">${TABS.map(([path, text]) =>
      html`<a href="${path}" ${path === current ? html`aria-current="page"` : ""}>${say(text)}</a>`
    )}</p>
    ${said === undefined ? "" : saidBanner(view, said)}
    ${main}
  `;
}

function saidBanner(view: View, said: string): Html | "" {
  const key = `said-${said}`;
  if (!isOfficeText(key)) return "";
  const tone = said === "saved" ? "good" : "bad";
  return html`<p class="banner ${tone}" role="status">${officeTexts(view.language)(key)}</p>`;
}

/** The last part of the path to which a form leads. */
export function saidOf(done: Done): string {
  return done.kind === "done" ? "saved" : done.problem.code;
}

interface Field {
  readonly name: string;
  readonly label: OfficeTextKey;
  readonly type?: "text" | "date" | "time" | "month";
  readonly value?: string;
  readonly optional?: boolean;
}

export function field(view: View, { name, label, type = "text", value, optional }: Field): Html {
  return html`
    <label class="field">
      <span>${officeTexts(view.language)(label)}</span>
      <input name="${name}" type="${type}" value="${value ??
        ""}" autocomplete="off" ${optional === true ? "" : "required"}>
    </label>
  `;
}

export function action(view: View, label: OfficeTextKey): Html {
  return html`<button class="action">${officeTexts(view.language)(label)}</button>`;
}

/** Links to the days or months beside the one that is shown. */
export function besides(
  view: View,
  earlier: readonly [path: string, text: OfficeTextKey],
  now: string,
  later: readonly [path: string, text: OfficeTextKey],
): Html {
  const say = officeTexts(view.language);
  return html`
    <p
      class="besides"><a class="plain" href="${earlier[0]}">← ${say(
        earlier[1],
      )}</a> <strong>${now}</strong> <a class="plain" href="${later[0]}">${say(later[1])} →</a></p>
  `;
}
