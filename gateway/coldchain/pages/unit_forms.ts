/** Forms of a unit's page: acknowledge, write a reading down, switch alarms off and on. */
import { html } from "hono/html";
import type * as z from "zod";
import type { Text } from "../../../drivers/profile_parts.ts";
import { actionButton, choiceField, idField, inputField } from "../../console/form_parts.ts";
import type { Page, PageForm, Said } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf, filledIn, numberIn } from "../../form.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import type { ColdNode } from "../desk/cold_node.ts";
import * as acts from "../desk/person_acts.ts";
import type { UnitView } from "../desk/unit_view.ts";
import { FOUND_CAUSES } from "../life/alarm_body.ts";
import type { Person } from "../life/subject.ts";
import { RULES_CHANGED } from "../series/told.ts";
import { issueTexts, problemText } from "./refusal_text.ts";
import { type AlarmLine, unitPath } from "./unit_parts.ts";
import { type UnitText, unitTexts, unitWord } from "./unit_text.ts";

/** Hours for which alarms are mostly switched off; 24 are the most (C8). */
const HOURS = [1, 2, 4, 8, 12, 24];

function textField(view: View, name: string, label: UnitText, optional = false): Html {
  const more = html`maxlength="500"`;
  return inputField({ name, label: unitTexts(view.language)(label), optional, more });
}

function choice(
  view: View,
  name: string,
  label: UnitText,
  options: readonly (readonly [value: string, text: string])[],
): Html {
  return choiceField({ name, label: unitTexts(view.language)(label) }, options, true);
}

function action(view: View, label: UnitText): Html {
  return actionButton(unitTexts(view.language)(label));
}

export function acknowledgeForm(view: View, alarm: AlarmLine): Html {
  const causes = FOUND_CAUSES.map((word) => {
    const text = unitWord(view.language, word === "unknown" ? "unknown-cause" : word);
    return [word, text] as const;
  });
  return html`
    <form method="post" action="${unitPath(alarm)}/acknowledge" class="form row">
      ${idField()}
      <input type="hidden" name="episode" value="${alarm.episode}">
      <input type="hidden" name="level" value="${alarm.level}">
      ${alarm.state === RULES_CHANGED
        ? html`<input type="hidden" name="rulesChanged" value="true">`
        : ""}
      ${choice(view, "found", "found", [["", ""], ...causes])}
      ${textField(view, "comment", "done")}
      ${action(view, "acknowledge")}
    </form>
  `;
}

export function readingForm(view: View, unit: UnitView): Html {
  const text = unitTexts(view.language);
  return html`
    <form method="post" action="${unitPath(unit)}/reading" class="form row">
      ${idField()}
      ${inputField({
        ...{ name: "celsius", label: text("celsius") },
        more: html`pattern="[\\-−+]?[0-9]+([.,][0-9]+)?"`,
      })}
      ${textField(view, "comment", "comment", true)}
      ${action(view, "record")}
    </form>
  `;
}

export function watchForm(view: View, unit: UnitView): Html {
  const text = unitTexts(view.language);
  const hours = HOURS.map((one) => [String(one), `${one} ${text("hours")}`] as const);
  return html`
    ${unit.watch === "watched" ? "" : html`
      <form method="post" action="${unitPath(unit)}/watch" class="form">
        ${idField()}${action(view, "switchOn")}
      </form>
    `}
    <details>
      <summary>${text("switchOff")}</summary>
      <form method="post" action="${unitPath(unit)}/suppress" class="form">
        ${idField()}
        ${choice(view, "hours", "duration", [...hours, ["", text("untilRepaired")]])}
        ${textField(view, "reason", "reason")}
        ${action(view, "switchOff")}
      </form>
    </details>
  `;
}

/** Points of a certificate that the form has room for; the route takes twenty. */
const POINTS = [1, 2, 3];

