/**
 * The answer to a Bundle of FHIR R4: a Bundle with a Task, which is the review, and a DetectedIssue
 * for each finding; to what is refused an OperationOutcome.
 */
import type { Problem } from "../../../sync/problem.ts";
import { earlierText } from "../earlier_text.ts";
import type { Fault } from "../intake.ts";
import { namedUuid } from "../named_uuid.ts";
import type { Reviewed } from "../reviewed.ts";
import { sourceLink } from "../source_link.ts";
import type { Earlier, Finding, Level, Outcome } from "../verdict.ts";
import { EXTENSION, PRESCRIPTION_NUMBER } from "./systems.ts";

/** A review that waits for a person is one that goes on (task.html#statemachine, R4). */
const TASK_STATUS: Readonly<Record<Outcome, "completed" | "in-progress">> = {
  pass: "completed",
  notice: "completed",
  intercept: "completed",
  pharmacist: "in-progress",
  "could-not-check": "in-progress",
};

/** FHIR has three; what could not be checked has none, since nobody knows. */
const SEVERITY: Readonly<Record<Level, "high" | "moderate" | "low">> = {
  black: "high",
  red: "high",
  orange: "moderate",
  yellow: "low",
  blue: "low",
};

export function answerFhir(reviewed: Reviewed): object {
  const issues = reviewed.findings.map((finding, index) => ({
    fullUrl: `urn:uuid:${namedUuid(reviewed.hash, reviewed.pack, finding.rule, String(index))}`,
    resource: detectedIssue(reviewed, finding),
  }));
  const task = {
    fullUrl: `urn:uuid:${namedUuid(reviewed.hash, reviewed.pack, "task")}`,
    resource: taskOf(reviewed, issues.map(({ fullUrl }) => fullUrl)),
  };
  return { resourceType: "Bundle", type: "collection", entry: [task, ...issues] };
}

function taskOf(reviewed: Reviewed, issues: readonly string[]): object {
  const { prescription: { patient }, outcome, token, hash, pack, degraded, marks } = reviewed;
  const { historyReach } = reviewed;
  const said = {
    hash,
    pack,
    ...(historyReach === null ? {} : { "history-reach": historyReach }),
    ...(token === null ? {} : { token }),
  };
  return {
    resourceType: "Task",
    groupIdentifier: prescriptionNumber(reviewed),
    status: TASK_STATUS[outcome],
    businessStatus: coded("outcome", outcome),
    intent: "order",
    code: coded("task", "prescription-review"),
    focus: { type: "MedicationRequest", identifier: prescriptionNumber(reviewed) },
    for: { type: "Patient", display: patient.name },
    authoredOn: new Date(reviewed.recordedMs).toISOString(),
    lastModified: new Date(reviewed.decidedMs).toISOString(),
    ...(marks.length === 0
      ? {}
      : { note: marks.map(({ field, detail }) => ({ text: `${field}: ${detail}` })) }),
    output: [
      ...Object.entries(said).map(([name, value]) => ({
        type: coded("output", name),
        valueString: value,
      })),
      { type: coded("output", "degraded"), valueBoolean: degraded },
      ...issues.map((reference) => ({
        type: coded("output", "finding"),
        valueReference: { type: "DetectedIssue", reference },
      })),
    ],
  };
}

function detectedIssue(reviewed: Reviewed, finding: Finding): object {
  const { rule, level, lines, text, source, comment, earlier = [] } = finding;
  const link = sourceLink(source);
  return {
    resourceType: "DetectedIssue",
    extension: [
      { url: `${EXTENSION}level`, valueCode: level },
      ...(comment === undefined ? [] : [{ url: `${EXTENSION}comment`, valueCode: comment }]),
    ],
    status: "final",
    code: { ...coded("rule", rule), text: text.zh },
    ...(level === "could-not-check" ? {} : { severity: SEVERITY[level] }),
    patient: { type: "Patient", display: reviewed.prescription.patient.name },
    identifiedDateTime: new Date(reviewed.decidedMs).toISOString(),
    implicated: [
      ...lines.map((line) => ({
        type: "MedicationRequest",
        identifier: prescriptionNumber(reviewed),
        display: `${line}: ${drugText(reviewed, line)}`,
      })),
      ...earlier.map((one) => ({
        type: "MedicationRequest",
        identifier: earlierNumber(one),
        display: earlierText(one).zh,
      })),
    ],
    evidence: [{ code: [{ text: source }] }],
    detail: text.zh,
    _detail: { extension: [translation("en", text.en)] },
    ...(link === null ? {} : { reference: link }),
  };
}

function drugText({ prescription: { lines } }: Reviewed, line: number): string {
  const { code, text } = lines.at(line - 1)?.drug ?? { code: "?" };
  return text ?? code;
}

/** The standard extension for a text in another language (extension-translation.html, R4). */
function translation(lang: string, content: string): object {
  return {
    url: "http://hl7.org/fhir/StructureDefinition/translation",
    extension: [{ url: "lang", valueCode: lang }, { url: "content", valueString: content }],
  };
}

function prescriptionNumber({ prescription: { id, version } }: Reviewed): object {
  return {
    system: PRESCRIPTION_NUMBER,
    value: id,
    extension: [{ url: `${EXTENSION}version`, valueInteger: version }],
  };
}

/** Each site numbers its own. */
function earlierNumber({ site, prescription, version }: Earlier): object {
  return {
    system: PRESCRIPTION_NUMBER,
    value: prescription,
    assigner: { display: site },
    ...(version === undefined
      ? {}
      : { extension: [{ url: `${EXTENSION}version`, valueInteger: version }] }),
  };
}

function coded(system: string, code: string) {
  return { coding: [{ system: `${EXTENSION}${system}`, code }] };
}

/** Codes of issues by the problem's status (valueset-issue-type.html, R4). */
const ISSUE_TYPES: Readonly<Record<number, string>> = {
  401: "login",
  403: "forbidden",
  404: "not-found",
  408: "timeout",
  409: "conflict",
  413: "too-long",
  415: "not-supported",
  429: "throttled",
  500: "exception",
  503: "transient",
};

/** A refusal for programs that speak FHIR; `expression` names the place in the Bundle. */
export function operationOutcome(
  problem: Problem & { readonly faults?: readonly Fault[] },
): object {
  const { status, title, detail, hint, faults = [] } = problem;
  const code = ISSUE_TYPES[status] ?? "invalid";
  const whole = {
    severity: "error",
    code,
    diagnostics: [title, hint].flatMap((one) => one ?? []).join("; "),
  };
  const issues = faults.map(({ field, message }) => ({
    ...whole,
    details: { text: message },
    ...(field === "" ? {} : { expression: [`Bundle.${field}`] }),
  }));
  return {
    resourceType: "OperationOutcome",
    issue: issues.length > 0 ? issues : [{ ...whole, details: { text: detail ?? title } }],
  };
}
