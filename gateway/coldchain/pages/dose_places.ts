/** Places of doses in words, and how a person chooses one, whose form nobody has to know. */
import { html } from "hono/html";
import { inputField } from "../../console/form_parts.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { formOf, nameOf, type PlaceForm, placeOf } from "../flow/place.ts";
import type { UnitBody } from "../life/unit_body.ts";
import { type DoseText, doseTexts } from "./dose_text.ts";

export type NamedUnit = Pick<UnitBody, "site" | "unit" | "name">;
export type PlaceWords = (site: string, place: string) => string;

const FORM_TEXTS = {
  unit: "unit",
  session: "sessionPlace",
  away: "awayPlace",
  receipt: "receiptPlace",
  waste: "wastePlace",
} as const satisfies Readonly<Record<PlaceForm, DoseText>>;
/** Places that are no fridge are named as they come up: before what is known, and after it. */
const NEW_FORMS = {
  from: { first: ["receipt"], last: ["away", "session"] },
  to: { first: [], last: ["session", "away", "waste"] },
} as const satisfies Readonly<
  Record<AskedPlace["name"], Readonly<Record<"first" | "last", readonly PlaceForm[]>>>
>;

/** A unit by its name where it has one here, all else by its form and name. */
export function placeWords(view: View, units: readonly NamedUnit[]): PlaceWords {
  const say = doseTexts(view.language);
  const names = new Map(units.map(({ site, unit, name }) => [JSON.stringify([site, unit]), name]));
  return (site, place) => {
    const [form, name] = [formOf(place), nameOf(place)];
    const unit = form === "unit" ? names.get(JSON.stringify([site, name])) : undefined;
    return unit ?? `${say(FORM_TEXTS[form])} ${name}`;
  };
}

export interface AskedPlace {
  readonly name: "from" | "to";
  readonly site: string;
  readonly units: readonly NamedUnit[];
  /** Places beside units that have doses now. */
  readonly known: readonly string[];
  readonly chosen: string;
}

/** Two fields: what is there already to choose from; and a name, where it is a new place. */
export function placeFields(view: View, asked: AskedPlace): Html {
  const { name, site, units, known, chosen } = asked;
  const say = doseTexts(view.language);
  const words = placeWords(view, units);
  const places = new Set([...units.map(({ unit }) => placeOf("unit", unit)), ...known]);
  const isNew = chosen !== "" && !places.has(chosen);
  const [newForm, newName] = isNew ? [placeOf(formOf(chosen), ""), nameOf(chosen)] : ["", ""];
  const option = (value: string, text: string) =>
    html`<option value="${value}" ${
      value === chosen || value === newForm ? "selected" : ""
    }>${text}</option>`;
  const news = (forms: readonly PlaceForm[]) =>
    forms.map((form) => option(placeOf(form, ""), `${say(FORM_TEXTS[form])} …`));
  return html`
    <label class="field place"><span>${say(name)}</span><select name="${name}">
      ${news(NEW_FORMS[name].first)}
      ${[...places].map((place) => option(place, words(site, place)))}
      ${news(NEW_FORMS[name].last)}
    </select></label>
    ${inputField({
      ...{ name: `${name}-name`, label: say("placeName"), value: newName, optional: true },
      ...{ className: "place-name", more: html`maxlength="64"` },
    })}
  `;
}

/** The place that was chosen, or named. */
export function placeIn(form: FormData, name: AskedPlace["name"]): string {
  const chosen = fieldOf(form, name);
  return chosen.endsWith("/") ? chosen + fieldOf(form, `${name}-name`) : chosen;
}
