import { join } from "node:path";
import { expect, test } from "vitest";
import { SmokeError, smokeTest } from "./smoke_test.ts";

/** What a program prints whose smoke test passes; each is a piece of shell. */
const SOUND = {
  version: "echo 1.0.0",
  schema: `[ "\${2-}" = --example ] && echo '# role: site' || echo '{"oneOf":[{},{}]}'`,
  check: 'echo "no such setting: nosuchkey"; exit 2',
  packs: 'case "$2" in list) echo "legal\t1"; echo "demonstration\t1";; ' +
    "check) echo '3 cases, which all hold';; esac",
  values: "for c in a b; do for s in 1 2; do " +
    'echo "✓ county-$c shows live values of site-$s (1 s after the start)"; done; done',
  /** It stays until it is told to stop. */
  end: "wait",
  /** With what it ends when it is told to. */
  code: "0",
};

/** Tries a program that differs from a sound one in this; returns what was thrown, or nothing. */
async function tryOut(different: Partial<typeof SOUND>): Promise<unknown> {
  const { version, schema, check, packs, values, end, code } = { ...SOUND, ...different };
  const folder = Deno.makeTempDirSync({ prefix: "tributary-smoke-test-" });
  try {
    const cases = [
      `--version) ${version};;`,
      `schema) ${schema};;`,
      `check) ${check};;`,
      `pack) ${packs};;`,
      `demo) tail -f /dev/null & trap "kill $!; exit ${code}" TERM; ${values}; ${end};;`,
    ];
    const script = `#!/bin/sh\ncase "$1" in\n${cases.join("\n")}\nesac\n`;
    Deno.writeTextFileSync(join(folder, "tributary"), script, { mode: 0o755 });
    return await smokeTest(join(folder, "tributary"), "1.0.0").catch((error: unknown) => error);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

test("a program that does all that is asked passes", async () => {
  expect(await tryOut({})).toBeUndefined();
});

test.each([
  { what: "of another version", different: { version: "echo 1.0.1" } },
  { what: "whose schema is no JSON", different: { schema: "echo no" } },
  { what: "that takes a wrong configuration", different: { check: "echo nosuchkey" } },
  { what: "that brings no packs", different: { packs: "exit 1" } },
  {
    what: "whose packs are not sound",
    different: { packs: SOUND.packs.replace("which all hold", "of which 2 do not hold") },
  },
  {
    what: "whose demo ends before all is live",
    different: { values: "true", end: "kill $!; exit 0" },
  },
  {
    what: "whose demo leaves a site out",
    different: { values: SOUND.values.replace("1 2", "1"), end: "kill $!; exit 0" },
  },
  { what: "whose demo ends badly", different: { code: "1" } },
  { what: "whose demo complains", different: { values: `echo oh >&2; ${SOUND.values}` } },
])("a program $what fails", async ({ different }) => {
  expect(await tryOut(different)).toBeInstanceOf(SmokeError);
});
