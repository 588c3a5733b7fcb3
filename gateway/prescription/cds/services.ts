/** What a HIS may ask before an order is signed: the discovery document of CDS Hooks 2.0. */
import { OBSERVED } from "../fhir/systems.ts";

/** Services by the hook at which they are called. */
export const SERVICES = {
  "prescription-select": "order-select",
  "prescription-sign": "order-sign",
} as const;
export type ServiceId = keyof typeof SERVICES;

export function isService(id: string): id is ServiceId {
  return Object.hasOwn(SERVICES, id);
}

function observations(what: string): string {
  const codes = Object.keys(OBSERVED).filter((code) => OBSERVED[code] === what);
  return `Observation?patient={{context.patientId}}&code=${codes.join(",")}&_sort=-date&_count=1`;
}

/** Only what rules read, and as CDS Hooks 2.0 advises: reads, and searches for equality. */
export const PREFETCH = {
  patient: "Patient/{{context.patientId}}",
  user: "{{context.userId}}",
  conditions: "Condition?patient={{context.patientId}}&clinical-status=active",
  allergies: "AllergyIntolerance?patient={{context.patientId}}",
  weight: observations("weight"),
  renal: observations("renal"),
  pregnancy: observations("pregnant"),
  breastfeeding: observations("breastfeeding"),
};

const DESCRIPTION = "Checks draft medication orders against the county's rules, and says what a " +
  "review would find. It is no review: the prescription is sent on its own when it is signed. " +
  "用本县规则预检处方草稿；不能代替签名后的处方审核。";

export function discovery(): object {
  const titles: Readonly<Record<ServiceId, string>> = {
    "prescription-select": "处方预检（选药） Prescription pre-check on selection",
    "prescription-sign": "处方预检（签名前） Prescription pre-check before signing",
  };
  return {
    services: Object.entries(SERVICES).map(([id, hook]) => ({
      hook,
      id,
      title: isService(id) ? titles[id] : id,
      description: DESCRIPTION,
      prefetch: PREFETCH,
    })),
  };
}
