/** What one piece of a drug has, of the words that its list says it in. */
import { type Fraction, fraction, fractionOf, product, quotient } from "./fraction.ts";
import type { BaseUnit } from "./facts.ts";
import { type Measure, type Measured, measured, numberAndUnit, spelling } from "./measure.ts";

/** How many of its units the finest unit of its measure is. */
const BASE: Readonly<Record<Exclude<BaseUnit, "mpcs">, { measure: Measure; finest: bigint }>> = {
  ug: { measure: "mass", finest: 1000n },
  ng: { measure: "mass", finest: 1n },
  ul: { measure: "volume", finest: 1n },
  mIU: { measure: "potency", finest: 1n },
};

const PIECE = /^(\d{1,6}(?:\.\d{1,6})?) pieces?$/;

/** `1 piece` as 1; `null` where it counts no pieces. */
export function piecesOf(text: string): Fraction | null {
  const [, number = ""] = PIECE.exec(spelling(text)) ?? [];
  return fractionOf(number);
}

/** By what a piece can be told: its volume, its labelled mass. */
export type Labelled = ReadonlyMap<Measure, Fraction>;

export type Strength =
  | { readonly kind: "strength"; readonly perPiece: Measured }
  | { readonly kind: "fault"; readonly message: string };

const FORMS = "want an amount as 0.25 g, 8 万单位, 20 mg/ml, 100 mg/5 ml, 1 mg/g or 0.9 %";

/** A strength as the list writes it: of one piece, or of a part of its volume or labelled mass. */
export function strengthOf(written: string, labelled: Labelled): Strength {
  const [amount = "", part, ...more] = spelling(written).split("/");
  if (more.length > 0) return { kind: "fault", message: FORMS };
  if (part === undefined && amount.endsWith("%")) return percentage(amount, labelled);
  const whole = measured(amount);
  if (whole === null) return { kind: "fault", message: FORMS };
  return part === undefined ? { kind: "strength", perPiece: whole } : ofPart(whole, part, labelled);
}

function ofPart(amount: Measured, part: string, labelled: Labelled): Strength {
  // `mg/ml` is `mg/1 ml`.
  const per = measured(numberAndUnit(part) === null ? `1 ${part.trim()}` : part);
  if (per === null) return { kind: "fault", message: FORMS };
  const all = labelled.get(per.measure);
  if (all === undefined) {
    const wanted = per.measure === "volume" ? "volume: 100 ml" : "labelled: 10 g";
    return { kind: "fault", message: `it is of a part, and of how much is not said (${wanted})` };
  }
  const perPiece = product(amount.amount, quotient(all, per.amount));
  return { kind: "strength", perPiece: { measure: amount.measure, amount: perPiece } };
}

/** Grams in 100 ml of what has a volume, in 100 g of what has a mass; of one of both. */
function percentage(written: string, labelled: Labelled): Strength {
  const number = fractionOf(written.slice(0, -1).trim());
  if (number === null || number.over === 0n) return { kind: "fault", message: FORMS };
  const [mass, volume] = [labelled.get("mass"), labelled.get("volume")];
  if ((mass === undefined) === (volume === undefined)) {
    const message = "a percentage needs either a volume or a labelled mass; want g/ml or g/g";
    return { kind: "fault", message };
  }
  // 1 % of 1 ml is 0.01 g, 10^7 ng of 10^3 µl; 1 % of 1 ng is 1/100 ng.
  const ofOne = mass === undefined ? fraction(10_000n) : fraction(1n, 100n);
  const amount = product(product(number, ofOne), mass ?? volume ?? fraction(0n));
  return { kind: "strength", perPiece: { measure: "mass", amount } };
}

/** An amount in the unit that an ingredient is counted in; `null` where it is of another kind. */
export function inBase({ measure, amount }: Measured, unit: BaseUnit): Fraction | null {
  if (unit === "mpcs" || BASE[unit].measure !== measure) return null;
  return quotient(amount, fraction(BASE[unit].finest));
}
