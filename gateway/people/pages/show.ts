/** What the pages about people share: who is there, how a page is shown, where one goes next. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Guarded } from "../../api.ts";
import type { Html, View } from "../../console/view.ts";
import type { Actor } from "../actor.ts";
import type { Right } from "../roles.ts";
import { said } from "./fields.ts";
import { refusePage } from "./refusal_page.ts";
import { isPeopleText, type PeopleTextKey } from "./text.ts";

export interface PeopleEnv extends Guarded {
  Bindings: { connection: { readonly remoteAddr: { readonly hostname: string } } };
}

/** Shows a page in its frame. */
export type Show = (
  context: Context<PeopleEnv>,
  main: (view: View) => Html | Promise<Html>,
  status?: ContentfulStatusCode,
) => Promise<Response>;

interface PeopleTab {
  readonly path: string;
  readonly text: PeopleTextKey;
}

const BY_RIGHT: readonly (PeopleTab & { readonly right: Right })[] = [
  { path: "/people/accounts", text: "accounts", right: "accounts.manage" },
  { path: "/people/programs", text: "programs", right: "system.manage" },
  { path: "/people/audit", text: "trail", right: "audit.read" },
];

/** The pages that somebody may open; a person's own account is the first. */
export function peopleTabs({ kind, rights }: Actor): PeopleTab[] {
  const own = kind === "person" ? [{ path: "/people/me", text: "me" } as const] : [];
  return [...own, ...BY_RIGHT.filter(({ right }) => rights.has(right))];
}

/** The refusal of a page for who lacks its right; `null`: it is shown. */
export function needs(
  context: Context<PeopleEnv>,
  right: Right,
): Response | Promise<Response> | null {
  return refusePage(context, context.get("actor"), right);
}

/** Back to a page with what became of a form: loading it again sends nothing twice. */
export function back(context: Context<PeopleEnv>, path: string, key: PeopleTextKey): Response {
  return context.redirect(`${path}?said=${key}`, 303);
}

const GOOD: readonly PeopleTextKey[] = ["saved", "ended", "unlocked", "revoked"];

/** What became of the form before, as {@link back} has it. */
export function outcome(context: Context<PeopleEnv>, view: View): Html | "" {
  const key = context.req.query("said") ?? "";
  if (!isPeopleText(key)) return "";
  return said(view, key, GOOD.includes(key) ? "good" : "bad");
}
