/** The patient and the prescriber, of a Bundle. */
import type { FhirBundle, Located } from "./bundle.ts";
import type { Path } from "../../dig.ts";
import { addAllergies, ANOTHER_PATIENT } from "./conditions.ts";
import { nameText, typeCodes } from "./elements.ts";
import { addObservations } from "./observations.ts";
import type { PlainForm } from "./plain_form.ts";
import { RESIDENT_ID } from "./systems.ts";

type Request = Located<"MedicationRequest">;
type Patient = Located<"Patient">;

/** The patient of all lines; `null`, and a fault, where the bundle has none. */
export function addPatient(
  form: PlainForm,
  bundle: FhirBundle,
  requests: readonly Request[],
): Patient | null {
  const found = requests.map((request) => {
    const place = [...request.at, "subject"];
    const patient = bundle.resolve(request.resource.subject, request, place, "Patient");
    return { patient, place };
  });
  const [{ patient, place }] = found;
  form.set(["patient"], undefined, place);
  if (patient === null) {
    // That is told already: what else is missing of the patient would say it again.
    form.set(["patient"], { name: "?", sex: "unknown" }, place);
    return null;
  }
  for (const other of found) {
    if (other.patient !== null && other.patient.at !== patient.at) {
      bundle.faults.push({ path: other.place, message: ANOTHER_PATIENT });
    }
  }
  const { resource: { name, gender, birthDate }, at } = patient;
  form.set(["patient"], {}, at);
  form.set(["patient", "name"], nameText(name), [...at, "name"]);
  form.set(["patient", "sex"], gender, [...at, "gender"]);
  form.set(["patient", "birthDate"], birthDate, [...at, "birthDate"]);
  addPatientId(form, patient);
  addObservations(form, bundle, patient);
  addAllergies(form, bundle, patient);
  return patient;
}

function addPatientId(form: PlainForm, { resource: { identifier }, at }: Patient): void {
  const all = identifier ?? [];
  const resident = all.findIndex(({ system }) => system === RESIDENT_ID);
  const chosen = resident < 0 ? 0 : resident;
  const id = all.at(chosen);
  if (id === undefined) return;
  const place = [...at, "identifier", chosen];
  // A type says that it is no number of the HIS's own, but for a medical record's.
  const local = typeCodes(id).every((code) => code === "MR");
  form.set(["patient", "id", "system"], resident < 0 ? local ? "local" : "other" : "resident-id", [
    ...place,
    "system",
  ]);
  form.set(["patient", "id", "value"], id.value, [...place, "value"]);
}

/** `userId` is a reference to whoever writes an order that names nobody yet. */
export function addPrescriber(
  form: PlainForm,
  bundle: FhirBundle,
  request: Request,
  userId?: string,
): void {
  const { resource, at } = request;
  const requester = resource.requester ?? (userId === undefined ? userId : { reference: userId });
  const place = [...at, "requester"];
  form.set(["prescriber"], undefined, place);
  if (requester === undefined) return;
  if (requester.reference === undefined) {
    // A prescriber of whom the county's registry has all, named by number.
    form.set(["prescriber", "id"], requester.identifier?.value, [...place, "identifier", "value"]);
    form.set(["prescriber", "name"], requester.display, [...place, "display"]);
    return;
  }
  const found = bundle.resolveHeld(requester, request, place, "Practitioner", "PractitionerRole");
  addPractitioner(form, bundle, found, requester.reference, place);
  if (found?.resource.resourceType !== "PractitionerRole") return;
  const { organization } = found.resource;
  const where = [...found.at, "organization"];
  const department = organization?.reference === undefined
    ? organization?.display
    : bundle.resolveHeld(organization, found, where, "Organization")?.resource.name;
  form.set(["prescriber", "department"], department, where);
}

/** The person, whom the orders may name through a role. */
function addPractitioner(
  form: PlainForm,
  bundle: FhirBundle,
  found: Located<"Practitioner" | "PractitionerRole"> | null,
  reference: string,
  place: Path,
): void {
  let named = reference;
  let person: Located<"Practitioner"> | null = null;
  if (found?.resource.resourceType === "Practitioner") {
    person = { ...found, resource: found.resource };
  } else if (found?.resource.resourceType === "PractitionerRole") {
    const { practitioner = {} } = found.resource;
    const where = [...found.at, "practitioner"];
    person = bundle.resolveHeld(practitioner, found, where, "Practitioner");
    named = practitioner.reference ?? reference;
  }
  if (person === null) {
    // Where that is a fault it is told already; else the reference is all that is known.
    form.set(["prescriber", "id"], named.split("/").at(-1) || "?", place);
    return;
  }
  const { resource: { identifier, name }, at } = person;
  form.set(["prescriber", "id"], identifier?.[0]?.value, [...at, "identifier", 0, "value"]);
  form.set(["prescriber", "name"], nameText(name), [...at, "name"]);
}
