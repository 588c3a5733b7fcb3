import { describe, expect, test } from "vitest";
import type { Path } from "../dig.ts";
import { accepted, faultsOf, NOW, plainPrescription, received, withAt } from "./fixture_intake.ts";
import { FAULTS_MAX } from "./intake.ts";
import { LINES_MAX } from "./prescription.ts";

const changed = (path: Path, value: unknown) => withAt(plainPrescription(), path, value);
const hashOf = (document: object | string) => accepted(received(document)).hash;

test("a prescription is taken with its decimals as they were written, and with its defaults", () => {
  const { prescription, marks } = accepted(received(plainPrescription()));
  expect(prescription.lines[2].dose).toEqual({ value: "0.5", unit: "g" });
  expect(prescription.patient.weight).toEqual({ value: "52.5", unit: "kg" });
  expect(marks).toEqual([]);
  const bare = withAt(changed(["version"], undefined), ["patient", "allergies"], undefined);
  const other = accepted(received(bare)).prescription;
  expect([other.version, other.patient.allergies]).toEqual([1, { state: "not-asked" }]);
});

describe("P9: one content has one hash, however it is written", () => {
  const whole = hashOf(plainPrescription());
  const reversed = Object.fromEntries(Object.entries(plainPrescription()).reverse());
  test.each<[string, object | string]>([
    ["spaces", JSON.stringify(plainPrescription(), null, 2)],
    ["the order of fields", reversed],
    ["a default that is said or not", changed(["rescue"], undefined)],
    ["a decimal as text", changed(["lines", 2, "dose", "value"], "0.5")],
    ["zeros behind it", changed(["lines", 2, "dose", "value"], "0.500")],
    ["a whole number with zeros", changed(["lines", 0, "dose", "value"], "5.0")],
    ["a moment in UTC", changed(["issuedAt"], "2026-03-02T01:00:00Z")],
    ["a moment with thousandths", changed(["issuedAt"], "2026-03-02T01:00:00.000Z")],
    ["a small x", changed(["patient", "id", "value"], "11010519491231002x")],
    ["spaces around a text", changed(["patient", "name"], " 王桂兰 ")],
    ["escapes", JSON.stringify(plainPrescription()).replace("王", "\\u738b")],
  ])("%s", (_, document) => {
    expect(hashOf(document)).toBe(whole);
  });

  test.each<[string, Path, unknown]>([
    ["a dose", ["lines", 2, "dose", "value"], 0.51],
    ["a unit", ["lines", 2, "dose", "unit"], "mg"],
    ["a version", ["version"], 2],
    ["the order of lines", ["lines"], plainPrescription().lines.reverse()],
    ["an allergy that was not asked for", ["patient", "allergies"], { state: "not-asked" }],
    ["a reason", ["reasons", "longer"], undefined],
  ])("another one has another: %s", (_, path, value) => {
    expect(hashOf(changed(path, value))).not.toBe(whole);
  });

  test("what was accepted is accepted again as it is, with the same hash", () => {
    const { prescription, hash } = accepted(received(plainPrescription()));
    expect(hashOf(prescription)).toBe(hash);
  });
});

describe("a fault names its field and what is wanted there", () => {
  test.each<[string, Path, unknown, string]>([
    [
      "a field that is missing",
      ["lines", 2, "dose", "unit"],
      undefined,
      "it is missing; want text",
    ],
    ["a field nobody knows", ["patient", "gender"], "F", 'there is no field "gender"'],
    ["a field that is misspelt", ["lines", 0, "frequnecy"], 1, 'did you mean "frequency"?'],
    ["a negative dose", ["lines", 1, "dose", "value"], -2, 'found "-2"; want a decimal number'],
    ["a dose of nothing", ["lines", 1, "dose", "value"], "0.00", "found 0; want more than 0"],
    ["an absurd dose", ["lines", 1, "dose", "value"], 1234567890, "9 digits before the point"],
    ["a fine dose", ["lines", 1, "dose", "value"], "0.0000001", "want a decimal number"],
    ["an exponent", ["lines", 1, "dose", "value"], 1e-7, "found 1e-7; want a number without"],
    ["full-width digits", ["lines", 1, "dose", "value"], "１０", "want a decimal number"],
    ["a comma for the point", ["lines", 1, "dose", "value"], "0,5", "want a decimal number"],
    ["a full-width code", ["lines", 1, "drug", "code"], "Ｙ0002", "no full-width forms"],
    ["a zero-width space", ["lines", 1, "drug", "code"], "Y0002\u200b", "nothing unseen"],
    ["a right-to-left mark", ["lines", 1, "route", "code"], "P\u200fO", "nothing unseen"],
    ["a space before a code", ["lines", 1, "frequency", "code"], " QD", "no spaces around it"],
    ["a turned name", ["patient", "name"], "\u202e王桂兰", "want text that can be read"],
    ["a name of nothing", ["patient", "name"], " \u200b ", "want text that can be read"],
    ["a unit with what is unseen", ["lines", 1, "dose", "unit"], "m\u200bl", "nothing unseen"],
    ["no lines", ["lines"], [], "found []; want 1 item or more"],
    ["a wrong setting", ["setting"], "outpatent", 'did you mean "outpatient"?'],
    ["days in parts", ["lines", 0, "days"], 1.5, "found 1.5; want a whole number"],
    ["a moment without a zone", ["issuedAt"], "2026-03-02T09:00:00", "want a moment with its zone"],
    ["a day that there is not", ["patient", "birthDate"], "1949-02-29", "want a day such as"],
    ["an unknown state", ["patient", "allergies"], { state: "none" }, "want listed or none-known"],
    ["null", ["patient", "weight"], null, "found null; want an object"],
  ])("%s", (_, path, value, message) => {
    const [fault, ...others] = faultsOf(received(changed(path, value)));
    const field = path.map((step) => typeof step === "number" ? `[${step}]` : `.${step}`).join("");
    expect(fault).toContain(field.slice(1));
    expect(fault).toContain(message);
    expect(others).toEqual([]);
  });

  test("a text that is no object is told as a whole", () => {
    expect(faultsOf(received("[]"))).toEqual([": found []; want an object"]);
    expect(faultsOf(received("0"))).toEqual([": found 0; want an object"]);
  });
});

