/** Bodies of entries about doses: few enough that entries meet, and steps of one site in a row. */
import fc from "fast-check";
import { NURSE, type Otherwise } from "../life/fixture_life.ts";
import type { FlowKind } from "./flow_event.ts";

export const PRODUCT = "8123456";
export const LOT = "A2026";

export function codeOf(number: number): string {
  return `${PRODUCT}${String(number).padStart(13, "0")}`;
}

export function recipientOf(name: string) {
  const key = name.padEnd(43, "x").slice(0, 43);
  return { key, shown: `${name.slice(0, 1)}**`, sealed: `sealed of ${name}` };
}

export function movedBodyOf(step: string, from: string, to: string, otherwise: Otherwise = {}) {
  return {
    ...{ id: `${step} ${from} ${to}`, site: "site-1", step, from, to },
    lots: [{ product: PRODUCT, lot: LOT, expires: "2027-11-30", doses: 10, codes: [] }],
    ...{ reason: "", atMs: 0, by: NURSE },
    ...otherwise,
  };
}

export function usedBodyOf(id: string, otherwise: Otherwise = {}) {
  return {
    ...{ id, site: "site-1", place: "session/s", product: PRODUCT, lot: LOT },
    ...{ expires: null, code: null, recipient: recipientOf("li"), atMs: 0, by: NURSE },
    ...otherwise,
  };
}

const few = fc.integer({ min: 1, max: 4 });
const site = fc.constantFrom("site-1", "site-2");
const id = fc.constantFrom("flow-1", "flow-2", "flow-3");
const by = fc.constant(NURSE);
const lot = fc.constantFrom("L1", "L2");
const expires = fc.constantFrom(null, "2027-01-31", "2027-02-28");
const code = fc.integer({ min: 1, max: 4 }).map(codeOf);
const lots = fc.uniqueArray(lot, { minLength: 1 }).chain((names) =>
  fc.record({ doses: few, expires, packDoses: few }).map(({ doses, expires, packDoses }) =>
    names.map((lot, at) => ({
      ...{ product: PRODUCT, lot, expires, doses },
      codes: at === 0 ? Array.from({ length: doses - 1 }, (_, n) => codeOf(n)) : [],
      ...(at === 0 ? { packDoses } : {}),
    }))
  )
);
const way = fc.constantFrom(
  ["stored", "receipt/r", "unit/a"],
  ["moved", "unit/a", "unit/b"],
  ["taken", "unit/a", "session/s"],
  ["returned", "session/s", "unit/a"],
  ["sent", "unit/b", "away/site-2"],
  ["wasted", "session/s", "waste/w"],
);

/** By the kind of the entry. */
export const FLOW_BODIES: Readonly<Record<FlowKind, fc.Arbitrary<object>>> = {
  "cold-moved": fc.record({ id, site, way, lots, atMs: few, by }).map(({ way, ...rest }) => {
    const [step, from, to] = way;
    return { ...rest, step, from, to, reason: "破损" };
  }),
  "cold-used": fc.record({
    ...{ id, site, lot, expires, atMs: few, by },
    product: fc.constant(PRODUCT),
    place: fc.constantFrom("session/s", "unit/a"),
    code: fc.option(code),
    recipient: fc.constantFrom("li", "wang").map(recipientOf),
  }),
  "cold-opened": fc.record({
    ...{ id, site, lot, code, atMs: few, by },
    product: fc.constant(PRODUCT),
    place: fc.constantFrom("session/s", "unit/a"),
    doses: fc.integer({ min: 2, max: 4 }),
    useByMs: fc.integer({ min: 5, max: 9 }),
    source: fc.constant("说明书"),
  }),
  "cold-reversed": fc.record({ id, site, what: id, reason: fc.constant("写错"), by }),
  "cold-lots": fc.record({
    ...{ id, by },
    site: fc.option(site),
    ranges: fc.record({ from: code, lot, expires, name: fc.constantFrom("", "乙肝疫苗") })
      .map((range) => [{ ...range, to: range.from }]),
  }),
};
