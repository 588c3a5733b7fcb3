/** Which key does what: a line that is always there, and the same at length behind `?`. */
import { html } from "hono/html";
import type { Html, View } from "../../console/view.ts";
import { type Say, sayIn } from "./text.ts";

type Key = readonly [key: string, does: string];

export function keyLegend(view: View): Html {
  const say = sayIn(view.language);
  const keys = allKeys(say);
  return html`
    <p class="bench-legend" aria-hidden="true">${keys.slice(0, -2).map(([key, does]) =>
      html`<span><kbd>${key}</kbd> ${does}</span>`
    )}</p>
    <dialog class="bench-keys" id="keys" aria-labelledby="bench-keys">
      <h2 id="bench-keys">${say("keys")}</h2>
      <dl>${keys.map(([key, does]) =>
        html`
          <div>
            <dt><kbd>${key}</kbd></dt>
            <dd>${does}</dd>
          </div>
        `
      )}</dl>
      <p class="note">${say("keyNote")}</p>
      <form method="dialog"><button class="action">${say("close")}</button></form>
    </dialog>
  `;
}

function allKeys(say: Say): readonly Key[] {
  return [
    ["N", say("take")],
    ["A", say("approve")],
    ["S", say("sign")],
    ["Q", say("ask")],
    ["R", say("refuse")],
    ["C", say("keyComment")],
    ["↵", say("keySend")],
    ["J / K", say("keyFinding")],
    ["X", say("release")],
    ["O", say("goOff")],
    ["?", say("keyHelp")],
    ["Y / B", `${say("confirmYes", "…")} / ${say("confirmNo")}`],
    ["Esc", say("keyLeave")],
  ];
}
