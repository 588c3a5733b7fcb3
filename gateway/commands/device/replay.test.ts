import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { profileOf } from "../../../drivers/modbus/fixtures.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { testedProgram } from "../../fixture_program.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const RECORDINGS = new URL("../../../drivers/modbus/recordings/", import.meta.url).pathname;
const LATE = join(RECORDINGS, "late-and-spoilt-answers.yaml");
const PACKED = join(RECORDINGS, "pymodbus-packed-values.yaml");

async function replay(...args: string[]): Promise<{ code: number; output: string }> {
  const [program, all] = testedProgram("device", "replay", ...args);
  const { code, stdout, stderr } = await new Deno.Command(program, { args: all }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

function file(name: string, text: string): string {
  const path = join(folder.path, name);
  Deno.writeTextFileSync(path, text);
  return path;
}

/** The recording as it came from the line, which does not say what it comes to. */
const raw = file(
  "raw.yaml",
  stringify({ ...parse(Deno.readTextFileSync(PACKED)), wanted: undefined }),
);
const profile = profileOf({
  air: { address: 4, type: "int16", scale: 0.1 },
  probe: { address: 40, type: "float32", order: "CDAB" },
}, { profile: "two-points" });
const named = file("two-points.yaml", stringify(profile));

test("a test case comes to what it had to, with silence told as silence", async () => {
  const { code, output } = await replay(LATE);
  expect(output).toMatch(/^20\S+Z +no answer$/m);
  expect(output).toMatch(/^20\S+Z +who +5120 +good$/m);
  expect(output).toContain("th-1, unit 5 on a serial line: ");
  expect(output).toContain("It comes to what it had to come to");
  expect(code).toBe(0);
});

describe("a recording becomes a test case in one step:", () => {
  const wanted = parse(Deno.readTextFileSync(PACKED)).wanted;
  const whole = file("packed-values.yaml", stringify(wanted.profile));

  test("written with a profile, then replayed without one, until something changes", async () => {
    const written = join(folder.path, "case.yaml");
    const first = await replay(raw, "--profile", whole, "--write", written);
    expect(first.output).toMatch(/^20\S+Z +air +-18\.5 +good$/m);
    expect(first.output).toMatch(/^ +probe +4\.2 +good$/m);
    expect(first.output).toMatch(/^ +absent +fault +32767 tells a fault$/m);
    expect(first.output).toContain(`tributary device replay ${written}`);
    expect(first.code).toBe(0);
    const again = await replay(written);
    expect(again.output).toContain("It comes to what it had to come to");
    expect(again.code).toBe(0);

    const text = Deno.readTextFileSync(written);
    const other = file("other.yaml", text.replaceAll("value: -18.5", "value: -18.6"));
    const changed = await replay(other);
    expect(changed.output).toContain("Not as it was when it was written:\n  poll of 20");
    expect(changed.output).toContain("air -18.5, ");
    expect(changed.code).toBe(1);
    expect((await replay(raw, "--profile", whole, "--write", written)).output)
      .toContain(`--write "${written}" cannot be written: it is there already`);
  });

  test("for programs as JSON", async () => {
    const { code, output } = await replay(raw, "--profile", whole, "--json");
    expect(JSON.parse(output)).toMatchObject({ skipped: [], changed: [] });
    expect(code).toBe(0);
  });
});

describe("what cannot be replayed says why:", () => {
  const other = file(
    "far.yaml",
    stringify(profileOf({ far: { address: 900, type: "int16" } }, { profile: "far" })),
  );
  test.each([
    [[raw], 2, "names no profile: give --profile NAME or --profile FILE.yaml"],
    [[raw, "--write", "x"], 2, "--write needs a profile: give --profile NAME"],
    [[raw, "--profile", "vaccine-frige"], 2, 'There is no profile "vaccine-frige"; there are: '],
    [
      [raw, "--profile", "yaohua-a12e"],
      2,
      "--profile yaohua-a12e speaks scale: want one of Modbus",
    ],
    [[raw, "--profile", "./none.yaml"], 2, 'Cannot read profile "./none.yaml": '],
    [[raw, "--profile", other], 1, "The recording has no poll of "],
    [[`${raw}.gone`, "--profile", "xy-md02"], 1, "Cannot read "],
    [[named], 1, "Cannot use recording "],
  ])("%j", async (args, wanted, message) => {
    const { code, output } = await replay(...args);
    expect(output).toContain(message);
    expect(code).toBe(wanted);
  });
});
