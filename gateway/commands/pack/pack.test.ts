import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { NodeKey } from "../../../sync/identity.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { factsFrom, packSource } from "../../prescription/pack/fixture_pack.ts";
import { packText } from "../../prescription/pack/document.ts";
import { testedProgram } from "../../fixture_program.ts";

const LEGAL = fileURLToPath(new URL("../../prescription/packs/legal", import.meta.url));

async function pack(...args: string[]) {
  const [program, all] = testedProgram("pack", ...args);
  const { code, stdout, stderr } = await new Deno.Command(program, { args: all }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

test("a pack is checked, built, signed and tried by commands", async () => {
  using folder = new TemporaryFolder();
  const [built, signed, key] = ["legal.json", "signed.json", "key.pem"]
    .map((name) => join(folder.path, name));
  const checked = await pack("check", LEGAL);
  expect(checked).toMatchObject({ code: 0, error: "" });
  expect(checked.out).toMatch(
    /^legal \S+ \(real\): \d+ rules, \d+ rows, \d+ cases, which all hold/,
  );
  expect(checked.out).toContain("source to be confirmed: tcm-injection-apart");

  const made = await pack("build", LEGAL, "--out", built);
  expect(made.code).toBe(0);
  const [identity] = /[0-9a-f]{64}/.exec(made.out) ?? [];
  const own = NodeKey.create();
  Deno.writeTextFileSync(key, own.toPem());
  const done = await pack("sign", built, "--key", key, "--out", signed);
  expect(done.out).toContain(`${identity}\nsigned by ${own.publicKey}`);
  expect((await pack("test", signed)).out).toMatch(/^\d+ cases hold/);

  Deno.writeTextFileSync(built, Deno.readTextFileSync(built).replace("drugs > 5", "drugs > 6"));
  const failed = await pack("sign", built, "--key", key, "--out", signed);
  expect(failed).toMatchObject({ code: 1 });
  expect(failed.error).toContain("six drugs may not");
});

test("a pack that the program brings is listed, and copied to make the county's own of", async () => {
  using folder = new TemporaryFolder();
  const { out } = await pack("list");
  expect(out).toMatch(/^demonstration\t.*\(with drugs\.yaml and mapping\.yaml\)$/m);
  expect(out).toMatch(/^legal\t/m);
  const own = join(folder.path, "own");
  expect(await pack("copy", "legal", "--out", own)).toMatchObject({ code: 0, error: "" });
  expect((await pack("check", own)).out).toBe((await pack("check", LEGAL)).out);
  expect(await pack("copy", "legal", "--out", own)).toMatchObject({
    code: 2,
    error: expect.stringContaining("there already"),
  });
  expect(await pack("copy", "county", "--out", `${own}-2`)).toMatchObject({
    code: 2,
    error: expect.stringContaining("demonstration, example, legal"),
  });
});

test("what another pack would decide otherwise is told, prescription by prescription", async () => {
  using folder = new TemporaryFolder();
  const [before, after, facts] = ["7.json", "8.json", "facts.ndjson"]
    .map((name) => join(folder.path, name));
  const most = (days: number) =>
    packText(packSource([{ per: "line", level: "red", inputs: ["days"], when: `days > ${days}` }]));
  Deno.writeTextFileSync(before, most(7));
  Deno.writeTextFileSync(after, most(8));
  const lines = [[7, "2026-11-02"], [8, "2026-11-02"], [8, "2026-10-02"], [
    9,
    "2026-11-02",
  ]] as const;
  Deno.writeTextFileSync(
    facts,
    lines.map(([days, day]) =>
      JSON.stringify(factsFrom({ issued: `${day}T09:00:00+08:00`, lines: [{ days }] }).facts)
    ).join("\n"),
  );
  const all = await pack("diff", before, after, "--facts", facts);
  expect(all).toMatchObject({ code: 0, error: "" });
  expect(all.out).toContain("4 prescriptions: 2 would be decided otherwise, 0 alike");
  expect(all.out).toContain("site case: pharmacist → pass\n  - test/rule-1 red [1]");
  const recent = await pack("diff", before, after, "--facts", facts, "--days", "30", "--json");
  expect(JSON.parse(recent.out)).toMatchObject({ prescriptions: 3, changed: [{ to: "pass" }] });

  Deno.writeTextFileSync(facts, '{"site": 1}\n');
  expect(await pack("diff", before, after, "--facts", facts)).toMatchObject({
    code: 1,
    error: expect.stringContaining("facts.ndjson:1: site: "),
  });
});

test("a pack that is not there is a wrong command", async () => {
  expect(await pack("test", "nowhere.json")).toMatchObject({
    code: 2,
    error: expect.stringContaining('Cannot read "nowhere.json"'),
  });
});
