/**
 * A cited prescription as a Bundle of FHIR R4, and as a call of CDS Hooks, as a HIS of others would
 * write them: nothing here is what the product reads them with.
 */
import type { SentRow } from "./cited_table.ts";

const HIS = "urn:example:his";
/** 居民身份证号 (WS/T 500.1-2016). */
const RESIDENT_ID = "urn:oid:2.16.156.10011.1.3";
const PATIENT = "urn:uuid:5c1f0a52-7f5e-4d54-9a6d-2f6f0f3d9d11";
const EXTENSION = "urn:tributary:fhir:";
const LOINC = "http://loinc.org";
const ALLERGY_STATUS = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const SNOMED = "http://snomed.info/sct";

const CLASSES: Readonly<Record<string, string>> = {
  outpatient: "AMB",
  emergency: "EMER",
  inpatient: "IMP",
  discharge: "AMB",
};
/** LOINC answers; whoever was not asked has no Observation. */
const PREGNANT: Readonly<Record<string, string>> = { yes: "LA15173-0", no: "LA26683-5" };
const BREASTFEEDING: Readonly<Record<string, string>> = { yes: "LA29252-6", no: "LA29253-4" };

interface Quantity {
  readonly value: string;
  readonly unit: string;
}

/** Resources of the bundle, requests first. */
function resourcesOf(row: SentRow, patient: string, draft = false) {
  const { patient: person } = row;
  const { weight, age, renal, allergies } = person;
  const observations = [
    ...(weight === undefined ? [] : [observation("29463-7", quantity(weight), patient)]),
    ...(age === undefined
      ? []
      : [observation("30525-0", { ...quantity(age), code: age.unit }, patient)]),
    ...(renal === undefined
      ? []
      : [{ ...observation("2164-2", quantity(renal), patient), effectiveDateTime: renal.at }]),
    ...answered("82810-3", PREGNANT[person.pregnant], patient),
    ...answered("63895-7", BREASTFEEDING[person.breastfeeding], patient),
  ];
  return {
    requests: row.lines.map((line, index) => requestOf(row, line, index, patient, draft)),
    patient: {
      resourceType: "Patient",
      identifier: [{
        system: person.id.system === "resident-id" ? RESIDENT_ID : HIS,
        value: person.id.value,
      }],
      name: [{ text: person.name }],
      gender: person.sex,
      ...(person.birthDate === undefined ? {} : { birthDate: person.birthDate }),
    },
    encounter: {
      resourceType: "Encounter",
      id: "visit-1",
      status: "in-progress",
      class: { code: CLASSES[row.setting] },
    },
    conditions: row.diagnoses.map(({ code }) => ({
      resourceType: "Condition",
      subject: { reference: patient },
      code: concept(code),
    })),
    allergies: allergyResources(allergies, patient),
    observations,
  };
}

export function bundleOf(row: SentRow) {
  const { requests, patient, encounter, conditions, allergies, observations } = resourcesOf(
    row,
    PATIENT,
  );
  const all = [
    ...requests,
    { ...patient },
    { ...encounter },
    ...conditions,
    ...allergies,
    ...observations,
  ];
  return {
    resourceType: "Bundle",
    type: "collection",
    entry: all.map((resource) => ({ ...urlOf(resource), resource })),
  };
}

/** A call of `order-sign` with the same content, all of it prefetched. */
export function hookCallOf(row: SentRow, hookInstance: string) {
  const parts = resourcesOf(row, "Patient/p1", true);
  const set = (resources: readonly object[]) => ({
    resourceType: "Bundle",
    type: "searchset",
    entry: resources.map((resource) => ({ resource })),
  });
  return {
    hook: "order-sign",
    hookInstance,
    context: {
      userId: `Practitioner/${row.prescriber.id}`,
      patientId: "p1",
      draftOrders: {
        resourceType: "Bundle",
        entry: parts.requests.map((resource) => ({ resource })),
      },
    },
    prefetch: {
      patient: { ...parts.patient, id: "p1" },
      conditions: set(parts.conditions),
      allergies: set(parts.allergies),
      weight: set(parts.observations),
      encounter: parts.encounter,
    },
  };
}

