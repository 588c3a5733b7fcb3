/** Data types of FHIR as values of the plain form. */
import type { Path } from "../../dig.ts";
import type { PlainForm } from "./plain_form.ts";
import type { Concept, HumanName, Identifier, Quantity } from "./resources.ts";

export interface ExtensionValue {
  readonly value: string | number | boolean | undefined;
  readonly at: Path;
}

interface Extension {
  readonly url: string;
  readonly valueString?: string | undefined;
  readonly valueCode?: string | undefined;
  readonly valueBoolean?: boolean | undefined;
  readonly valueInteger?: number | undefined;
  readonly valuePositiveInt?: number | undefined;
}

/** Extensions by their url; of two with one url the first. */
export function extensionsOf(
  extensions: readonly Extension[] | undefined,
  place: Path,
): Map<string, ExtensionValue> {
  const found = new Map<string, ExtensionValue>();
  for (const [index, extension] of (extensions ?? []).entries()) {
    const { url, valueString, valueCode, valueBoolean, valueInteger, valuePositiveInt } = extension;
    const value = valueString ?? valueCode ?? valueBoolean ?? valueInteger ?? valuePositiveInt;
    if (!found.has(url)) found.set(url, { value, at: [...place, "extension", index] });
  }
  return found;
}

/** The coding that the user chose, else the first; and what it reads as. */
export function setConcept(
  form: PlainForm,
  path: Path,
  concept: Concept | undefined,
  place: Path,
): void {
  form.set(path, undefined, place);
  const codings = concept?.coding ?? [];
  const chosen = Math.max(0, codings.findIndex(({ userSelected }) => userSelected === true));
  const coding = codings.at(chosen);
  form.set([...path, "code"], coding?.code, [...place, "coding", chosen, "code"]);
  form.set([...path, "text"], concept?.text ?? coding?.display, [...place, "text"]);
}

/** The unit as it is written for people, else its code. */
export function setQuantity(
  form: PlainForm,
  path: Path,
  quantity: Quantity | undefined,
  place: Path,
): void {
  form.set(path, undefined, place);
  const value = quantity?.value;
  form.set([...path, "value"], value === undefined ? value : String(value), [...place, "value"]);
  form.set([...path, "unit"], quantity?.unit ?? quantity?.code, [...place, "unit"]);
}

/** A name as one text: Chinese ones have no space between family and given name. */
export function nameText(names: readonly HumanName[] | undefined): string | undefined {
  const name = names?.find(({ use }) => use === "official") ?? names?.[0];
  if (name === undefined) return undefined;
  const parts = [name.family ?? "", ...(name.given ?? [])].filter((part) => part !== "");
  const latin = parts.some((part) => /^[\p{Script=Latin}\s]+$/u.test(part));
  return name.text ?? (parts.length === 0 ? undefined : parts.join(latin ? " " : ""));
}

export function codesOf(concept: Concept | undefined): string[] {
  return (concept?.coding ?? []).flatMap(({ code }) => code ?? []);
}

export function typeCodes({ type }: Identifier): string[] {
  return codesOf(type);
}
