/** What somebody sees who is signed in and may not do this. */
import type { Context } from "hono";
import { html } from "hono/html";
import { languageOf, viewOf } from "../../console/language.ts";
import { plainPage } from "../../console/layout.ts";
import type { Html, View } from "../../console/view.ts";
import { type Actor, refuseWithout } from "../actor.ts";
import { type Right, RIGHTS, rolesWith, roleTitle } from "../roles.ts";
import { peopleTexts } from "./text.ts";

/** Whether a browser shows the answer to a person; a program gets a problem document. */
export function isForPeople({ req }: Context): boolean {
  return (req.header("accept") ?? "").includes("text/html") && !req.path.startsWith("/api/");
}

/** The refusal for who lacks a right, as a page where a person asks; `null`: they have it. */
export function refusePage(
  context: Context,
  actor: Actor,
  right: Right,
): Response | Promise<Response> | null {
  const refused = refuseWithout(actor, right);
  if (refused === null || !isForPeople(context)) return refused;
  return context.html(refusalPage(viewOf(languageOf(context)), actor, right), 403);
}

function refusalPage(view: View, { account }: Actor, right: Right): Html {
  const { language, t } = view;
  const say = peopleTexts(language);
  const roles = rolesWith(right).map((role) => roleTitle(role)[language]);
  const inside = html`
    <p>${say("noRightWhich", RIGHTS[right][language])}${account === null ? "" : html`
      <small>${account}</small>
    `}</p>
    ${roles.length === 0 ? "" : html`<p>${say("noRightWho", roles.join(" · "))}</p>`}
    <p><a class="plain" href="/">${t("back")}</a></p>
    <form method="post" action="/sign-out"><button class="plain">${t("signOut")}</button></form>
  `;
  return plainPage(view, say("noRight"), "/", inside);
}