function urlOf({ resourceType, ...rest }: { readonly resourceType: string }) {
  if (resourceType === "Patient") return { fullUrl: PATIENT };
  const id = "id" in rest ? rest.id : undefined;
  return typeof id === "string" ? { fullUrl: `http://his.example/fhir/${resourceType}/${id}` } : {};
}

function requestOf(
  row: SentRow,
  line: SentRow["lines"][number],
  index: number,
  patient: string,
  draft: boolean,
) {
  const { drug, dose, route, frequency, days, group } = line;
  const validity = row.validUntil === undefined ? {} : { validityPeriod: { end: row.validUntil } };
  return {
    resourceType: "MedicationRequest",
    id: `mr-${index}`,
    status: draft ? "draft" : "active",
    intent: "order",
    groupIdentifier: { system: `${HIS}:number`, value: row.id, extension: groupExtensions(row) },
    subject: { reference: patient },
    encounter: { reference: "Encounter/visit-1" },
    ...(row.setting === "discharge" ? { category: [concept("discharge")] } : {}),
    authoredOn: row.issuedAt,
    requester: { identifier: { system: HIS, value: row.prescriber.id } },
    medicationCodeableConcept: concept(drug.code, drug.text),
    ...(group === undefined
      ? {}
      : { extension: [{ url: `${EXTENSION}infusion-group`, valueInteger: group }] }),
    dosageInstruction: [{
      timing: {
        code: concept(frequency.code, frequency.text),
        repeat: { boundsDuration: { value: days, code: "d" } },
      },
      route: concept(route.code, route.text),
      doseAndRate: [{ doseQuantity: quantity(dose) }],
    }],
    dispenseRequest: { ...validity, quantity: quantity(line.quantity) },
  };
}

function groupExtensions({ version, form, doses, rescue, reasons }: SentRow) {
  const names: Readonly<Record<string, string>> = {
    longer: "reason-longer",
    pain: "reason-pain",
    longTerm: "reason-long-term",
    dose: "reason-dose",
  };
  return [
    { url: `${EXTENSION}version`, valueInteger: version },
    { url: `${EXTENSION}form`, valueCode: form },
    ...(doses === undefined ? [] : [{ url: `${EXTENSION}doses`, valueInteger: doses }]),
    ...(rescue ? [{ url: `${EXTENSION}rescue`, valueBoolean: true }] : []),
    ...Object.entries(reasons).map(([name, words]) => ({
      url: `${EXTENSION}${names[name]}`,
      valueString: words,
    })),
  ];
}

function allergyResources(allergies: SentRow["patient"]["allergies"], patient: string) {
  const resource = (code: object) => ({
    resourceType: "AllergyIntolerance",
    patient: { reference: patient },
    clinicalStatus: { coding: [{ system: ALLERGY_STATUS, code: "active" }] },
    code,
  });
  if (allergies.state === "none-known") {
    return [resource({ coding: [{ system: SNOMED, code: "716186003" }] })];
  }
  return (allergies.substances ?? []).map(({ code }) => resource(concept(code)));
}

function answered(code: string, answer: string | undefined, patient: string) {
  if (answer === undefined) return [];
  const value = { coding: [{ system: LOINC, code: answer }] };
  return [{ ...head(code, patient), valueCodeableConcept: value }];
}

function observation(code: string, valueQuantity: object, patient: string) {
  return { ...head(code, patient), valueQuantity };
}

function head(code: string, patient: string) {
  return {
    resourceType: "Observation",
    status: "final",
    subject: { reference: patient },
    code: { coding: [{ system: LOINC, code }] },
  };
}

function quantity({ value, unit }: Quantity) {
  return { value: Number(value), unit };
}

function concept(code: string, text?: string) {
  return { coding: [{ system: HIS, code }], ...(text === undefined ? {} : { text }) };
}
