/** Bag, box, manifest, receipt: from any of their codes to all the others, both ways (rule W8). */
import type { Ledger } from "../life/ledger.ts";
import type { Manifests } from "./manifest.ts";

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

export function traceOf(code: string, ledger: Ledger, { manifests }: Manifests): Trace {
  const on = new Map(
    [...manifests.values()].flatMap((one) => one.bags.map((bag) => [bag, one] as const)),
  );
  const found = [...ledger.bags.values()].flatMap((standing) => {
    const { bag, state, receipt } = standing;
    const loads = standing.loads.map((load) => ({
      load,
      box: ledger.loads.get(load)?.box ?? null,
    }));
    const manifest = standing.manifest ?? on.get(bag)?.manifest ?? null;
    const numbers = manifest === null ? [] : manifests.get(manifest)?.numbers ?? [];
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
