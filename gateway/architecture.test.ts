import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import project from "../deno.json" with { type: "json" };
import { DOMAINS } from "./domains.ts";
import { importsOf, type Token, tokensOf, withoutImports } from "./fixture_source.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** What `.gitignore` names, and git itself. */
const NOT_OURS = new Set(["node_modules", "dist", "coverage", ".demo", ".git"]);

interface Source {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly tokens: readonly Token[];
}

function source(path: string, text: string): Source {
  return { path, text, tokens: tokensOf(text) };
}

/** Every file of the repository, by its path from the root. */
function* filesBelow(folder = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(ROOT + folder)) {
    if (NOT_OURS.has(name)) continue;
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) yield* filesBelow(path);
    else yield path;
  }
}

const FILES = [...filesBelow()].sort();
const SOURCES = FILES.filter((path) => path.endsWith(".ts"))
  .map((path) => source(path, Deno.readTextFileSync(ROOT + path)));

/** What stands in a folder may be made of: a folder of ours (with `/`) or single files. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  drivers: ["drivers/"],
  sync: ["sync/"],
  // The root itself is what this test reads.
  gateway: ["gateway/", "drivers/", "sync/", "deno.json", "./"],
  ops: ["ops/", "gateway/config.ts", "gateway/config_file.ts", "gateway/config_schema.ts"],
  images: ["images/", "deno.json"],
  // They see the product from outside; its processes are started as the benches start them, and
  // what they send is what the demo's prescribers send.
  loadtests: ["loadtests/", "gateway/bench/", "gateway/demo/prescription_mix.ts"],
};

/** Built into Node and Deno, or into k6 for its scenarios. */
const BUILT_IN = /^(node:|k6(\/|$))/;

/** A file of ours that is imported, from the root; `null` where it is none of ours. */
function target(path: string, specifier: string): string | null {
  return specifier.startsWith(".") ? normalize(join(dirname(path), specifier)) : null;
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Imports that the design does not allow. */
function forbiddenImports({ path, tokens }: Source): string[] {
  const allowed = MAY_IMPORT[path.split("/")[0]] ?? [];
  return importsOf(tokens).flatMap(({ specifier, line }) => {
    const place = `${path}:${line}`;
    // What only a run can tell is for the folder that may use all of them.
    if (specifier === null) {
      return path.startsWith("gateway/") ? [] : [`${place} imports what nobody can read here`];
    }
    const file = target(path, specifier);
    if (file === null) {
      const known = BUILT_IN.test(specifier) || packageOf(specifier) in project.imports;
      return known ? [] : [`${place} imports "${specifier}", which deno.json does not list`];
    }
    const may = allowed.some((one) => one.endsWith("/") ? file.startsWith(one) : file === one);
    return may ? [] : [`${place} imports ${file}`];
  });
}

/** What only tests use. */
const TEST_FILE = /\.test\.ts$|(^|[/_])fixtures?[._]|(^|[/_])conformance\.ts$|\/whole_way\//;
const FOR_TESTS = /^(vitest|fast-check|playwright-core|zpl-renderer-js|zxing-wasm)(\/|$)/;

/** Parts of the product that are made of what only tests use. */
function testPartsInProduct({ path, tokens }: Source): string[] {
  if (TEST_FILE.test(path) || /^(gateway\/bench|images|ops)\//.test(path)) return [];
  return importsOf(tokens).flatMap(({ specifier, line }) => {
    const wrong = FOR_TESTS.test(specifier ?? "") ||
      TEST_FILE.test(target(path, specifier ?? "") ?? "");
    return wrong ? [`${path}:${line} imports "${specifier}", which is for tests`] : [];
  });
}

/** The first circle of imports, as the files along it; empty where there is none. */
function circle(sources: readonly Source[]): string[] {
  const importsBy = new Map(sources.map(({ path, tokens }) => [
    path,
    importsOf(tokens).flatMap(({ specifier }) => target(path, specifier ?? "") ?? []),
  ]));
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of importsBy.get(path) ?? []) {
      const found = visit(next, [...way, path]);
      if (found.length > 0) return found;
    }
    done.add(path);
    return [];
  };
  for (const path of importsBy.keys()) {
    const found = visit(path, []);
    if (found.length > 0) return found;
  }
  return [];
}

