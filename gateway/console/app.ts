/** The console's pages, live and without a build step; whoever comes here has a session. */
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { ApiParts } from "../api_route.ts";
import { statusOf } from "../status.ts";
import { page } from "./layout.ts";
import { LiveStreams } from "./live.ts";
import { type Page, placesOf } from "./page.ts";
import { type Language, LANGUAGES, textsFor } from "./text.ts";
import type { Html, View } from "./view.ts";

const YEAR_SECONDS = 365 * 86_400;

/** `authorised`: whether who asked may still see what is shown, without counting as a use. */
export function consoleApp(
  parts: ApiParts,
  pages: readonly Page[],
  authorised: (context: Context) => boolean,
): Hono {
  const app = new Hono();
  const streams = new LiveStreams(parts.node.tables);
  const tabs = pages.flatMap(({ path, tab }) => tab === undefined ? [] : [{ path, text: tab }]);
  app.get("/live", (context) => {
    const path = context.req.query("path") ?? "/";
    const language = languageOf(context);
    const render = async () => await inside(pages, viewOf(language), path, parts) ?? "";
    return streams.respond({ render, allowed: () => authorised(context) }, context.req.raw);
  });
  app.post("*", async (context) => {
    const form = formAt(pages, pathOf(context));
    if (form === null) return context.notFound();
    return context.redirect(await form(await context.req.formData(), parts), 303);
  });
  app.get("*", async (context) => {
    const path = pathOf(context);
    const view = viewOf(languageOf(context));
    const main = await inside(pages, view, path, parts);
    if (main === null) return context.notFound();
    return context.html(page(view, await statusOf(parts), { tabs, path, main }));
  });
  return app;
}

/** As the browser wrote it: what stands in its places is decoded once. */
function pathOf({ req }: Context): string {
  return new URL(req.url).pathname;
}

/** What stands inside `main` of a page, or `null` where there is no such page. */
async function inside(
  pages: readonly Page[],
  view: View,
  path: string,
  parts: ApiParts,
): Promise<Html | null> {
  for (const page of pages) {
    const places = placesOf(page.path, path);
    if (places !== null) return await page.render(view, places, parts);
  }
  return null;
}

/** What is done with a form that is sent there, or `null` where no page has one. */
function formAt(
  pages: readonly Page[],
  path: string,
): ((form: FormData, parts: ApiParts) => Promise<string>) | null {
  const end = path.lastIndexOf("/");
  const [above, name] = [path.slice(0, end), path.slice(end + 1)];
  for (const { path: pattern, forms = {} } of pages) {
    const places = placesOf(pattern, above === "" ? "/" : above);
    if (places === null || !Object.hasOwn(forms, name)) continue;
    return (form, parts) => forms[name](form, places, parts);
  }
  return null;
}

/** Changes the language of this browser; anybody may. */
export function languageApp(): Hono {
  const app = new Hono();
  app.get("/language/:language", (context) => {
    const wanted = LANGUAGES.find((language) => language === context.req.param("language"));
    if (wanted !== undefined) {
      const options = { path: "/", maxAge: YEAR_SECONDS, sameSite: "Lax" } as const;
      setCookie(context, "language", wanted, options);
    }
    return context.redirect(ownPage(context.req.query("back") ?? "/", context.req.url));
  });
  return app;
}

/** A page of this node, never one of elsewhere: browsers read more as `//host` than it seems. */
function ownPage(back: string, asked: string): string {
  const { origin } = new URL(asked);
  const target = URL.parse(back, origin);
  if (target === null || target.origin !== origin) return "/";
  // `/.//host` is of this origin, and its path is `//host`.
  return target.pathname.replace(/^\/+/, "/") + target.search;
}

/** The browser's choice, else its own language, else Chinese. */
export function languageOf(context: Context): Language {
  const chosen = LANGUAGES.find((language) => language === getCookie(context, "language"));
  if (chosen !== undefined) return chosen;
  const accepted = context.req.header("accept-language") ?? "";
  return /^en\b/i.test(accepted) ? "en" : "zh";
}

export function viewOf(language: Language): View {
  return { language, t: textsFor(language), nowMs: Date.now() };
}
