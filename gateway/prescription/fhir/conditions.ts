/** Diagnoses and allergies, of a Bundle. */
import type { Path } from "../../dig.ts";
import type { FhirBundle, Located, Place } from "./bundle.ts";
import { codesOf, setConcept } from "./elements.ts";
import type { PlainForm } from "./plain_form.ts";
import type { Concept } from "./resources.ts";
import { NO_KNOWN_ALLERGY, NO_KNOWN_DRUG_ALLERGY } from "./systems.ts";

type Patient = Located<"Patient">;

export const ANOTHER_PATIENT =
  "it is about another patient than the first MedicationRequest; want one";

/** Known, known to be none, and not asked are three things (P5). */
export function addAllergies(form: PlainForm, bundle: FhirBundle, patient: Patient): void {
  const valid = bundle.of("AllergyIntolerance").filter((allergy) =>
    isAbout(bundle, allergy, allergy.resource.patient, "patient", patient) && isValid(allergy)
  );
  const path: Path = ["patient", "allergies"];
  const none = valid.filter(({ resource: { code } }) =>
    codesOf(code).some((code) => NO_KNOWN_ALLERGY.has(code))
  );
  const listed = valid.filter((allergy) => !none.includes(allergy));
  if (listed.length === 0) {
    if (none.length > 0) form.set(path, { state: "none-known" }, none[0].at);
    return;
  }
  for (const { resource: { code }, at } of none) {
    // Who has no known allergy to drugs may have one to food.
    if (codesOf(code).includes(NO_KNOWN_DRUG_ALLERGY)) continue;
    const message = "it says that no allergy is known, and another entry is one; want one of both";
    bundle.faults.push({ path: [...at, "code"], message });
  }
  form.set(path, { state: "listed" }, listed[0].at);
  listed.forEach(({ resource: { code }, at }, index) =>
    setConcept(form, [...path, "substances", index], code, [...at, "code"])
  );
}

/** Conditions first, in their order; then reasons that no Condition names. */
export function addDiagnoses(
  form: PlainForm,
  bundle: FhirBundle,
  requests: readonly Located<"MedicationRequest">[],
  patient: Patient | null,
): void {
  form.set(["diagnoses"], [], ["entry"]);
  const known = new Set<string | undefined>();
  let count = 0;
  for (const condition of patient === null ? [] : bundle.of("Condition")) {
    const { resource: { code, subject }, at } = condition;
    if (patient === null || !isAbout(bundle, condition, subject, "subject", patient)) continue;
    if (!isValid(condition)) continue;
    setConcept(form, ["diagnoses", count++], code, [...at, "code"]);
    codesOf(code).forEach((one) => known.add(one));
  }
  for (const request of requests) {
    const { resource: { reasonCode, reasonReference }, at } = request;
    for (const [index, reference] of (reasonReference ?? []).entries()) {
      const place = [...at, "reasonReference", index];
      bundle.resolveHeld(reference, request, place, "Condition", "Observation");
    }
    for (const [index, reason] of (reasonCode ?? []).entries()) {
      if (codesOf(reason).some((code) => known.has(code))) continue;
      setConcept(form, ["diagnoses", count++], reason, [...at, "reasonCode", index]);
      codesOf(reason).forEach((one) => known.add(one));
    }
  }
}

/** Whether it is about the prescription's patient; a fault where it is not. */
export function isAbout(
  bundle: FhirBundle,
  one: Place,
  reference: { readonly reference?: string | undefined },
  element: string,
  patient: Patient,
): boolean {
  const place = [...one.at, element];
  const found = bundle.resolve(reference, one, place, "Patient");
  if (found === null) return false;
  if (found.at === patient.at) return true;
  bundle.faults.push({ path: place, message: ANOTHER_PATIENT });
  return false;
}

interface Clinical {
  readonly clinicalStatus?: Concept | undefined;
  readonly verificationStatus?: Concept | undefined;
}

/** What is over, or was found to be wrong, says nothing of today. */
function isValid({ resource }: { readonly resource: Clinical }): boolean {
  const said = [resource.clinicalStatus, resource.verificationStatus].flatMap(codesOf);
  return !said.some((code) => NOT_VALID.has(code));
}

const NOT_VALID = new Set(["inactive", "resolved", "remission", "refuted", "entered-in-error"]);
