/** The form of a receipt, on a telephone: one line for each lot, then how it travelled. */
import { html } from "hono/html";
import { type Field, idField } from "../../console/form_parts.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { RECEIPT_DECISIONS } from "../flow/receipt_order.ts";
import * as parts from "./dose_parts.ts";
import { type DoseText, doseTexts } from "./dose_text.ts";
import type { Line } from "./receipt_draft.ts";

type Choices = readonly (readonly [value: string, text: string])[];

/** What may be chosen. */
export interface Offered {
  readonly units: Choices;
  readonly files: Choices;
  /** The present moment, as a field of a time has it. */
  readonly now: string;
}

export interface ShownDraft {
  readonly form: FormData;
  readonly lines: readonly Line[];
  readonly note: Html | null;
}

export function receiptForm(
  view: View,
  { form, lines, note }: ShownDraft,
  { units, files, now }: Offered,
): Html {
  const say = doseTexts(view.language);
  const value = (name: string) => fieldOf(form, name);
  const field = (name: string, label: DoseText, more: Partial<Field> = {}) =>
    parts.field(view, { value: value(name), optional: true, ...more, name, label });
  const time = (name: string, label: DoseText, otherwise: string) =>
    field(name, label, {
      ...{ type: "datetime-local", value: value(name) || otherwise, className: "dated" },
    });
  const id = value("id");
  return html`
    <section class="panel">
      <h2>${say("newReceipt")}</h2>
      <form method="post" action="/vaccines/receipts/receive" class="form wide receipt">
        ${id === "" ? idField() : html`<input type="hidden" name="id" value="${id}">`}
        <input type="hidden" name="lines" value="${lines.length}">
        <fieldset><legend>${say("goods")}</legend>
          ${field("typed", "code", { value: "" })}
          <p class="note">${say("scanHint")}</p>
          <button class="action" formaction="/vaccines/receipts/line"
            formnovalidate>${say("addLine")}</button>
          ${note ?? ""}
        </fieldset>
        ${lines.map((line, at) => lineFields(view, line, at, units))}
        <fieldset class="fields"><legend>${say("arrival")}</legend>
          ${field("consignment", "consignment", { optional: false })}
          ${field("from", "supplier", { optional: false })}
          ${time("arrived", "arrived", now)}
          ${field("arrivalCelsius", "arrivalCelsius", { className: "dated" })}
          ${field("carrier", "carrier", { className: "whole" })}
          ${field("sentBy", "sentBy", { className: "whole" })}
        </fieldset>
        ${journeyFields(view, value("journey"), files, field)}
        ${field("reason", "whyApart", { className: "if-apart" })}
        <fieldset class="fields if-refused"><legend>${say("refused")}</legend>
          ${field("whyRefused", "whyRefused")}
          ${field("reportedTo", "reportedTo")}
        </fieldset>
        ${parts.action(view, "receive")}
      </form>
    </section>
  `;
}

type FieldOf = (name: string, label: DoseText, more?: Partial<Field>) => Html;

/** What each kind of record asks for is shown where it is chosen, by the console's style. */
function journeyFields(view: View, chosen: string, files: Choices, field: FieldOf): Html {
  const say = doseTexts(view.language);
  const number = (name: typeof FIGURES[number]) => field(name, name, { className: "if-typed" });
  return html`
    <fieldset class="fields journey"><legend>${say("journey")}</legend>
      <div class="whole">${parts.choice(view, { name: "journey", label: "kindOfRecord", chosen }, [
        ["", ""],
        ...files.map(([of, name]) => [of, say("journeyFile").replace("{}", name)] as const),
        ["vehicle", say("journeyVehicle")],
        ["paper", say("journeyPaper")],
        ["none", say("journeyNone")],
      ])}</div>
      ${field("left", "left", { type: "datetime-local", className: "dated if-left" })}
      ${FIGURES.map(number)}
      ${field("whyNone", "whyNone", { className: "whole if-none" })}
    </fieldset>
  `;
}

const FIGURES = [
  ...["minCelsius", "maxCelsius", "minutesBelow", "minutesAbove", "minutesUnknown"] as const,
] as const;

function lineFields(view: View, line: Line, at: number, units: Choices): Html {
  const say = doseTexts(view.language);
  const { product, lot, expires, doses, codes, decision, storedIn } = line;
  const of = (name: string, label: DoseText, more: Partial<Field>) =>
    parts.field(view, { optional: true, ...more, name: `${name}-${at}`, label });
  return html`
    <fieldset class="fields"><legend>${say("line").replace("{}", String(at + 1))}</legend>
      <input type="hidden" name="codes-${at}" value="${codes.join(" ")}">
      ${codes.length === 0
        ? ""
        : html`<p class="note whole">${say("scanned").replace("{}", String(codes.length))}</p>`}
      ${of("product", "product", { value: product })}
      ${of("lot", "lot", { value: lot })}
      ${of("expires", "expires", { value: expires, type: "date", className: "dated" })}
      ${of("doses", "doses", { value: doses, type: "number" })}
      ${parts.choice(
        view,
        { name: `decision-${at}`, label: "decision", chosen: decision },
        RECEIPT_DECISIONS.map((one) => [one, say(one)] as const),
      )}
      <div class="whole">${parts.choice(
        view,
        { name: `storedIn-${at}`, label: "storedIn", chosen: storedIn },
        [["", say("notStored")], ...units],
      )}</div>
    </fieldset>
  `;
}
