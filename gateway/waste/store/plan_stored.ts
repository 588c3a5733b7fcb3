/** Whether a store may take what was brought (rules W6, W7), before anything is written. */
import type { StoredBody } from "../entry/move_body.ts";
import { type Custodian, custodianKey } from "../entry/subject.ts";
import { type BagStanding, heldBy } from "../life/bag.ts";
import { bagsIn, type Ledger } from "../life/ledger.ts";
import { type Fullness, fullnessOf, recordFault } from "../limits.ts";
import type { Refusal } from "../refusal.ts";
import type { WasteRules } from "../rules.ts";
import { type Balance, balanceOf, type Collected, type Imbalance } from "./balance.ts";

export type StoredPlan =
  /** It may be written as it is. */
  | { readonly kind: "store"; readonly balance: Balance }
  /** What nobody has explained yet. */
  | {
    readonly kind: "blocked";
    readonly balance: Balance;
    readonly unexplained: readonly Imbalance[];
  }
  | { readonly kind: "refused"; readonly faults: readonly Refusal[] };

/** `asked` is the entry as it would be written, with the explanations so far. */
export function planStored(asked: StoredBody, ledger: Ledger, rules: WasteRules): StoredPlan {
  const tooMuch = recordFault(asked.weight.grams, rules);
  if (tooMuch !== null) return { kind: "refused", faults: [tooMuch] };
  const bags = broughtBy(asked, ledger);
  const { collected, unexpected } = expectedFrom(asked, bags, ledger);
  const { grams, divisionGrams } = asked.weight;
  const balance = balanceOf(collected, unexpected, { bags, grams, divisionGrams }, rules);
  const untrue = untrueExplanations(asked, balance);
  if (untrue.length > 0) return { kind: "refused", faults: untrue };
  const unexplained = balance.imbalances.filter((one) => !isExplained(one, asked));
  return unexplained.length > 0
    ? { kind: "blocked", balance, unexplained }
    : { kind: "store", balance };
}

/** Bags whose codes were read, and those in boxes that stay closed. */
function broughtBy({ bags, loads, missing }: StoredBody, ledger: Ledger): string[] {
  const gone = new Set(missing.map(({ bag }) => bag));
  const inside = loads.flatMap((load) => bagsIn(ledger, load)).filter((bag) => !gone.has(bag));
  return [...new Set([...bags, ...inside])].sort();
}

function expectedFrom(asked: StoredBody, bags: readonly string[], { bags: known }: Ledger): {
  readonly collected: readonly Collected[];
  readonly unexpected: readonly Collected[];
} {
  const labels = new Map(asked.labels.map((label) => [label.bag, label]));
  const collectedOf = (bag: string): Collected => {
    const label = labels.get(bag);
    const printed = label === undefined
      ? null
      : { grams: label.grams, from: "label" as const, divisionGrams: null };
    return { bag, weight: known.get(bag)?.weight ?? printed };
  };
  const held = heldBy(known.values(), asked.from).map(({ bag }) => bag);
  const here = bags.filter((bag) => !held.includes(bag));
  const own = here.filter((bag) => mayBring(known.get(bag), asked.from));
  return {
    collected: [...held, ...own].map(collectedOf),
    unexpected: here.filter((bag) => !own.includes(bag)).map(collectedOf),
  };
}

/** Entries disagree about who holds it, and one of them says that it is whoever brings it. */
function mayBring(bag: BagStanding | undefined, from: Custodian): boolean {
  return bag?.conflicts.some(({ about, alternatives }) =>
    about === "custodian" && alternatives.some(({ says }) => says === custodianKey(from))
  ) ?? false;
}

function isExplained(one: Imbalance, asked: StoredBody): boolean {
  switch (one.kind) {
    case "missing-bag":
      return asked.missing.some(({ bag }) => bag === one.bag);
    case "unexpected-bag":
      return asked.unexpected.some(({ bag }) => bag === one.bag);
    case "unweighed-bag":
    case "weight":
      return asked.weightExplanation !== undefined;
  }
}

/** An entry says nothing of a bag that is not so: it would be missing for ever. */
function untrueExplanations(asked: StoredBody, { imbalances }: Balance): Refusal[] {
  const fields = [["missing", "missing-bag"], ["unexpected", "unexpected-bag"]] as const;
  return fields.flatMap(([field, kind]) =>
    asked[field].flatMap(({ bag }, index): Refusal[] => {
      if (imbalances.some((one) => one.kind === kind && one.bag === bag)) return [];
      const text = field === "missing"
        ? { zh: `包装袋 ${bag} 并未缺少`, en: `bag ${bag} is not missing: leave it out` }
        : { zh: `包装袋 ${bag} 已登记收集`, en: `bag ${bag} was collected: leave it out` };
      return [{ rule: "W6", field: `${field}.${index}.bag`, text }];
    })
  );
}

export interface StoreHolding extends Fullness {
  readonly bags: number;
  readonly grams: number;
  /** Bags without an agreed weight, which are not in the sum. */
  readonly unweighed: readonly string[];
}

/** What a store holds now, and how full that makes it (W7); capacity in grams. */
export function holdingOf(
  held: readonly { readonly bag: string; readonly grams: number | null }[],
  capacityGrams: number,
  rules: WasteRules,
): StoreHolding {
  const sum = held.reduce((sum, { grams }) => sum + (grams ?? 0), 0);
  const unweighed = held.filter(({ grams }) => grams === null).map(({ bag }) => bag);
  return { ...fullnessOf(sum, capacityGrams, rules), bags: held.length, grams: sum, unweighed };
}
