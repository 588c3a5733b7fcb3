/** By what a rule is found for a drug. */
import type { HistoryLine, LineFacts } from "../facts.ts";
import { type Applies, KEY_KINDS, type Keys } from "./rule.ts";

/** A line, or a medicine of earlier, as rules are looked up for it. */
export interface Keyed {
  /** `d:`, `i:`, `a:`, `c:`, `r:` and a code each; and `*`, which every drug has. */
  readonly keys: readonly string[];
  readonly set: ReadonlySet<string>;
}

const LETTERS: Readonly<Record<typeof KEY_KINDS[number], string>> = {
  drugs: "d",
  ingredients: "i",
  atc: "a",
  classes: "c",
  routes: "r",
};

export const EVERY = "*";

/** Lengths of ATC's five levels. */
const ATC_LEVELS = [1, 3, 4, 5, 7];

type Drug = Pick<LineFacts, "drug" | "ingredients" | "atc" | "classes" | "route"> | HistoryLine;

/** What is unknown has no key: that the line could not be checked is told apart from its rules. */
export function keyed({ drug, ingredients, atc, classes, route }: Drug): Keyed {
  const set = new Set<string>([EVERY]);
  if (drug !== null) set.add(`d:${drug}`);
  for (const { code } of ingredients ?? []) set.add(`i:${code}`);
  for (const code of atc) {
    for (const length of ATC_LEVELS) {
      if (code.length >= length) set.add(`a:${code.slice(0, length)}`);
    }
  }
  for (const name of classes) set.add(`c:${name}`);
  if (route !== null) set.add(`r:${route}`);
  return { keys: [...set], set };
}

/** The lists of a rule, each as keys of which one must be there; the most telling list first. */
export function keyLists(applies: Keys | Applies): string[][] {
  return KEY_KINDS.flatMap((kind) => {
    const codes = applies[kind];
    return codes === undefined ? [] : [codes.map((code) => `${LETTERS[kind]}:${code}`)];
  });
}

export function matches(lists: readonly (readonly string[])[], { set }: Keyed): boolean {
  return lists.every((list) => list.some((key) => set.has(key)));
}