/** What a domain shows of itself to the others; all else they learn from its entries. */
const SHOWN: Readonly<Record<string, string>> = {
  "gateway/blobs/store_file.ts": "how a file is kept, with its entry",
  "gateway/devices/corrections.ts": "what nodes found out later of their clocks",
  "gateway/devices/present.ts": "this moment, as ages are reckoned from it",
  "gateway/devices/device_list.ts": "devices of a site as they are now",
  "gateway/notifications/notification.ts": "what people are to be told, as an entry",
  "gateway/notifications/persons.ts": "which persons are told of something",
  "gateway/people/actor.ts": "who asks for something, and what they may",
  "gateway/people/masking.ts": "how personal data is shown",
  "gateway/people/unmask.ts": "a masked field in full, told to the audit first",
  "gateway/people/roles.ts": "what each role may do",
  "gateway/people/second_person.ts": "who answers for an act, and the second person beside",
};

/**
 * Imports by which a domain depends on another, and those that go around the list of domains:
 * whatever composes a node loads each by its `domain.ts`, and that loads the rest.
 */
function crossedDomains({ path, tokens }: Source): string[] {
  if (TEST_FILE.test(path)) return [];
  const folders = DOMAINS.map(({ name }) => `gateway/${name}/`);
  const own = folders.find((folder) => path.startsWith(folder));
  return importsOf(tokens).flatMap(({ specifier, line }) => {
    const file = target(path, specifier ?? "");
    const other = folders.find((folder) => file?.startsWith(folder));
    if (file === null || other === undefined || other === own) return [];
    const parts = ["domain.ts", "desk.ts", "commands.ts"].map((name) => other + name);
    const wrong = parts.includes(file)
      ? path !== "gateway/domains.ts" || file !== parts[0]
      : own !== undefined && !Object.hasOwn(SHOWN, file);
    return wrong ? [`${path}:${line} imports ${file}`] : [];
  });
}

const LINES_MAX = 400;
const COLUMNS_MAX = 100;

/** Files and lines that are too long; what one string or pattern takes cannot be broken. */
function tooLong({ path, text, tokens }: Source): string[] {
  const lines = text.trimEnd().split("\n");
  const unbreakable = tokens.filter(({ kind }) => /^(string|template|regex)$/.test(kind));
  let from = 0;
  const long = lines.flatMap((line, index) => {
    const [begin, end] = [from, from + line.length];
    from = end + 1;
    const taken = unbreakable.reduce(
      (sum, token) => sum + Math.max(0, Math.min(end, token.to) - Math.max(begin, token.from)),
      0,
    );
    const columns = [...line].length;
    const isUrl = /^\W*https?:\S+$/.test(line);
    return columns - taken > COLUMNS_MAX && !isUrl
      ? [`${path}:${index + 1} has ${columns} columns`]
      : [];
  });
  return lines.length > LINES_MAX ? [...long, `${path} has ${lines.length} lines`] : long;
}

const NO_NOUN = /^(utils?|helpers?|common|misc|types?|manager|base|shared)$/;
const NO_NOUN_BEHIND = /_(utils?|helpers?|common|misc|types)$/;
const SNAKE_CASE = /^[a-z0-9]+(_[a-z0-9]+)*(\.(test|d))?\.ts$/;

/** Names of files that say nothing, or say it in another way than the others. */
function badName(path: string): string[] {
  const name = path.split("/").at(-1) ?? "";
  const parts = path.replace(/\..*$/, "").split("/");
  const nameless = parts.some((part) => NO_NOUN.test(part) || NO_NOUN_BEHIND.test(part));
  return nameless || !SNAKE_CASE.test(name) ? [`${path} is no name for it`] : [];
}

/** Ways around the type checker. */
function untyped({ path, tokens }: Source): string[] {
  const ignores = tokens.filter(({ kind, text }) =>
    kind === "comment" && /@ts-(ignore|expect-error|nocheck)|deno-(lint|fmt)-ignore/.test(text)
  );
  const code = withoutImports(tokens);
  const around = code.filter((token, index) => {
    if (token.kind !== "word") return false;
    const [before, behind] = [code.at(index - 1), code.at(index + 1)];
    if (before?.text === "." || behind === undefined) return false;
    if (token.text === "any") return !"(:?".includes(behind.text);
    // Behind a value, and not a name of its own: `value as Type`.
    return token.text === "as" && behind.text !== "const" && !"(:?,=)".includes(behind.text) &&
      before !== undefined && (before.kind !== "mark" || ")]}".includes(before.text));
  });
  return [...ignores, ...around].map(({ line, text }) => `${path}:${line} has "${text}"`);
}

