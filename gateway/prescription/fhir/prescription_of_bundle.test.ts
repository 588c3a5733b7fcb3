import { describe, expect, test } from "vitest";
import type { Path } from "../../dig.ts";
import { accepted, faultsOf, plainPrescription, received, withAt } from "../fixture_intake.ts";
import { prescriptionBundle } from "./fixtures.ts";

const FHIR = { door: "fhir", contentType: "application/fhir+json; charset=utf-8" } as const;

const changed = (path: Path, value: unknown) => withAt(prescriptionBundle(), path, value);
const at = (index: number, ...path: Path): Path => ["entry", index, "resource", ...path];
const PATIENT_URL = "urn:uuid:0f2a9f5e-5d0f-4b9b-9a68-3c1a6e2f7b10";
const DOCTOR_URL = "http://his.example/fhir/Practitioner/d42";
const LAST = prescriptionBundle().entry.length;

test("P9: the same content has the same hash as plain JSON and as FHIR", () => {
  const fhir = accepted(received(prescriptionBundle(), FHIR));
  const plain = accepted(received(plainPrescription()));
  expect(fhir.prescription).toEqual(plain.prescription);
  expect(fhir.hash).toBe(plain.hash);
});

describe("the same is the same, however FHIR writes it", () => {
  const { hash } = accepted(received(plainPrescription()));
  const medication = { resourceType: "Medication", id: "m" };
  const code = { coding: [{ code: "Y0001", display: "氨氯地平片" }] };
  test.each<[string, Path, unknown]>([
    ["a drug that a Medication has", at(0, "medicationReference"), { reference: "#m" }],
    ["a duration of weeks", at(0, "dosageInstruction", 0, "timing", "repeat", "boundsDuration"), {
      value: 4,
      code: "wk",
    }],
    ["a reference to a version", at(0, "subject", "reference"), `${PATIENT_URL}/_history/2`],
    ["a reference that is an address", at(4, "practitioner", "reference"), DOCTOR_URL],
    ["a reason that a Condition is", at(0, "reasonCode"), [{ coding: [{ code: "J06.900" }] }]],
    ["a condition that is over", ["entry", LAST], {
      resource: {
        resourceType: "Condition",
        subject: { reference: PATIENT_URL },
        code: { coding: [{ code: "O00" }] },
        clinicalStatus: { coding: [{ code: "resolved" }] },
      },
    }],
    ["a code that the user chose", at(0, "dosageInstruction", 0, "route"), {
      coding: [{ code: "26643006", system: "http://snomed.info/sct" }, {
        code: "PO",
        userSelected: true,
      }],
    }],
  ])("%s", (_, path, value) => {
    const bundle = changed(path, value);
    if (path.includes("medicationReference")) {
      withAt(bundle, at(0, "contained"), [{ ...medication, code }]);
    }
    expect(accepted(received(bundle, FHIR)).hash).toBe(hash);
  });
});

