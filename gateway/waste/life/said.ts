/** What entries and labels say a bag is: category, source, weight; and where they disagree. */
import type { Stamp } from "../../../sync/entry.ts";
import { CATEGORY_CODES, type CategoryCode } from "../category.ts";
import { byTime, type EventOf } from "../entry/event.ts";
import type { LabelSaid } from "../entry/move_body.ts";
import { isWithinShare } from "../limits.ts";
import type { WasteRules } from "../rules.ts";
import type { Conflict, Resolutions } from "./disputes.ts";

/** Of one bag, all that stands. */
export interface ToldOfBag {
  readonly bag: string;
  readonly sealings: readonly EventOf<"waste-sealed">[];
  readonly weighings: readonly EventOf<"waste-weighed">[];
  /** What stores read on its label. */
  readonly labels: readonly { readonly event: EventOf<"waste-stored">; readonly said: LabelSaid }[];
}

export interface BagWeight {
  readonly grams: number;
  /** `label`: as printed; the entry of the weighing is not here. */
  readonly from: "scale" | "keyed" | "label";
  /** Smallest step of the scale, grams; `null` where only the label tells. */
  readonly divisionGrams: number | null;
}

/** `null`: nobody said it here, or entries disagree. */
export interface SaidOfBag {
  readonly category: CategoryCode | null;
  readonly ward: string | null;
  readonly weight: BagWeight | null;
  readonly conflicts: readonly Conflict[];
  /** Ids of entries that a person set aside for one of these. */
  readonly aside: ReadonlySet<string>;
}

interface Claim<V> {
  readonly id: string;
  readonly node: string;
  readonly time: Stamp;
  readonly value: V;
}

export function saidOf(told: ToldOfBag, resolutions: Resolutions, rules: WasteRules): SaidOfBag {
  const { bag, labels } = told;
  const sealings = [...told.sealings].sort(byTime);
  const weighings = [...told.weighings].sort(byTime);
  const claimed = <V>({ body: { id }, node, time }: ToldBy) => (value: V): Claim<V> => ({
    id,
    node,
    time,
    value,
  });
  const category = agreed(bag, "category", [
    ...sealings.map((event) => claimed<string>(event)(event.body.category)),
    ...labels.map(({ event, said }) => claimed<string>(event)(said.category)),
  ], resolutions);
  const ward = agreed(bag, "source", [
    ...sealings.map((event) => claimed<string>(event)(event.body.source.ward)),
    ...labels.map(({ event, said }) => claimed<string>(event)(said.ward)),
  ], resolutions);
  const weight = agreedWeight(bag, [
    ...[...sealings, ...weighings].map((event) => {
      const { grams, from, divisionGrams } = event.body.weight;
      return claimed<BagWeight>(event)({ grams, from, divisionGrams });
    }),
    ...labels.map(({ event, said: { grams } }) =>
      claimed<BagWeight>(event)({ grams, from: "label", divisionGrams: null })
    ),
  ], { resolutions, rules });
  return {
    category: CATEGORY_CODES.find((one) => one === category.value) ?? null,
    ward: ward.value,
    weight: weight.value,
    conflicts: [...category.conflicts, ...ward.conflicts, ...weight.conflicts],
    aside: new Set([...category.aside, ...ward.aside, ...weight.aside]),
  };
}

interface ToldBy {
  readonly body: { readonly id: string };
  readonly node: string;
  readonly time: Stamp;
}

interface Agreed<V> {
  readonly value: V | null;
  readonly conflicts: readonly Conflict[];
  readonly aside: ReadonlySet<string>;
}

/** Whether two entries, by their ids, claim different things. */
function differing<V>(claims: readonly Claim<V>[], valueOf: (value: V) => string | number) {
  const said = (id: string) =>
    claims.filter((one) => one.id === id).map(({ value }) => valueOf(value));
  return (one: string, other: string) =>
    said(one).some((value) => said(other).some((another) => value !== another));
}

function agreed(
  bag: string,
  about: "category" | "source",
  claims: readonly Claim<string>[],
  resolutions: Resolutions,
): Agreed<string> {
  const disagree = () => differing(claims, (value) => value);
  const aside = resolutions.setAside(bag, about, disagree);
  const left = claims.filter(({ id }) => !aside.has(id));
  if (new Set(left.map(({ value }) => value)).size < 2) {
    return { value: left.at(0)?.value ?? null, conflicts: [], aside };
  }
  const said = left.map(({ id, node, time, value }) => ({ id, node, time, says: value }));
  return { value: null, conflicts: [resolutions.conflict(bag, about, said)], aside };
}

/** Weights agree within the tolerance of W6, reckoned from the least, or a step of the scale. */
function agreedWeight(
  bag: string,
  claims: readonly Claim<BagWeight>[],
  { resolutions, rules }: { readonly resolutions: Resolutions; readonly rules: WasteRules },
): Agreed<BagWeight> {
  const disagree = () => differing(claims, ({ grams }) => grams);
  const aside = resolutions.setAside(bag, "weight", disagree);
  const left = claims.filter(({ id }) => !aside.has(id));
  const first = left.at(0)?.value;
  if (first === undefined) return { value: null, conflicts: [], aside };
  const [least, most] = [Math.min, Math.max].map((of) => of(...left.map((one) => one.value.grams)));
  const step = Math.max(...left.map(({ value }) => value.divisionGrams ?? 0));
  const apart = most - least;
  const differs = apart > step && !isWithinShare(apart, least, rules.toleranceShare.value);
  if (!differs) return { value: first, conflicts: [], aside };
  const said = left.map(({ id, node, time, value: { grams } }) => {
    return { id, node, time, says: `${grams} g` };
  });
  return { value: null, conflicts: [resolutions.conflict(bag, "weight", said)], aside };
}
