/** Makes what rules see of a prescription, of its recorded form: codes and units of the county. */
import type { DrugList } from "./drug_list.ts";
import type { Facts, HistoryLine, HistoryReach, PrescriberFacts, Unknown } from "./facts.ts";
import { lineFacts } from "./line_facts.ts";
import { type Mapping, nationalCodeOf } from "./mapping.ts";
import { patientFacts } from "./patient_facts.ts";
import { identityOf } from "./patient_key.ts";
import type { Prescription } from "./prescription.ts";
import { dayOf, dayOfDate } from "./shanghai_day.ts";
import { type Note, noteInto } from "./unknown.ts";

export interface FactSources {
  readonly site: string;
  readonly mapping: Mapping;
  readonly drugs: DrugList;
  /** 32 bytes or more, the same at all nodes of the county. */
  readonly patientKey: Uint8Array;
  /** Of the patient that {@link patientKeyOf} told; `null`: it could not be had. */
  readonly history: readonly HistoryLine[] | null;
  /** Whose prescriptions that may have: a site that decides alone knows its own. */
  readonly reach: Exclude<HistoryReach, "none">;
  readonly prescriber: PrescriberFacts;
}

/**
 * Pure: the same recorded form and sources give the same facts. Nothing that a prescription says
 * makes it throw; what cannot be made is `null`, and stands in `unknowns` with its reason.
 */
export function factsOf(prescription: Prescription, sources: FactSources): Facts {
  const { site, mapping, drugs, history, prescriber } = sources;
  const unknowns: Unknown[] = [];
  const note = noteInto(unknowns);
  const patient = patientFacts(prescription, sources, note);
  const diagnoses = diagnosesOf(prescription, sources, note);
  if (prescriber.rights === null) {
    note("prescriber.id", "no-registry", `"${prescriber.id}" is in no registry of the county`);
  }
  const { longer, pain, longTerm, dose } = prescription.reasons;
  return {
    site,
    id: prescription.id,
    setting: prescription.setting,
    form: prescription.form,
    rescue: prescription.rescue,
    doses: prescription.doses ?? null,
    issuedMs: Date.parse(prescription.issuedAt),
    validDays: validDaysOf(prescription, note),
    reasons: {
      longer: longer !== undefined,
      pain: pain !== undefined,
      longTerm: longTerm !== undefined,
      dose: dose !== undefined,
    },
    diagnoses,
    patient,
    prescriber,
    lines: prescription.lines.map((line, index) => lineFacts(line, index, sources, note)),
    // Whoever it is of, it may be another's.
    history: patient.key === null ? null : history,
    historyReach: reachOf(prescription, patient.key, sources),
    unknowns,
    mapping: `${mapping.version}+${drugs.version}`,
  };
}

/** Another site has other numbers of its own: under one of them its history is not found. */
function reachOf(
  { patient: { id } }: Prescription,
  key: string | null,
  { history, reach }: FactSources,
): HistoryReach {
  if (key === null || history === null) return "none";
  return id?.system === "resident-id" ? reach : "own-site";
}

/** The key under which to ask for the history; `null` where nobody can say who it is. */
export function patientKeyOf(
  prescription: Prescription,
  { site, patientKey }: Pick<FactSources, "site" | "patientKey">,
): string | null {
  const issueDay = dayOf(Date.parse(prescription.issuedAt));
  return identityOf(prescription, { site, issueDay, key: patientKey }, noteInto([])).key;
}

function diagnosesOf(
  { diagnoses }: Prescription,
  { mapping, drugs }: FactSources,
  note: Note,
): string[] | null {
  const codes = diagnoses.map(({ code }, index) =>
    nationalCodeOf("diagnoses", code, mapping, drugs) ??
      note(`diagnoses.${index}.code`, "unknown-code", `"${code}" is not mapped`)
  );
  const known = codes.filter((code) => code !== null);
  return known.length === codes.length ? known : null;
}

/** Whole days after the day of issue; none where the end lies before it. */
function validDaysOf({ issuedAt, validUntil }: Prescription, note: Note): number {
  if (validUntil === undefined) return 0;
  const days = dayOfDate(validUntil) - dayOf(Date.parse(issuedAt));
  if (days < 0) note("validUntil", "out-of-range", "it is before the day of issue");
  return Math.max(0, days);
}
