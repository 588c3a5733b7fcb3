/** Names of code systems and identifiers in FHIR, and the codes that are read of them. */

/** 居民身份证号; root of WS/T 500.1-2016 for a patient's identity card. */
export const RESIDENT_ID = "urn:oid:2.16.156.10011.1.3";
/** 处方编号; root of WS/T 500.4-2016 (西药处方) for the number of a prescription. */
export const PRESCRIPTION_NUMBER = "urn:oid:2.16.156.10011.1.20";

/**
 * What FHIR has no element for. On `groupIdentifier`, for the prescription: `version`, `form`,
 * `doses`, `rescue`, `reason-longer`, `reason-pain`, `reason-long-term`; on a MedicationRequest:
 * `infusion-group`.
 */
export const EXTENSION = "urn:tributary:fhir:";

export const LOINC = "http://loinc.org";
/** Observations that are read (loinc.org), by what they are here. */
export const OBSERVED: Readonly<
  Record<string, "weight" | "age" | "pregnant" | "breastfeeding" | "renal">
> = {
  "29463-7": "weight",
  "30525-0": "age",
  "82810-3": "pregnant",
  "63895-7": "breastfeeding",
  // Creatinine clearance, measured and by Cockcroft and Gault; eGFR by MDRD and CKD-EPI 2009, 2021.
  "2164-2": "renal",
  "35592-5": "renal",
  "33914-3": "renal",
  "62238-1": "renal",
  "98979-8": "renal",
};

/** Answers to the two questions: LOINC answer codes, and SNOMED CT as the IPS maps them. */
export const ANSWERS: Readonly<Record<string, "yes" | "no" | "not-asked">> = {
  "LA15173-0": "yes",
  "LA26683-5": "no",
  "LA29252-6": "yes",
  "LA29253-4": "no",
  "LA4489-6": "not-asked",
  "77386006": "yes",
  "60001007": "no",
};

/** SNOMED CT (allergyintolerance.html, 9.1.3, R4). */
export const NO_KNOWN_DRUG_ALLERGY = "409137002";
export const NO_KNOWN_ALLERGY: ReadonlySet<string> = new Set(["716186003", NO_KNOWN_DRUG_ALLERGY]);

/** Encounter.class (HL7 v3 ActCode) and MedicationRequest.category. */
export const SETTING_CODES: Readonly<Record<string, string>> = {
  AMB: "outpatient",
  EMER: "emergency",
  IMP: "inpatient",
  ACUTE: "inpatient",
  NONACUTE: "inpatient",
  outpatient: "outpatient",
  community: "outpatient",
  inpatient: "inpatient",
  discharge: "discharge",
};
