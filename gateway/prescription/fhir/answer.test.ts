import { describe, expect, test } from "vitest";
import { received, withAt } from "../fixture_intake.ts";
import { answerJson, verdictView } from "../reviewed.ts";
import { OUTCOMES } from "../verdict.ts";
import { answerFhir, operationOutcome } from "./answer.ts";
import { reviewed } from "./fixture_reviewed.ts";
import { prescriptionBundle } from "./fixtures.ts";

/** As a program reads it. */
const read = (answer: object) => JSON.parse(JSON.stringify(answer));

test("the plain answer is what OpenAPI says of it", () => {
  const answer = answerJson(reviewed());
  expect(verdictView.parse(read(answer))).toEqual(answer);
  expect(answer).toMatchObject({ id: "CF-20260302-0017", version: 1, outcome: "pharmacist" });
});

test("in FHIR the review is a Task, and each finding a DetectedIssue that it names", () => {
  const { resourceType, type, entry } = read(answerFhir(reviewed()));
  expect([resourceType, type]).toEqual(["Bundle", "collection"]);
  const [task, ...issues] = entry;
  expect(task.resource).toMatchObject({
    resourceType: "Task",
    status: "in-progress",
    intent: "order",
    groupIdentifier: { value: "CF-20260302-0017" },
    businessStatus: { coding: [{ code: "pharmacist" }] },
  });
  const named = task.resource.output.flatMap((output: { valueReference?: { reference: string } }) =>
    output.valueReference?.reference ?? []
  );
  expect(named).toEqual(issues.map(({ fullUrl }: { fullUrl: string }) => fullUrl));
  const [red, unchecked] = issues.map(({ resource }: { resource: object }) => resource);
  expect(red).toMatchObject({
    resourceType: "DetectedIssue",
    status: "final",
    severity: "high",
    reference: "https://example.org/label?id=1",
    implicated: [{ display: "1: 氨氯地平片" }, { display: "3: 对乙酰氨基酚片" }],
  });
  expect(unchecked.severity).toBeUndefined();
});

describe("a Task that waits for a person is in progress, one that is decided is completed", () => {
  test.each(OUTCOMES)("%s", (outcome) => {
    const { entry: [task] } = read(answerFhir(reviewed({ outcome, token: "t.o.k" })));
    const waits = outcome === "pharmacist" || outcome === "could-not-check";
    expect(task.resource.status).toBe(waits ? "in-progress" : "completed");
    expect(JSON.stringify(task.resource.output)).toContain("t.o.k");
  });
});

test("the same answer twice is the same to the letter, and has a name for each entry", () => {
  expect(answerFhir(reviewed())).toEqual(answerFhir(reviewed()));
  const urls = read(answerFhir(reviewed())).entry.map(({ fullUrl }: { fullUrl: string }) =>
    fullUrl
  );
  expect(new Set(urls).size).toBe(3);
  expect(
    urls.every((url: string) => /^urn:uuid:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(url)),
  )
    .toBe(true);
});

test("a refusal is an OperationOutcome with an issue for each fault, and its place", () => {
  const bundle = withAt(prescriptionBundle(), ["entry", 0, "resource", "status"], "cancelled");
  withAt(bundle, ["entry", 3, "resource", "gender"], undefined);
  const receipt = received(bundle, { door: "fhir" });
  if (receipt.kind === "accepted") throw new Error("It was accepted");
  expect(read(operationOutcome(receipt.problem))).toMatchObject({
    resourceType: "OperationOutcome",
    issue: [
      { severity: "error", code: "invalid", expression: ["Bundle.entry[0].resource.status"] },
      { severity: "error", code: "invalid", expression: ["Bundle.entry[3].resource.gender"] },
    ],
  });
  const throttled = { status: 429, code: "too-soon", title: "Too many requests" };
  expect(read(operationOutcome(throttled)).issue).toMatchObject([{ code: "throttled" }]);
});
