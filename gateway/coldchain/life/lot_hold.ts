/**
 * What a county tells sites of a lot that is held back (C10): what it holds itself, at all sites
 * that have to do with the lot; what a site found, where doses went that may have been there. Ids
 * are made of what they follow from, so that both centres tell one thing.
 */
import { entryId } from "../../collected_entry.ts";
import type { LotState } from "./quarantine.ts";
import type { LotKey, QuarantineBody, QuarantineDecidedBody } from "./quarantine_body.ts";
import { WHOLE_SITE } from "./subject.ts";

/**
 * A lot at one site, by the word of a county or of another site: all that is there of it; `step`:
 * once more, as more of it has come by this one.
 */
export function holdAt(
  site: string,
  { product, lot }: LotKey,
  { id, sinceMs, cause, reason, by }: QuarantineBody,
  says: "county" | "site",
  step?: string,
): QuarantineBody {
  return {
    id: entryId("cold-quarantine", "held at", site, id, product, lot, ...(step ? [step] : [])),
    ...{ site, unit: WHOLE_SITE, lots: [{ product, lot }], sinceMs, because: [id] },
    ...(cause === undefined ? {} : { cause }),
    ...(reason === undefined ? {} : { reason }),
    // Of what the county holds the county decides; of what another site found, each site.
    by: says === "county" ? by : null,
  };
}

/** Whether the county that wrote it decides. */
export function isCountys({ unit, by }: Pick<QuarantineBody, "unit" | "by">): boolean {
  return unit === WHOLE_SITE && by !== null;
}

export interface HoldWords {
  readonly quarantines: readonly QuarantineBody[];
  readonly decided: readonly QuarantineDecidedBody[];
}

/** Of a lot that a county held: what a site was not told yet. `known`: ids that stand there. */
export function untoldHolds(
  site: string,
  held: Pick<LotState, "product" | "lot" | "quarantines" | "decisions">,
  known: ReadonlySet<string>,
): HoldWords {
  const { product, lot } = held;
  const quarantines: QuarantineBody[] = [];
  const decided: QuarantineDecidedBody[] = [];
  for (const { body } of held.quarantines) {
    const decisions = held.decisions.filter((one) => one.body.quarantine === body.id);
    const told = holdAt(site, { product, lot }, body, "county");
    const isKnown = known.has(told.id);
    // What was decided before the site heard of it concerns it only if it is never free again.
    const isLost = decisions.some((one) => one.body.decision !== "released");
    if (!isKnown && decisions.length > 0 && !isLost) continue;
    if (!isKnown) quarantines.push(told);
    for (const { body: { id, decision, basis, by } } of decisions) {
      const named = entryId("cold-quarantine-decided", "held at", told.id, id);
      if (known.has(named)) continue;
      decided.push({
        ...{ id: named, site, unit: WHOLE_SITE, quarantine: told.id, lots: told.lots },
        ...{ decision, basis, by },
      });
    }
  }
  return { quarantines, decided };
}
