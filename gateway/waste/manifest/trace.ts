/** Bag, box, manifest, receipt: from any of their codes to all the others, both ways (rule W8). */
import type { BagStanding } from "../life/bag.ts";
import type { ManifestStanding } from "./manifest.ts";

export interface TracedBag {
  readonly bag: string;
  readonly state: string;
  /** Loads around it, the innermost first, each with its box. */
  readonly loads: readonly { readonly load: string; readonly box: string | null }[];
  /** On which it left, or will. */
  readonly manifest: string | null;
  readonly number: string | null;
  readonly receipt: string | null;
}

/** What a code was found to be; one code may be several things. */
export const TRACED_AS = ["bag", "load", "box", "manifest", "number", "receipt"] as const;
export type TracedAs = typeof TRACED_AS[number];

export interface Trace {
  readonly foundAs: readonly TracedAs[];
  readonly bags: readonly TracedBag[];
}

/** What a code may lead to: of more than is found by it, too. */
export interface Traceable {
  readonly bags: readonly Pick<BagStanding, "bag" | "state" | "loads" | "manifest" | "receipt">[];
  /** Of loads, by their codes, the box that each fills. */
  readonly boxes: ReadonlyMap<string, string | null>;
  /** `bags`: those that left on it, or will. */
  readonly manifests: readonly Pick<ManifestStanding, "manifest" | "numbers" | "bags">[];
}

export function traceOf(code: string, { bags, boxes, manifests }: Traceable): Trace {
  const on = new Map(
    manifests.flatMap(({ manifest, bags }) => bags.map((bag) => [bag, manifest] as const)),
  );
  const numbersOf = new Map(manifests.map(({ manifest, numbers }) => [manifest, numbers]));
  const found = bags.flatMap(({ bag, state, loads: around, manifest: left, receipt }) => {
    const loads = around.map((load) => ({ load, box: boxes.get(load) ?? null }));
    const manifest = left ?? on.get(bag) ?? null;
    const numbers = manifest === null ? [] : numbersOf.get(manifest) ?? [];
    const number = numbers.length === 1 ? numbers[0] : null;
    const codes: Readonly<Record<TracedAs, readonly (string | null)[]>> = {
      bag: [bag],
      load: loads.map(({ load }) => load),
      box: loads.map(({ box }) => box),
      manifest: [manifest],
      number: numbers,
      receipt: [receipt],
    };
    const foundAs = TRACED_AS.filter((as) => codes[as].includes(code));
    return foundAs.length === 0
      ? []
      : [{ foundAs, traced: { bag, state, loads, manifest, number, receipt } }];
  });
  const foundAs = new Set(found.flatMap((one) => one.foundAs));
  return {
    foundAs: TRACED_AS.filter((as) => foundAs.has(as)),
    bags: found.map(({ traced }) => traced),
  };
}
