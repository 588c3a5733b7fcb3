/** The console's pages, live and without a build step; whoever comes here has a session. */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { problemResponse } from "../../sync/problem.ts";
import type { Guarded } from "../api.ts";
import type { ApiParts } from "../api_route.ts";
import { formOf } from "../form.ts";
import type { Actor } from "../people/actor.ts";
import { refusePage } from "../people/pages/refusal_page.ts";
import { statusOf } from "../status.ts";
import { languageOf, viewOf } from "./language.ts";
import { page } from "./layout.ts";
import { LiveStreams } from "./live.ts";
import { type Page, type PageForm, type Places, placesOf, tabsOf } from "./page.ts";
import type { Html, View } from "./view.ts";

/** A form with the photo that a telephone makes. */
const FORM_BYTES_MAX = 16 << 20;

/** `authorised`: whether who asked may still see what is shown, without counting as a use. */
export function consoleApp(
  parts: ApiParts,
  pages: readonly Page[],
  authorised: (context: Context) => boolean,
): Hono<Guarded> {
  const app = new Hono<Guarded>();
  const streams = new LiveStreams(parts.node.tables);
  const tabs = tabsOf(pages);
  app.use(bodyLimit({ maxSize: FORM_BYTES_MAX, onError: tooLarge }));
  app.get("/live", (context) => {
    const found = pageAt(pages, context.req.query("path") ?? "/");
    const language = languageOf(context);
    const actor = context.get("actor");
    const refused = refuse(context, actor, found?.page);
    if (refused !== null) return refused;
    if (found?.page.still === true) return context.notFound();
    const visit = { actor, query: new URLSearchParams() };
    const render = async () =>
      await found?.page.render(viewOf(language), found.places, parts, visit) ?? "";
    return streams.respond({ render, allowed: () => authorised(context) }, context.req.raw);
  });
  app.post("*", async (context) => {
    const found = formAt(pages, pathOf(context));
    if (found === null) return context.notFound();
    const { page, form: { right, send, bytesMax }, places, above } = found;
    const actor = context.get("actor");
    const refused = refusePage(context, actor, right);
    if (refused !== null) return await refused;
    const view = viewOf(languageOf(context));
    const said = await send(await formOf(context.req.raw, bytesMax), places, parts, actor, view);
    if (typeof said === "string") return context.redirect(said, 303);
    return context.html(await framed(view, page, above, said.main, actor), said.status);
  });
  app.get("*", async (context) => {
    const actor = context.get("actor");
    if (!actor.rights.has("read")) return context.redirect("/people", 303);
    const path = pathOf(context);
    const found = pageAt(pages, path);
    if (found === null) return context.notFound();
    const refused = refuse(context, actor, found.page);
    if (refused !== null) return await refused;
    const view = viewOf(languageOf(context));
    const visit = { actor, query: new URL(context.req.url).searchParams };
    const main = await found.page.render(view, found.places, parts, visit);
    if (main === null) return context.notFound();
    return context.html(await framed(view, found.page, path, main, actor));
  });
  return app;

  async function framed(
    view: View,
    { still, assets = [] }: Page,
    path: string,
    main: Html,
    actor: Actor,
  ): Promise<Html> {
    const { isManaged } = parts.people.book;
    const frame = { tabs, path, main, actor, isManaged, live: still !== true, assets };
    return page(view, await statusOf(parts), frame);
  }
}

function tooLarge(): Response {
  return problemResponse({
    status: 413,
    code: "too-large",
    title: "The form is too large",
    detail: `at most ${FORM_BYTES_MAX} bytes are taken`,
    hint: "send a smaller photo",
  });
}

/** The refusal of a page for who lacks its right; `null`: it is shown. */
function refuse(context: Context<Guarded>, actor: Actor, page: Page | undefined) {
  return page?.right === undefined ? null : refusePage(context, actor, page.right);
}

/** As the browser wrote it: what stands in its places is decoded once. */
function pathOf({ req }: Context): string {
  return new URL(req.url).pathname;
}

/** The page there, or `null` where there is none. */
function pageAt(
  pages: readonly Page[],
  path: string,
): { readonly page: Page; readonly places: Places } | null {
  for (const page of pages) {
    const places = placesOf(page.path, path);
    if (places !== null) return { page, places };
  }
  return null;
}

/** The form that is sent there, with the path of its page; `null` where no page has one. */
function formAt(pages: readonly Page[], path: string): {
  readonly page: Page;
  readonly form: PageForm;
  readonly places: Places;
  readonly above: string;
} | null {
  const end = path.lastIndexOf("/");
  const [before, name] = [path.slice(0, end), path.slice(end + 1)];
  const above = before === "" ? "/" : before;
  for (const page of pages) {
    const { path: pattern, forms = {} } = page;
    const places = placesOf(pattern, above);
    if (places !== null && Object.hasOwn(forms, name)) {
      return { page, form: forms[name], places, above };
    }
  }
  return null;
}
