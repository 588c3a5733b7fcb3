/** YAML that is read by a schema. */
import { parse } from "yaml";
import * as z from "zod";

/** Makes the error of what was found; it cannot be read as YAML, or not be used as what it is. */
export type YamlFailure = (verb: "read" | "use", found: string, options?: ErrorOptions) => Error;

/** Throws what `failure` makes. */
export function parseYaml<T>(text: string, schema: z.ZodType<T>, failure: YamlFailure): T {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    throw failure("read", cause instanceof Error ? cause.message : String(cause), { cause });
  }
  const result = schema.safeParse(document);
  if (!result.success) throw failure("use", z.prettifyError(result.error));
  return result.data;
}
