/** Accounts, for security administrators, and for an owner who makes the first ones (X1). */
import type { Context, Hono } from "hono";
import { html } from "hono/html";
import type { ApiParts } from "../../api_route.ts";
import { type Account, ACCOUNT_NAME, homeOf, idAt } from "../account.ts";
import { setupUrl } from "../people_api.ts";
import { wordOf } from "./account_form.ts";
import { accountPage, accountsPage, linkShown } from "./account_pages.ts";
import { fieldOf, formOf } from "../../form.ts";
import { back, needs, outcome, type PeopleEnv, type Show } from "./show.ts";

const ACCOUNTS = "/people/accounts";

type Asked = Context<PeopleEnv>;
type Answer = Response | Promise<Response>;

export function accountRoutes(app: Hono<PeopleEnv>, parts: ApiParts, show: Show): void {
  const { people } = parts;
  const { desk, book } = people;
  const allowed = (handle: (context: Asked) => Answer) => (context: Asked) =>
    needs(context, "accounts.manage") ?? handle(context);
  const ofOne = (handle: (context: Asked, account: Account) => Answer) =>
    allowed((context) => {
      const account = book.account(context.req.param("id") ?? "");
      return account === null ? context.notFound() : handle(context, account);
    });
  const showLink = async (context: Asked, account: Account) => {
    const token = await desk.newSetupLink(context.get("actor"), account.id);
    parts.node.log({ kind: "setup-link", account: account.id });
    return await show(context, (view) => linkShown(view, account, setupUrl(parts.url, token)));
  };

  app.get(
    ACCOUNTS,
    allowed((context) =>
      show(context, (view) => html`${outcome(context, view)}${accountsPage(view, people)}`)
    ),
  );
  app.post(
    ACCOUNTS,
    allowed(async (context) => {
      const made = await addAccount(parts, context);
      return made instanceof Response ? made : await showLink(context, made);
    }),
  );
  app.get(
    `${ACCOUNTS}/:id`,
    ofOne((context, account) =>
      show(context, (view) => html`${outcome(context, view)}${accountPage(view, people, account)}`)
    ),
  );
  app.post(`${ACCOUNTS}/:id`, ofOne((context, account) => change(parts, context, account)));
  app.post(
    `${ACCOUNTS}/:id/setup-link`,
    ofOne((context, account) => {
      const home = people.place.role === "county" ? null : people.place.node;
      const isOwn = homeOf(account.id) === home;
      return isOwn
        ? showLink(context, account)
        : back(context, pathOf(account.id), "countyAccount");
    }),
  );
  app.post(
    `${ACCOUNTS}/:id/unlock`,
    ofOne(async (context, { id }) => {
      await people.signIn.unlock(id, context.get("actor").who);
      return back(context, pathOf(id), "unlocked");
    }),
  );
  app.post(
    `${ACCOUNTS}/:id/sessions`,
    ofOne(async (context, { id }) => {
      const count = people.sessions.endOf(id);
      await desk.tell("sessions-ended", { who: context.get("actor").who, account: id, count });
      return back(context, pathOf(id), "ended");
    }),
  );
}

function pathOf(id: string): string {
  return `${ACCOUNTS}/${encodeURIComponent(id)}`;
}

/** The account that a form made, or the way back with what is wrong. */
async function addAccount({ people }: ApiParts, context: Asked): Promise<Account | Response> {
  const form = await formOf(context.req.raw);
  const name = fieldOf(form, "account");
  if (!ACCOUNT_NAME.test(name)) return back(context, ACCOUNTS, "badName");
  if (people.book.find(name) !== null) return back(context, ACCOUNTS, "nameTaken");
  const word = wordOf(form);
  if (word === null) return back(context, ACCOUNTS, "badWord");
  const id = idAt(name, people.place);
  const put = await people.desk.put(context.get("actor"), id, 0, word);
  return put.kind === "fault" ? back(context, ACCOUNTS, put.fault) : put.account;
}

async function change({ people }: ApiParts, context: Asked, { id }: Account): Promise<Response> {
  const form = await formOf(context.req.raw);
  const word = wordOf(form);
  if (word === null) return back(context, pathOf(id), "badWord");
  const version = Number(fieldOf(form, "version"));
  const put = await people.desk.put(context.get("actor"), id, version, word);
  return back(context, pathOf(id), put.kind === "done" ? "saved" : put.fault);
}
