/** Which policy holds now, in one line: the line up, slow or down (P12). */
import { html } from "hono/html";
import type { ApiParts } from "../../api_route.ts";
import type { Html, Tone, View } from "../../console/view.ts";
import { type LineState, lineStateOf, policyFor } from "../policy.ts";
import { sayIn } from "./text.ts";

const TONES: Readonly<Record<LineState, Tone>> = { up: "good", slow: "warn", down: "bad" };
const NAMES = { up: "lineUp", slow: "lineSlow", down: "lineDown" } as const;

export function policyLine(view: View, { node: { config }, links }: ApiParts): Html {
  const { role, prescription } = config;
  const waitMs = prescription?.waitMs ?? 0;
  const states = links.map((link) => link.status()).flatMap((status) =>
    status.state === "not-enrolled" ? [] : [status]
  );
  const state = lineStateOf(role, states, { nowMs: view.nowMs, waitMs });
  const { title, summary, outcomes } = policyFor(role, state);
  const { language } = view;
  const isOnly = role === "county" && links.length === 0;
  const name = sayIn(language)(NAMES[state]);
  // Where the title says no more than the state, what it means is read without opening it.
  const [how, more] = isOnly
    ? [sayIn(language)("onlyCentre"), ""]
    : title[language] === name
    ? [summary[language], ""]
    : [title[language], summary[language]];
  return html`
    <details class="bench-policy banner ${TONES[state]}">
      <summary><strong>${name}</strong> ${how}</summary>
      ${more === "" ? "" : html`<p>${more}</p>`}
      <ul>${outcomes.map(({ happens, decides }) =>
        html`<li>${happens[language]} — ${decides[language]}</li>`
      )}</ul>
    </details>
  `;
}
