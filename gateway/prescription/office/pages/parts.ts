/** Pieces that all pages of the office use. */
import { html } from "hono/html";
import { actionButton, type Field, inputField, type Worded } from "../../../console/form_parts.ts";
import { subtabs } from "../../../console/subtabs.ts";
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
    ${subtabs(TABS.map(([path, text]) => [path, say(text)] as const), (path) => path === current)}
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

export function field(view: View, asked: Worded<Field, OfficeTextKey>): Html {
  return inputField({ ...asked, label: officeTexts(view.language)(asked.label) });
}

export function action(view: View, label: OfficeTextKey): Html {
  return actionButton(officeTexts(view.language)(label));
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