describe("two fields that cannot both be right are told", () => {
  test.each<[string, Path, unknown, string | null]>([
    ["an age that was completed", ["patient", "age"], { value: 76, unit: "a" }, null],
    ["a nominal age", ["patient", "age"], { value: 78, unit: "a" }, null],
    [
      "an age three years off",
      ["patient", "age"],
      { value: 79, unit: "a" },
      "patient.age: found 79",
    ],
    ["an age in months for years", ["patient", "age"], { value: 76, unit: "mo" }, "patient.age"],
    ["a parent's resident ID", ["patient", "birthDate"], "2026-02-01", null],
    ["a man who is pregnant", ["patient", "sex"], "male", null],
    ["the day of issue", ["validUntil"], "2026-03-02", null],
    ["a day before it", ["validUntil"], "2026-03-01", "validUntil: found 2026-03-01"],
    ["doses of tablets", ["doses"], 7, "doses: found 7"],
    [
      "a rescue of an outpatient",
      ["rescue"],
      true,
      "rescue: found true, and setting is outpatient",
    ],
  ])("%s", (_, path, value, fault) => {
    const faults = faultsOf(received(changed(path, value)));
    expect(faults).toHaveLength(fault === null ? 0 : 1);
    expect(faults.join()).toContain(fault ?? "");
  });

  test("someone who is not born yet, and a man who is pregnant", () => {
    const unborn = withAt(
      changed(["patient", "id"], undefined),
      ["patient", "birthDate"],
      "2026-03-03",
    );
    expect(faultsOf(received(unborn))[0]).toContain(
      "patient.birthDate: found 2026-03-03; want a day",
    );
    const newborn = withAt(unborn, ["patient", "birthDate"], "2026-03-02");
    expect(faultsOf(received(newborn))).toEqual([]);
    const aged = (value: number) =>
      faultsOf(received(withAt(newborn, ["patient", "age"], { value, unit: "d" }))).length;
    expect([0, 2, 3].map(aged)).toEqual([0, 0, 1]);
    const man = withAt(changed(["patient", "sex"], "male"), ["patient", "pregnant"], "yes");
    expect(faultsOf(received(man))).toEqual([
      "patient.pregnant: found yes, and patient.sex is male; want the right one of both",
    ]);
  });
});

test("all faults are told at once, and no more than anybody reads", () => {
  const lines = Array.from({ length: LINES_MAX }, () => ({ drug: 1 }));
  const receipt = received(changed(["lines"], lines));
  expect(faultsOf(receipt)).toHaveLength(FAULTS_MAX);
  expect(receipt.kind === "refused" && receipt.problem.hint).toContain(
    "more faults are not listed",
  );
  const two = withAt(changed(["setting"], "ward"), ["lines", 0, "days"], 0);
  expect(faultsOf(received(two)).map((fault) => fault.split(":")[0])).toEqual([
    "setting",
    "lines[0].days",
  ]);
});

test(`${LINES_MAX} lines are taken, one more is refused`, () => {
  const [line] = plainPrescription().lines;
  const of = (length: number) => changed(["lines"], Array.from({ length }, () => line));
  expect(faultsOf(received(of(LINES_MAX)))).toEqual([]);
  expect(faultsOf(received(of(LINES_MAX + 1))).join()).toContain(`want ${LINES_MAX} items or less`);
});

test("a unit that nobody knows is kept: whether it can be converted is the mapping's to say", () => {
  const { prescription } = accepted(received(changed(["lines", 0, "dose", "unit"], "小勺µ")));
  expect(prescription.lines[0].dose.unit).toBe("小勺µ");
});

test("a moment of issue in the future is marked and not refused: clocks differ", () => {
  const at = (issuedAt: string) => accepted(received(changed(["issuedAt"], issuedAt))).marks;
  expect(at("2026-03-02T09:20:00+08:00")).toEqual([]);
  expect(at("2026-03-02T09:20:01+08:00")).toEqual([{
    code: "issued-in-future",
    field: "issuedAt",
    detail: "301 s ahead of this node's clock, which is trusted",
  }]);
  const doubtful = received(changed(["issuedAt"], "2027-03-02T09:20:01+08:00"), {
    now: { ...NOW, clock: "untrusted" },
  });
  expect(accepted(doubtful).marks[0].detail).toContain("untrusted");
});
