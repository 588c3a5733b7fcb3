import { expect, test } from "vitest";
import * as z from "zod";
import { mixedPrescription } from "../demo/prescription_mix.ts";
import { checkedPrescription } from "./checked_prescription.ts";
import { prescription } from "./prescription.ts";

const MIXED = Array.from(
  { length: 40 },
  (_, index) => JSON.parse(mixedPrescription("run", index, Date.UTC(2026, 2, 5)).text),
);

/** What is written in another way and means the same, what has a default, what is not there. */
const OTHERWISE: readonly object[] = [
  { issuedAt: "2026-03-05T08:00:00.5+08:00", rescue: undefined },
  { patient: { name: " 王秀英 ", sex: "female" } },
  { patient: { name: "é".normalize("NFD"), sex: "other", age: { value: "3.50", unit: "mo" } } },
  {
    patient: {
      id: { system: "resident-id", value: "11010519491231002x" },
      name: "王",
      sex: "male",
    },
  },
  { diagnoses: [], reasons: undefined },
];

test("P9: compiled code reads a prescription as its schema does, what is left out included", () => {
  const documents = [...MIXED, ...OTHERWISE.map((other) => ({ ...MIXED[0], ...other }))];
  for (const document of documents) {
    const read = checkedPrescription(document);
    expect(read).toEqual({ kind: "read", prescription: prescription.parse(document) });
  }
});

test("all that is wrong with a prescription is told, as the schema words it", () => {
  const bad: readonly object[] = [
    { version: 0 },
    { version: 1001 },
    { id: "" },
    { id: "x".repeat(65) },
    { issuedAt: "2026-03-05" },
    { other: 1 },
    { lines: [] },
    { patient: { name: "\u202e", sex: "male" } },
    { lines: [{ ...MIXED[0].lines[0], dose: { value: "01", unit: "片" }, days: 1.5 }] },
  ];
  for (const fault of bad) {
    const document = { ...MIXED[0], ...fault };
    const { issues } = prescription.safeParse(document).error ?? { issues: [] };
    const read = checkedPrescription(document);
    const told = read.kind === "faults" ? read.faults : [];
    expect(told.length).toBeGreaterThan(0);
    expect(z.array(z.object({ path: z.array(z.unknown()) })).parse(told).map(({ path }) => path[0]))
      .toEqual(
        issues.map(({ path, code }) => path[0] ?? (code === "unrecognized_keys" && "other")),
      );
  }
});
