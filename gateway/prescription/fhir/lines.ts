/** One MedicationRequest as a line of a prescription. */
import type { Path } from "../../dig.ts";
import type { FhirBundle, Located } from "./bundle.ts";
import { extensionsOf, setConcept, setQuantity } from "./elements.ts";
import type { PlainForm } from "./plain_form.ts";
import type { Quantity } from "./resources.ts";
import { EXTENSION } from "./systems.ts";

export function addLine(
  form: PlainForm,
  bundle: FhirBundle,
  request: Located<"MedicationRequest">,
  index: number,
): void {
  const { resource, at } = request;
  const path: Path = ["lines", index];
  form.set(path, {}, at);
  addDrug(form, bundle, request, path);
  const group = extensionsOf(resource.extension, at).get(`${EXTENSION}infusion-group`);
  if (group !== undefined) form.set([...path, "group"], group.value, group.at);
  const dosage = resource.dosageInstruction?.at(0);
  const place = [...at, "dosageInstruction", 0];
  const dose = dosage?.doseAndRate?.at(0)?.doseQuantity;
  setQuantity(form, [...path, "dose"], dose, [...place, "doseAndRate", 0, "doseQuantity"]);
  setConcept(form, [...path, "route"], dosage?.route, [...place, "route"]);
  setConcept(form, [...path, "frequency"], dosage?.timing?.code, [...place, "timing", "code"]);
  const [how] = dosage?.additionalInstruction ?? [];
  const preparation = how?.text ?? how?.coding?.[0]?.display;
  form.set([...path, "preparation"], preparation, [...place, "additionalInstruction", 0]);
  const { quantity, expectedSupplyDuration } = resource.dispenseRequest ?? {};
  setQuantity(form, [...path, "quantity"], quantity, [...at, "dispenseRequest", "quantity"]);
  // How long it is taken; where that is not said, how long the supply is to last.
  const bounds = dosage?.timing?.repeat?.boundsDuration;
  if (bounds === undefined && expectedSupplyDuration !== undefined) {
    const where = [...at, "dispenseRequest", "expectedSupplyDuration"];
    addDays(form, bundle, path, expectedSupplyDuration, where);
  } else addDays(form, bundle, path, bounds, [...place, "timing", "repeat", "boundsDuration"]);
}

function addDrug(
  form: PlainForm,
  bundle: FhirBundle,
  request: Located<"MedicationRequest">,
  path: Path,
): void {
  const { resource: { medicationCodeableConcept, medicationReference }, at } = request;
  const drug = [...path, "drug"];
  if (medicationReference === undefined) {
    setConcept(form, drug, medicationCodeableConcept, [...at, "medicationCodeableConcept"]);
    return;
  }
  const place = [...at, "medicationReference"];
  const found = bundle.resolve(medicationReference, request, place, "Medication");
  if (found === null) form.set(drug, { code: "?" }, place);
  else setConcept(form, drug, found.resource.code, [...found.at, "code"]);
}

/** UCUM codes of whole days. */
const DAYS: Readonly<Record<string, number>> = { d: 1, wk: 7 };

function addDays(
  form: PlainForm,
  bundle: FhirBundle,
  path: Path,
  duration: Quantity | undefined,
  place: Path,
): void {
  const factor = DAYS[duration?.code ?? ""];
  if (duration !== undefined && factor === undefined) {
    const message = `found the code "${duration.code?.slice(0, 40) ?? ""}"; want d or wk (UCUM)`;
    bundle.faults.push({ path: [...place, "code"], message });
    form.set([...path, "days"], 1, place);
    return;
  }
  const value = duration?.value;
  form.set([...path, "days"], value === undefined ? value : value * factor, [...place, "value"]);
}
