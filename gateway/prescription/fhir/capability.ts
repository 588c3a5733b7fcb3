/** What a node says of its FHIR door: a CapabilityStatement, and the one operation that it has. */
import { BODY_BYTES_MAX } from "../body_text.ts";
import { EXTENSION } from "./systems.ts";

/** Of what is described here; it changes when the door does. */
const DATE = "2026-11-29";
export const REVIEW_OPERATION = "review-prescription";

export interface FhirNode {
  /** Its address, without a slash at the end. */
  readonly url: string;
  readonly version: string;
  /** Its name and its title, for people. */
  readonly name: string;
  readonly title: string;
}

/** `[base]/metadata` (capabilitystatement.html, R4). */
export function capabilityStatement({ url, version, name, title }: FhirNode): object {
  return {
    resourceType: "CapabilityStatement",
    status: "active",
    date: DATE,
    kind: "instance",
    software: { name: "Tributary", version },
    implementation: { description: `${title} (${name})`, url: `${url}/fhir` },
    fhirVersion: "4.0.1",
    format: ["application/fhir+json"],
    rest: [{
      mode: "server",
      documentation: "Prescriptions are sent to be reviewed, and are answered by a Task and " +
        "DetectedIssues. No resource is stored by itself, read or searched for.",
      security: {
        cors: false,
        description: "Authorization: Bearer, with a token that has the right fhir",
      },
      resource: [{ type: "OperationDefinition", interaction: [{ code: "read" }] }],
      operation: [{
        name: REVIEW_OPERATION,
        definition: definitionUrl(url),
        documentation:
          `A body has ${BODY_BYTES_MAX} bytes or fewer. Idempotency-Key is optional: ` +
          "number and version of the prescription are a key as well.",
      }],
    }],
  };
}

/** `[base]/OperationDefinition/review-prescription` (operationdefinition.html, R4). */
export function operationDefinition({ url }: FhirNode): object {
  const parameter = (name: string, use: "in" | "out", type: string, documentation: string) => ({
    name,
    use,
    min: 1,
    max: "1",
    documentation,
    type,
  });
  return {
    resourceType: "OperationDefinition",
    id: REVIEW_OPERATION,
    url: definitionUrl(url),
    name: "ReviewPrescription",
    title: "Review of a prescription 处方审核",
    status: "active",
    kind: "operation",
    date: DATE,
    affectsState: true,
    code: REVIEW_OPERATION,
    system: true,
    type: false,
    instance: false,
    description: "Records one prescription, durably, and answers what a review by the county's " +
      "rules has found. Sent again it is answered again, and is one. " +
      "记录一张处方并返回审核结果；重复发送不会重复记录。",
    comment:
      "The body is the Bundle itself. At a county the query `site` says of which site it is.",
    parameter: [
      parameter("resource", "in", "Bundle", BUNDLE_WANTED),
      parameter("return", "out", "Bundle", BUNDLE_GIVEN),
    ],
  };
}

const BUNDLE_WANTED = "Of type collection: a MedicationRequest for each line, all with one " +
  "groupIdentifier, and all that they name: Patient, Practitioner or PractitionerRole, " +
  "Organization, Encounter, Medication, Condition, AllergyIntolerance, Observation. What FHIR has " +
  `no element for are extensions whose url begins with ${EXTENSION}`;
const BUNDLE_GIVEN = "A Task, whose businessStatus is the outcome and whose outputs are the " +
  "prescription's hash, the rules' version and the token to dispense on; and a DetectedIssue for " +
  "each finding.";

function definitionUrl(url: string): string {
  return `${url}/fhir/OperationDefinition/${REVIEW_OPERATION}`;
}
