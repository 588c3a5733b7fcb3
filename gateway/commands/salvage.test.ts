import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { change, KEYS, OTHERS, OWN, segmentIn, Wreckage } from "../../sync/fixture_damage.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { main } from "../main.ts";
import { salvage } from "./salvage.ts";

let wreckage: Wreckage;
let keys: TemporaryFolder;
let keyFile: string;
beforeAll(async () => {
  wreckage = await Wreckage.make();
  keys = new TemporaryFolder();
  keyFile = join(keys.path, "storage.key");
  Deno.writeTextFileSync(keyFile, `${"cd".repeat(32)}\n${KEYS[0]}\n`);
});
afterAll(() => {
  wreckage[Symbol.dispose]();
  keys[Symbol.dispose]();
});

interface Line {
  readonly origin: string;
  readonly stream: string;
  readonly seq: number;
  readonly body: { readonly number: number };
}

function run(path: string, keyFiles: readonly string[] = [keyFile]) {
  const lines: Line[] = [];
  const told: string[] = [];
  const whole = salvage(path, { keyFile: keyFiles }, {
    print: (text) => lines.push(JSON.parse(text)),
    tell: (text) => told.push(text),
  });
  const readings = (origin: string) =>
    lines.filter((line) => line.origin === origin && line.stream === "reading");
  return { whole, lines, text: told.join("\n"), readings };
}

test("of a sound journal it takes all, in order, each entry once", () => {
  using folder = wreckage.after("closed");
  const { whole, readings, text } = run(folder.path);
  expect(whole).toBe(true);
  expect(readings(wreckage.own).map(({ seq }) => seq)).toEqual(
    Array.from({ length: OWN }, (_, index) => index + 1),
  );
  expect(readings(wreckage.own).every(({ seq, body }) => body.number === seq)).toBe(true);
  expect(readings(wreckage.other)).toHaveLength(OTHERS);
  expect(text).toContain("entries taken, each proved by its hash");
});

test("a log that was never moved into its file is read as well", () => {
  using folder = wreckage.after("power cut");
  const { whole, readings } = run(folder.path);
  expect(whole).toBe(true);
  expect(readings(wreckage.own)).toHaveLength(OWN);
});

test("of a damaged one it takes what holds, names what is missing, and changes nothing", () => {
  using folder = wreckage.after("closed");
  const path = segmentIn(folder.path, "sealed");
  change(path, (bytes) => bytes.fill(0, 20 * 4096, 24 * 4096));
  const before = Deno.readFileSync(path);
  const { whole, readings, text } = run(folder.path);
  expect(whole).toBe(false);
  const found = readings(wreckage.own).length;
  expect(found).toBeLessThan(OWN);
  expect(found).toBeGreaterThan(OWN - 60);
  expect(text).toMatch(new RegExp(`${wreckage.own} +reading +1–\\d+, \\d+–.* \\d+–\\d+`));
  expect(Deno.readFileSync(path)).toEqual(before);
  expect(Array.from(Deno.readDirSync(folder.path)).some(({ isDirectory }) => isDirectory))
    .toBe(false);
});

test("one file alone, and one that is no segment at all", () => {
  using folder = wreckage.after("closed");
  const { whole, readings } = run(segmentIn(folder.path, "sealed"));
  expect(whole).toBe(true);
  expect(readings(wreckage.own).length).toBeGreaterThan(100);
  const garbage = join(folder.path, "garbage.journal");
  Deno.writeFileSync(garbage, crypto.getRandomValues(new Uint8Array(20_000)));
  expect(run(garbage)).toMatchObject({ whole: false, lines: [] });
});

test("the command: exit code 0 for all, 1 where something is missing or cannot be read", async () => {
  using folder = wreckage.after("closed");
  using target = new TemporaryFolder();
  const out = (name: string) => join(target.path, name);
  const command = (name: string, ...more: string[]) =>
    main(["salvage", folder.path, "--out", out(name), ...more]);
  expect(await command("a", "--key-file", keyFile)).toBe(0);
  const lines = Deno.readTextFileSync(join(out("a"), "entries.ndjson")).trimEnd().split("\n");
  const report = JSON.parse(Deno.readTextFileSync(join(out("a"), "report.json")));
  expect(report.entries).toBe(lines.length);
  expect(report.missing).toEqual([]);
  // Without the key nothing is there to be read.
  expect(await command("b")).toBe(1);
  expect(await command("c", "--key-file", join(folder.path, "none"))).toBe(1);
  expect(await main(["salvage", target.path])).toBe(1);
  expect(await main(["salvage"])).toBe(2);
});
