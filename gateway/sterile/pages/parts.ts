/** Pieces that the pages of sterile supply share. */
import { html } from "hono/html";
import {
  actionButton,
  choiceField,
  type Field,
  inputField,
  type Worded,
} from "../../console/form_parts.ts";
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

export function field(view: View, asked: Worded<Field, SterileTextKey>): Html {
  const keys = asked.type === "password" ? { keys: "numeric" } as const : {};
  return inputField({ ...asked, ...keys, label: sterileTexts(view.language)(asked.label) });
}

export function choice(
  view: View,
  name: string,
  label: SterileTextKey,
  options: readonly (readonly [value: string, text: string])[],
): Html {
  return choiceField({ name, label: sterileTexts(view.language)(label) }, options);
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
  return actionButton(sterileTexts(view.language)(label));
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
