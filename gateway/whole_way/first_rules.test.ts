import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { NodeProcess } from "../fixtures.ts";
import { sentPrescription } from "../prescription/fixture_sources.ts";
import { rulesView } from "../prescription/release/release_routes.ts";
import { verdictView } from "../prescription/reviewed.ts";

const SITE = "site-1";

const opened = new AsyncDisposableStack();
let folder: string;
let county: NodeProcess;
beforeAll(() => {
  folder = opened.use(new TemporaryFolder()).path;
  county = opened.use(new NodeProcess(folder, { name: "county-a", role: "county" }));
});
afterAll(() => opened.disposeAsync());

/** By the program under test, which may be the built one. */
async function printedBy(...args: readonly string[]): Promise<string> {
  const { code, printed } = await county.run(...args);
  expect(code, printed).toBe(0);
  return printed;
}

test("P5: a county that starts with nothing has the program's packs in force, and reviews", async () => {
  const out = join(folder, "rules");
  const packs = ["--packs", "legal", "--packs", "demonstration"];
  const printed = await printedBy("rules", "begin", ...packs, "--site", SITE, "--out", out);
  expect(printed).toContain("NOT FOR USE ON PATIENTS");
  const section = z.looseObject({ prescription: z.object({ patientKeyFile: z.string() }).loose() })
    .parse(parse(printed));
  const { patientKeyFile } = section.prescription;
  expect((Deno.statSync(patientKeyFile).mode ?? 0) & 0o777).toBe(0o600);

  const before = z.record(z.string(), z.unknown()).parse(
    parse(Deno.readTextFileSync(county.file)),
  );
  Deno.writeTextFileSync(county.file, stringify({ ...before, ...section }));
  await county.start();
  expect(rulesView.parse(await county.ask("/api/rules")).packs).toHaveLength(2);
  const amoxicillin = {
    drug: { code: "0001" },
    dose: { value: 2, unit: "粒" },
    route: { code: "PO" },
    frequency: { code: "tid" },
    days: 4,
    quantity: { value: 1, unit: "盒" },
  };
  const send = async (id: string, lines: readonly object[]) => {
    const answer = await county.fetch(`/api/prescriptions?site=${SITE}`, {
      method: "POST",
      body: JSON.stringify({ ...sentPrescription(id), lines }),
      headers: { "content-type": "application/json" },
    });
    expect(answer.status).toBe(201);
    return verdictView.parse(await answer.json()).findings.map(({ rule }) => rule);
  };
  // By the law's pack thirty days are too many, and by the demonstration's a drug is there twice.
  const line = { ...amoxicillin, days: 30, quantity: { value: 8, unit: "盒" } };
  const found = await send("both", [line, line]);
  for (const pack of ["legal/", "demonstration/"]) {
    expect(found.filter((rule) => rule.startsWith(pack)), pack).not.toEqual([]);
  }
});

test("what is begun is not written over, and what is wrong is told by its name", async () => {
  const begin = async (...args: readonly string[]) => {
    const { code, printed } = await county.run("rules", "begin", "--site", SITE, ...args);
    return `${code} ${printed}`;
  };
  const there = join(folder, "rules");
  const fresh = join(folder, "more");
  expect(await begin("--packs", "demonstration", "--out", there)).toMatch(/^2 .*there already/s);
  expect(await begin("--packs", "legal", "--out", fresh)).toMatch(/^2 .*has no drug list/s);
  expect(await begin("--packs", "none", "--out", fresh)).toMatch(
    /^2 .*demonstration, example, legal/s,
  );
  const away = join(folder, "no", "where");
  expect(await begin("--packs", "demonstration", "--out", away)).toMatch(/^2 .*not there/s);
  const strange = ["--site", "../x", "--packs", "demonstration", "--out", fresh];
  expect(await begin(...strange)).toMatch(/^2 .*no name of a site/s);
});
