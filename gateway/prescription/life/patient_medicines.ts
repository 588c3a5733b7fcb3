/** What a prescription adds to its patient's history, as long as it is not stopped. */
import type { HistoryLine } from "../facts.ts";
import type { ReviewedFacts } from "../pack/facts_form.ts";
import { rulingOf } from "./decide.ts";
import { versionOf } from "./double_use.ts";
import type { LifeEvent } from "./event.ts";
import { isOut } from "./goods.ts";
import type { Standing, State } from "./standing.ts";
import { toldOfVersion } from "./told.ts";

export interface PatientMedicine {
  readonly patient: string;
  readonly version: number;
  readonly line: number;
  readonly medicine: HistoryLine;
}

/** Of these the patient gets nothing, and has nothing unless goods are out. */
const STOPPED: ReadonlySet<State> = new Set([
  "intercepted",
  "refused",
  "withdrawn",
  "cancelled",
  "superseded",
]);

const DAY_MS = 86_400_000;

/**
 * Of the version that holds, and of those before whose goods are out; what still waits for a
 * person counts, since it may be let pass. `events` are those that `standing` was made of.
 */
export function medicinesOf(
  standing: Standing,
  events: readonly LifeEvent[],
): PatientMedicine[] {
  return [standing, ...standing.earlier].flatMap(({ version, state, goods }) => {
    if (STOPPED.has(state) && !isOut(goods)) return [];
    const told = toldOfVersion(version, events.filter((event) => versionOf(event) === version));
    const facts = rulingOf(told.verdicts).find(({ body }) => body.facts !== undefined)?.body.facts;
    const patient = facts?.patient.key ?? null;
    if (facts === undefined || patient === null) return [];
    return facts.lines.map((line) => ({
      patient,
      version,
      line: line.line,
      medicine: medicineOf(facts, version, line),
    }));
  });
}

/** It has run out after the days that it is for, or that its quantity lasts: after the longer. */
export function medicineOf(
  { site, id, issuedMs }: Pick<ReviewedFacts, "site" | "id" | "issuedMs">,
  version: number,
  line: ReviewedFacts["lines"][number],
): HistoryLine {
  const days = Math.max(line.days, (line.supplyMilliDays ?? 0) / 1000);
  return {
    site,
    prescription: id,
    version,
    line: line.line,
    issuedMs,
    untilMs: issuedMs + Math.ceil(days * DAY_MS),
    drug: line.drug,
    ingredients: line.ingredients ?? [],
    atc: line.atc,
    classes: line.classes,
    route: line.route,
  };
}