describe("what is missing or cannot be meant is refused at its place in the bundle", () => {
  test.each<[string, Path, unknown, string]>([
    [
      "another kind of bundle",
      ["type"],
      "transaction",
      'type: found "transaction"; want "collection"',
    ],
    [
      "a patient that is not there",
      at(0, "subject", "reference"),
      "Patient/9",
      "[0].resource.subject",
    ],
    [
      "a reference to another thing",
      at(0, "subject", "reference"),
      DOCTOR_URL,
      "a Practitioner; want a Patient",
    ],
    [
      "a prescriber that is not there",
      at(4, "practitioner", "reference"),
      "Practitioner/1",
      "there is no such entry",
    ],
    [
      "a Medication that is not there",
      at(1, "medicationReference"),
      { reference: "#x" },
      'found "#x"',
    ],
    [
      "a reason that is not there",
      at(1, "reasonReference"),
      [{ reference: "Condition/1" }],
      "reasonReference[0].reference",
    ],
    ["another patient's diagnosis", at(6, "subject", "reference"), DOCTOR_URL, "want a Patient"],
    [
      "another prescription's line",
      at(2, "groupIdentifier", "value"),
      "CF-2",
      "entry[2].resource.groupIdentifier",
    ],
    ["a line that was cancelled", at(2, "status"), "cancelled", 'found "cancelled"; want active'],
    ["a plan", at(2, "intent"), "plan", "want order"],
    ["what must not be given", at(2, "doNotPerform"), true, "want false"],
    ["a modifier nobody knows", at(2, "modifierExtension"), [{ url: "urn:x" }], "want none"],
    ["two ways to take it", at(1, "dosageInstruction", 1), {}, "want one dosage"],
    [
      "a range for a dose",
      at(1, "dosageInstruction", 0, "doseAndRate", 0, "doseRange"),
      {},
      "want doseQuantity",
    ],
    [
      "a bound for a dose",
      at(1, "dosageInstruction", 0, "doseAndRate", 0, "doseQuantity", "comparator"),
      "<",
      "not a bound",
    ],
    ["repeats", at(1, "dispenseRequest", "numberOfRepeatsAllowed"), 2, "want 0"],
    [
      "a dose without a unit",
      at(1, "dosageInstruction", 0, "doseAndRate", 0, "doseQuantity", "unit"),
      undefined,
      "[1].resource.dosageInstruction[0].doseAndRate[0].doseQuantity.unit: it is missing",
    ],
    [
      "a negative dose",
      at(1, "dosageInstruction", 0, "doseAndRate", 0, "doseQuantity", "value"),
      -1,
      'found "-1"',
    ],
    [
      "months of treatment",
      at(1, "dosageInstruction", 0, "timing", "repeat", "boundsDuration", "code"),
      "mo",
      "want d or wk",
    ],
    [
      "no frequency's code",
      at(1, "dosageInstruction", 0, "timing", "code"),
      undefined,
      "[1].resource.dosageInstruction[0].timing.code",
    ],
    ["a year of birth", at(3, "birthDate"), "1949", "entry[3].resource.birthDate"],
    ["a gender of its own", at(3, "gender"), "F", "entry[3].resource.gender"],
    ["a moment without a zone", at(0, "authoredOn"), "2026-03-02", "want a moment with its zone"],
    [
      "no number",
      at(0, "groupIdentifier"),
      undefined,
      "entry[0].resource.groupIdentifier.value: it is missing",
    ],
    [
      "no form",
      at(0, "groupIdentifier", "extension"),
      [],
      "groupIdentifier.extension('urn:tributary:fhir:form')",
    ],
    [
      "a drug without a code",
      at(1, "medicationCodeableConcept", "coding"),
      [],
      "medicationCodeableConcept.coding[0].code",
    ],
    [
      "an answer nobody knows",
      at(11, "valueCodeableConcept", "coding", 0, "code"),
      "LA1",
      "LOINC answer code",
    ],
    [
      "text for a number",
      at(9, "valueQuantity", "value"),
      "52.5",
      "entry[9].resource.valueQuantity.value",
    ],
  ])("%s", (_, path, value, fault) => {
    const faults = faultsOf(received(changed(path, value), FHIR));
    expect(faults.join("\n")).toContain(fault);
    expect(faults.filter((one) => !one.startsWith("entry[") && !one.startsWith("type"))).toEqual(
      [],
    );
  });

  test("a second patient's observation, and a second weight", () => {
    const other = changed(["entry", LAST], {
      fullUrl: "urn:uuid:1",
      resource: { resourceType: "Patient", name: [{ text: "李四" }], gender: "male" },
    });
    withAt(other, at(9, "subject", "reference"), "urn:uuid:1");
    expect(faultsOf(received(other, FHIR))).toEqual([
      "entry[9].resource.subject: it is about another patient than the first MedicationRequest; " +
      "want one",
    ]);
    const twice = prescriptionBundle();
    const [weight] = twice.entry.slice(9);
    twice.entry.push(weight);
    expect(faultsOf(received(twice, FHIR)).join()).toContain("it is a second one of weight");
  });

  test("two entries of one address", () => {
    const twice = prescriptionBundle();
    const [patient] = twice.entry.slice(3);
    twice.entry.push(patient);
    expect(faultsOf(received(twice, FHIR)).join()).toContain("want it once");
    const { entry, ...bundle } = prescriptionBundle();
    const named = ["urn:example:1", "urn:example:2"].map((fullUrl) => ({
      fullUrl,
      resource: { ...patient.resource, id: "p1" },
    }));
    const text = JSON.stringify({ ...bundle, entry: [...entry.toSpliced(3, 1), ...named] })
      .replaceAll(String(patient.fullUrl), "Patient/p1");
    expect(faultsOf(received(text, FHIR)).join()).toContain("which two entries are");
  });

  test("no MedicationRequest, no entries, no bundle", () => {
    const { entry, ...bundle } = prescriptionBundle();
    const without = { ...bundle, entry: entry.slice(3) };
    expect(faultsOf(received(without, FHIR)).join()).toContain("it has no MedicationRequest");
    expect(faultsOf(received({ ...bundle, entry: [] }, FHIR)).join()).toContain("entry: found []");
    expect(faultsOf(received("[]", FHIR))).toEqual([": found []; want an object"]);
  });
});

describe("P5: known, known to be none, and not asked are three things", () => {
  const allergies = (...codes: readonly string[]) => {
    const bundle = prescriptionBundle();
    const entry = bundle.entry.filter(({ resource: { resourceType } }) =>
      resourceType !== "AllergyIntolerance"
    );
    const more = codes.map((code) => ({
      resource: {
        resourceType: "AllergyIntolerance",
        patient: { reference: PATIENT_URL },
        code: { coding: [{ code }] },
      },
    }));
    return received({ ...bundle, entry: [...entry, ...more] }, FHIR);
  };

  test.each([
    ["nothing said", [], { state: "not-asked" }],
    ["no known allergy", ["716186003"], { state: "none-known" }],
    ["no known drug allergy", ["409137002"], { state: "none-known" }],
    ["one to food, none to drugs", ["409137002", "EGG"], {
      state: "listed",
      substances: [{ code: "EGG" }],
    }],
  ])("%s", (_, codes, state) => {
    expect(accepted(allergies(...codes)).prescription.patient.allergies).toEqual(state);
  });

  test("none, and one all the same, is refused", () => {
    expect(faultsOf(allergies("716186003", "PEN")).join()).toContain("no allergy is known");
  });
});

test("an emergency is one whatever its category says", () => {
  const bundle = changed(at(13, "class", "code"), "EMER");
  for (const index of [0, 1, 2]) {
    withAt(bundle, at(index, "category"), [{ coding: [{ code: "outpatient" }] }]);
  }
  expect(accepted(received(bundle, FHIR)).prescription.setting).toBe("emergency");
});
