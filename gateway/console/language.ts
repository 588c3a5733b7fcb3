/** Which language a browser is answered in, and how it changes. */
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { type Language, LANGUAGES, textsFor } from "./text.ts";
import type { View } from "./view.ts";

const YEAR_SECONDS = 365 * 86_400;

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
export function ownPage(back: string, asked: string): string {
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
