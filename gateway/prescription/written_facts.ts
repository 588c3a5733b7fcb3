/**
 * How a line was written, for the comment on prescriptions (P13): 处方管理办法 第六条第（四）项 wants
 * official names and no vague directions, 第七条 says in which units a dose is told.
 */
import type { Drug } from "./drug.ts";
import type { WrittenFacts } from "./facts.ts";
import { compare, fraction } from "./fraction.ts";
import type { Codes } from "./mapping.ts";
import { spelling } from "./measure.ts";
import type { PrescriptionLine } from "./prescription.ts";

const ONE = fraction(1n);

export function writtenFacts(
  { drug: sent, dose, route, frequency }: PrescriptionLine,
  drug: Drug | null,
  codes: Codes,
): WrittenFacts {
  return {
    officialName: drug === null || sent.text === undefined ? null : isNamed(sent.text, drug, codes),
    doseInPacks: drug !== null && isPack(dose.unit, drug, codes),
    directions: [route.text ?? route.code, frequency.text ?? frequency.code],
  };
}

/** A brand beside the name does no harm; nor does one ingredient's name for a compound. */
function isNamed(text: string, drug: Drug, { drugs }: Codes): boolean {
  const sent = plain(text);
  let names = NAMES.get(drug);
  if (names === undefined) {
    const ingredients = drug.ingredients.flatMap(({ code }) => {
      const { zh, en } = drugs.ingredients.get(code) ?? { zh: code, en: code };
      return [zh, en];
    });
    names = [drug.zh, drug.en, ...ingredients].map(plain);
    NAMES.set(drug, names);
  }
  return names.some((name) => sent.includes(name));
}

/** Of drugs of a list, which stays as it was loaded. */
const NAMES = new WeakMap<Drug, readonly string[]>();

function plain(text: string): string {
  return spelling(text).toLowerCase().replaceAll(/\s/g, "");
}

/** A whole pack of several pieces; an ampoule, or a tube that is sold alone, is a piece. */
function isPack(unit: string, drug: Drug, { mapping }: Codes): boolean {
  const written = spelling(unit);
  const word = drug.words.has(written) ? written : mapping.codes.units.get(written) ?? written;
  const pieces = drug.words.get(word);
  return drug.hasPieces && pieces !== undefined && compare(pieces, ONE) > 0;
}
