/** Calls of a CDS service as a HIS sends them, for tests. */
import type { Stamp } from "../../../sync/entry.ts";
import { NOW } from "../fixture_intake.ts";
import { prescriptionBundle } from "../fhir/fixtures.ts";
import type { Finding } from "../verdict.ts";
import { type DraftCheck, readHook } from "./hook_request.ts";
import type { ServiceId } from "./services.ts";

export const HOOK_INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";

/** The tests' prescription before it is signed: draft orders, and the rest as prefetched. */
export function hookCall(hook: "order-select" | "order-sign") {
  const { entry } = prescriptionBundle();
  const orders = entry.slice(0, 3).map(({ resource }) => ({
    resource: { ...resource, status: "draft" },
  }));
  const of = (...types: readonly string[]) => ({
    resourceType: "Bundle",
    type: "searchset",
    entry: entry.filter(({ resource: { resourceType } }) => types.includes(resourceType)),
  });
  const [patient] = of("Patient").entry;
  const [role] = of("PractitionerRole").entry;
  return {
    hook,
    hookInstance: HOOK_INSTANCE,
    fhirServer: "http://his.example/fhir",
    context: {
      userId: "PractitionerRole/role-1",
      patientId: "p1",
      draftOrders: { resourceType: "Bundle", entry: orders },
    },
    prefetch: {
      patient: { ...patient.resource, id: "p1" },
      user: role.resource,
      conditions: of("Condition"),
      allergies: of("AllergyIntolerance"),
      weight: of("Observation"),
      renal: null,
    },
  };
}

/** The same, with references to the patient as a HIS's own server has them. */
export function hookText(call: object): string {
  return JSON.stringify(call).replaceAll(/urn:uuid:0f2a9f5e[0-9a-f-]*/g, "Patient/p1");
}

export function hooked(
  call: object | string,
  service: ServiceId = "prescription-sign",
  now: Stamp = NOW,
): DraftCheck {
  const text = typeof call === "string" ? call : hookText(call);
  const bytes = new TextEncoder().encode(text);
  return readHook(service, bytes, { contentType: "application/json", now });
}

export function findingOf(level: Finding["level"], lines: readonly number[]): Finding {
  return {
    rule: `demo-${level}`,
    level,
    lines: [...lines],
    text: { zh: `依据说明书，[${level}]`, en: `By the label, ${level}` },
    source: "药品说明书，用法用量 (https://example.org/label?id=1).",
    inputs: { ageDays: 27_819 },
    missing: [],
  };
}
