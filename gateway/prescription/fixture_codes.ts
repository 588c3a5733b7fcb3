/** What tests of codes share: a recorded prescription, and the facts that come of it. */
import type { Facts } from "./facts.ts";
import { factsOf, type FactSources } from "./facts_of.ts";
import { DRUGS, MAPPING } from "./fixture_lists.ts";
import { type Prescription, prescription } from "./prescription.ts";

export const SOURCES: FactSources = {
  site: "site-017",
  mapping: MAPPING,
  drugs: DRUGS,
  patientKey: new Uint8Array(32).fill(7),
  history: [],
  reach: "county",
  prescriber: { id: "dr-1", rights: [], title: "attending" },
};

/** Of the national standard's own example of a number: born 1949-12-31, female. */
export const RESIDENT_ID = "11010519491231002X";

export const LINE = {
  drug: { code: "001", text: "阿莫西林胶囊" },
  dose: { value: "2", unit: "粒" },
  route: { code: "PO" },
  frequency: { code: "tid" },
  days: 4,
  quantity: { value: "1", unit: "盒" },
};

/** A recorded prescription; parts of it are as the test says. */
export function recorded(part: Record<string, unknown> = {}): Prescription {
  const { patient, ...rest } = part;
  return prescription.parse({
    id: "rx-1",
    issuedAt: "2026-09-01T08:00:00+08:00",
    setting: "outpatient",
    form: "western",
    patient: {
      id: { system: "resident-id", value: RESIDENT_ID },
      name: "Li Si",
      sex: "female",
      birthDate: "1949-12-31",
      ...Object(patient),
    },
    diagnoses: [{ code: "J00" }],
    prescriber: { id: "dr-1" },
    lines: [LINE],
    ...rest,
  });
}

export function facts(
  part: Record<string, unknown> = {},
  sources: Partial<FactSources> = {},
): Facts {
  return factsOf(recorded(part), { ...SOURCES, ...sources });
}

/** The facts of one line that differs from {@link LINE} as the test says. */
export function factsOfLine(part: Record<string, unknown>, sources: Partial<FactSources> = {}) {
  const all = facts({ lines: [{ ...LINE, ...part }] }, sources);
  return { ...all.lines[0], unknowns: all.unknowns };
}