const WAITS = new Set(["setTimeout", "setInterval", "sleep", "delay"]);
const LEFT_OUT = new Set(["skip", "only", "todo", "fails"]);
const TESTS = new Set(["test", "describe", "it", "each", "for"]);

/** What no test does: wait for time instead of a condition, be left out, stand in for our code. */
function badTest({ path, tokens }: Source): string[] {
  if (!path.endsWith(".test.ts")) return [];
  const code = withoutImports(tokens);
  const bad = code.filter((token, index) => {
    if (token.kind !== "word") return false;
    const [before, behind] = [code.at(index - 1)?.text, code.at(index + 1)?.text];
    if (WAITS.has(token.text)) return behind === "(";
    if (LEFT_OUT.has(token.text)) {
      return before === "." && TESTS.has(code.at(index - 2)?.text ?? "");
    }
    return token.text === "vi" && behind === ".";
  });
  return bad.map(({ line, text }) => `${path}:${line} has "${text}"`);
}

describe("the way of one reading", () => {
  test("drivers and sync import nothing of ours, gateway composes both, ops the configuration", () => {
    expect(SOURCES.length).toBeGreaterThan(100);
    expect(SOURCES.flatMap(forbiddenImports)).toEqual([]);
  });

  test("runs nowhere backwards: nothing imports in a circle", () => {
    expect(circle(SOURCES)).toEqual([]);
  });

  test("a domain imports no other but by what that shows, and nothing goes around their list", () => {
    expect(SOURCES.flatMap(crossedDomains)).toEqual([]);
    const folders = new Set(SOURCES.map(({ path }) => dirname(path)));
    expect(DOMAINS.filter(({ name }) => !folders.has(`gateway/${name}`))).toEqual([]);
    const wrong = source(
      "gateway/fleet/a.ts",
      `import "../devices/latest.ts"; import "../devices/device_list.ts"; import "../http.ts";
      import "../writes/domain.ts"; import "./domain.ts";`,
    );
    expect(crossedDomains(wrong)).toEqual([
      "gateway/fleet/a.ts:1 imports gateway/devices/latest.ts",
      "gateway/fleet/a.ts:2 imports gateway/writes/domain.ts",
    ]);
    const around = source("gateway/http.ts", 'import "./fleet/desk.ts"; import "./fleet/days.ts";');
    expect(crossedDomains(around)).toEqual(["gateway/http.ts:1 imports gateway/fleet/desk.ts"]);
  });

  test("the product is not made of what is for tests", () => {
    expect(SOURCES.flatMap(testPartsInProduct)).toEqual([]);
  });

  test("every package that deno.json lists is used", () => {
    const used = new Set(
      SOURCES.flatMap(({ tokens }) =>
        importsOf(tokens).map(({ specifier }) => packageOf(specifier ?? ""))
      ),
    );
    expect(Object.keys(project.imports).filter((name) => !used.has(name))).toEqual([]);
  });

  test("the checker finds an import that goes the wrong way, however it is written", () => {
    const wrong = source(
      "drivers/serial/line.ts",
      `
      import type { Journal } from "../../sync/journal.ts";
      export * from "../../gateway/log.ts";
      import "../../gateway/main.ts";
      // import "../../gateway/clock.ts";
      const text = "import '../../gateway/clock.ts'";
      const late = await import("../../gateway/node.ts");
      const worker = new Worker(new URL("../../sync/journal_worker.ts", import.meta.url));
      const own = new URL(\`../profiles/\${name}\`, import.meta.url);
      const some = await import(name);
      import { pad } from "left-pad";
      import * as z from "zod";
      import { join } from "node:path";
    `,
    );
    expect(forbiddenImports(wrong)).toEqual([
      "drivers/serial/line.ts:2 imports sync/journal.ts",
      "drivers/serial/line.ts:3 imports gateway/log.ts",
      "drivers/serial/line.ts:4 imports gateway/main.ts",
      "drivers/serial/line.ts:7 imports gateway/node.ts",
      "drivers/serial/line.ts:8 imports sync/journal_worker.ts",
      "drivers/serial/line.ts:10 imports what nobody can read here",
      'drivers/serial/line.ts:11 imports "left-pad", which deno.json does not list',
    ]);
    const ops = source(
      "ops/county.ts",
      'import "../gateway/config.ts"; import "../gateway/api.ts";',
    );
    expect(forbiddenImports(ops)).toEqual(["ops/county.ts:1 imports gateway/api.ts"]);
    const lost = source("elsewhere/part.ts", 'import "../gateway/config.ts";');
    expect(forbiddenImports(lost)).toHaveLength(1);
  });

  test("the checker finds a circle, and test parts in the product", () => {
    const a = source("sync/a.ts", 'import { b } from "./b.ts"; import "vitest";');
    const b = source("sync/b.ts", 'import type { C } from "./c/c.ts"; import "./fixtures.ts";');
    const c = source("sync/c/c.ts", 'export { a } from "../a.ts";');
    expect(circle([a, b, c])).toEqual(["sync/a.ts", "sync/b.ts", "sync/c/c.ts", "sync/a.ts"]);
    expect(circle([a, b])).toEqual([]);
    expect([a, b, c].flatMap(testPartsInProduct)).toEqual([
      'sync/a.ts:1 imports "vitest", which is for tests',
      'sync/b.ts:1 imports "./fixtures.ts", which is for tests',
    ]);
  });
});

