/** A person's own account: password, PIN, second factor, sessions. */
import type { Context, Hono } from "hono";
import { html } from "hono/html";
import type { ApiParts } from "../../api_route.ts";
import { dataTable } from "../../console/data_table.ts";
import { badge, durationText, factRows, type Html, type View } from "../../console/view.ts";
import { type Account, homeOf, typedName } from "../account.ts";
import { badgeNumber, badgeSecret } from "../badge.ts";
import { passwordFault, PIN_COST, pinFault } from "../passwords.ts";
import type { People } from "../people.ts";
import { isAdministrator, roleTitle } from "../roles.ts";
import { newSecret, otpauthUri, stepOf } from "../totp.ts";
import { button, field } from "./fields.ts";
import { fieldOf, formOf, typedIn } from "../../form.ts";
import { back, outcome, type PeopleEnv, type Show } from "./show.ts";
import { newPassword, secondFactorFields } from "./sign_in_page.ts";
import { type PeopleTextKey, peopleTexts } from "./text.ts";

const ME = "/people/me";

export function meRoutes(app: Hono<PeopleEnv>, parts: ApiParts, show: Show): void {
  const { people } = parts;
  const self = (context: Context<PeopleEnv>) =>
    people.book.account(context.get("actor").account ?? "");
  app.get(ME, (context) => {
    const account = self(context);
    if (account === null) return context.notFound();
    return show(context, async (view) => {
      const session = context.get("actor").session ?? "";
      return html`${outcome(context, view)}${await mePage(view, parts, account, session)}`;
    });
  });
  app.post(`${ME}/:what`, async (context) => {
    const account = self(context);
    const change = CHANGES[context.req.param("what")];
    if (account === null || change === undefined) return context.notFound();
    const { who, session } = context.get("actor");
    const { hostname: address } = context.env.connection.remoteAddr;
    const form = await formOf(context.req.raw);
    const key = await change({ parts, people, account, form, who, session, address });
    return back(context, ME, key);
  });
}

interface Asked {
  readonly parts: ApiParts;
  readonly people: People;
  readonly account: Account;
  readonly form: FormData;
  readonly who: string;
  readonly session: string | null;
  readonly address: string;
}

/** Each says what became of it. */
const CHANGES: Readonly<Record<string, (asked: Asked) => Promise<PeopleTextKey>>> = {
  password: changePassword,
  pin: changePin,
  badge: changeBadge,
  "second-factor": changeSecondFactor,
  sessions: async ({ people, account, form, who, session }) => {
    const only = fieldOf(form, "session");
    const which = only === "" ? { but: session ?? "" } : { only };
    const count = people.sessions.endOf(account.id, which);
    await people.desk.tell("sessions-ended", { who, account: account.id, count });
    return "ended";
  },
};

/** Whoever finds a page open knows no password: each change asks for it. */
async function isSelf({ people, account, form, address }: Asked): Promise<PeopleTextKey | null> {
  const typed = typedIn(form, "now");
  const checked = await people.signIn.check(account, typed, address);
  return checked === "right" ? null : checked === "wrong" ? "passwordWrong" : "busy";
}

async function changePassword(asked: Asked): Promise<PeopleTextKey> {
  const { people, account, form, who, session } = asked;
  if (!isChangedHere(people, account)) return "countyOnly";
  const password = typedIn(form, "password");
  if (password !== typedIn(form, "again")) return "notAlike";
  const fault = passwordFault(password, typedName(account.id)) ?? await isSelf(asked);
  if (fault !== null) return fault;
  const secret = await people.argon.hash(password);
  const isSet = await people.desk.set({ account: account.id, what: "password", secret, who });
  if (!isSet) return "someoneElse";
  people.sessions.endOf(account.id, { but: session ?? "" });
  return "saved";
}

async function changePin(asked: Asked): Promise<PeopleTextKey> {
  const { people, account, form, who } = asked;
  const pin = fieldOf(form, "pin");
  if (pin !== fieldOf(form, "again")) return "notAlike";
  const fault = pinFault(pin) ?? await isSelf(asked);
  if (fault !== null) return fault;
  const secret = await people.argon.hash(pin, PIN_COST, people.pinKey);
  const isSet = await people.desk.set({ account: account.id, what: "pin", secret, who });
  if (!isSet) return "someoneElse";
  people.locks.forget("pin", account.id);
  await people.locks.saved();
  return "saved";
}

async function changeBadge(asked: Asked): Promise<PeopleTextKey> {
  const { people, account: { id: account }, form, who } = asked;
  const typed = fieldOf(form, "badge");
  const number = badgeNumber(typed);
  if (number === null && typed !== "") return "badgeWrong";
  const fault = await isSelf(asked);
  if (fault !== null) return fault;
  const secret = number === null ? null : badgeSecret(number, people.pinKey);
  const others = (await people.vault.badges()).filter((one) => one.account !== account);
  if (others.some((one) => one.secret === secret)) return "badgeTaken";
  const isSet = await people.desk.set({ account, what: "badge", secret, who });
  return isSet ? "saved" : "someoneElse";
}

