/** Pieces that the pages of sterile supply share. */
import { html } from "hono/html";
import { badge, type Html, moment, type Tone, type View } from "../../console/view.ts";
import { type SterileTextKey, sterileTexts, wordText } from "./text.ts";

const TONES: Readonly<Record<string, Tone>> = {
  pass: "good",
  fail: "bad",
  undetermined: "warn",
  passed: "good",
  failed: "bad",
  invalid: "warn",
  missing: "warn",
  met: "good",
  loaded: "idle",
  waiting: "warn",
  ready: "warn",
  checked: "warn",
  released: "good",
  "released-early": "warn",
  refused: "bad",
  recalled: "bad",
};

export function stateBadge(view: View, state: string): Html {
  return badge(TONES[state] ?? "idle", wordText(view.language, state));
}

export function at(view: View, ms: number | null): Html | string {
  return ms === null ? "—" : moment(view, new Date(ms).toISOString());
}

export function measured(value: number | null, unit: string, digits = 1): string {
  return value === null ? "—" : `${value.toFixed(digits)} ${unit}`;
}

/** Names the form's act: sent twice, it is one. */
export function actField(): Html {
  return html`<input type="hidden" name="id" value="${crypto.randomUUID()}">`;
}

interface Field {
  readonly name: string;
  readonly label: SterileTextKey;
  readonly type?: "text" | "date" | "password" | "number";
  readonly value?: string;
  readonly optional?: boolean;
}

export function field(view: View, { name, label, type = "text", value, optional }: Field): Html {
  return html`
    <label class="field">
      <span>${sterileTexts(view.language)(label)}</span>
      <input name="${name}" type="${type}" value="${value ?? ""}" autocomplete="off"
        ${type === "password" ? html`inputmode="numeric"` : ""}
        ${optional === true ? "" : "required"}>
    </label>
  `;
}

export function choice(
  view: View,
  name: string,
  label: SterileTextKey,
  options: readonly (readonly [value: string, text: string])[],
): Html {
  return html`
    <label class="field">
      <span>${sterileTexts(view.language)(label)}</span>
      <select name="${name}">${options.map(([value, text]) =>
        html`<option value="${value}">${text}</option>`
      )}</select>
    </label>
  `;
}

export function wordChoice(
  view: View,
  name: string,
  label: SterileTextKey,
  words: readonly string[],
): Html {
  return choice(view, name, label, words.map((word) => [word, wordText(view.language, word)]));
}

export function action(view: View, label: SterileTextKey): Html {
  return html`<button class="action">${sterileTexts(view.language)(label)}</button>`;
}

export const paths = {
  cycle: (site: string, cycle: string) => `/sterile/cycles/${part(site)}/${part(cycle)}`,
  load: (site: string, load: string) => `/sterile/loads/${part(site)}/${part(load)}`,
  pack: (site: string, pack: string) => `/sterile/packs/${part(site)}/${part(pack)}`,
  recall: (site: string, recall: string) => `/sterile/recalls/${part(site)}/${part(recall)}`,
} as const;

const part = encodeURIComponent;

export function link(path: string, text: string): Html {
  return html`<a href="${path}">${text}</a>`;
}

/** Why nothing was done, where the form's page was. */
export function notDone(view: View, detail: string, back: string): Html {
  const say = sterileTexts(view.language);
  return html`
    <p class="banner bad" role="alert">${say("notDone")}: ${detail}</p>
    <p><a class="plain" href="${back}">← ${say("goBack")}</a></p>
  `;
}
