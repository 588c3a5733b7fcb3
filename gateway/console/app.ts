/** The console's pages, live and without a build step; whoever comes here has a session. */
import { type Context, Hono } from "hono";
import type { Guarded } from "../api.ts";
import type { ApiParts } from "../api_route.ts";
import { refusePage } from "../people/pages/refusal_page.ts";
import { statusOf } from "../status.ts";
import { languageOf, viewOf } from "./language.ts";
import { page } from "./layout.ts";
import { LiveStreams } from "./live.ts";
import { type Page, type PageForm, type Places, placesOf, tabsOf } from "./page.ts";
import type { Html, View } from "./view.ts";

/** `authorised`: whether who asked may still see what is shown, without counting as a use. */
export function consoleApp(
  parts: ApiParts,
  pages: readonly Page[],
  authorised: (context: Context) => boolean,
): Hono<Guarded> {
  const app = new Hono<Guarded>();
  const streams = new LiveStreams(parts.node.tables);
  const tabs = tabsOf(pages);
  app.get("/live", (context) => {
    const path = context.req.query("path") ?? "/";
    const language = languageOf(context);
    const found = pageAt(pages, path);
    const refused = refuse(context, found?.page);
    if (refused !== null) return refused;
    if (found?.page.still === true) return context.notFound();
    const render = async () => await inside(found, viewOf(language), parts) ?? "";
    return streams.respond({ render, allowed: () => authorised(context) }, context.req.raw);
  });
  app.post("*", async (context) => {
    const found = formAt(pages, pathOf(context));
    if (found === null) return context.notFound();
    const { form: { right, send }, places } = found;
    const refused = refusePage(context, context.get("actor"), right);
    if (refused !== null) return await refused;
    return context.redirect(
      await send(await context.req.formData(), places, parts, context.get("actor")),
      303,
    );
  });
  app.get("*", async (context) => {
    const actor = context.get("actor");
    if (!actor.rights.has("read")) return context.redirect("/people", 303);
    const path = pathOf(context);
    const view = viewOf(languageOf(context));
    const found = pageAt(pages, path);
    const refused = refuse(context, found?.page);
    if (refused !== null) return await refused;
    const main = await inside(found, view, parts);
    if (main === null) return context.notFound();
    const { isManaged } = parts.people.book;
    const frame = { tabs, path, main, actor, isManaged, live: found?.page.still !== true };
    return context.html(page(view, await statusOf(parts), frame));
  });
  return app;
}

/** As the browser wrote it: what stands in its places is decoded once. */
function pathOf({ req }: Context): string {
  return new URL(req.url).pathname;
}

type Found = { readonly page: Page; readonly places: Places } | null;

/** The page that is there, or `null` where there is none. */
function pageAt(pages: readonly Page[], path: string): Found {
  for (const page of pages) {
    const places = placesOf(page.path, path);
    if (places !== null) return { page, places };
  }
  return null;
}

/** What stands inside `main` of a page, or `null` where there is no such page. */
async function inside(found: Found, view: View, parts: ApiParts): Promise<Html | null> {
  return found === null ? null : await found.page.render(view, found.places, parts);
}

/** The refusal of a page for who lacks its right; `null`: it is shown. */
function refuse(context: Context<Guarded>, page: Page | undefined) {
  const right = page?.right;
  return right === undefined ? null : refusePage(context, context.get("actor"), right);
}

/** The form that is sent there, or `null` where no page has one. */
function formAt(
  pages: readonly Page[],
  path: string,
): { readonly form: PageForm; readonly places: Places } | null {
  const end = path.lastIndexOf("/");
  const [above, name] = [path.slice(0, end), path.slice(end + 1)];
  for (const { path: pattern, forms = {} } of pages) {
    const places = placesOf(pattern, above === "" ? "/" : above);
    if (places !== null && Object.hasOwn(forms, name)) return { form: forms[name], places };
  }
  return null;
}
