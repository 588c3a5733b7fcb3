/**
 * A prescription as it comes in, through whatever door: either one recorded form and its hash, or
 * a refusal that names each field and what is wanted there. Nothing is stored here.
 */
import type { Problem } from "../../sync/problem.ts";
import type { Stamp } from "../../sync/entry.ts";
import { type PathFault, pathText } from "../schema_faults.ts";
import { bodyText } from "./body_text.ts";
import { canonicalHash } from "./canonical_hash.ts";
import {
  type CheckedPrescription,
  checkedPrescription,
  decimalsAsText,
} from "./checked_prescription.ts";
import { prescriptionOfDocument } from "./fhir/prescription_of_bundle.ts";
import type { Prescription } from "./prescription.ts";
import { readStrictJson } from "../strict_json.ts";

/** `json`: the plain form; `fhir`: a Bundle of FHIR R4. */
export type Door = "json" | "fhir";

export interface Fault {
  /** `lines[2].dose.unit`; empty: the document as a whole. */
  readonly field: string;
  /** What was found, and what is wanted. */
  readonly message: string;
}

/** What cannot be taken, with all faults at once, as far as {@link FAULTS_MAX}. */
export interface IntakeProblem extends Problem {
  readonly faults: readonly Fault[];
}

/** What is taken and is no fault, but has to be seen with the prescription. */
export interface Mark {
  readonly code: "issued-in-future";
  readonly field: string;
  readonly detail: string;
}

export type Receipt =
  | {
    readonly kind: "accepted";
    readonly prescription: Prescription;
    /** SHA-256 of the normalised prescription (RFC 8785), hexadecimal: what a token binds (P9). */
    readonly hash: string;
    readonly marks: readonly Mark[];
  }
  | { readonly kind: "refused"; readonly problem: IntakeProblem };

/** So many faults are told: who has more has another form in mind. */
export const FAULTS_MAX = 50;
/** A HIS's clock may be ahead by so much before anybody is told of it. */
const AHEAD_MS_MAX = 5 * 60_000;

const MEDIA_TYPES: Readonly<Record<Door, readonly string[]>> = {
  json: ["application/json"],
  fhir: ["application/fhir+json", "application/json"],
};

const READERS: Readonly<Record<Door, (document: unknown) => CheckedPrescription>> = {
  json: (document) => checkedPrescription(decimalsAsText(document)),
  fhir: prescriptionOfDocument,
};

/** Reads what came in at a door; `contentType` is the request's header. Never throws. */
export function receive(
  door: Door,
  bytes: Uint8Array,
  { contentType, now }: { readonly contentType: string | null; readonly now: Stamp },
): Receipt {
  const body = bodyText(bytes, contentType, MEDIA_TYPES[door]);
  if (body.kind === "refused") {
    const { detail = body.problem.title } = body.problem;
    const faults = [{ field: "", message: detail }];
    return { kind: "refused", problem: { ...body.problem, faults } };
  }
  const read = readStrictJson(body.text);
  if (read.kind === "refused") return refused([read]);
  const result = READERS[door](read.document);
  if (result.kind === "faults") return refused(result.faults);
  const { prescription } = result;
  return {
    kind: "accepted",
    prescription,
    hash: canonicalHash(prescription),
    marks: marksOf(prescription, now),
  };
}

function marksOf({ issuedAt }: Prescription, { wallMs, clock }: Stamp): Mark[] {
  const aheadMs = Date.parse(issuedAt) - wallMs;
  if (aheadMs <= AHEAD_MS_MAX) return [];
  const detail = `${Math.round(aheadMs / 1000)} s ahead of this node's clock, which is ${clock}`;
  return [{ code: "issued-in-future", field: "issuedAt", detail }];
}

export function refused(found: readonly PathFault[]): Receipt & { readonly kind: "refused" } {
  const told = new Map<string, string>();
  for (const { path, message } of found) {
    const field = pathText(path);
    // What else is wrong with a field is another way to say the same.
    if (!told.has(field)) told.set(field, message);
  }
  const faults = [...told].map(([field, message]) => ({ field, message }));
  const more = faults.length - FAULTS_MAX;
  const [first] = faults;
  const others = faults.length === 1 ? "" : `; and ${faults.length - 1} more`;
  return {
    kind: "refused",
    problem: {
      status: 422,
      code: "bad-prescription",
      title: "The prescription cannot be read: nothing was stored",
      detail: `${first.field === "" ? "" : `${first.field}: `}${first.message}${others}`,
      hint: more > 0
        ? `${more} more faults are not listed`
        : "see faults; mend all, and send again",
      faults: faults.slice(0, FAULTS_MAX),
    },
  };
}
