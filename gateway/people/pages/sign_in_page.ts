/** Pages for somebody who is not signed in: signing in, and setting the first password. */
import { html } from "hono/html";
import { encode } from "uqr";
import { plainPage } from "../../console/layout.ts";
import type { Html, View } from "../../console/view.ts";
import type { SignedIn } from "../sign_in.ts";
import { field, said } from "./fields.ts";
import { type PeopleTextKey, peopleTexts } from "./text.ts";

/** `path`: where to go on to, and back to for the other language. */
export function signInPage(
  view: View,
  title: string,
  path: string,
  outcome: Exclude<SignedIn, { kind: "in" }> | null = null,
): Html {
  const say = peopleTexts(view.language);
  const inside = html`
    ${outcome === null ? "" : outcomeBanner(view, outcome)}
    <form method="post" action="/sign-in" class="form">
      <input type="hidden" name="to" value="${path}">
      ${field(view, { name: "name", label: "accountName", autocomplete: "username" })}
      ${field(view, {
        name: "password",
        label: "password",
        type: "password",
        autocomplete: "current-password",
      })}
      ${field(view, {
        name: "code",
        label: "code",
        hint: "codeHint",
        autocomplete: "one-time-code",
        keys: "numeric",
        optional: true,
      })}
      <button class="enter">${say("signIn")}</button>
    </form>
    <p><small>${say("forgotten")}</small></p>
  `;
  return plainPage(view, say("signInTo", title), path, inside);
}

function outcomeBanner(view: View, outcome: Exclude<SignedIn, { kind: "in" }>): Html {
  const say = peopleTexts(view.language);
  switch (outcome.kind) {
    case "wrong":
      return html`${said(view, "wrong", "bad")}<p><small>${say("wrongHint")}</small></p>`;
    case "locked":
      return html`
        <p class="banner bad" role="status">${say("locked", outcome.minutes)}</p>
        <p><small>${say("lockedHint")}</small></p>
      `;
    case "busy":
      return said(view, "busy", "bad");
  }
}

export interface SetupOffer {
  /** The link's own path. */
  readonly path: string;
  readonly account: string;
  readonly secret: string;
  /** What the authenticator app reads. */
  readonly uri: string;
  /** Whether it has to be set up now. */
  readonly needsCode: boolean;
  readonly fault: PeopleTextKey | null;
}

export function setupPage(view: View, offer: SetupOffer): Html {
  const say = peopleTexts(view.language);
  const inside = html`
    <p>${say("setupFor", offer.account)}</p>
    ${offer.fault === null ? "" : said(view, offer.fault, "bad")}
    <form method="post" action="${offer.path}" class="form">
      ${newPassword(view)}
      <h2>${say("secondFactor")}</h2>
      <p><small>${say(offer.needsCode ? "secondFactorNeeded" : "secondFactorOptional")}</small></p>
      ${secondFactorFields(view, offer, !offer.needsCode)}
      <button class="enter">${say("save")}</button>
    </form>
  `;
  return plainPage(view, say("setup"), offer.path, inside);
}

export function newPassword(view: View): Html {
  const more = { type: "password", autocomplete: "new-password" } as const;
  return html`${
    field(view, { name: "password", label: "passwordNew", hint: "passwordRules", ...more })
  }${field(view, { name: "again", label: "passwordAgain", ...more })}`;
}

/** The secret as a picture and as text, and the field for the first code. */
export function secondFactorFields(
  view: View,
  { secret, uri }: Pick<SetupOffer, "secret" | "uri">,
  optional: boolean,
): Html {
  const say = peopleTexts(view.language);
  return html`
    <p>${say("secondFactorScan")}</p>
    ${qrCode(uri)}
    <p><small>${say("secret")}</small> <code>${secret}</code></p>
    <input type="hidden" name="secret" value="${secret}">
    ${field(view, {
      name: "code",
      label: "code",
      autocomplete: "one-time-code",
      keys: "numeric",
      optional,
    })}
  `;
}

/** Black on white whatever the page's colours: that is what cameras read. */
function qrCode(text: string): Html {
  const { size, data } = encode(text, { border: 4 });
  const path = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => isDark ? [`M${x} ${y}h1v1h-1z`] : [])
  ).join("");
  return html`
    <svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="QR">
      <rect width="${size}" height="${size}" fill="#fff" />
      <path d="${path}" fill="#000" />
    </svg>
  `;
}

export function setupVoidPage(view: View, path: string): Html {
  const say = peopleTexts(view.language);
  return plainPage(view, say("setupVoid"), path, html`<p>${say("setupVoidHint")}</p>`);
}
