/** The prescription of the tests as a Bundle of FHIR R4, with the same content. */
import { plainPrescription } from "../fixture_intake.ts";
import { EXTENSION, LOINC, PRESCRIPTION_NUMBER, RESIDENT_ID } from "./systems.ts";

const LOCAL = "urn:example:his";
const ALLERGY_STATUS = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const PATIENT = "urn:uuid:0f2a9f5e-5d0f-4b9b-9a68-3c1a6e2f7b10";

/** A fresh one each time. Its MedicationRequests are entries 0 to 2, the patient is entry 3. */
export function prescriptionBundle() {
  const plain = plainPrescription();
  const { patient, prescriber } = plain;
  const resources = [
    ...plain.lines.map((_, index) => medicationRequest(index)),
    {
      resourceType: "Patient",
      identifier: [{ system: RESIDENT_ID, value: patient.id.value }],
      name: [{ family: "王", given: ["桂兰"] }],
      gender: patient.sex,
      birthDate: patient.birthDate,
    },
    {
      resourceType: "PractitionerRole",
      id: "role-1",
      practitioner: { reference: "Practitioner/d42" },
      organization: { display: prescriber.department },
    },
    {
      resourceType: "Practitioner",
      id: "d42",
      identifier: [{ system: LOCAL, value: prescriber.id }],
      name: [{ text: prescriber.name }],
    },
    ...plain.diagnoses.map((diagnosis) => ({
      resourceType: "Condition",
      subject: { reference: PATIENT },
      code: concept(diagnosis),
    })),
    {
      resourceType: "AllergyIntolerance",
      patient: { reference: PATIENT },
      clinicalStatus: { coding: [{ system: ALLERGY_STATUS, code: "active" }] },
      code: concept(patient.allergies.substances[0]),
    },
    observation("29463-7", { valueQuantity: patient.weight }),
    observation("62238-1", {
      valueQuantity: { value: 61.5, unit: patient.renal.unit },
      effectiveDateTime: patient.renal.at,
    }),
    observation("82810-3", { valueCodeableConcept: answer("LA26683-5") }),
    observation("63895-7", { valueCodeableConcept: answer("LA29253-4") }),
    { resourceType: "Encounter", id: "visit-1", status: "in-progress", class: { code: "AMB" } },
    {
      resourceType: "Coverage",
      id: "not-read",
      modifierExtension: [{ url: "urn:example:x", valueBoolean: true }],
      status: "active",
      beneficiary: { reference: PATIENT },
      payor: [{ display: "居民医保" }],
    },
  ];
  return {
    resourceType: "Bundle",
    type: "collection",
    entry: resources.map((resource) => ({
      fullUrl: urlOf(resource),
      resource,
    })),
  };
}

function urlOf({ resourceType, id }: { readonly resourceType: string; readonly id?: string }) {
  if (resourceType === "Patient") return PATIENT;
  return id === undefined ? undefined : `http://his.example/fhir/${resourceType}/${id}`;
}

function medicationRequest(index: number) {
  const plain = plainPrescription();
  const { drug, dose, route, frequency, days, quantity } = plain.lines[index];
  return {
    resourceType: "MedicationRequest",
    id: `mr-${index}`,
    status: "active",
    intent: "order",
    groupIdentifier: {
      system: PRESCRIPTION_NUMBER,
      value: plain.id,
      extension: [
        { url: `${EXTENSION}version`, valueInteger: plain.version },
        { url: `${EXTENSION}form`, valueCode: plain.form },
        { url: `${EXTENSION}reason-longer`, valueString: plain.reasons.longer },
      ],
    },
    subject: { reference: PATIENT },
    encounter: { reference: "Encounter/visit-1" },
    authoredOn: plain.issuedAt,
    requester: { reference: "PractitionerRole/role-1" },
    medicationCodeableConcept: concept(drug),
    dosageInstruction: [{
      timing: { code: concept(frequency), repeat: { boundsDuration: { value: days, code: "d" } } },
      route: concept(route),
      doseAndRate: [{ doseQuantity: { ...dose } }],
    }],
    dispenseRequest: { quantity: { ...quantity } },
  };
}

function concept({ code, text }: { readonly code: string; readonly text?: string }) {
  return { coding: [{ system: LOCAL, code }], ...(text === undefined ? {} : { text }) };
}

function answer(code: string) {
  return { coding: [{ system: LOINC, code }] };
}

function observation(code: string, value: object) {
  return {
    resourceType: "Observation",
    status: "final",
    subject: { reference: PATIENT },
    code: { coding: [{ system: LOINC, code }] },
    ...value,
  };
}
