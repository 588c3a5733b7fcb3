/** Whether a document is a prescription: its schema, and what its fields say of one another. */
import * as z from "zod";
import { compiledSchema } from "../compiled_schema.ts";
import { issueFaults, type PathFault, type Wording } from "../schema_faults.ts";
import { contradictions } from "./contradictions.ts";
import { type Prescription, prescription } from "./prescription.ts";

export type CheckedPrescription =
  | { readonly kind: "read"; readonly prescription: Prescription }
  | { readonly kind: "faults"; readonly faults: readonly PathFault[] };

const compiled = compiledSchema(prescription);

/** The prescription, normalised and with its defaults, or all that is wrong with it. */
export function checkedPrescription(document: unknown): CheckedPrescription {
  const result = compiled().safeParse(document);
  if (!result.success) {
    const wording = jsonWording(prescription);
    const faults = result.error.issues.flatMap((issue) => issueFaults(issue, document, wording));
    return { kind: "faults", faults };
  }
  const faults = contradictions(result.data);
  return faults.length > 0
    ? { kind: "faults", faults }
    : { kind: "read", prescription: result.data };
}

/** What those who write JSON call it; of a schema that is made once, and only for faults. */
export function jsonWording(schema: z.ZodType): Wording {
  let made: ReturnType<Wording["schema"]> | null = null;
  return {
    key: "field",
    object: "an object",
    schema: () => made ??= JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: "input" }))),
  };
}

/**
 * In the plain form a decimal, which is the `value` of anything but an identifier, may also be a
 * number: 0.25 is "0.25". Changes the document, of which `readStrictJson` has seen to it that every
 * number is still what was written.
 */
export function decimalsAsText(document: unknown): unknown {
  if (typeof document !== "object" || document === null) return document;
  const value: unknown = Reflect.get(document, "value");
  if (typeof value === "number" && !("system" in document)) {
    Reflect.set(document, "value", String(value));
  }
  for (const inner of Object.values(document)) decimalsAsText(inner);
  return document;
}
