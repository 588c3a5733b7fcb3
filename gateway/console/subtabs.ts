/** The row of a domain's own tabs: on a telephone one row, that is pushed aside. */
import { html } from "hono/html";
import type { Html } from "./view.ts";

export function subtabs(
  tabs: readonly (readonly [path: string, text: string])[],
  isCurrent: (path: string) => boolean,
): Html {
  return html`<p class="subtabs one-row">${
    tabs.map(([path, text]) =>
      html`<a href="${path}" ${isCurrent(path) ? html`aria-current="page"` : ""}>${text}</a>`
    )
  }</p>`;
}
