/** The frame of every page. */
import { html } from "hono/html";
import type { Text } from "../../drivers/profile_parts.ts";
import type { NodeStatus } from "../status.ts";
import { clockBadge } from "./status_parts.ts";
import type { TextKey } from "./text.ts";
import type { Html, View } from "./view.ts";

export interface Tab {
  readonly path: string;
  readonly text: Text;
}

/** `live`: whether the page follows the node. */
function head(title: string, live: boolean): Html {
  return html`
    <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>${title}</title>
      <link rel="icon" href="/assets/icon.svg">
      <link rel="stylesheet" href="/assets/frame.css">
      <link rel="stylesheet" href="/assets/parts.css">
      ${live ? html`<script src="/assets/console.js" defer></script>` : ""}
    </head>
  `;
}

/** The other language, on the same page. */
function languageLink({ t, language }: View, path: string): Html {
  const other = language === "zh" ? "en" : "zh";
  const address = `/language/${other}?back=${encodeURIComponent(path)}`;
  return html`<a class="plain" href="${address}">${t("language")}</a>`;
}

/** One page among those of the tabs, and what is inside it. */
interface Frame {
  readonly tabs: readonly Tab[];
  readonly path: string;
  readonly main: Html;
}

/** A whole page; what is inside `main` follows the node without a reload. */
export function page(view: View, status: NodeStatus, { tabs, path, main }: Frame): Html {
  const { t, language } = view;
  const title = status.title[language];
  return html`
    <!doctype html>
    <html lang="${language === "zh" ? "zh-CN" : "en"}">
      ${head(`${title} · Tributary`, true)}
      <body data-live="/live?path=${encodeURIComponent(path)}" data-language="${language}">
        <header class="top">
          <div class="brand">
            <span class="role">${t(status.role === "site" ? "roleSite" : "roleCounty")}</span>
            <h1>${title}</h1>
          </div>
          <div class="state">
          ${clockBadge(view, status.clock)}
          <span class="live" data-up="${t("live")}" data-down="${t("reconnecting")}"></span>
          ${languageLink(view, path)}
        </div>
          <nav>${tabs.map(({ path: to, text }) =>
            html`<a href="${to}" aria-current="${isBelow(path, to) ? "page" : "false"}">${
              text[language]
            }</a>`
          )}</nav>
        </header>
        <main id="main">${main}</main>
        <footer class="bottom"><span>${status.node} · ${status.version}</span>
        <form method="post" action="/sign-out"><button class="plain">${t("signOut")}</button></form>
      </footer>
      </body>
    </html>
  `;
}

/** Whether a page is a tab's own, or one of those below it. */
function isBelow(path: string, tab: string): boolean {
  return path === tab || (tab !== "/" && path.startsWith(`${tab}/`));
}

/** A page for somebody who has no session: what to do, and nothing else. */
export function strangerPage(view: View, text: TextKey): Html {
  const inside = html`
    <p>${view.t("ownerExplained")}</p>
    <pre>tributary status --owner-link</pre>
  `;
  return plainPage(view, text, "/", inside);
}

/** What an owner's link shows: nothing happens before the button. `path`: the link's own. */
export function enterPage(view: View, path: string): Html {
  const { t } = view;
  const inside = html`
    <p>${t("ownerLinkOnce")}</p>
    <form method="post" action="${path}"><button class="enter">${t("openConsole")}</button></form>
  `;
  return plainPage(view, "ownerLink", path, inside);
}

function plainPage(view: View, title: TextKey, path: string, inside: Html): Html {
  const { t, language } = view;
  return html`
    <!doctype html>
    <html lang="${language === "zh" ? "zh-CN" : "en"}">
      ${head("Tributary", false)}
      <body class="stranger">
        <main>
          <h1>${t(title)}</h1>
          ${inside}
          <p>${languageLink(view, path)}</p>
        </main>
      </body>
    </html>
  `;
}
