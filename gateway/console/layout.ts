/** The frame of every page. */
import { html } from "hono/html";
import type { FormFault } from "../form.ts";
import type { Text } from "../../drivers/profile_parts.ts";
import type { Actor } from "../people/actor.ts";
import { PEOPLE, peopleTexts } from "../people/pages/text.ts";
import type { Right } from "../people/roles.ts";
import type { NodeStatus } from "../status.ts";
import { clockBadge } from "./status_parts.ts";
import type { TextKey } from "./text.ts";
import type { Html, View } from "./view.ts";

export interface Tab {
  readonly path: string;
  readonly text: Text;
  /** What its reader needs beside the right to read. */
  readonly right?: Right;
}

/** `live`: whether the page follows the node; `assets`: its own styles and scripts. */
function head(title: string, live: boolean, assets: readonly string[] = []): Html {
  return html`
    <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>${title}</title>
      <link rel="icon" href="/assets/icon.svg">
      <link rel="stylesheet" href="/assets/frame.css">
      <link rel="stylesheet" href="/assets/parts.css">
      <link rel="stylesheet" href="/assets/forms.css">
      ${live ? html`<script src="/assets/console.js" defer></script>` : ""}
      ${assets.map((name) =>
        name.endsWith(".css")
          ? html`<link rel="stylesheet" href="/assets/${name}">`
          : html`<script src="/assets/${name}" defer></script>`
      )}
    </head>
  `;
}

/** The other language, on the same page. */
function languageLink({ t, language }: View, path: string): Html {
  const other = language === "zh" ? "en" : "zh";
  const address = `/language/${other}?back=${encodeURIComponent(path)}`;
  return html`<a class="plain" href="${address}">${t("language")}</a>`;
}

/** One page among those of the tabs: what is inside it, who looks at it, and how. */
export interface Frame {
  readonly tabs: readonly Tab[];
  readonly path: string;
  readonly main: Html;
  readonly actor: Actor;
  /** Whether there are administrators yet; the owner is asked for them. */
  readonly isManaged: boolean;
  /** Whether what is inside `main` follows the node; a form does not. */
  readonly live: boolean;
  /** Styles and scripts of this page alone. */
  readonly assets?: readonly string[];
}

/** A whole page; what is inside `main` follows the node without a reload, where it is live. */
export function page(
  view: View,
  status: NodeStatus,
  { tabs, path, main, actor, isManaged, live, assets = [] }: Frame,
): Html {
  const { t, language } = view;
  const title = status.title[language];
  const follows = live ? html`data-live="/live?path=${encodeURIComponent(path)}"` : "";
  return html`
    <!doctype html>
    <html lang="${language === "zh" ? "zh-CN" : "en"}">
      ${head(`${title} · Tributary`, true, assets)}
      <body ${follows} data-language="${language}">
        <header class="top">
          <div class="brand">
            <span class="role">${t(status.role === "site" ? "roleSite" : "roleCounty")}</span>
            <h1>${title}</h1>
          </div>
          <div class="state">
          ${clockBadge(view, status.clock)}
          ${live ? liveMark(view) : ""}
          ${languageLink(view, path)}
        </div>
          <nav>${shownTabs(tabs, actor).map(({ path: to, text }) =>
            html`<a href="${to}" aria-current="${isBelow(path, to) ? "page" : "false"}">${
              text[language]
            }</a>`
          )}</nav>
        </header>
        ${actor.kind === "owner" && !isManaged ? firstBanner(view) : ""}
        <main id="main">${main}</main>
        <footer class="bottom">
          <span>${status.node} · ${status.version}${actor.account === null
            ? ""
            : ` · ${actor.account}`}</span>
        <form method="post" action="/sign-out"><button class="plain">${t("signOut")}</button></form>
      </footer>
      </body>
    </html>
  `;
}

function liveMark({ t }: View): Html {
  return html`<span class="live" data-up="${t("live")}" data-down="${t("reconnecting")}"></span>`;
}

/** What somebody may open; without the right to read, the pages about people alone. */
function shownTabs(tabs: readonly Tab[], { rights }: Actor): readonly Tab[] {
  const shown = tabs.filter(({ right }) => right === undefined || rights.has(right));
  return [...rights.has("read") ? shown : [], { path: "/people", text: PEOPLE }];
}

/** X1: the first thing that a node needs, and which its owner sees until it is done. */
function firstBanner({ language }: View): Html {
  const say = peopleTexts(language);
  return html`
    <a class="banner warn first"
      href="/people/accounts"><strong>${say("firstNeeded")}</strong> <span>${say(
        "firstHint",
      )}</span></a>
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
  return plainPage(view, view.t(text), "/", inside);
}

/** What somebody who is signed in sees where there is no page. */
export function missingPage(view: View): Html {
  const { t } = view;
  const inside = html`<p><a class="plain" href="/">${t("back")}</a></p>`;
  return plainPage(view, t("notFound"), "/", inside);
}

/** What somebody sees whose form was not read. */
export function formRefusedPage(view: View, code: FormFault): Html {
  const { t } = view;
  const inside = html`
    <p>${t(code === "form-too-large" ? "formTooLarge" : "formUnread")}</p>
    <p><a class="plain" href="/">${t("back")}</a></p>
  `;
  return plainPage(view, t("formRefused"), "/", inside);
}

/** What an owner's link shows: nothing happens before the button. `path`: the link's own. */
export function enterPage(view: View, path: string): Html {
  const { t } = view;
  const inside = html`
    <p>${t("ownerLinkOnce")}</p>
    <form method="post" action="${path}"><button class="enter">${t("openConsole")}</button></form>
  `;
  return plainPage(view, t("ownerLink"), path, inside);
}

/** A page without a frame, for somebody who is not signed in. */
export function plainPage(view: View, title: string, path: string, inside: Html): Html {
  const { language } = view;
  return html`
    <!doctype html>
    <html lang="${language === "zh" ? "zh-CN" : "en"}">
      ${head("Tributary", false)}
      <body class="stranger">
        <main>
          <h1>${title}</h1>
          ${inside}
          <p>${languageLink(view, path)}</p>
        </main>
      </body>
    </html>
  `;
}
