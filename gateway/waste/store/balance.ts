/**
 * What came into a store against what had been collected (rule W6): the bags one by one, and the
 * weight of all of them together.
 */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { BagWeight } from "../life/said.ts";
import { isWithinShare, kilograms } from "../limits.ts";
import type { WasteRules } from "../rules.ts";

export interface Collected {
  readonly bag: string;
  /** `null`: nobody weighed it, or weights disagree. */
  readonly weight: BagWeight | null;
}

export interface Counted {
  /** Codes that were read at the store. */
  readonly bags: readonly string[];
  /** All of it on the store's scale, and the smallest step of that. */
  readonly grams: number;
  readonly divisionGrams: number;
}

export type Imbalance =
  | { readonly kind: "missing-bag"; readonly bag: string }
  | { readonly kind: "unexpected-bag"; readonly bag: string }
  /** It has no weight to compare with. */
  | { readonly kind: "unweighed-bag"; readonly bag: string }
  | {
    readonly kind: "weight";
    readonly countedGrams: number;
    readonly collectedGrams: number;
    readonly allowedGrams: number;
    /** As if all that was collected were here: a label was passed over, not a bag lost. */
    readonly fitsAll: boolean;
  };

export interface Balance {
  /** Empty: it balances. */
  readonly imbalances: readonly Imbalance[];
  /** Of the bags that are here, as they were sealed. */
  readonly collectedGrams: number;
  /** By so much the weight may differ. */
  readonly allowedGrams: number;
  readonly differenceGrams: number;
}

/**
 * The weight may differ by 2 %, and by a step of the scale for each bag at least. It is compared
 * with that of the bags that are here; the missing ones are named, whatever the scale says.
 */
export function balanceOf(
  collected: readonly Collected[],
  unexpected: readonly Collected[],
  counted: Counted,
  rules: WasteRules,
): Balance {
  const here = new Set(counted.bags);
  const missing = collected.filter(({ bag }) => !here.has(bag));
  const present = [...collected.filter(({ bag }) => here.has(bag)), ...unexpected];
  const unweighed = present.filter(({ weight }) => weight === null);
  const compared = compare(present, counted, rules);
  const imbalances: Imbalance[] = [
    ...missing.map(({ bag }): Imbalance => ({ kind: "missing-bag", bag })),
    ...unexpected.map(({ bag }): Imbalance => ({ kind: "unexpected-bag", bag })),
    ...unweighed.map(({ bag }): Imbalance => ({ kind: "unweighed-bag", bag })),
  ];
  const { collectedGrams, allowedGrams } = compared;
  if (unweighed.length === 0 && !compared.fits) {
    const fitsAll = missing.length > 0 && compare([...present, ...missing], counted, rules).fits;
    const countedGrams = counted.grams;
    imbalances.push({ kind: "weight", countedGrams, collectedGrams, allowedGrams, fitsAll });
  }
  const differenceGrams = counted.grams - collectedGrams;
  return { imbalances, collectedGrams, allowedGrams, differenceGrams };
}

interface Compared {
  readonly collectedGrams: number;
  readonly allowedGrams: number;
  readonly fits: boolean;
}

function compare(bags: readonly Collected[], counted: Counted, rules: WasteRules): Compared {
  const collectedGrams = sum(bags.map(({ weight }) => weight?.grams ?? 0));
  const floorGrams = sum(
    bags.map(({ weight }) => Math.max(weight?.divisionGrams ?? 0, counted.divisionGrams)),
  );
  const share = rules.toleranceShare.value;
  const apart = Math.abs(counted.grams - collectedGrams);
  const allowedGrams = Math.max(floorGrams, Math.floor(collectedGrams * share));
  const fits = apart <= floorGrams || isWithinShare(apart, collectedGrams, share);
  return { collectedGrams, allowedGrams, fits };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** For whoever stands at the store: what does not balance, and what to do about it. */
export function imbalanceText(imbalance: Imbalance): Text {
  switch (imbalance.kind) {
    case "missing-bag":
      return {
        zh: `缺少已收集的包装袋 ${imbalance.bag}：请查找或说明`,
        en: `bag ${imbalance.bag} was collected and is not here: find it, or explain`,
      };
    case "unexpected-bag":
      return {
        zh: `包装袋 ${imbalance.bag} 未登记收集：请核对或说明`,
        en: `bag ${imbalance.bag} is here and was not collected: check it, or explain`,
      };
    case "unweighed-bag":
      return {
        zh: `包装袋 ${imbalance.bag} 没有一致的重量：请称重`,
        en: `bag ${imbalance.bag} has no agreed weight: weigh it`,
      };
    case "weight": {
      const [is, was] = [imbalance.countedGrams, imbalance.collectedGrams].map(kilograms);
      const allowed = kilograms(imbalance.allowedGrams);
      const fits = {
        zh: "；总重与全部包装袋相符，可能漏扫标签",
        en: "; it is that of all bags: a label may have been passed over",
      };
      return {
        zh: `入库 ${is} kg，收集合计 ${was} kg，允许差 ${allowed} kg：请复称或说明${
          imbalance.fitsAll ? fits.zh : ""
        }`,
        en: `${is} kg came in, ${was} kg were collected, ${allowed} kg may differ: weigh again, ` +
          `or explain${imbalance.fitsAll ? fits.en : ""}`,
      };
    }
  }
}
