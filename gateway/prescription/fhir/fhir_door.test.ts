import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { InnerCounty, SITE } from "../fixture_county.ts";
import { r4Faults } from "./fixture_r4.ts";
import { prescriptionBundle } from "./fixtures.ts";

let county: InnerCounty;
beforeAll(async () => {
  county = await InnerCounty.start();
}, 120_000);
afterAll(() => county[Symbol.asyncDispose]());

const REVIEW = "/fhir/$review-prescription";
const resource = z.looseObject({ resourceType: z.string() });

/** What a program that speaks FHIR gets: never anything else. */
async function asked(path: string, init: RequestInit & { readonly token?: boolean } = {}) {
  const { token = true, ...rest } = init;
  const answer = token
    ? await county.fetch(path, rest)
    : await fetch(`${county.url}${path}`, { ...rest, headers: { accept: "text/html" } });
  expect(answer.headers.get("content-type")).toBe("application/fhir+json; charset=utf-8");
  const body = resource.parse(await answer.json());
  expect(r4Faults(body)).toEqual([]);
  return { status: answer.status, body, type: body.resourceType };
}

function sent(body: unknown, more: Readonly<Record<string, string>> = {}): RequestInit {
  const headers = { "content-type": "application/fhir+json", ...more };
  return { method: "POST", body: JSON.stringify(body), headers };
}

test("a node says what its FHIR door takes, and where the operation is defined", async () => {
  const { status, body } = await asked("/fhir/metadata");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    resourceType: "CapabilityStatement",
    fhirVersion: "4.0.1",
    implementation: { url: `${county.url}/fhir` },
    rest: [{ operation: [{ name: "review-prescription" }] }],
  });
  const { rest: [{ operation: [{ definition }] }] } = z.looseObject({
    rest: z.array(z.looseObject({ operation: z.array(z.looseObject({ definition: z.url() })) })),
  }).parse(body);
  const defined = await asked(definition.slice(county.url.length));
  expect(defined.body).toMatchObject({ url: definition, code: "review-prescription" });
});

test("a prescription is answered in valid FHIR, for the first time and again", async () => {
  const path = `${REVIEW}?site=${SITE}`;
  const first = await asked(path, sent(prescriptionBundle()));
  expect([first.status, first.type]).toEqual([201, "Bundle"]);
  expect((await asked(path, sent(prescriptionBundle()))).status).toBe(200);
});

test.each<[string, string, RequestInit & { readonly token?: boolean }, number, string]>([
  ["nobody knows who asks", "/fhir/metadata", { token: false }, 401, "login"],
  ["nobody knows who sends", REVIEW, { token: false, ...sent({}) }, 401, "login"],
  ["there is no such resource", "/fhir/Patient/1", {}, 404, "not-found"],
  ["there is no such operation", "/fhir/$everything", sent({}), 404, "not-found"],
  ["the site is none", `${REVIEW}?site=../x`, sent({}), 400, "invalid"],
  ["nobody knows the site", `${REVIEW}?site=no`, sent(prescriptionBundle()), 422, "invalid"],
  ["it is no Bundle", `${REVIEW}?site=${SITE}`, sent([]), 422, "invalid"],
  ["it is packed", REVIEW, sent({}, { "content-encoding": "gzip" }), 415, "not-supported"],
  ["it is XML", REVIEW, sent("", { "content-type": "application/fhir+xml" }), 415, "not-supported"],
])("what is refused is an OperationOutcome where %s", async (_, path, init, status, code) => {
  const answer = await asked(path, init);
  expect([answer.type, answer.status]).toEqual(["OperationOutcome", status]);
  expect(answer.body.issue).toMatchObject([{ severity: "error", code }]);
});
