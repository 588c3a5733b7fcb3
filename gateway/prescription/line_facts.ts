/** What rules see of one line: how much of which ingredients, how often, for how long. */
import type { Drug } from "./drug.ts";
import type { DrugList, Frequency } from "./drug_list.ts";
import type { BaseAmount, DrugClass, IngredientFacts, LineFacts } from "./facts.ts";
import {
  ceiling,
  compare,
  type Fraction,
  fraction,
  fractionOf,
  product,
  quotient,
  reduced,
  sum,
  whole,
} from "./fraction.ts";
import { type Codes, nationalCodeOf } from "./mapping.ts";
import { MEASURES, noUnit, spelling, UNITS } from "./measure.ts";
import type { Amount, PrescriptionLine } from "./prescription.ts";
import { inBase } from "./strength.ts";
import type { Note } from "./unknown.ts";
import { writtenFacts } from "./written_facts.ts";

/** `index` counts from 0, as paths do. */
export function lineFacts(
  line: PrescriptionLine,
  index: number,
  codes: Codes,
  note: Note,
): LineFacts {
  const at = `lines.${index}`;
  const code = (section: "drugs" | "routes" | "frequencies", field: string, local: string) =>
    nationalCodeOf(section, local, codes.mapping, codes.drugs) ??
      note(`${at}.${field}.code`, "unknown-code", `"${local}" is not mapped`);
  const drugCode = code("drugs", "drug", line.drug.code);
  const drug = drugCode === null ? null : codes.drugs.drugs.get(drugCode) ?? null;
  const frequencyCode = code("frequencies", "frequency", line.frequency.code);
  const frequency = codes.drugs.frequencies.get(frequencyCode ?? "") ?? null;
  const dose = drug && piecesOf(line.dose, `${at}.dose`, drug, codes, note);
  const quantity = drug && piecesOf(line.quantity, `${at}.quantity`, drug, codes, note);
  const used = { dose, quantity, frequency, days: line.days };
  return {
    line: index + 1,
    group: line.group ?? null,
    drug: drugCode,
    ingredients: drug && ingredientFacts(drug, used, `${at}.dose`, note),
    atc: drug?.atc ?? [],
    classes: drug?.classes ?? [],
    route: code("routes", "route", line.route.code),
    frequency,
    days: line.days,
    supplyMilliDays: drug && supplyOf(drug, used, codes.drugs, `${at}.quantity`, note),
    supplyDoses: dose && quantity && ratioOf(quantity, dose),
    quantity: drug && quantityOf(drug, quantity, `${at}.quantity`, note),
    written: writtenFacts(line, drug, codes),
  };
}

interface Used {
  /** In pieces. */
  readonly dose: Fraction | null;
  readonly quantity: Fraction | null;
  readonly frequency: Frequency;
  readonly days: number;
}

/** An amount of a drug as pieces of it, exactly. */
function piecesOf(
  { value, unit }: Amount,
  at: string,
  drug: Drug,
  { mapping, drugs }: Codes,
  note: Note,
): Fraction | null {
  const number = fractionOf(value);
  if (number === null) return note(`${at}.value`, "not-convertible", `"${value}" is no number`);
  if (number.over === 0n) return note(`${at}.value`, "out-of-range", "it is nothing");
  const written = spelling(unit);
  // What a drug's own words mean, no site changes.
  const own = drug.words.has(written) ? written : undefined;
  const word = own ?? mapping.codes.units.get(written) ?? written;
  const pieces = drug.words.get(word);
  if (pieces !== undefined) return product(number, pieces);
  const what = UNITS.get(word) ?? drugs.units.get(word);
  const known = what !== undefined || drugs.words.has(word);
  const one = what === undefined ? undefined : drug.labelled.get(what.measure);
  if (what === undefined || one === undefined) {
    const detail = known ? `${drug.code} is not told in "${unit}"` : noUnit(unit, drug.code);
    return note(`${at}.unit`, known ? "not-convertible" : "unknown-code", detail);
  }
  return product(number, quotient(what.amount, one));
}

