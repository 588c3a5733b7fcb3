/** Who the patient is, as far as a decision rests on it; names and numbers are masked (X5). */
import { html } from "hono/html";
import { badge, type Html, type View } from "../../console/view.ts";
import type { ReviewedFacts } from "../pack/facts_form.ts";
import type { Prescription } from "../prescription.ts";
import { codedText, decimalText, listed } from "./amount_text.ts";
import { type Say, sayIn } from "./text.ts";

type Patient = Prescription["patient"];

/** A fact's name, what it is, and whether it is one that nobody asked for. */
type Row = readonly [name: string, value: Html | string, state?: "missing" | "alert"];

export function patientPart(
  view: View,
  { patient, diagnoses }: Prescription,
  facts: ReviewedFacts | null,
): Html {
  const say = sayIn(view.language);
  const none = say("notGiven");
  const { id, name, sex, weight, renal, pregnant, breastfeeding } = patient;
  const asked = (answer: Patient["pregnant"]): Row[2] =>
    answer === "not-asked" ? "missing" : answer === "yes" ? "alert" : undefined;
  const age = ageText(say, patient, facts);
  const rows: readonly Row[] = [
    [say("name"), name],
    [say("sex"), say(sex)],
    [say("age"), age ?? none, age === null ? "missing" : undefined],
    [say("weight"), weightText(weight, facts) ?? none, weight ? undefined : "missing"],
    [say("allergies"), allergiesText(say, patient), allergyState(patient)],
    [
      say("diagnoses"),
      diagnoses.length === 0 ? say("noDiagnosis") : listed(view.language, diagnoses.map(codedText)),
      diagnoses.length === 0 ? "missing" : undefined,
    ],
    [say("renal"), renalText(renal, facts) ?? none, renal ? undefined : "missing"],
    [say("pregnant"), say(pregnant), sex === "male" ? undefined : asked(pregnant)],
    [say("breastfeeding"), say(breastfeeding), sex === "male" ? undefined : asked(breastfeeding)],
    ...(id === undefined ? [] : [[say("number"), id.value] as const]),
  ];
  return html`
    <section class="panel bench-facts-part" aria-labelledby="bench-patient">
      <h2 id="bench-patient">${say("patient")}</h2>
      <dl class="bench-facts">${rows.map(([name, value, state]) =>
        html`
          <div class="${state ?? ""}">
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>
        `
      )}</dl>
      <details class="bench-unmask">
        <summary>${say("unmask")}</summary>
        <form method="post" action="/review/unmask" class="form row">
          <label class="field"><span>${say("field")}</span><select name="field">
            <option value="patient.name">${say("patient")} · ${say("name")}</option>
            <option value="patient.id">${say("number")}</option>
            <option value="prescriber.name">${say("prescriber")} · ${say("name")}</option>
          </select></label>
          <label class="field"><span>${say("unmaskReason")}</span>
            <input name="reason" required maxlength="500" autocomplete="off"></label>
          <button class="action">${say("unmask")}</button>
        </form>
      </details>
    </section>
  `;
}

function ageText(say: Say, { age, birthDate }: Patient, facts: ReviewedFacts | null) {
  const { ageDays = null, ageMonths = null } = facts?.patient ?? {};
  if (ageDays === null) return age === undefined ? birthDate ?? null : `${age.value} ${age.unit}`;
  if (ageMonths === null) return say("ageDays", ageDays);
  if (ageMonths >= 36) return say("ageYears", Math.floor(ageMonths / 12));
  const inMonths = say("ageMonths", ageMonths);
  return ageMonths >= 2 ? `${inMonths} (${say("ageDays", ageDays)})` : say("ageDays", ageDays);
}

function weightText(weight: Patient["weight"], facts: ReviewedFacts | null): string | null {
  if (weight === undefined) return null;
  const grams = facts?.patient.weightGrams ?? null;
  const sent = `${weight.value} ${weight.unit}`;
  const base = grams === null ? null : `${decimalText(grams, 1000)} kg`;
  return base === null || base === sent ? sent : `${sent} = ${base}`;
}

function renalText(renal: Patient["renal"], facts: ReviewedFacts | null): string | null {
  if (renal === undefined) return null;
  const thousandths = facts?.patient.renal ?? null;
  const sent = `${renal.value} ${renal.unit} (${renal.at.slice(0, 10)})`;
  return thousandths === null ? sent : `${sent} = ${decimalText(thousandths, 1000)} ml/min`;
}

/** Known, known to be none, and not asked are three things (P5). */
function allergiesText(say: Say, { allergies }: Patient): Html | string {
  switch (allergies.state) {
    case "listed":
      return html`${
        allergies.substances.map((one) =>
          html`
            ${badge("bad", codedText(one))}
          `
        )
      }`;
    case "none-known":
      return badge("good", say("none-known"));
    case "not-asked":
      return badge("warn", say("allergiesNotAsked"));
  }
}

function allergyState({ allergies }: Patient): Row[2] {
  return allergies.state === "not-asked"
    ? "missing"
    : allergies.state === "listed"
    ? "alert"
    : undefined;
}
