import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { ConfigError, parseConfig } from "./config_file.ts";
import { configJsonSchema, exampleYaml } from "./config_schema.ts";
import { type JsonSchema, keysAt } from "./json_schema.ts";

const ROLES = ["site", "county"] as const;

describe.each(ROLES)("the example for a %s", (role) => {
  test("can be used as it is printed, and shows the defaults", () => {
    const config = parseConfig(exampleYaml(role));
    expect(config).toMatchObject({
      role,
      node: role === "site" ? "site-017" : "county-a",
      dataDir: "/var/lib/tributary",
      http: { host: "127.0.0.1", port: 8080 },
      journal: { hash: "sha256", segmentMiB: 64, retentionDays: 30 },
    });
  });

  test("passes the JSON Schema, which refuses an unknown key", () => {
    // A reader of JSON Schema: what editors and other programs make of ours.
    const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(configJsonSchema())));
    const document: unknown = parse(exampleYaml(role));
    expect(schema.safeParse(document).success).toBe(true);
    expect(schema.safeParse(Object.assign({}, document, { colour: "red" })).success).toBe(false);
    expect(schema.safeParse(Object.assign({}, document, { node: "X" })).success).toBe(false);
  });

  test("has in its comments only settings that there are", () => {
    const text = exampleYaml(role);
    const all = text.replaceAll(/^(\s*)# (-|[a-zA-Z]+:(?: .*)?)$/gm, "$1$2");
    expect(all.split("\n").filter((line) => /^\s*[a-zA-Z]+:/.test(line)).length)
      .toBeGreaterThan(text.split("\n").filter((line) => /^\s*[a-zA-Z]+:/.test(line)).length);
    const unknown = faultsOf(all).filter((fault) => /there is no setting|is missing/.test(fault));
    expect(unknown).toEqual([]);
  });
});

function faultsOf(text: string): string[] {
  try {
    parseConfig(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ message }) => message);
    throw error;
  }
  return [];
}

/** Every schema within, with its path. */
function* within(schema: JsonSchema, path = ""): Generator<[path: string, schema: JsonSchema]> {
  yield [path, schema];
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    yield* within(inner, `${path}.${key}`);
  }
  if (schema.items !== undefined) yield* within(schema.items, `${path}[]`);
  for (const inner of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) {
    yield* within(inner, path);
  }
}

const TYPES = ["object", "array", "string", "number", "integer", "boolean"];

test("the JSON Schema knows a type, or alternatives, for every setting", () => {
  const all = [...within(configJsonSchema())];
  expect(all.length).toBeGreaterThan(100);
  const bad = all.filter(([, { type, oneOf, anyOf }]) =>
    type === undefined ? (oneOf ?? anyOf ?? []).length === 0 : !TYPES.includes(type)
  );
  expect(bad.map(([path]) => path)).toEqual([]);
});

test("the JSON Schema refuses unknown keys everywhere", () => {
  const open = [...within(configJsonSchema())].filter(([, schema]) =>
    schema.type === "object" && Reflect.get(schema, "additionalProperties") !== false
  );
  expect(open.map(([path]) => path)).toEqual([]);
});

test("every setting says what it is for", () => {
  const all = [...within(configJsonSchema())];
  const told = new Set(
    all.filter(([, one]) => one.description !== undefined).map(([path]) => path),
  );
  const silent = all.map(([path]) => path).filter((path) =>
    // The two halves of a title, and what only tells alternatives apart, need no more than a name.
    /\.[a-zA-Z]+$/.test(path) && !/\.(zh|en|settings|type)$/.test(path) && !told.has(path)
  );
  expect(all.length).toBeGreaterThan(100);
  expect(silent).toEqual([]);
});

test("whatever has to be set is a setting", () => {
  for (const [path, { required = [], properties = {} }] of within(configJsonSchema())) {
    expect(Object.keys(properties), path).toEqual(expect.arrayContaining([...required]));
  }
});

test.each([
  [[], { role: "county" }, "peer", "sources"],
  [[], { role: "site" }, "sources", "peer"],
  [["http"], { role: "site" }, "port", "node"],
  [["sources", 0], { role: "site", sources: [{ driver: "modbus" }] }, "settings", "role"],
  [
    ["sources", 1, "settings"],
    { role: "site", sources: [{ driver: "modbus" }, { driver: "mqtt-client" }] },
    "clientId",
    "connection",
  ],
])("at %j a document's own alternative decides which keys are known", (path, document, ...keys) => {
  const [known, unknown] = keys;
  expect(keysAt(configJsonSchema(), path, document)).toContain(known);
  expect(keysAt(configJsonSchema(), path, document)).not.toContain(unknown);
});

test("where nothing decides, the keys of all alternatives are known", () => {
  expect(keysAt(configJsonSchema(), [], {})).toEqual(expect.arrayContaining(["sources", "peer"]));
});
