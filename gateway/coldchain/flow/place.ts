/** Where doses are, as one text: `unit/fridge-1`, `session/2026-11-29`, `away/site-2`. */
import * as z from "zod";

export const PLACE_FORMS = [
  /** A fridge, a cold room, a carrier. */
  "unit",
  /** A vaccination session, in a room or a village, until it is over. */
  "session",
  /** On the way to another site, or from it. */
  "away",
  /** Goods of a receipt, before they are put away. */
  "receipt",
  /** Broken, opened too long, out of date: it does not come back. */
  "waste",
] as const;
export type PlaceForm = typeof PLACE_FORMS[number];

const NAME_LENGTH_MAX = 64;
const FORMS: readonly string[] = PLACE_FORMS;

export const placeSchema = z.string().max(NAME_LENGTH_MAX + 16).refine(
  (text) => {
    const at = text.indexOf("/");
    const name = text.slice(at + 1);
    return at > 0 && FORMS.includes(text.slice(0, at)) && name !== "" &&
      name.length <= NAME_LENGTH_MAX;
  },
  { error: `want ${PLACE_FORMS.join("/…, ")}/…` },
);

export function placeOf(form: PlaceForm, name: string): string {
  return `${form}/${name}`;
}

export function formOf(place: string): PlaceForm {
  const form = place.slice(0, place.indexOf("/"));
  return PLACE_FORMS.find((one) => one === form) ?? "waste";
}

export function nameOf(place: string): string {
  return place.slice(place.indexOf("/") + 1);
}
