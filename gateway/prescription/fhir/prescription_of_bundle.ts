/**
 * One prescription of a Bundle of FHIR R4 (type `collection`): MedicationRequests of one
 * `groupIdentifier` are its lines, in the order of the entries.
 */
import canonicalize from "canonicalize";
import type { Path } from "../../dig.ts";
import type { PathFault } from "../../schema_faults.ts";
import { type CheckedPrescription, checkedPrescription } from "../checked_prescription.ts";
import { type FhirBundle, type Located, readBundle } from "./bundle.ts";
import { addDiagnoses } from "./conditions.ts";
import { extensionsOf, type ExtensionValue } from "./elements.ts";
import { addPatient, addPrescriber } from "./people.ts";
import { addLine } from "./lines.ts";
import { dateOf } from "../date_of.ts";
import { PlainForm } from "./plain_form.ts";
import { EXTENSION, SETTING_CODES } from "./systems.ts";

/** What an order that is not signed yet need not say: what holds where it does not. */
export interface Draft {
  readonly id: string;
  readonly issuedAt: string;
  /** A reference to whoever writes it: `Practitioner/d42`. */
  readonly userId: string;
}

/** Reads a document; faults name places in it: `entry[3].resource.authoredOn`. */
export function prescriptionOfDocument(document: unknown): CheckedPrescription {
  const read = readBundle(document);
  return read.kind === "faults" ? read : prescriptionOfBundle(read.bundle);
}

export function prescriptionOfBundle(bundle: FhirBundle, draft?: Draft): CheckedPrescription {
  const requests = draft === undefined ? bundle.of("MedicationRequest") : openOrders(bundle);
  const [first] = requests;
  if (first === undefined) {
    const message = "it has no MedicationRequest; want one for each line";
    return { kind: "faults", faults: [{ path: ["entry"], message }] };
  }
  const form = new PlainForm();
  const faults: PathFault[] = draft === undefined
    ? [...statusFaults(requests), ...notTogether(requests)]
    : [];
  addGroup(form, first, draft);
  addSetting(form, bundle, first, draft);
  const patient = addPatient(form, bundle, requests);
  addPrescriber(form, bundle, first, draft?.userId);
  addDiagnoses(form, bundle, requests, patient);
  requests.forEach((request, index) => addLine(form, bundle, request, index));
  const checked = checkedPrescription(form.document);
  const all = [
    ...faults,
    ...bundle.faults,
    ...(checked.kind === "faults" ? checked.faults.map((fault) => form.placed(fault)) : []),
  ];
  return all.length > 0 ? { kind: "faults", faults: all } : checked;
}

type Request = Located<"MedicationRequest">;

/** Orders that are none any more say nothing of a draft. */
const OVER: readonly string[] = ["cancelled", "stopped", "completed", "entered-in-error"];

/** The lines of a draft. */
export function openOrders(bundle: FhirBundle): Request[] {
  return bundle.of("MedicationRequest").filter(({ resource: { status } }) =>
    !OVER.includes(status)
  );
}

const INTENTS = ["order", "original-order", "instance-order"];

function statusFaults(requests: readonly Request[]): PathFault[] {
  return requests.flatMap(({ resource: { status, intent }, at }) => [
    ...(status === "active" ? [] : [{
      path: [...at, "status"],
      message: `found "${status.slice(0, 40)}"; want active`,
    }]),
    ...(INTENTS.includes(intent) ? [] : [{
      path: [...at, "intent"],
      message: `found "${intent.slice(0, 40)}"; want ${INTENTS.join(" or ")}`,
    }]),
  ]);
}

/** All lines have to say the same of what is the prescription's. */
function notTogether(requests: readonly Request[]): PathFault[] {
  const [first, ...others] = requests;
  const until = ({ resource }: Request) => resource.dispenseRequest?.validityPeriod;
  const same = ["groupIdentifier", "authoredOn", "requester", "encounter", "category"] as const;
  return others.flatMap((other) => {
    const { resource, at } = other;
    const places: Path[] = same
      .filter((element) => written(resource[element]) !== written(first.resource[element]))
      .map((element) => [element]);
    if (written(until(other)) !== written(until(first))) {
      places.push(["dispenseRequest", "validityPeriod"]);
    }
    return places.map((place) => ({ path: [...at, ...place], message: NOT_THE_FIRSTS }));
  });
}

const NOT_THE_FIRSTS =
  "it is not that of the first MedicationRequest; want one prescription in a bundle";

function written(element: unknown): string | undefined {
  return element === undefined ? undefined : canonicalize(element);
}

/** What the prescription says as a whole, by its number. */
function addGroup(form: PlainForm, { resource, at }: Request, draft: Draft | undefined): void {
  const { groupIdentifier, authoredOn, dispenseRequest } = resource;
  const place = [...at, "groupIdentifier"];
  form.set(["id"], draft?.id ?? groupIdentifier?.value, [...place, "value"]);
  form.set(["issuedAt"], authoredOn ?? draft?.issuedAt, [...at, "authoredOn"]);
  const end = dispenseRequest?.validityPeriod?.end;
  form.set(["validUntil"], end === undefined ? end : dateIn(end), [
    ...at,
    "dispenseRequest",
    "validityPeriod",
    "end",
  ]);
  const said = extensionsOf(groupIdentifier?.extension, place);
  for (const [name, path] of GROUP_EXTENSIONS) {
    const { value, at } = said.get(`${EXTENSION}${name}`) ?? absent(place, name);
    form.set(path, value, at);
  }
  if (!said.has(`${EXTENSION}form`) && draft !== undefined) form.set(["form"], "western", place);
}

/** The day of a date, or of a moment; of what is neither, itself. */
function dateIn(dateTime: string): string {
  const ms = dateTime.includes("T") ? Date.parse(dateTime) : NaN;
  return Number.isNaN(ms) ? dateTime : dateOf(ms);
}

const GROUP_EXTENSIONS: readonly (readonly [string, Path])[] = [
  ["version", ["version"]],
  ["form", ["form"]],
  ["doses", ["doses"]],
  ["rescue", ["rescue"]],
  ["reason-longer", ["reasons", "longer"]],
  ["reason-pain", ["reasons", "pain"]],
  ["reason-long-term", ["reasons", "longTerm"]],
  ["reason-dose", ["reasons", "dose"]],
];

function absent(place: Path, name: string): ExtensionValue {
  return { value: undefined, at: [...place, `extension('${EXTENSION}${name}')`] };
}

/** An emergency is one of the encounter's; the rest a category may say too. */
function addSetting(
  form: PlainForm,
  bundle: FhirBundle,
  request: Request,
  draft: Draft | undefined,
): void {
  const { resource: { category, encounter }, at } = request;
  const found = encounter?.reference === undefined
    ? null
    : bundle.resolveHeld(encounter, request, [...at, "encounter"], "Encounter");
  const ofEncounter = SETTING_CODES[found?.resource.class?.code ?? ""];
  const codes = (category ?? []).flatMap(({ coding }) => coding ?? []);
  const ofCategory = codes.map(({ code }) => SETTING_CODES[code ?? ""])
    .find((setting) => setting !== undefined);
  const setting = ofEncounter === "emergency" ? ofEncounter : ofCategory ?? ofEncounter;
  form.set(["setting"], setting ?? (draft === undefined ? draft : "outpatient"), [
    ...at,
    "category",
  ]);
}