/** The most doses that fall on one day when they are spread evenly. */
function dosesADay({ times, days }: { times: number; days: number }): Fraction {
  return fraction(BigInt(Math.ceil(times / days)));
}

function ingredientFacts(drug: Drug, used: Used, at: string, note: Note): IngredientFacts[] {
  const { dose, frequency, quantity } = used;
  return drug.ingredients.map(({ code, unit, perPiece }) => {
    const counted = (of: Fraction): BaseAmount | null => {
      const value = whole(of);
      return value === null ? null : { value, unit };
    };
    const total = quantity && counted(product(quantity, perPiece));
    if (dose === null) return { code, perDose: null, perDay: null, total };
    const amount = product(dose, perPiece);
    const perDose = counted(amount);
    const perDay = frequency && counted(product(amount, dosesADay(frequency)));
    if (perDose === null || (frequency !== null && perDay === null)) {
      note(at, "not-countable", `${code} is no whole number of ${unit} below 2^53`);
    }
    return { code, perDose, perDay, total };
  });
}

/**
 * Counted by the piece whatever the county says of packs: of these any more is another dose, and
 * pharmacies break packs of them (处方管理办法 23 to 26; 医疗用毒性药品管理办法 9).
 */
const EXACT: readonly DrugClass[] = ["narcotic", "psychotropic-1", "psychotropic-2", "toxic"];

/** How long the quantity lasts, in thousandths of days, the next above (P4). */
function supplyOf(
  drug: Drug,
  { dose, quantity, frequency, days }: Used,
  { supply }: DrugList,
  at: string,
  note: Note,
): number | null {
  if (dose === null || quantity === null || frequency === null) return null;
  const { times, days: per } = frequency;
  const daily = product(dose, fraction(BigInt(times), BigInt(per)));
  const needed = product(daily, fraction(BigInt(days)));
  const isRounded = supply.rounding === "smallest-pack" &&
    !drug.classes.some((one) => EXACT.includes(one) || supply.exactFor.includes(one));
  const covers = compare(quantity, needed) >= 0;
  if (isRounded && covers && compare(quantity, sum(needed, drug.pack)) < 0) return days * 1000;
  const lasts = ceiling(quotient(product(quantity, fraction(1000n)), daily));
  return lasts ?? note(at, "not-countable", "it lasts 2^53 thousandths of days and more");
}

/** Two amounts of one measure as whole numbers; `null` where one would be 2^53 or more. */
function ratioOf(quantity: Fraction, dose: Fraction): LineFacts["supplyDoses"] {
  const { over, under } = reduced(quotient(quantity, dose));
  const [one, other] = [over, under].map((of) => whole(fraction(of)));
  return one === null || other === null ? null : { quantity: one, dose: other };
}

/** In thousandths of a piece; of what has no pieces, in micrograms, microlitres or mIU. */
function quantityOf(
  drug: Drug,
  pieces: Fraction | null,
  at: string,
  note: Note,
): BaseAmount | null {
  if (pieces === null) return null;
  const measure = MEASURES.find((one) => drug.labelled.has(one));
  const one = measure === undefined ? undefined : drug.labelled.get(measure);
  const unit = drug.hasPieces || measure === undefined ? "mpcs" : QUANTITY_UNIT[measure];
  const amount = unit === "mpcs" || measure === undefined || one === undefined
    ? product(pieces, fraction(1000n))
    : inBase({ measure, amount: product(pieces, one) }, unit);
  const value = amount === null ? null : whole(amount);
  if (value !== null) return { value, unit };
  return note(at, "not-countable", `it is no whole number of ${unit} below 2^53`);
}

const QUANTITY_UNIT = { mass: "ug", volume: "ul", potency: "mIU" } as const;
