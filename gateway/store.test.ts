import { join } from "node:path";
import { expect, test } from "vitest";
import { TemporaryFolder } from "../sync/fixtures.ts";
import { ConfigError, parseConfig } from "./config_file.ts";
import { serverOf } from "./store.ts";

const COUNTY = "role: county\nnode: county-a\ntitle: { zh: 县, en: County }\n";

function storeOf(store: string) {
  const config = parseConfig(`${COUNTY}store: ${store}\n`);
  if (config.role !== "county" || config.store.kind !== "postgres") {
    throw new Error("no PostgreSQL");
  }
  return config.store;
}

test("a county keeps its journal in files, unless its store is said to be another", () => {
  expect(parseConfig(COUNTY)).toMatchObject({ store: { kind: "libsql" } });
  expect(serverOf(storeOf("{ kind: postgres }"))).toEqual({
    hosts: ["127.0.0.1"],
    database: "tributary",
    user: "tributary",
    schema: "tributary",
    tls: false,
  });
});

test.each([
  ["[db-1.example, db-2.example]", true],
  ["[10.0.0.7:5433]", true],
  ["[127.0.0.1, db.example]", true],
  ["[/run/postgresql]", false],
  ["[localhost:5433]", false],
])("X7: whether the line to the hosts %s needs TLS: %s", (hosts, tls) => {
  expect(serverOf(storeOf(`{ kind: postgres, hosts: ${hosts} }`)).tls).toBe(tls);
});

test("password and authority are files, read when they are needed", () => {
  using folder = new TemporaryFolder();
  const file = join(folder.path, "password");
  const { password, ca } = serverOf(
    storeOf(`{ kind: postgres, passwordFile: ${file}, ca: ${file} }`),
  );
  expect(() => password?.()).toThrow(/No such file/);
  Deno.writeTextFileSync(file, "geheim\n");
  expect(password?.()).toBe("geheim");
  expect(ca?.()).toBe("geheim\n");
});

test.each([
  ["{ kind: postgre }", /no kind "postgre"; did you mean "postgres"/],
  ["{ kind: postgres, hosts: [] }", /store\.hosts.*1 item/],
  ['{ kind: postgres, hosts: ["a b"] }', /want NAME, NAME:PORT or the folder/],
  ["{ kind: postgres, schema: 1x }", /store\.schema/],
  ["{ kind: postgres, password: secret }", /there is no setting "password"/],
])("the store %s is refused in words", (store, message) => {
  expect(() => storeOf(store)).toThrow(ConfigError);
  expect(() => storeOf(store)).toThrow(message);
});
