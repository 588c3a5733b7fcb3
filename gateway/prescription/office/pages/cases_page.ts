/**
 * The page of what a person has to look into: patients to be called, and prescriptions under one
 * key, each with the form that closes it.
 */
import { html } from "hono/html";
import { factRows, type Html, moment, type View } from "../../../console/view.ts";
import type { SameKey } from "../../life/same_key.ts";
import type { ContactCase } from "../office_lists.ts";
import { action, field, officeFrame } from "./parts.ts";
import { officeTexts, wordText } from "./text.ts";

export function casesPage(
  view: View,
  cases: readonly ContactCase[],
  keys: readonly SameKey[],
  said?: string,
): Html {
  const say = officeTexts(view.language);
  const main = html`
    <section class="panel"><h2>${say("openCases")}</h2>${cases.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : html`<p class="note">${say("casesHint")}</p>`}</section>
    ${cases.map((one) => caseCard(view, one))}
    ${keys.length === 0 ? "" : html`
      <section class="panel">
        <h2>${say("sameKeys")}</h2>
        <p class="note">${say("sameKeysHint")}</p>
      </section>
    `}
    ${keys.map((one) => sameKeyCard(view, one))}
  `;
  return officeFrame(view, "/office/cases", main, said);
}

function sameKeyCard(view: View, { body, receivedMs }: SameKey): Html {
  const say = officeTexts(view.language);
  const { id, site, prescription, version, first, key } = body;
  return html`
    <section class="panel alert">
      <h2>${site} · ${prescription}</h2>
      <dl class="facts">${factRows([
        [say("sameKeyLater"), `${prescription} (${version})`],
        [say("sameKeyFirst"), `${first.prescription} (${first.version})`],
        [say("received"), moment(view, new Date(receivedMs).toISOString())],
        ["SHA-256", html`<code>${key.slice(0, 16)}…</code>`],
      ])}</dl>
      <form method="post" action="/office/cases/seen" class="form row">
      <input type="hidden" name="pair" value="${id}">
      ${field(view, { name: "comment", label: "text" })}
      ${action(view, "seen")}
      </form>
    </section>
  `;
}

function caseCard(view: View, { id, site, number, version, cause, openedMs }: ContactCase): Html {
  const say = officeTexts(view.language);
  return html`
    <section class="panel alert">
      <h2>${site} · ${number}</h2>
      <dl class="facts">${factRows([
        [say("cause"), wordText(view.language, cause)],
        [say("prescription"), `${number} (${version})`],
        [say("opened"), moment(view, new Date(openedMs).toISOString())],
      ])}</dl>
      <form method="post" action="/office/cases/close" class="form row">
      <input type="hidden" name="case" value="${id}">
      <label class="field"><span>${say("result")}</span><select name="result">
        <option value="reached">${say("reached")}</option>
        <option value="not-reached">${say("notReached")}</option>
        <option value="not-needed">${say("notNeeded")}</option>
      </select></label>
      ${field(view, { name: "comment", label: "text" })}
      ${action(view, "close")}
      </form>
    </section>
  `;
}
