/** What a JSON Schema says of a place in a document. */
import { dig, type Path } from "./dig.ts";

/** A JSON Schema (draft 2020-12), as far as ours go. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly description?: string;
}

/** The keys that are known at a place of a document; for a union those of the branch meant. */
export function keysAt(
  schema: JsonSchema,
  path: Path,
  document: unknown,
): string[] {
  let schemas: readonly JsonSchema[] = [schema];
  let value = document;
  for (const step of path) {
    schemas = schemas.flatMap((schema) => branches(schema, value)).flatMap((schema) => {
      const inner = typeof step === "number" ? schema.items : schema.properties?.[step];
      return inner === undefined ? [] : [inner];
    });
    value = dig(value, step);
  }
  return schemas.flatMap((schema) => branches(schema, value))
    .flatMap(({ properties }) => Object.keys(properties ?? {}));
}

/** The alternatives of a schema that a value can mean, by their constants. */
export function branches(schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives === undefined) return [schema];
  const meant = alternatives.filter(({ properties }) =>
    Object.entries(properties ?? {}).every(([key, property]) =>
      property.const === undefined || property.const === dig(value, key)
    )
  );
  return (meant.length > 0 ? meant : alternatives).flatMap((one) => branches(one, value));
}