export function calibrationForm(view: View, unit: UnitView): Html {
  const text = unitTexts(view.language);
  const field = (name: string, label: UnitText, type: "date" | "text", isNeeded: boolean) =>
    inputField({
      ...{ name, label: text(label), type, optional: !isNeeded },
      more: html`maxlength="64"`,
    });
  return html`
    <details>
      <summary>${text("calibrate")}</summary>
      <form method="post" action="${unitPath(unit)}/calibrate" class="form">
        ${idField()}
        ${choice(view, "probe", "probes", unit.probes.map(({ id }) => [id, id]))}
        ${field("certificate", "certificate", "text", true)}
        ${field("calibratedOn", "calibratedOn", "date", true)}
        ${field("validUntil", "validUntil", "date", true)}
        ${POINTS.map((at) =>
          html`${field(`reference${at}`, "reference", "text", at === 1)}
          ${field(`error${at}`, "error", "text", at === 1)}`
        )}
        ${action(view, "calibrate")}
      </form>
    </details>
  `;
}

type Drawn = (
  view: View,
  site: string,
  unit: string,
  faults: readonly Text[],
) => Promise<Html | null>;

/** What the forms do; `drawn` shows the page again with what speaks against it. */
export function unitForms(node: ColdNode, drawn: Drawn): NonNullable<Page["forms"]> {
  const form = <T extends z.ZodType>(
    schema: T,
    typed: (form: FormData, unit: string) => object,
    act: (node: ColdNode, order: z.infer<T>, by: Person) => Promise<acts.Outcome>,
  ): PageForm => ({
    right: "coldchain.acknowledge",
    send: async (form, { site, unit }, parts, actor, view) => {
      const refused = async (status: Said["status"], faults: readonly Text[]): Promise<Said> => {
        const main = await drawn(view, site, unit, faults);
        return { main: main ?? html`${faults.map((one) => one[view.language])}`, status };
      };
      const by = signedIn(actor, parts.people);
      if (by === null || site !== node.name) {
        return await refused(403, [problemText(PERSON_NEEDED)]);
      }
      const order = schema.safeParse({ ...filledIn(form, ["id"]), ...typed(form, unit) });
      if (!order.success) {
        return await refused(400, issueTexts(order.error.issues));
      }
      const outcome = await act(node, order.data, by.person);
      return outcome.kind === "done"
        ? `${unitPath({ site, unit })}?saved`
        : await refused(409, [problemText(outcome.problem)]);
    },
  });
  return {
    acknowledge: form(
      acts.acknowledgeOrder,
      (form) => ({
        ...filledIn(form, ["episode", "found", "comment"]),
        level: Number(fieldOf(form, "level")),
        ...fieldOf(form, "rulesChanged") === "true" ? { rulesChanged: true } : {},
      }),
      acts.acknowledge,
    ),
    reading: form(
      acts.readingOrder,
      (form, unit) => ({ unit, ...readingTyped(form) }),
      acts.readByHand,
    ),
    calibrate: form(acts.calibrationOrder, calibrationTyped, acts.calibrate),
    suppress: form(
      acts.suppressOrder,
      (form, unit) => ({
        unit,
        ...filledIn(form, ["reason"]),
        ...fieldOf(form, "hours") === "" ? {} : { hours: Number(fieldOf(form, "hours")) },
      }),
      acts.suppress,
    ),
    watch: form(acts.watchOrder, (_form, unit) => ({ unit }), acts.watchAgain),
  };
}

function readingTyped(form: FormData): object {
  return { ...filledIn(form, ["comment"]), celsius: numberIn(form, "celsius") };
}

function calibrationTyped(form: FormData): object {
  const points = POINTS.map((at) => ({
    reference: numberIn(form, `reference${at}`),
    error: numberIn(form, `error${at}`),
  })).filter(({ reference, error }) => reference !== undefined || error !== undefined);
  return { ...filledIn(form, ["probe", "certificate", "calibratedOn", "validUntil"]), points };
}
