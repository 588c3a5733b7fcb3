/** A call of a CDS service: draft orders and what was prefetched, as a draft prescription. */
import * as z from "zod";
import type { Stamp } from "../../../sync/entry.ts";
import type { Problem } from "../../../sync/problem.ts";
import { issueFaults, pathText } from "../../schema_faults.ts";
import { bodyText } from "../body_text.ts";
import { jsonWording } from "../checked_prescription.ts";
import { FhirBundle } from "../fhir/bundle.ts";
import { openOrders, prescriptionOfBundle } from "../fhir/prescription_of_bundle.ts";
import { anyResource, innerBundle } from "../fhir/resources.ts";
import { type Fault, FAULTS_MAX, refused } from "../intake.ts";
import type { Prescription } from "../prescription.ts";
import { readStrictJson } from "../../strict_json.ts";
import { type ServiceId, SERVICES } from "./services.ts";

/** Orders of one session. */
const SELECTIONS_MAX = 200;

/**
 * Body of a call (CDS Hooks 2.0, Calling a CDS Service). `fhirServer` and `fhirAuthorization` are
 * passed over: a node asks nobody's server (X7).
 */
export const hookRequest = z.looseObject({
  hook: z.enum(Object.values(SERVICES)),
  hookInstance: z.uuid(),
  context: z.looseObject({
    userId: z.string().min(1).max(200),
    patientId: z.string().min(1).max(64),
    encounterId: z.string().optional(),
    selections: z.array(z.string()).max(SELECTIONS_MAX).optional(),
    draftOrders: innerBundle,
  }),
  prefetch: z.record(z.string(), anyResource.nullable()).optional(),
});
type HookRequest = z.infer<typeof hookRequest>;

export type DraftCheck =
  | {
    readonly kind: "draft";
    readonly hookInstance: string;
    readonly prescription: Prescription;
    /** Of the prescription that it becomes, or that it is a change of; else the call's. */
    readonly number: string;
    /** Lines, from 1, that advice is wanted for; `null`: all. */
    readonly selected: readonly number[] | null;
  }
  /** No medicine is among the orders. */
  | { readonly kind: "nothing" }
  /** What is drafted so far is not enough to check it. */
  | {
    readonly kind: "incomplete";
    readonly hookInstance: string;
    readonly faults: readonly Fault[];
  }
  | { readonly kind: "refused"; readonly problem: Problem & { readonly faults: readonly Fault[] } };

/** Reads a call of `service`; the draft is issued now, by whoever uses the HIS. Never throws. */
export function readHook(
  service: ServiceId,
  bytes: Uint8Array,
  { contentType, now }: { readonly contentType: string | null; readonly now: Stamp },
): DraftCheck {
  const body = bodyText(bytes, contentType, ["application/json"]);
  if (body.kind === "refused") {
    return { kind: "refused", problem: { ...body.problem, faults: [] } };
  }
  const read = readStrictJson(body.text);
  if (read.kind === "refused") return badCall(refused([read]).problem);
  const result = hookRequest.safeParse(read.document);
  if (!result.success) {
    const wording = jsonWording(hookRequest);
    const faults = result.error.issues.flatMap((one) => issueFaults(one, read.document, wording));
    return badCall(refused(faults).problem);
  }
  const { hook } = result.data;
  if (hook !== SERVICES[service]) {
    const message = `found ${hook}; want ${SERVICES[service]}, or the service for ${hook}`;
    return badCall(refused([{ path: ["hook"], message }]).problem);
  }
  return draftOf(result.data, now);
}

function badCall(problem: Problem & { readonly faults: readonly Fault[] }): DraftCheck {
  const title = "The call of the service cannot be read";
  return { kind: "refused", problem: { ...problem, status: 400, code: "bad-hook", title } };
}

function draftOf(call: HookRequest, now: Stamp): DraftCheck {
  const { context, hookInstance } = call;
  const bundle = collected(call);
  const orders = openOrders(bundle);
  if (orders.length === 0 && bundle.faults.length === 0) return { kind: "nothing" };
  if (!bundle.of("Patient").some(({ resource }) => resource.id === context.patientId)) {
    return { kind: "refused", problem: NO_PATIENT };
  }
  const issuedAt = new Date(now.wallMs).toISOString();
  const draft = { id: hookInstance, issuedAt, userId: context.userId };
  const checked = prescriptionOfBundle(bundle, draft);
  if (checked.kind === "faults") {
    const faults = checked.faults.slice(0, FAULTS_MAX)
      .map(({ path, message }) => ({ field: pathText(path), message }));
    return { kind: "incomplete", hookInstance, faults };
  }
  const chosen = context.selections;
  const lines = orders.flatMap(({ resource: { id } }, index) =>
    chosen?.includes(`MedicationRequest/${id}`) ? [index + 1] : []
  );
  // Selections that name other orders alone want no advice on these; none at all: on all of them.
  const selected = chosen === undefined ? null : lines;
  const number = orders.at(0)?.resource.groupIdentifier?.value ?? hookInstance;
  return { kind: "draft", hookInstance, number, prescription: checked.prescription, selected };
}

/** All resources of a call; references may name some that the HIS did not send. */
function collected({ context: { draftOrders }, prefetch }: HookRequest): FhirBundle {
  const bundle = new FhirBundle(false);
  const addAll = (entries: z.infer<typeof innerBundle>["entry"], at: readonly string[]) => {
    for (const [index, { fullUrl, resource }] of (entries ?? []).entries()) {
      bundle.add(resource, [...at, "entry", index, "resource"], fullUrl ?? null);
    }
  };
  addAll(draftOrders.entry, ["context", "draftOrders"]);
  for (const [name, found] of Object.entries(prefetch ?? {})) {
    // Orders of earlier are the history's, which the county has itself.
    if (found === null || found.resourceType === "MedicationRequest") continue;
    const at = ["prefetch", name];
    if (found.resourceType !== "Bundle") {
      bundle.add(found, at, null);
      continue;
    }
    const inner = innerBundle.safeParse(found);
    if (inner.success) addAll(inner.data.entry, at);
    else bundle.faults.push({ path: at, message: "want a Bundle of resources, 200 or fewer" });
  }
  return bundle;
}

/** As CDS Hooks 2.0 demands of a service that cannot get what it needs. */
const NO_PATIENT: Problem & { readonly faults: readonly Fault[] } = {
  status: 412,
  code: "no-patient",
  title: "The patient is not among what was prefetched",
  detail: "prefetch.patient is missing, or is not that of context.patientId",
  hint: "satisfy the prefetch templates of GET /cds-services: no FHIR server is asked from here",
  faults: [{ field: "prefetch.patient", message: "want the Patient of context.patientId" }],
};
