/** Pages about people, for whoever is signed in: each needs its own right. */
import { Hono } from "hono";
import type { ApiParts } from "../../api_route.ts";
import { languageOf, viewOf } from "../../console/language.ts";
import { page, type Tab } from "../../console/layout.ts";
import { html } from "hono/html";
import { subtabs } from "../../console/subtabs.ts";
import type { Html, View } from "../../console/view.ts";
import { statusOf } from "../../status.ts";
import type { Actor } from "../actor.ts";
import { accountRoutes } from "./account_routes.ts";
import { meRoutes } from "./me_routes.ts";
import { programRoutes } from "./program_routes.ts";
import { peopleTexts } from "./text.ts";
import { trailRoutes } from "./trail_routes.ts";
import type { PeopleEnv, Show } from "./show.ts";
import { peopleTabs } from "./show.ts";

/** `tabs`: those of the other pages. */
export function peopleApp(parts: ApiParts, tabs: readonly Tab[]): Hono<PeopleEnv> {
  const app = new Hono<PeopleEnv>();
  const show: Show = async (context, main, status = 200) => {
    const view = viewOf(languageOf(context));
    const actor = context.get("actor");
    const { path } = context.req;
    const inside = html`${subTabs(view, actor, path)}${await main(view)}`;
    const { isManaged } = parts.people.book;
    const frame = { tabs, path, main: inside, actor, isManaged, live: false };
    context.header("cache-control", "no-store");
    return context.html(page(view, await statusOf(parts), frame), status);
  };
  app.get("/people", (context) => {
    const [first] = peopleTabs(context.get("actor"));
    return context.redirect(first?.path ?? "/people/me", 303);
  });
  meRoutes(app, parts, show);
  accountRoutes(app, parts, show);
  programRoutes(app, parts, show);
  trailRoutes(app, parts, show);
  return app;
}

function subTabs(view: View, actor: Actor, path: string): Html {
  const say = peopleTexts(view.language);
  const tabs = peopleTabs(actor);
  if (tabs.length < 2) return html``;
  return subtabs(
    tabs.map((tab) => [tab.path, say(tab.text)] as const),
    (tab) => path.startsWith(tab),
  );
}
