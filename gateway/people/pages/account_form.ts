/** A word on an account as its form has it. */
import { html } from "hono/html";
import { dayOf, dayText, parseDay, startOfDay } from "../../../sync/day.ts";
import type { Html, View } from "../../console/view.ts";
import { type Account, type AccountWord, accountWord, STATES } from "../account.ts";
import { ROLE_NAMES, roleTitle } from "../roles.ts";
import { boxes, field } from "./fields.ts";
import { fieldOf } from "../../form.ts";
import { peopleTexts } from "./text.ts";

/** `null` where a field is not what it should be. */
export function wordOf(form: FormData): AccountWord | null {
  const until = fieldOf(form, "until");
  const validUntilMs = until === "" ? null : endOf(until);
  const title = fieldOf(form, "title");
  const zh = fieldOf(form, "zh");
  const word = accountWord.safeParse({
    name: { zh, en: fieldOf(form, "en") || zh },
    ...(title === "" ? {} : { title }),
    roles: form.getAll("role"),
    state: fieldOf(form, "state") || "active",
    sites: fieldOf(form, "sites").split(/[\s,，]+/).filter((site) => site !== ""),
    validUntilMs,
  });
  return word.success ? word.data : null;
}

/** A term ends with the day in China. */
function endOf(text: string): number {
  const day = parseDay(text);
  return day === null ? NaN : startOfDay(day + 1);
}

/** The day that a term ends with, `YYYY-MM-DD` in China. */
export function lastDay(validUntilMs: number): string {
  return dayText(dayOf(validUntilMs - 1));
}

/** The fields; filled in with what stands, where there is an account. */
export function wordFields(view: View, account: Account | null): Html {
  const { language } = view;
  const say = peopleTexts(language);
  const { name, title = "", roles = [], state, sites = [], validUntilMs = null } = account ?? {};
  const until = validUntilMs === null ? "" : lastDay(validUntilMs);
  const all = ROLE_NAMES.map((role) => [role, roleTitle(role)[language]] as const);
  return html`
    ${field(view, { name: "zh", label: "nameZh", value: name?.zh ?? "" })}
    ${field(view, { name: "en", label: "nameEn", value: name?.en ?? "", optional: true })}
    ${field(view, { name: "title", label: "jobTitle", value: title, optional: true })}
    <fieldset><legend>${say("roles")}</legend>${boxes("role", all, roles)}</fieldset>
    ${field(view, {
      name: "sites",
      label: "sitesAllowed",
      hint: "sitesHint",
      value: sites.join(" "),
      optional: true,
    })}
    ${field(view, {
      name: "until",
      label: "validUntil",
      type: "date",
      value: until,
      optional: true,
    })}
    ${state === undefined ? "" : html`<label class="field"><span>${say("state")}</span>
      <select name="state">${
      STATES.map((one) =>
        html`<option value="${one}" ${one === state ? "selected" : ""}>${say(one)}</option>`
      )
    }</select></label>`}
  `;
}
