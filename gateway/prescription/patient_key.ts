/** Under which a patient's history is kept: a keyed hash, of which nobody reads a number. */
import { createHmac } from "node:crypto";
import type { Prescription } from "./prescription.ts";
import { type ResidentId, residentId } from "./resident_id.ts";
import { agrees } from "./patient_age.ts";
import { spelling } from "./measure.ts";
import type { Note } from "./unknown.ts";

/** As long as the hash: RFC 2104, section 3. */
const KEY_BYTES_MIN = 32;

export interface Identity {
  /** `null`: the patient's history cannot be told from another's. */
  readonly key: string | null;
  readonly id: ResidentId | null;
}

const FAULTS = {
  form: "it is no resident ID: want 18 characters",
  "check-digit": "its check digit is wrong (GB 11643)",
  "birth-date": "its date of birth is no date",
} as const;

interface Hashed {
  readonly key: Uint8Array;
  readonly text: string;
  readonly hash: string;
}

/** By the number as it was recorded: who takes a prescription asks, and who reviews it again. */
const HASHED = new WeakMap<object, Hashed>();

function hashOf(id: object, key: Uint8Array, text: string): string {
  const before = HASHED.get(id);
  if (before !== undefined && before.key === key && before.text === text) return before.hash;
  const hash = createHmac("sha256", key).update(text).digest("base64url");
  HASHED.set(id, { key, text, hash });
  return hash;
}

/**
 * HMAC-SHA-256 over what kind of number it is and the number. A resident ID is one person in all
 * sites. Any other number is its site's own: the same one elsewhere may be somebody else.
 */
export function identityOf(
  { patient }: Pick<Prescription, "patient">,
  { site, issueDay, key }: { site: string; issueDay: number; key: Uint8Array },
  note: Note,
): Identity {
  if (key.length < KEY_BYTES_MIN) {
    throw new RangeError(`Cannot make patient keys: the key has ${key.length} bytes of 32`);
  }
  const at = "patient.id";
  if (patient.id === undefined) {
    return { key: note(at, "identity", "there is no number"), id: null };
  }
  const recorded = patient.id;
  const { system, value } = recorded;
  const hash = (...parts: string[]) => hashOf(recorded, key, JSON.stringify(parts));
  if (system !== "resident-id") {
    note(at, "identity", "a site's own number: history of other sites is not found under it");
    return { key: hash(system, site, spelling(value)), id: null };
  }
  const id = residentId(value);
  if (id.kind === "fault") return { key: note(at, "identity", FAULTS[id.found]), id };
  if (!agrees(patient, id.birthDate, issueDay)) {
    return { key: note(at, "identity", "its date of birth is not the patient's"), id };
  }
  if ((patient.sex === "male" || patient.sex === "female") && patient.sex !== id.sex) {
    return { key: note(at, "identity", "its sex is not the patient's"), id };
  }
  return { key: hash(system, id.number), id };
}
