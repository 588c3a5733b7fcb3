/** One claimed prescription: all that a decision rests on, on one page. */
import { html } from "hono/html";
import { age, badge, type Html, moment, type View } from "../../console/view.ts";
import { prescription as prescriptionSchema } from "../prescription.ts";
import type { Held } from "../review/review_desk.ts";
import { findingsPart } from "./findings_part.ts";
import { linesPart } from "./lines_part.ts";
import { patientPart } from "./patient_part.ts";
import { beforePart, historyPart } from "./said_part.ts";
import { sayIn } from "./text.ts";

/** `form`: how it is decided; it stands where the reader's hands are. */
export function heldView(view: View, { task, shown }: Held, form: Html): Html {
  const sent = prescriptionSchema.parse(shown.prescription);
  return html`
    <div class="bench-work" id="work" tabindex="-1">
      ${headOf(view, { task, shown }, sent)}
      <div class="bench-columns">
        <div>${findingsPart(view, shown)}${linesPart(view, sent, shown)}
          ${historyPart(view, shown)}${beforePart(view, shown)}</div>
        <div>${patientPart(view, sent, shown.facts)}${form}</div>
      </div>
    </div>
  `;
}

function headOf(
  view: View,
  { task, shown }: Held,
  { setting, form, rescue, issuedAt, prescriber }: ReturnType<typeof prescriptionSchema.parse>,
): Html {
  const say = sayIn(view.language);
  const { site, prescription, purpose, version, order } = { ...task, ...task.claim };
  const urgent = setting === "emergency";
  const facts: readonly (readonly [string, Html | string])[] = [
    [say("waits"), age(view, new Date(order.sinceMs).toISOString())],
    [say("received"), moment(view, shown.receivedAt)],
    [say("issued"), moment(view, issuedAt)],
    [say("prescriber"), `${prescriber.name ?? ""} ${prescriber.id}`.trim()],
    ...(prescriber.department === undefined
      ? []
      : [[say("department"), prescriber.department] as const]),
  ];
  return html`
    <header class="panel bench-head">
      <div class="bench-title">
        <h2>${site} · ${prescription}</h2>
        ${version === 1 ? "" : badge("warn", say("version", version))}
        ${badge(urgent ? "bad" : "idle", say(setting))}
        ${badge("idle", say(form))}
        ${rescue ? badge("bad", say("rescue")) : ""}
        ${badge(purpose === "decide" ? "idle" : "warn", say(purpose))}
        <a class="bench-jump" href="#decide">${say("your")} ↓</a>
      </div>
      <dl class="bench-line">${facts.map(([name, value]) =>
        html`
          <div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>
        `
      )}</dl>
    </header>
  `;
}
