/** Schemas that are asked for each entry or request: read by code that zod makes of them. */
import * as z from "zod";

/**
 * The same schema with a compiled way for what is right, made when it is first asked for: it takes
 * some tens of milliseconds, which no start should wait for. What is not right is read by zod as
 * ever, which words its faults. Throws `ZodCompileUnsupportedError` for a schema that cannot be
 * compiled: it would be read the slow way, and nobody would know.
 */
export function compiledSchema<T extends z.ZodType>(schema: T): () => T {
  let compiled: T | null = null;
  return () => compiled ??= z.compile(schema, { strict: true });
}
