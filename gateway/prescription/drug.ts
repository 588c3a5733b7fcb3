/** A drug of the list: what one piece of it has, and what a piece is called. */
import type { PathFault } from "./data_file.ts";
import type { WrittenDrug } from "./drug_list_schema.ts";
import { compare, type Fraction, fraction, product, quotient } from "./fraction.ts";
import type { BaseUnit, DrugClass } from "./facts.ts";
import { type Measure, measured, spelling, UNITS } from "./measure.ts";
import { inBase, type Labelled, piecesOf, strengthOf } from "./strength.ts";

export interface DrugIngredient {
  readonly code: string;
  readonly unit: BaseUnit;
  /** What one piece has of it, in that unit. */
  readonly perPiece: Fraction;
}

export interface Drug {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly form: string;
  readonly classes: readonly DrugClass[];
  readonly atc: readonly string[];
  readonly ingredients: readonly DrugIngredient[];
  /** How many pieces one of each word is, as `spelling` leaves them: 粒 1, 盒 24, 滴 1/2000. */
  readonly words: ReadonlyMap<string, Fraction>;
  /** How much of each measure one piece is, in its finest unit. */
  readonly labelled: Labelled;
  /** Pieces of the smallest pack; 1 where none is said. */
  readonly pack: Fraction;
  /** Whether pieces have a name; else it is told by its mass or volume. */
  readonly hasPieces: boolean;
}

export type CompiledDrug =
  | { readonly kind: "drug"; readonly drug: Drug }
  | { readonly kind: "faults"; readonly faults: readonly PathFault[] };

type Counted = ReadonlyMap<string, { readonly counted: BaseUnit; readonly atc: readonly string[] }>;

/** Makes a drug of what is written, or tells what is wrong, with paths from the drug on. */
export function compiledDrug(code: string, written: WrittenDrug, known: Counted): CompiledDrug {
  const faults: PathFault[] = [];
  const labelled = labelledOf(written, faults);
  const ingredients: DrugIngredient[] = [];
  const entries = Object.entries(written.ingredients);
  for (const [name, strength] of entries) {
    const path = ["ingredients", name];
    const counted = known.get(name)?.counted;
    if (counted === undefined) {
      faults.push({ path, message: `there is no ingredient "${name}" in this list` });
      continue;
    }
    const perPiece = perPieceOf(strength, counted, labelled, entries.length === 1);
    if (typeof perPiece === "string") faults.push({ path, message: perPiece });
    else ingredients.push({ code: name, unit: counted, perPiece });
  }
  const words = wordsOf(written, labelled, faults);
  if (words.size === 0 && labelled.size === 0) {
    const message = "nothing says what one piece is called, or what it is; want piece or labelled";
    faults.push({ path: [], message });
  }
  if (faults.length > 0) return { kind: "faults", faults };
  const { zh, en, form, classes } = written;
  const atc = written.atc ?? [...new Set(entries.flatMap(([name]) => known.get(name)?.atc ?? []))];
  const packs = Object.values(written.pack);
  const pack = fraction(BigInt(packs.length === 0 ? 1 : Math.min(...packs)));
  const hasPieces = written.piece.length > 0;
  const drug = { code, zh, en, form, classes, atc, ingredients, words, labelled, pack, hasPieces };
  return { kind: "drug", drug };
}

/** What one piece is labelled as, of each measure once. */
function labelledOf(written: WrittenDrug, faults: PathFault[]): Map<Measure, Fraction> {
  const labelled = new Map<Measure, Fraction>();
  const add = (path: PathFault["path"], text: string, only?: Measure) => {
    const what = measured(text);
    if (what === null || (only !== undefined && what.measure !== only)) {
      faults.push({
        path,
        message: `found "${text}"; want an amount as ${EXAMPLE[only ?? "mass"]}`,
      });
    } else if (labelled.has(what.measure)) {
      faults.push({ path, message: `its ${what.measure} stands there already` });
    } else labelled.set(what.measure, what.amount);
  };
  if (written.volume !== undefined) add(["volume"], written.volume, "volume");
  for (const [index, text] of written.labelled.entries()) add(["labelled", index], text);
  return labelled;
}

const EXAMPLE: Readonly<Record<Measure, string>> = {
  mass: "0.25 g",
  volume: "2 ml",
  potency: "8 万单位",
};

/** What one piece has, or what is wrong; by a lone ingredient's strength a piece is told. */
function perPieceOf(
  written: string,
  counted: BaseUnit,
  labelled: Map<Measure, Fraction>,
  isAlone: boolean,
): Fraction | string {
  const pieces = piecesOf(written);
  if (pieces !== null || counted === "mpcs") {
    if (pieces === null || counted !== "mpcs") return NOT_COUNTED;
    return product(pieces, fraction(1000n));
  }
  const strength = strengthOf(written, labelled);
  if (strength.kind === "fault") return strength.message;
  const perPiece = inBase(strength.perPiece, counted);
  if (perPiece === null) {
    return `it is counted in ${counted}, and this is a ${strength.perPiece.measure}; ` +
      "want the strength that its labelled amount stands for";
  }
  const { measure, amount } = strength.perPiece;
  if (isAlone && !labelled.has(measure)) labelled.set(measure, amount);
  return perPiece;
}

const NOT_COUNTED = "pieces are counted of an ingredient with counted: mpcs, and nothing else";

/** Every word for a piece, a pack or a part; none twice, none that is a unit everywhere. */
function wordsOf(
  written: WrittenDrug,
  labelled: Labelled,
  faults: PathFault[],
): Map<string, Fraction> {
  const words = new Map<string, Fraction>();
  const add = (path: PathFault["path"], word: string, pieces: Fraction) => {
    const plain = spelling(word);
    const message = UNITS.has(plain)
      ? `"${word}" is a unit everywhere; it cannot be a piece`
      : words.has(plain) && compare(words.get(plain) ?? pieces, pieces) !== 0
      ? `"${word}" stands for something else already`
      : null;
    if (message === null) words.set(plain, pieces);
    else faults.push({ path, message });
  };
  for (const [index, word] of written.piece.entries()) add(["piece", index], word, fraction(1n));
  for (const [word, count] of Object.entries(written.pack)) {
    add(["pack", word], word, fraction(BigInt(count)));
  }
  for (const [word, text] of Object.entries(written.words)) {
    const pieces = partOf(text, labelled);
    if (pieces === null) {
      const message = `found "${text}"; want a part of its volume or labelled amount, as 0.05 ml`;
      faults.push({ path: ["words", word], message });
    } else add(["words", word], word, pieces);
  }
  return words;
}

/** An amount as pieces, or `null` where a piece is not told so. */
function partOf(text: string, labelled: Labelled): Fraction | null {
  const pieces = piecesOf(text);
  if (pieces !== null) return pieces;
  const part = measured(text);
  const all = part === null ? undefined : labelled.get(part.measure);
  return part === null || all === undefined ? null : quotient(part.amount, all);
}
