import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PASSWORD_HASH, PasswordChecker } from "../drivers/mqtt/password.ts";
import { TemporaryFolder } from "../sync/fixtures.ts";
import { parseConfig } from "./config_file.ts";
import { testedProgram } from "./fixture_program.ts";
import { ourProgram } from "./program.ts";
import { VERSION } from "./version.ts";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a person would. */
async function tributary(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const [program, all] = testedProgram(...args);
  const { code, stdout, stderr } = await new Deno.Command(program, { args: all, env }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The commands that a help text lists. */
function listed(help: string): string[] {
  const [commands] = (help.split("Commands:\n").at(1) ?? "").split("\n\n");
  return [...commands.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name)
    .filter((name) => name !== "help");
}

describe("--help", () => {
  test("of every command says what it is for and shows an example of it", async () => {
    const { code, stdout } = await tributary(["--help"]);
    expect(code).toBe(0);
    const commands = listed(stdout).map((name) => [name]);
    const names = commands.flat();
    expect(names).toEqual(
      expect.arrayContaining(["run", "demo", "check", "status", "verify", "schema", "invite"]),
    );
    expect(names).toEqual(expect.arrayContaining(["enroll", "device"]));
    const device = await tributary(["device", "--help"]);
    commands.push(...listed(device.stdout).map((name) => ["device", name]));
    expect(commands.length).toBeGreaterThan(names.length);
    const helps = await Promise.all(commands.map(async (path) => {
      const { code, stdout } = await tributary([...path, "--help"]);
      const [, example = ""] = stdout.split("\nExample:\n");
      return { path, code, example: example.trim() };
    }));
    for (const { path, code, example } of helps) {
      expect({ path, code }).toEqual({ path, code: 0 });
      expect(example).toMatch(new RegExp(`^tributary ${path.join(" ")}\\b`));
    }
  });
});

describe("exit code 2: the command is wrong", () => {
  test.each([
    [[], "Usage: tributary"],
    [["sing"], "unknown command 'sing'"],
    [["stauts"], "Did you mean status?"],
    [["device", "sing"], "unknown command 'sing'"],
    [["status", "--loud"], "unknown option '--loud'"],
    [["status", "--jsno"], "Did you mean --json?"],
    [["schema", "more"], "too many arguments"],
    [["schema", "--example", "clinic"], "Allowed choices are site, county"],
    [["invite"], "missing required argument 'node'"],
    [["enroll"], "missing required argument 'code'"],
    [["demo", "--for", "ever"], "want a number of 0 or more"],
    [["device", "simulate", "vaccine-fridge", "--tcp", "-1"], "want a number of 0 or more"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await tributary(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe("exit code 2: the configuration is wrong", () => {
  test.each(["run", "check", "status", "verify", "invite", "enroll"])(
    "%s tells every fault with its line and does nothing",
    async (name) => {
      using folder = new TemporaryFolder();
      const file = join(folder.path, "tributary.yaml");
      const dataDir = join(folder.path, "data");
      Deno.writeTextFileSync(file, `role: site\nnode: X\ndataDir: ${dataDir}\nhtpp: {}\n`);
      const more = ["invite", "enroll"].includes(name) ? ["x"] : [];
      const { code, stdout, stderr } = await tributary([name, ...more, "-c", file]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr.trimEnd().split("\n")).toEqual([
        `Cannot use the configuration "${file}":`,
        `  ${file}:1:1  title: it is missing; want a map`,
        `  ${file}:2:1  node: found "X"; want a-z, 0-9 and -, beginning with a letter`,
        `  ${file}:4:1  htpp: there is no setting "htpp"; did you mean "http"?`,
      ]);
      expect(Array.from(Deno.readDirSync(folder.path), ({ name }) => name)).toEqual([
        "tributary.yaml",
      ]);
    },
  );

  test("a file that is not there is named; the environment may name it", async () => {
    using folder = new TemporaryFolder();
    const file = join(folder.path, "tributary.yaml");
    const { code, stderr } = await tributary(["check"], { TRIBUTARY_CONFIG: file });
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}:1:1  No such file or directory`);
  });
});

describe("exit code 0", () => {
  test("--version tells the version", async () => {
    expect(await tributary(["--version"])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: "" });
  });

  test("--version of the checkout is that of its built program", async () => {
    const [program, args] = ourProgram("--version");
    const { code, stdout } = await new Deno.Command(program, { args }).output();
    expect({ code, stdout: new TextDecoder().decode(stdout) }).toEqual({
      code: 0,
      stdout: (await tributary(["--version"])).stdout,
    });
  });

  test("schema prints the JSON Schema", async () => {
    const { code, stdout, stderr } = await tributary(["schema"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { $schema, oneOf } = JSON.parse(stdout);
    expect($schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(oneOf).toHaveLength(2);
  });

  test.each(["site", "county"])("schema --example %s prints one that can be used", async (role) => {
    const { code, stdout } = await tributary(["schema", "--example", role]);
    expect(code).toBe(0);
    expect(parseConfig(stdout)).toMatchObject({ role });
  });

  test("device password prints a new password each time, and a hash that it opens", async () => {
    const read = async () => {
      const { code, stdout } = await tributary(["device", "password"]);
      expect(code).toBe(0);
      const [, password, hash] = /^password: +(\S+)\npasswordHash: (\S+)\n$/.exec(stdout) ?? [];
      return { password, hash };
    };
    const [one, other] = await Promise.all([read(), read()]);
    expect(one.hash).toMatch(PASSWORD_HASH);
    const checker = new PasswordChecker();
    const matches = ({ password }: typeof one, { hash }: typeof one) =>
      checker.matches(new TextEncoder().encode(password), hash);
    expect(await matches(one, one)).toBe(true);
    expect(await matches(one, other)).toBe(false);
    expect(one.password).not.toBe(other.password);
    expect(one.password.length).toBeGreaterThanOrEqual(20);
  });
});
