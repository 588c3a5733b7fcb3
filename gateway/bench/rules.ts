/**
 * `deno task bench:rules [REVIEWS]`: what a review of three lines by rules costs, with the legal
 * pack; with packs of 100 to 10,000 rules that are rows of tables, as people write them, or have a
 * condition each; and with 50 to 1,000 candidate rules for one prescription. Packs take turns, so
 * that what else the machine does falls on all alike.
 */
import { fileURLToPath } from "node:url";
import { table } from "../commands/table.ts";
import type { Facts } from "../prescription/facts.ts";
import { factsOf, packCase, type PackCaseSource } from "../prescription/pack/case.ts";
import { packSchema } from "../prescription/pack/document.ts";
import { checkPack } from "../prescription/pack/folder.ts";
import { compile, type Reviewer } from "../prescription/pack/reviewer.ts";
import { print } from "../print.ts";
import {
  conditionPack,
  crowdedPack,
  ingredientOf,
  ingredientsIn,
  tablePack,
} from "./synthetic_pack.ts";

const REVIEWS = Number(Deno.args[0] ?? 20_000);
const WARM_UP = 3000;
/** Reviews by one pack before the next takes its turn. */
const TURN = 500;
/** Different ones, spread over all ingredients of a pack: as many as the smallest has. */
const PRESCRIPTIONS = 20;

type ReviewsBy = (review: number) => Facts;

interface Measured {
  readonly name: string;
  readonly reviewer: Reviewer;
  readonly factsFor: ReviewsBy;
  readonly micros: number[];
}

function prescribed(prescription: PackCaseSource["prescription"]): Facts {
  return factsOf(packCase.parse({ id: "bench", prescription, expect: {} })).facts;
}

/** Three drugs of those that a pack knows, two of them neighbours, with a week's supply. */
function threeLines(ingredients: number): ReviewsBy {
  const many = Array.from({ length: PRESCRIPTIONS }, (_, index) => {
    const at = Math.floor(index * ingredients / PRESCRIPTIONS);
    const codes = [at, at + 1, at + 7].map((code) => ingredientOf(code % ingredients));
    return prescribed({
      lines: codes.map((code) => ({
        ingredients: [{ code, perDose: "0.5 g", perDay: "1.5 g" }],
        atc: ["J01CA04"],
        days: 7,
      })),
    });
  });
  return (review) => many[review % many.length];
}

function measured(name: string, reviewer: Reviewer, factsFor: ReviewsBy): Measured {
  return { name, reviewer, factsFor, micros: [] };
}

function reviewMany({ reviewer, factsFor, micros }: Measured, from: number, keep: boolean): void {
  for (let review = from; review < from + TURN; review++) {
    const facts = factsFor(review);
    const begun = performance.now();
    reviewer.review(facts, facts.issuedMs);
    if (keep) micros.push((performance.now() - begun) * 1000);
  }
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function everything(): Measured[] {
  const legal = checkPack(
    fileURLToPath(new URL("../prescription/packs/legal", import.meta.url)),
  ).reviewer;
  const cases = legal.pack.cases.map((one) => factsOf(one).facts);
  const sizes = [tablePack, conditionPack].flatMap((make) =>
    [100, 1000, 10_000].map((rules) => {
      const pack = packSchema.parse(make(rules));
      return measured(pack.head.name, compile(pack), threeLines(ingredientsIn(rules)));
    })
  );
  const crowded = [50, 200, 1000].map((candidates) => {
    const reviewer = compile(packSchema.parse(crowdedPack(candidates)));
    const facts = prescribed({ lines: [{ ingredients: [ingredientOf(0)] }, {}, {}] });
    return measured(`${candidates} candidate rules`, reviewer, () => facts);
  });
  return [
    measured("legal, three ordinary lines", legal, threeLines(20)),
    measured("legal, its own cases", legal, (review) => cases[review % cases.length]),
    ...sizes,
    ...crowded,
  ];
}

const all = everything();
for (let done = 0; done < WARM_UP; done += TURN) {
  for (const one of all) reviewMany(one, done, false);
}
for (let done = 0; done < REVIEWS; done += TURN) {
  for (const one of all) reviewMany(one, done, true);
}
const rows = all.map(({ name, micros }) => {
  const sorted = micros.sort((a, b) => a - b);
  return { name, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
});
print(table(
  ["pack", "p50 µs", "p99 µs"],
  rows.map(({ name, p50, p99 }) => [name, p50.toFixed(1), p99.toFixed(1)]),
));
const p50Of = (name: string) => rows.find((row) => row.name === name)?.p50 ?? NaN;
for (const kind of ["tables", "conditions"]) {
  const ratio = p50Of(`${kind}-10000`) / p50Of(`${kind}-100`);
  print(`${kind}: from 100 to 10,000 rules a review costs ${ratio.toFixed(2)} × as much (p50)`);
}
