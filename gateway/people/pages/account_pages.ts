/** The pages of accounts. */
import { html } from "hono/html";
import { dataTable } from "../../console/data_table.ts";
import { badge, durationText, factRows, type Html, type View } from "../../console/view.ts";
import { type Account, homeOf } from "../account.ts";
import type { People } from "../people.ts";
import { roleTitle } from "../roles.ts";
import { lastDay, wordFields } from "./account_form.ts";
import { button, field } from "./fields.ts";
import { peopleTexts } from "./text.ts";

const ACCOUNTS = "/people/accounts";

export function accountsPage(view: View, people: People): Html {
  const { language } = view;
  const say = peopleTexts(language);
  const columns = ["accountName", "roles", "sitesAllowed", "validUntil", "state"] as const;
  const rows = people.book.list().map((account) => {
    const { id, name, roles, sites, validUntilMs } = account;
    return [
      html`<a href="${ACCOUNTS}/${encodeURIComponent(id)}">${
        name[language]
      }</a> <code>${id}</code>`,
      roles.map((role) => roleTitle(role)[language]).join(" · ") || "–",
      sites.join(" ") || say("everywhere"),
      validUntilMs === null ? say("forEver") : lastDay(validUntilMs),
      stateBadges(view, people, account),
    ];
  });
  return html`
    <section class="panel"><h2>${say("accounts")}</h2>${rows.length === 0
      ? html`<p class="empty">${say("noAccounts")}</p>`
      : dataTable(columns.map((head) => ({ head: say(head) })), rows)}</section>
    <section class="panel">
      <details ${rows.length < 2 ? "open" : ""}>
        <summary>${say("addAccount")}</summary>
        <form method="post" action="${ACCOUNTS}" class="form">
        ${field(view, { name: "account", label: "accountName" })}
        ${wordFields(view, null)}${button(view, "addAccount")}
      </form>
      </details>
    </section>
  `;
}

function stateBadges(view: View, people: People, { id, state }: Account): Html {
  const say = peopleTexts(view.language);
  const isLocked = people.locks.minutes("account", id) > 0 || people.locks.minutes("pin", id) > 0;
  return html`${badge(state === "active" ? "good" : "idle", say(state))} ${
    isLocked ? badge("bad", say("lockedNow")) : ""
  } ${people.book.hasPassword(id) ? "" : badge("warn", say("noPassword"))}`;
}

export function accountPage(view: View, people: People, account: Account): Html {
  const say = peopleTexts(view.language);
  const { id, name, version } = account;
  const path = `${ACCOUNTS}/${encodeURIComponent(id)}`;
  const { place } = people;
  const isOwn = homeOf(id) === (place.role === "county" ? null : place.node);
  const facts = factRows([
    [say("accountName"), id],
    [say("state"), stateBadges(view, people, account)],
  ]);
  return html`
    <section class="panel">
      <h2>${name[view.language]}</h2>
      <dl class="facts">${facts}</dl>
      <div class="buttons">
        ${isOwn ? action(view, `${path}/setup-link`, "setupLink") : ""}
        ${action(view, `${path}/unlock`, "unlock")}
      </div>
    </section>
    ${isOwn
      ? html`
        <section class="panel">
          <form method="post" action="${path}" class="form">
                <input type="hidden" name="version" value="${version}">
                ${wordFields(view, account)}${button(view, "save")}
              </form>
        </section>
      `
      : html`<p class="banner idle">${say("ofCounty")}</p>`}
    ${sessionsOf(view, people, id, path)}
  `;
}

function action(view: View, path: string, label: "setupLink" | "unlock" | "end"): Html {
  return html`<form method="post" action="${path}">${button(view, label)}</form>`;
}

function sessionsOf(view: View, people: People, id: string, path: string): Html {
  const say = peopleTexts(view.language);
  const sessions = people.sessions.list(id);
  if (sessions.length === 0) return html``;
  const rows = sessions.map(({ name, address, idleSeconds }) => [
    html`<code>${name}</code>`,
    address,
    durationText(view.language, idleSeconds),
  ]);
  const columns = [say("sessions"), say("from"), say("idle")].map((head) => ({ head }));
  return html`<section class="panel"><h2>${say("sessions")}</h2>${dataTable(columns, rows)}
    ${action(view, `${path}/sessions`, "end")}</section>`;
}

/** A link that is shown once. */
export function linkShown(view: View, { id, name }: Account, url: string): Html {
  const say = peopleTexts(view.language);
  return html`
    <section class="panel">
      <h2>${name[view.language]} · ${id}</h2>
      <p>${say("setupLinkHint")}</p>
      <pre class="shown">${url}</pre>
      <p><a class="plain" href="${ACCOUNTS}">${say("accounts")}</a></p>
    </section>
  `;
}
