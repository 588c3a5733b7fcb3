import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { FHIR_TYPE } from "./fhir/fhir_problems.ts";
import { prescriptionBundle } from "./fhir/fixtures.ts";
import { InnerCounty, SITE } from "./fixture_county.ts";
import { sentPrescription } from "./fixture_sources.ts";
import { PharmacistClient } from "./review/fixture_pharmacist.ts";

const from = "2020-01-01";
const PRESCRIBERS = [
  { id: "dr-1", title: "attending", from },
  { id: "dr-zhang", title: "attending", account: "zhang", from },
  { id: "dr-chen", title: "attending", account: "chen", from },
  { id: "dr-else", title: "attending", account: "zhang", from, sites: ["site-018"] },
];
const ROLES = { zhang: "prescriber", chen: "prescriber", li: "pharmacist", sun: "nurse" };

const opened = new AsyncDisposableStack();
let county: InnerCounty;
/** What each shows who asks. */
const shown: Record<string, HeadersInit> = {};
beforeAll(async () => {
  const registry = join(opened.use(new TemporaryFolder()).path, "registry.yaml");
  const document = { registry: "test", issued: from, prescribers: PRESCRIBERS };
  Deno.writeTextFileSync(registry, stringify(document));
  county = opened.use(await InnerCounty.start({ registry }));
  for (const [name, role] of Object.entries(ROLES)) {
    shown[name] = { cookie: (await PharmacistClient.hire(county, name, role)).cookie };
  }
  for (const [name, scope] of [["his", "submit"], ["pharmacy", "dispense"]]) {
    const { token } = await county.program(name, ["read", `prescription.${scope}`]);
    shown[name] = { authorization: `Bearer ${token}` };
  }
});
afterAll(() => opened.disposeAsync());

async function ask(who: string, path: string, body: object, type = "application/json") {
  const answer = await fetch(`${county.url}${path}?site=${SITE}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { ...shown[who], "content-type": type, "idempotency-key": crypto.randomUUID() },
  });
  const text = await answer.text();
  return `${answer.status} ${/problem:([\w-]+)/.exec(text)?.[1] ?? "stored"}`;
}

function of(prescriber: string, id: string, version = 1) {
  return { ...sentPrescription(id, { version }), prescriber: { id: prescriber } };
}

/** Sent by a HIS; the token that lets it leave. */
async function sent(id: string, prescriber = "dr-1") {
  return (await county.send(of(prescriber, id))).verdict?.token ?? "none";
}

async function givenOutBy(kind: string, id: string) {
  const told = (await county.told(kind)).filter(({ body }) => body.prescription === id);
  return told.map(({ body }) => body.by);
}

describe("X1 P14: who is signed in prescribes as himself", () => {
  test.each([
    ["zhang", "dr-zhang", "201 stored"],
    ["zhang", "dr-chen", "403 other-prescriber"],
    ["zhang", "dr-1", "403 other-prescriber"],
    ["zhang", "dr-else", "403 other-prescriber"],
    ["zhang", "dr-nobody", "403 other-prescriber"],
    ["li", "dr-zhang", "403 missing-right"],
    ["his", "dr-chen", "201 stored"],
    ["pharmacy", "dr-chen", "403 missing-right"],
  ])("%s as %s: %s", async (who, prescriber, said) => {
    const id = `as-${who}-${prescriber}`;
    expect(await ask(who, "/api/prescriptions", of(prescriber, id))).toBe(said);
    const stored = (await county.told("prescription"))
      .filter(({ body }) => JSON.stringify(body).includes(`"${id}"`));
    expect(stored.length).toBe(said === "201 stored" ? 1 : 0);
  });

  test("and puts no version of his own in the place of another's", async () => {
    await sent("replaced", "dr-chen");
    expect(await ask("zhang", "/api/prescriptions", of("dr-zhang", "replaced", 2)))
      .toBe("403 other-prescriber");
    expect(await ask("chen", "/api/prescriptions", of("dr-chen", "replaced", 2)))
      .toBe("201 stored");
  });

  test("through FHIR too, for which no person has the right", async () => {
    const bundle = prescriptionBundle();
    expect(await ask("zhang", "/fhir/$review-prescription", bundle, FHIR_TYPE)).toMatch(/^403 /);
  });
});

describe("X1 P9: who is signed in takes back what is his own", () => {
  const asked = { version: 1, reason: "开错患者" };

  test("not another's, and it holds on", async () => {
    await sent("void-other", "dr-chen");
    const path = "/api/prescriptions/void-other/void";
    expect(await ask("zhang", path, asked)).toBe("403 other-prescriber");
    expect(await ask("zhang", path, { ...asked, by: { id: "chen" } })).toBe("403 other-person");
    expect((await county.standing("void-other")).state).toBe("passed");
    expect(await ask("chen", path, asked)).toBe("201 stored");
    expect(await givenOutBy("prescription-void", "void-other")).toEqual([{ id: "chen" }]);
  });

  test("a later version does not bring those of another with it", async () => {
    await county.send(of("dr-chen", "void-both"));
    await county.send(of("dr-zhang", "void-both", 2));
    expect(await ask("zhang", "/api/prescriptions/void-both/void", { ...asked, version: 2 }))
      .toBe("403 other-prescriber");
  });

  test("a program says who does", async () => {
    await sent("void-his", "dr-chen");
    const path = "/api/prescriptions/void-his/void";
    expect(await ask("his", path, asked)).toBe("400 bad-input");
    expect(await ask("his", path, { ...asked, by: { id: "dr-chen" } })).toBe("201 stored");
  });
});

describe("X1 P9: goods are given out by who may, under the own name", () => {
  const lines = [{ line: 1, quantity: { value: "1", unit: "盒" } }];

  test.each([
    ["zhang", {}, "403 missing-right"],
    ["sun", {}, "403 missing-right"],
    ["li", {}, "201 stored"],
    ["li", { by: { id: "li" } }, "201 stored"],
    ["li", { by: { id: "zhang" } }, "403 other-person"],
    ["pharmacy", {}, "400 bad-input"],
    ["pharmacy", { by: { id: "wang" } }, "201 stored"],
    ["his", { by: { id: "wang" } }, "201 stored"],
  ])("%s with %j: %s", async (who, by, said) => {
    const id = `out-${who}-${JSON.stringify(by).length}`;
    const token = await sent(id, "dr-zhang");
    const asked = { version: 1, token, ...by };
    expect(await ask(who, `/api/prescriptions/${id}/dispense`, asked)).toBe(said);
    const back = { version: 1, part: 1, lines, reason: "包装破损", ...by };
    expect(await ask(who, `/api/prescriptions/${id}/return`, back)).toBe(said);
    const named = who === "li" ? { id: "li" } : { id: "wang" };
    for (const kind of ["dispensing", "dispensing-return"]) {
      expect(await givenOutBy(kind, id)).toEqual(said === "201 stored" ? [named] : []);
    }
  });
});
