/** What was measured of the patient, or asked, of a Bundle. */
import type { FhirBundle, Located } from "./bundle.ts";
import { isAbout } from "./conditions.ts";
import { codesOf, setQuantity } from "./elements.ts";
import type { PlainForm } from "./plain_form.ts";
import { ANSWERS, LOINC, OBSERVED } from "./systems.ts";

const WITH_A_VALUE = ["preliminary", "final", "amended", "corrected"];

/** Weight, age, kidneys, pregnancy: one Observation of each. */
export function addObservations(
  form: PlainForm,
  bundle: FhirBundle,
  patient: Located<"Patient">,
): void {
  const seen = new Set<string>();
  for (const observation of bundle.of("Observation")) {
    const { resource: { status, code, subject, ...value }, at } = observation;
    const what = (code.coding ?? []).filter(({ system }) => system === LOINC)
      .map(({ code }) => OBSERVED[code ?? ""]).find((one) => one !== undefined);
    if (what === undefined || !WITH_A_VALUE.includes(status)) continue;
    if (!isAbout(bundle, observation, subject ?? {}, "subject", patient)) continue;
    if (value.valueQuantity === undefined && value.valueCodeableConcept === undefined) continue;
    if (seen.has(what)) {
      bundle.faults.push({ path: at, message: `it is a second one of ${what}; want the latest` });
      continue;
    }
    seen.add(what);
    if (what === "pregnant" || what === "breastfeeding") {
      addAnswer(form, bundle, observation, what);
    } else addMeasured(form, observation, what);
  }
}

function addAnswer(
  form: PlainForm,
  bundle: FhirBundle,
  { resource: { valueCodeableConcept }, at }: Located<"Observation">,
  what: "pregnant" | "breastfeeding",
): void {
  const place = [...at, "valueCodeableConcept"];
  const codes = codesOf(valueCodeableConcept);
  const answer = codes.map((code) => ANSWERS[code]).find((one) => one !== undefined);
  if (answer === undefined) {
    const message = `found ${codes.join(" ").slice(0, 60) || "no code"}; want a LOINC answer code`;
    bundle.faults.push({ path: place, message });
  } else form.set(["patient", what], answer, place);
}

function addMeasured(
  form: PlainForm,
  { resource: { valueQuantity, effectiveDateTime }, at }: Located<"Observation">,
  what: "weight" | "age" | "renal",
): void {
  const place = [...at, "valueQuantity"];
  setQuantity(form, ["patient", what], valueQuantity, place);
  if (what === "age") form.set(["patient", "age", "unit"], valueQuantity?.code, [...place, "code"]);
  if (what === "renal") {
    form.set(["patient", "renal", "at"], effectiveDateTime, [...at, "effectiveDateTime"]);
  }
}