describe("style", () => {
  test("no file is longer than 400 lines, no line than 100 columns", () => {
    expect(SOURCES.flatMap(tooLong)).toEqual([]);
  });

  test("files are named after what they are, in snake_case", () => {
    expect(SOURCES.flatMap(({ path }) => badName(path))).toEqual([]);
  });

  test("types are checked: no any, no assertion but as const, nothing ignored", () => {
    expect(SOURCES.flatMap(untyped)).toEqual([]);
  });

  test("tests wait for conditions, all run, and stand in for nothing of ours", () => {
    expect(SOURCES.flatMap(badTest)).toEqual([]);
  });

  test("no file names the place where it was written", () => {
    const place = ROOT.replace(/\/$/, "");
    expect(FILES.filter((path) => Deno.readTextFileSync(ROOT + path).includes(place))).toEqual([]);
  });

  test("the top level holds what the design says, and what tools need", () => {
    const folders = ["drivers", "gateway", "images", "loadtests", "ops", "sync"];
    const files = ["LICENSE", "README.md", "deno.json", "deno.lock"];
    const found = [...new Set(FILES.map((path) => path.split("/")[0]))]
      .filter((name) => !name.startsWith("."));
    expect(found.filter((name) => !folders.includes(name) && !files.includes(name))).toEqual([]);
    expect(found).toEqual(
      expect.arrayContaining(["drivers", "gateway", "ops", "sync", "deno.json"]),
    );
  });

  test("the checker finds lines, names, types and tests that are against it", () => {
    const long = "x".repeat(101);
    const text =
      `const ${long} = 1;\nconst a = "${long}";\n// ${long}\n// https://a.example/${long}\n`;
    expect(tooLong(source("sync/a.ts", text))).toEqual([
      "sync/a.ts:1 has 112 columns",
      "sync/a.ts:3 has 104 columns",
    ]);
    expect(tooLong(source("sync/a.ts", "//\n".repeat(401)))).toEqual(["sync/a.ts has 401 lines"]);

    const names = ["sync/util.ts", "gateway/utils/x.ts", "sync/journal_types.ts", "sync/myFile.ts"];
    expect(names.flatMap(badName)).toHaveLength(4);
    expect(["sync/entry.ts", "ops/base64.ts", "sync/a_b.test.ts"].flatMap(badName)).toEqual([]);

    const loose = `
      import * as http from "node:http"; import { a as b } from "./a.ts";
      export { a as c };
      const one: any = 1; const list: any[] = []; const map = new Map<string, any>();
      const two = one as Two; const three = f(x) as unknown; const four = ["a"] as const;
      await Promise.any([]); const say = "as any"; // @ts-ignore
    `;
    expect(untyped(source("sync/a.ts", loose)).map((found) => found.replace(/^\S+ /, ""))).toEqual([
      'has "// @ts-ignore"',
      'has "any"',
      'has "any"',
      'has "any"',
      'has "as"',
      'has "as"',
    ]);

    const lazy = `
      import { vi, test } from "vitest";
      test.skip("a"); describe.only("b"); test.each([1]).todo; it.todo("c");
      await new Promise((resolve) => setTimeout(resolve, 100)); await sleep(5);
      vi.mock("./a.ts"); const delay = 5; list.only(1); const text = "sleep(5)";
    `;
    const found = badTest(source("sync/a.test.ts", lazy));
    expect(found.map((found) => found.replace(/.*has /, ""))).toEqual([
      '"skip"',
      '"only"',
      '"todo"',
      '"setTimeout"',
      '"sleep"',
      '"vi"',
    ]);
    expect(badTest(source("sync/fixtures.ts", lazy))).toEqual([]);
  });
});