async function changeSecondFactor(asked: Asked): Promise<PeopleTextKey> {
  const { parts, people, account, form, who } = asked;
  if (!isChangedHere(people, account)) return "countyOnly";
  const secret = fieldOf(form, "secret");
  if (!/^[A-Z2-7]{32}$/.test(secret)) return "codeWrong";
  const fault = await isSelf(asked);
  if (fault !== null) return fault;
  const { wallMs } = parts.node.clock.now();
  const used = people.locks.usedStep(account.id);
  const step = stepOf(fieldOf(form, "code"), { secret, used, wallMs });
  if (step === null) return "codeWrong";
  const isSet = await people.desk.set({ account: account.id, what: "totp", secret, who });
  if (!isSet) return "someoneElse";
  people.locks.useStep(account.id, step);
  await people.locks.saved();
  return "saved";
}

/** At a site a county's account is as the county says. */
function isChangedHere({ place }: People, { id }: Account): boolean {
  return homeOf(id) === (place.role === "county" ? null : place.node);
}

async function mePage(
  view: View,
  { people, node }: ApiParts,
  account: Account,
  session: string,
): Promise<Html> {
  const say = peopleTexts(view.language);
  const { id, name, title, roles } = account;
  const hasPin = (await people.vault.held(id, "pin")).secret !== null;
  const hasBadge = (await people.vault.held(id, "badge")).secret !== null;
  const hasCode = (await people.vault.held(id, "totp")).secret !== null;
  const rolesText = roles.map((role) => roleTitle(role)[view.language]).join(" · ");
  const facts = factRows([
    [say("accountName"), id],
    [say("roles"), rolesText === "" ? "–" : rolesText],
    ...(title === undefined ? [] : [[say("jobTitle"), title] as const]),
    [say("secondFactor"), state(say(hasCode ? "secondFactorOn" : "secondFactorOff"), hasCode)],
    [say("badge"), state(say(hasBadge ? "pinSet" : "pinNone"), hasBadge)],
    [say("pin"), state(say(hasPin ? "pinSet" : "pinNone"), hasPin)],
  ]);
  const hasRights = people.book.rights(account, node.clock.now().wallMs).size > 0;
  return html`
    ${hasRights ? "" : html`<p class="banner idle">${say("noRole")}</p>`}
    <section class="panel">
      <h2>${name[view.language]}</h2>
      <dl class="facts">${facts}</dl>
    </section>
    ${isChangedHere(people, account) ? homeForms(view, account, node.config.node) : html`
      <p
        class="banner idle">${say("countyOnly")}</p>
    `}
    <section class="panel">
      <h2>${say("pin")}</h2>
      <p class="note">${say("pinHint")}</p>
      <form method="post" action="${ME}/pin" class="form">
        ${field(view, { name: "pin", label: "pinNew", type: "password", keys: "numeric" })}
        ${field(view, { name: "again", label: "passwordAgain", type: "password", keys: "numeric" })}
        ${passwordNow(view)}${button(view, "save")}
      </form>
    </section>
    <section class="panel">
      <h2>${say("badge")}</h2>
      <p class="note">${say("badgeHint")}</p>
      <form method="post" action="${ME}/badge" class="form">
        ${passwordNow(view)}
        ${field(view, { name: "badge", label: "badgeNew", type: "password", optional: true })}
        ${button(view, "save")}
      </form>
    </section>
    ${sessionList(view, people, id, session)}
  `;
}

function homeForms(view: View, account: Account, node: string): Html {
  const say = peopleTexts(view.language);
  const secret = newSecret();
  const offer = { secret, uri: otpauthUri(secret, account.id, node) };
  const isOpen = isAdministrator(account.roles) ? "open" : "";
  return html`
    <section class="panel">
      <h2>${say("passwordChange")}</h2>
      <form method="post" action="${ME}/password" class="form">
        ${passwordNow(view)}${newPassword(view)}${button(view, "save")}
      </form>
    </section>
    <section class="panel">
      <details ${isOpen}>
        <summary>${say("secondFactor")}</summary>
        <form method="post" action="${ME}/second-factor" class="form">
        ${secondFactorFields(view, offer, false)}${passwordNow(view)}${button(view, "save")}
      </form>
      </details>
    </section>
  `;
}

function passwordNow(view: View): Html {
  const more = { type: "password", autocomplete: "current-password" } as const;
  return field(view, { name: "now", label: "passwordNow", ...more });
}

function state(text: string, isGood: boolean): Html {
  return badge(isGood ? "good" : "idle", text);
}

function sessionList(view: View, people: People, account: string, own: string): Html {
  const say = peopleTexts(view.language);
  const sessions = people.sessions.list(account);
  const columns = [{ head: say("from") }, { head: say("idle") }, { head: say("end") }];
  const rows = sessions.map(({ name, address, idleSeconds }) => [
    address,
    durationText(view.language, idleSeconds),
    name === own ? say("thisOne") : html`<form method="post" action="${ME}/sessions">
      <input type="hidden" name="session" value="${name}">${button(view, "end")}</form>`,
  ]);
  return html`<section class="panel"><h2>${say("sessions")}</h2>${dataTable(columns, rows)}
    ${
    sessions.length < 2 ? "" : html`<form method="post" action="${ME}/sessions">
      ${button(view, "endOthers")}</form>`
  }</section>`;
}
