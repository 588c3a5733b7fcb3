import { describe, expect, test } from "vitest";
import type { Path } from "../../dig.ts";
import { accepted, plainPrescription, received, withAt } from "../fixture_intake.ts";
import { HOOK_INSTANCE, hookCall, hooked, hookText } from "./fixtures.ts";
import type { DraftCheck } from "./hook_request.ts";
import { discovery } from "./services.ts";

const changed = (path: Path, value: unknown) => withAt(hookCall("order-sign"), path, value);
const order = (
  index: number,
  ...path: Path
): Path => ["context", "draftOrders", "entry", index, "resource", ...path];

function faultsOf(check: DraftCheck): string[] {
  if (check.kind === "incomplete") {
    return check.faults.map(({ field, message }) => `${field}: ${message}`);
  }
  return check.kind === "refused"
    ? check.problem.faults.map(({ field, message }) => `${field}: ${message}`)
    : [];
}

test("a draft is the prescription that it becomes, but for its number and what was not asked", () => {
  const check = hooked(hookCall("order-sign"));
  if (check.kind !== "draft") throw new Error(faultsOf(check).join());
  const { id, patient, prescriber, ...draft } = check.prescription;
  const signed = accepted(received(plainPrescription())).prescription;
  const { id: _, patient: known, prescriber: __, ...rest } = signed;
  expect(id).toBe(HOOK_INSTANCE);
  expect(draft).toEqual(rest);
  expect(patient).toEqual(known);
  // The role was prefetched, and the person behind it was not.
  expect(prescriber).toEqual({ id: "d42", department: "全科" });
});

test("an order that says little is checked by what holds for a draft", () => {
  const call = hookCall("order-sign");
  for (const index of [0, 1, 2]) {
    for (const element of ["groupIdentifier", "authoredOn", "requester", "encounter"]) {
      withAt(call, order(index, element), undefined);
    }
  }
  const check = hooked(call);
  expect(check).toMatchObject({
    kind: "draft",
    prescription: { issuedAt: "2026-03-02T01:15:00.000Z", setting: "outpatient", form: "western" },
  });
});

test("only the lines that were selected are to be advised on", () => {
  const call = (...selections: readonly string[]) =>
    hooked(
      withAt(hookCall("order-select"), ["context", "selections"], selections),
      "prescription-select",
    );
  expect(call("MedicationRequest/mr-2", "ServiceRequest/1")).toMatchObject({ selected: [3] });
  expect(call("ServiceRequest/1")).toMatchObject({ selected: [] });
  expect(hooked(hookCall("order-select"), "prescription-select")).toMatchObject({ selected: null });
});

test("orders without a medicine, and orders that are none any more, are nothing to check", () => {
  const none = changed(["context", "draftOrders", "entry"], [{
    resource: { resourceType: "NutritionOrder", id: "1" },
  }]);
  expect(hooked(none)).toEqual({ kind: "nothing" });
  const over = hookCall("order-sign");
  for (const index of [0, 1, 2]) withAt(over, order(index, "status"), "cancelled");
  expect(hooked(over)).toEqual({ kind: "nothing" });
});

describe("a draft that says too little is not complete yet, and says what is missing", () => {
  test.each<[string, Path, unknown, string]>([
    [
      "a dose",
      order(0, "dosageInstruction"),
      undefined,
      "[0].resource.dosageInstruction[0].doseAndRate",
    ],
    [
      "a drug",
      order(0, "medicationCodeableConcept"),
      undefined,
      "medicationCodeableConcept: it is missing",
    ],
    [
      "a patient that is named",
      order(0, "subject", "reference"),
      "Patient/2",
      "there is no such entry",
    ],
    [
      "an allergy's code",
      ["prefetch", "allergies", "entry", 0, "resource", "code"],
      undefined,
      "prefetch.allergies.entry[0]",
    ],
    ["a search that is none", ["prefetch", "weight", "entry"], 7, "prefetch.weight: want a Bundle"],
  ])("%s", (_, path, value, fault) => {
    const check = hooked(changed(path, value));
    expect(check.kind).toBe("incomplete");
    expect(faultsOf(check).join("\n")).toContain(fault);
  });
});

describe("a call that is none is refused", () => {
  test.each<[string, Path, unknown, number, string]>([
    ["another hook", ["hook"], "order-select", 400, "hook: found order-select; want order-sign"],
    ["a hook nobody knows", ["hook"], "patient-view", 400, "hook: there is no hook"],
    ["no instance", ["hookInstance"], "1", 400, "hookInstance"],
    ["no orders", ["context", "draftOrders"], undefined, 400, "context.draftOrders: it is missing"],
    ["no patient that was prefetched", ["prefetch", "patient"], null, 412, "prefetch.patient"],
    ["another patient", ["context", "patientId"], "p2", 412, "prefetch.patient"],
  ])("%s", (_, path, value, status, fault) => {
    const check = hooked(changed(path, value));
    expect(check).toMatchObject({ kind: "refused", problem: { status } });
    expect(faultsOf(check).join()).toContain(fault);
  });

  test("what is no JSON", () => {
    expect(hooked("{").kind).toBe("refused");
    expect(hooked(hookText(hookCall("order-sign")).replace("{", '{"hook":"x",'))).toMatchObject({
      problem: {
        status: 400,
        faults: [{ field: "hook", message: "it stands here twice; want it once" }],
      },
    });
  });
});

test("the discovery document names both services, their hooks, and reads and searches to prefetch", () => {
  const { services } = JSON.parse(JSON.stringify(discovery()));
  expect(services.map(({ id, hook }: { id: string; hook: string }) => [id, hook])).toEqual([
    ["prescription-select", "order-select"],
    ["prescription-sign", "order-sign"],
  ]);
  for (const { prefetch, description } of services) {
    expect(description.length).toBeGreaterThan(0);
    expect(Object.values(prefetch).join("\n")).toMatch(/^([\w/{}.?=&,-]+\n?)+$/);
  }
});
