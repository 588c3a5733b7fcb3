/** The page of the duty roster: a week from a day on, and the form that puts somebody on duty. */
import { html } from "hono/html";
import { dataTable } from "../../../console/data_table.ts";
import type { Html, View } from "../../../console/view.ts";
import { dayAfter } from "../../../china_calendar.ts";
import type { Shift } from "../office_lists.ts";
import { action, besides, field, officeFrame } from "./parts.ts";
import { officeTexts } from "./text.ts";

export const ROSTER_DAYS = 7;

export function rosterPage(view: View, day: string, shifts: readonly Shift[], said?: string): Html {
  const say = officeTexts(view.language);
  const here = `/office/roster/${day}`;
  const main = html`
    ${besides(
      view,
      [`/office/roster/${dayAfter(day, -1)}`, "earlier"],
      `${day} – ${dayAfter(day, ROSTER_DAYS - 1)}`,
      [`/office/roster/${dayAfter(day, 1)}`, "later"],
    )}
    <section class="panel"><h2>${say("roster")}</h2>${shifts.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : dataTable(
        (["day", "from", "to", "account", "enteredBy", "takeOff"] as const)
          .map((key) => ({ head: say(key) })),
        shifts.map((shift) => [
          shift.day,
          shift.from,
          shift.to < shift.from ? shift.to + say("nextDay") : shift.to,
          shift.account,
          shift.enteredBy,
          takeOff(view, here, shift),
        ]),
      )}</section>
    <section class="panel">
      <h2>${say("putOnDuty")}</h2>
      <form method="post" action="${here}/on" class="form row">
      ${field(view, { name: "day", label: "day", type: "date", value: day })}
      ${field(view, { name: "account", label: "account" })}
      ${field(view, { name: "from", label: "from", type: "time", value: "08:00" })}
      ${field(view, { name: "to", label: "to", type: "time", value: "17:00" })}
      ${action(view, "putOnDuty")}
      </form>
    </section>
  `;
  return officeFrame(view, "/office/roster", main, said);
}

function takeOff(view: View, here: string, { day, account, from, to }: Shift): Html {
  const hidden = Object.entries({ day, account, from, to });
  return html`
    <form method="post"
      action="${here}/off">${hidden.map(([name, value]) =>
        html`<input type="hidden" name="${name}" value="${value}">`
      )}<button class="plain">${officeTexts(view.language)("takeOff")}</button></form>
  `;
}
