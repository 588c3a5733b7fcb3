import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { BODY_BYTES_MAX } from "./body_text.ts";
import { FHIR_TYPE } from "./fhir/fhir_problems.ts";
import { prescriptionBundle } from "./fhir/fixtures.ts";
import { MemoryDesk } from "./fixture_desk.ts";
import { NOW, plainPrescription, withAt } from "./fixture_intake.ts";
import { fhirAnswer, plainAnswer, prescriptionRoutes } from "./routes.ts";
import { verdictView } from "./reviewed.ts";
import { BodyRoom } from "./sent_body.ts";

/** The routes under their own addresses, as the API mounts them. */
function doors(desk = new MemoryDesk()) {
  const app = new Hono();
  const parts = { desk, room: new BodyRoom(), mayAuthor: () => Promise.resolve(null) };
  const [plain, fhir] = prescriptionRoutes(parts);
  const actor = { kind: "local", account: null, sites: "all" } as const;
  const sender = { who: "token from 127.0.0.1", actor };
  app.post(plain.path, ({ req }) => plainAnswer(parts, { request: req.raw, ...sender }, NOW));
  app.post(fhir.path, ({ req }) => fhirAnswer(parts, { request: req.raw, ...sender }, NOW));
  return async (path: string, body: object | string, headers: Record<string, string> = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const type = { "content-type": path === plain.path ? "application/json" : FHIR_TYPE };
    const answer = await app.request(path, {
      method: "POST",
      body: text,
      headers: { ...type, ...headers },
    });
    return {
      status: answer.status,
      type: answer.headers.get("content-type"),
      body: await answer.json(),
    };
  };
}

const PLAIN = "/api/prescriptions";
const FHIR = "/fhir/$review-prescription";

describe("T2: a prescription that is sent again is one prescription", () => {
  test("through either door, with or without a key of its own", async () => {
    const send = doors();
    const first = await send(PLAIN, plainPrescription());
    expect(first.status).toBe(201);
    expect(verdictView.safeParse(first.body).success).toBe(true);
    const again = await send(PLAIN, plainPrescription(), { "idempotency-key": '"k-1"' });
    expect(again).toEqual({ ...first, status: 200 });
    const fhir = await send(FHIR, prescriptionBundle());
    expect(fhir).toMatchObject({ status: 200, type: `${FHIR_TYPE}; charset=utf-8` });
    expect(fhir.body.entry[0].resource.resourceType).toBe("Task");
  });

  test("with other content it is refused", async () => {
    const send = doors();
    await send(PLAIN, plainPrescription(), { "idempotency-key": "k-1" });
    const other = withAt(plainPrescription(), ["lines", 0, "days"], 7);
    expect(await send(PLAIN, other)).toMatchObject({
      status: 409,
      type: "application/problem+json",
      body: { type: "urn:tributary:problem:other-content" },
    });
    const higher = withAt(other, ["version"], 2);
    expect((await send(PLAIN, higher, { "idempotency-key": "k-1" })).status).toBe(409);
    expect((await send(PLAIN, higher, { "idempotency-key": "k-2" })).status).toBe(201);
    expect((await send(PLAIN, plainPrescription(), { "idempotency-key": "a b" })).status).toBe(400);
  });
});

test("a refusal has each fault with its field, in the words of its door", async () => {
  const send = doors();
  const plain = await send(
    PLAIN,
    withAt(plainPrescription(), ["lines", 2, "dose", "unit"], undefined),
  );
  expect(plain).toMatchObject({
    status: 422,
    type: "application/problem+json",
    body: { faults: [{ field: "lines[2].dose.unit", message: "it is missing; want text" }] },
  });
  const fhir = await send(FHIR, withAt(prescriptionBundle(), ["type"], "batch"));
  expect(fhir).toMatchObject({
    status: 422,
    body: { resourceType: "OperationOutcome", issue: [{ expression: ["Bundle.type"] }] },
  });
});

test("a body that is too large, or of another type, is refused", async () => {
  const send = doors();
  expect((await send(PLAIN, " ".repeat(BODY_BYTES_MAX + 1))).status).toBe(413);
  expect((await send(FHIR, " ".repeat(BODY_BYTES_MAX + 1))).body.resourceType).toBe(
    "OperationOutcome",
  );
  expect((await send(PLAIN, "<Bundle/>", { "content-type": "application/xml" })).status).toBe(415);
});

test("OpenAPI can be made of both doors, and shows what a field is for", () => {
  const parts = { desk: new MemoryDesk(), room: new BodyRoom() };
  const mayAuthor = () => Promise.resolve(null);
  for (const { body, answer } of prescriptionRoutes({ ...parts, mayAuthor })) {
    const schema = body === undefined ? {} : z.toJSONSchema(body, { io: "input" });
    expect(schema).toMatchObject({ type: "object" });
    expect(z.toJSONSchema(answer)).toMatchObject({ type: "object" });
  }
});
