/** Signing in and setting up, for whoever comes; what is shown tells a stranger nothing. */
import { type Context, Hono } from "hono";
import { languageOf, ownPage, viewOf } from "../../console/language.ts";
import type { View } from "../../console/view.ts";
import type { Account } from "../account.ts";
import { tokenHash } from "../../sessions.ts";
import { giveSession, type GuardParts } from "../guard.ts";
import { passwordFault } from "../passwords.ts";
import { newSecret, otpauthUri, stepOf } from "../totp.ts";
import { fieldOf, formOf, typedIn } from "../../form.ts";
import { type SetupOffer, setupPage, setupVoidPage, signInPage } from "./sign_in_page.ts";
import type { PeopleTextKey } from "./text.ts";

interface Env {
  Bindings: { connection: { readonly remoteAddr: { readonly hostname: string } } };
}

export function signInApp(parts: GuardParts): Hono<Env> {
  const app = new Hono<Env>();
  const { people, node } = parts;
  const addressOf = (context: Context<Env>) => context.env.connection.remoteAddr.hostname;
  app.get("/sign-in", (context) => {
    const view = viewOf(languageOf(context));
    return context.html(signInPage(view, node.config.title[view.language], "/"));
  });
  app.post("/sign-in", async (context) => {
    const form = await formOf(context.req.raw);
    const to = ownPage(fieldOf(form, "to"), context.req.url);
    const typed = {
      name: fieldOf(form, "name"),
      password: typedIn(form, "password"),
      code: fieldOf(form, "code"),
    };
    const outcome = await people.signIn.signIn(typed, addressOf(context));
    if (outcome.kind === "in") {
      giveSession(parts, context, outcome.session);
      return context.redirect(to, 303);
    }
    const view = viewOf(languageOf(context));
    const status = outcome.kind === "wrong" ? 401 : outcome.kind === "busy" ? 503 : 429;
    return context.html(signInPage(view, node.config.title[view.language], to, outcome), status);
  });
  // Looking changes nothing: chat programs look at links before people do.
  app.get("/setup/:token", async (context) => {
    const view = viewOf(languageOf(context));
    const account = await people.desk.setupOf(context.req.param("token"));
    if (account === null) return context.html(setupVoidPage(view, context.req.path), 403);
    const offer = offerOf(parts, account, addressOf(context), context.req.path);
    return context.html(setupPage(view, { ...offer, fault: null }));
  });
  app.post("/setup/:token", async (context) => {
    const view = viewOf(languageOf(context));
    const token = context.req.param("token");
    const account = await people.desk.setupOf(token);
    if (account === null) return context.html(setupVoidPage(view, context.req.path), 403);
    const form = await formOf(context.req.raw);
    const address = addressOf(context);
    const offered = offerOf(parts, account, address, context.req.path);
    const secret = fieldOf(form, "secret");
    const offer = /^[A-Z2-7]{32}$/.test(secret)
      ? { ...offered, secret, uri: otpauthUri(secret, account.id, node.config.node) }
      : offered;
    const fault = await setUp(parts, { account, offer, form, address, token });
    if (fault !== null) return context.html(setupPage(view, { ...offer, fault }), 422);
    return context.html(afterSetup(view, node.config.title[view.language]));
  });
  return app;
}

function afterSetup(view: View, title: string) {
  return signInPage(view, title, "/");
}

function offerOf(
  { people, node }: GuardParts,
  account: Account,
  address: string,
  path: string,
): Omit<SetupOffer, "fault"> {
  const secret = newSecret();
  const uri = otpauthUri(secret, account.id, node.config.node);
  const needsCode = people.signIn.needsCode(account, false, address);
  return { path, account: account.id, secret, uri, needsCode };
}

/** Sets what was typed; returns what is wrong with it, or `null`. */
async function setUp(
  { people, node }: GuardParts,
  { account, offer, form, address, token }: {
    readonly account: Account;
    readonly offer: Omit<SetupOffer, "fault">;
    readonly form: FormData;
    readonly address: string;
    readonly token: string;
  },
): Promise<PeopleTextKey | null> {
  const password = typedIn(form, "password");
  const code = fieldOf(form, "code");
  if (password !== typedIn(form, "again")) return "notAlike";
  const fault = passwordFault(password, account.id.split("@")[0]);
  if (fault !== null) return fault;
  const { desk, argon, locks } = people;
  const who = `person ${account.id} from ${address}`;
  const { id } = account;
  const isWithCode = code !== "" || offer.needsCode;
  const { wallMs } = node.clock.now();
  const step = stepOf(code, { secret: offer.secret, used: locks.usedStep(id), wallMs });
  if (isWithCode && step === null) return "codeWrong";
  const secret = await argon.hash(password);
  const setup = tokenHash(token);
  const isSet = await desk.set({ account: id, what: "password", secret, who, setup });
  if (!isSet) return "someoneElse";
  // After the password: who comes second with a link sets neither.
  if (isWithCode && step !== null) {
    await desk.set({ account: id, what: "totp", secret: offer.secret, who });
    locks.useStep(id, step);
  }
  // Whoever knew the password of before is out.
  people.sessions.endOf(id);
  locks.forget("account", id);
  await locks.saved();
  return null;
}
