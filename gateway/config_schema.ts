/** The configuration's JSON Schema, and the commented example that is made from it. */
import * as z from "zod";
import { configSchema } from "./config.ts";
import { branches, type JsonSchema } from "./json_schema.ts";

/** JSON Schema of `tributary.yaml`; a device's profile stands in it by name. */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodObject && isProfile(zodSchema)) {
        for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
        jsonSchema.type = "string";
        jsonSchema.description = "Name of the device's profile";
        jsonSchema.examples = [exampleProfile(zodSchema)];
      }
    },
  });
  return JSON.parse(JSON.stringify(schema));
}

const EXAMPLE_PROFILES: ReadonlyMap<unknown, string> = new Map([
  ["modbus", "vaccine-fridge"],
  ["mqtt", "temperature-humidity"],
  ["scale", "yaohua-a12e"],
  ["printer", "printer-port"],
]);

function isProfile(schema: z.ZodObject): boolean {
  return "protocol" in schema.shape && "profile" in schema.shape;
}

function exampleProfile(schema: z.ZodObject): string {
  const { protocol } = schema.shape;
  const value = protocol instanceof z.ZodLiteral ? protocol.value : "";
  return EXAMPLE_PROFILES.get(value) ?? "";
}

/** A configuration with every setting: what has to be set is set, the rest stands as comment. */
export function exampleYaml(role: "site" | "county"): string {
  const [schema] = branches(configJsonSchema(), { role });
  const title = "# Configuration of a Tributary node. Lines that begin with # show defaults.";
  return `${title}\n${objectLines(schema, "", false).join("\n")}\n`;
}

function objectLines(schema: JsonSchema, indent: string, commented: boolean): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const required = schema.required?.includes(key) ?? false;
    const mark = commented || !required ? "# " : "";
    return propertyLines(key, property, indent, mark);
  });
}

function propertyLines(key: string, schema: JsonSchema, indent: string, mark: string): string[] {
  const help = schema.description === undefined ? [] : [`${indent}# ${schema.description}`];
  const line = (text: string) => `${indent}${mark}${text}`;
  const inner = `${indent}  `;
  if (schema.type === "object" && schema.properties !== undefined) {
    return [...help, line(`${key}:`), ...objectLines(schema, inner, mark !== "")];
  }
  if (schema.type === "array" && schema.items !== undefined) {
    return [...help, line(`${key}:`), ...itemLines(schema.items, inner, mark)];
  }
  if (schema.oneOf !== undefined) {
    const [first] = schema.oneOf;
    return [...help, line(`${key}:`), ...objectLines(first, inner, mark !== "")];
  }
  return [...help, line(`${key}: ${JSON.stringify(exampleOf(schema))}`)];
}

/** One item of each kind that the list can hold. */
function itemLines(items: JsonSchema, indent: string, mark: string): string[] {
  const kinds = items.oneOf ?? [items];
  return kinds.flatMap((kind) => {
    if (kind.properties === undefined) {
      return [`${indent}${mark}- ${JSON.stringify(exampleOf(kind))}`];
    }
    const lines = objectLines(kind, `${indent}  `, mark !== "");
    return [`${indent}${mark}-`, ...lines];
  });
}

function exampleOf(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.examples !== undefined) return schema.examples[0];
  if (schema.enum !== undefined) return schema.enum[0];
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return exampleOf(alternatives[0]);
  return schema.type === "string" ? "…" : schema.type === "boolean" ? true : 1;
}
