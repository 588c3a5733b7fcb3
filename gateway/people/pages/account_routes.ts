/** Accounts, for security administrators, and for an owner who makes the first ones (X1). */
import type { Context, Hono } from "hono";
import { html } from "hono/html";
import type { ApiParts } from "../../api_route.ts";
import { type Account, ACCOUNT_NAME, homeOf, idAt } from "../account.ts";
import { accountPage, accountsPage, linkShown } from "./account_pages.ts";
import { wordOf } from "./account_form.ts";
import { setupUrl } from "../people_api.ts";
import { fieldOf, formOf } from "./form.ts";
import { back, needs, outcome, type PeopleEnv, type Show } from "./show.ts";

const ACCOUNTS = "/people/accounts";
const RIGHT = "accounts.manage";

export function accountRoutes(app: Hono<PeopleEnv>, parts: ApiParts, show: Show): void {
  const { people, node } = parts;
  const { desk, book } = people;
  const asked = (context: Context<PeopleEnv>): Account | null =>
    book.account(context.req.param("id") ?? "");
  const pathOf = (id: string) => `${ACCOUNTS}/${encodeURIComponent(id)}`;

  app.get(ACCOUNTS, (context) => {
    const refused = needs(context, RIGHT);
    if (refused !== null) return refused;
    return show(context, (view) => html`${outcome(context, view)}${accountsPage(view, people)}`);
  });

  app.post(ACCOUNTS, async (context) => {
    const refused = needs(context, RIGHT);
    if (refused !== null) return refused;
    const form = await formOf(context.req.raw);
    const name = fieldOf(form, "account");
    if (!ACCOUNT_NAME.test(name)) return back(context, ACCOUNTS, "badName");
    const id = idAt(name, people.place);
    if (book.find(name) !== null) return back(context, ACCOUNTS, "nameTaken");
    const word = wordOf(form);
    if (word === null) return back(context, ACCOUNTS, "badWord");
    const put = await desk.put(context.get("actor"), id, 0, word);
    if (put.kind === "fault") return back(context, ACCOUNTS, put.fault);
    return await showLink(context, put.account);
  });

  app.get(`${ACCOUNTS}/:id`, (context) => {
    const refused = needs(context, RIGHT);
    if (refused !== null) return refused;
    const account = asked(context);
    if (account === null) return context.notFound();
    return show(
      context,
      (view) => html`${outcome(context, view)}${accountPage(view, people, account)}`,
    );
  });

  app.post(`${ACCOUNTS}/:id`, async (context) => {
    const refused = needs(context, RIGHT);
    if (refused !== null) return refused;
    const account = asked(context);
    if (account === null) return context.notFound();
    const form = await formOf(context.req.raw);
    const word = wordOf(form);
    if (word === null) return back(context, pathOf(account.id), "badWord");
    const version = Number(fieldOf(form, "version"));
    const put = await desk.put(context.get("actor"), account.id, version, word);
    return back(context, pathOf(account.id), put.kind === "done" ? "saved" : put.fault);
  });

  app.post(`${ACCOUNTS}/:id/setup-link`, async (context) => {
    const refused = needs(context, RIGHT);
    if (refused !== null) return refused;
    const account = asked(context);
    if (account === null) return context.notFound();
    const home = people.place.role === "county" ? null : people.place.node;
    if (homeOf(account.id) !== home) return back(context, pathOf(account.id), "countyAccount");
    return await showLink(context, account);
  });

  app.post(`${ACCOUNTS}/:id/unlock`, async (context) => {
    const refused = needs(context, RIGHT);
    if (refused !== null) return refused;
    const account = asked(context);
    if (account === null) return context.notFound();
    await people.signIn.unlock(account.id, context.get("actor").who);
    return back(context, pathOf(account.id), "unlocked");
  });

  app.post(`${ACCOUNTS}/:id/sessions`, async (context) => {
    const refused = needs(context, RIGHT);
    if (refused !== null) return refused;
    const account = asked(context);
    if (account === null) return context.notFound();
    const count = people.sessions.endOf(account.id);
    const { who } = context.get("actor");
    await desk.tell("sessions-ended", { who, account: account.id, count });
    return back(context, pathOf(account.id), "ended");
  });

  async function showLink(context: Context<PeopleEnv>, account: Account): Promise<Response> {
    const token = await desk.newSetupLink(context.get("actor"), account.id);
    node.log({ kind: "setup-link", account: account.id });
    const url = setupUrl(parts.url, token);
    return await show(context, (view) => linkShown(view, account, url));
  }
}
