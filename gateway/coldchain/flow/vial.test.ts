import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LOT, PRODUCT } from "./fixture_flow.ts";
import type { Step } from "./flow_body.ts";
import { moveRefusals, useRefusals } from "./flow_rules.ts";
import { type LotStep, staysOf } from "./stays.ts";
import { vialOf, type VialOpening } from "./vial.ts";
import { vialsConfig, type VialSpec, vialSpecOf } from "./vial_config.ts";
import {
  type KnownVial,
  openDoses,
  openingReversalRefusals,
  vialMoveRefusals,
  vialUse,
} from "./vial_rules.ts";

const SPEC: VialSpec = {
  ...{ product: PRODUCT, doses: 5, openMinutes: 30 },
  ...{ source: "说明书", effective: "2026-01-01" },
};
const MINUTE_MS = 60_000;
const CAME = 30;
const CODES = ["v1", "v2", "v3", "v4"];

/** What a site writes of one lot, each only where no rule speaks against it. */
class Site {
  readonly steps: LotStep[] = [];
  readonly uses: { readonly place: string; readonly code: string }[] = [];
  readonly openings: (VialOpening & { readonly code: string })[] = [];
  nowMs = 1;

  constructor() {
    this.#write("receipt/r", "unit/a", CAME, []);
  }

  #write(from: string, to: string, doses: number, codes: readonly string[]): void {
    const id = `step-${this.steps.length}`;
    const step = { id, site: "site-1", atMs: this.nowMs, from, to, doses, codes, packDoses: 5 };
    this.steps.push(step);
  }

  here(place: string): number {
    return hereOf(this.steps, this.uses, place);
  }

  vial(code: string): KnownVial | null {
    const given = this.uses.filter((one) => one.code === code).length;
    const openings = this.openings.filter((one) => one.code === code);
    const vial = vialOf(code, openings, given, this.steps);
    return vial === null ? null : { ...vial, product: PRODUCT, lot: LOT, code };
  }

  get vials(): KnownVial[] {
    return CODES.flatMap((code) => this.vial(code) ?? []);
  }

  lotHere(place: string) {
    return [{
      product: PRODUCT,
      lot: LOT,
      doses: this.here(place),
      hold: null,
      suppliers: [],
      expires: null,
    }];
  }

  give(place: string, code: string): string[] {
    const isUsed = this.uses.some((one) => one.code === code);
    const asked = { place, product: PRODUCT, lot: LOT, code, expires: null };
    const closedDoses = this.here(place) - openDoses(this.vials, place);
    const facts = { nowMs: this.nowMs, spec: SPEC, vial: this.vial(code), closedDoses };
    const isThrownAway = this.steps.some(({ to, codes }) =>
      to.startsWith("waste/") && codes.includes(code)
    );
    const use = vialUse(asked, { ...facts, isCodeUsed: isUsed, isThrownAway });
    const isCodeUsed = use.kind === "one-dose" && isUsed;
    const here = this.lotHere(place);
    const refusals = [
      ...useRefusals(asked, { here, today: "2026-11-29", isCodeUsed }),
      ...(use.kind === "refused" ? [use.refusal] : []),
    ];
    if (refusals.length > 0) return refusals.map(({ text }) => text.en);
    if (use.kind === "to-open") {
      const useByMs = this.nowMs + use.spec.openMinutes * MINUTE_MS;
      const of = { atMs: this.nowMs, place, doses: use.spec.doses, useByMs, code };
      this.openings.push({ id: `opened-${this.openings.length}`, ...of });
    }
    this.uses.push({ place, code });
    return [];
  }

  go(step: Step, from: string, to: string, doses: number, codes: string[] = []): string[] {
    const lots = [{ product: PRODUCT, lot: LOT, expires: null, doses, codes }];
    const here = this.lotHere(from);
    const facts = { here, units: new Set(["a", "b"]), receipt: null, today: "2026-11-29" };
    const refusals = [
      ...moveRefusals({ step, from, to, lots }, facts),
      ...vialMoveRefusals({ step, from, lots }, { nowMs: this.nowMs, here, vials: this.vials }),
    ];
    if (refusals.length === 0) this.#write(from, to, doses, codes);
    return refusals.map(({ text }) => text.en);
  }
}

function hereOf(
  steps: readonly LotStep[],
  uses: readonly { readonly place: string }[],
  place: string,
): number {
  const came = staysOf(steps).filter((stay) => stay.place === place)
    .reduce((sum, { doses }) => sum + doses, 0);
  return came - uses.filter((one) => one.place === place).length;
}

function opened(): Site {
  const site = new Site();
  expect(site.go("taken", "unit/a", "session/s", 10)).toEqual([]);
  site.nowMs = 1000;
  expect(site.give("session/s", "v1")).toEqual([]);
  return site;
}

describe("C14 a vial of several doses", () => {
  test("gives to as many as it has doses, and to no more", () => {
    const site = opened();
    for (let n = 2; n <= 5; n++) expect(site.give("session/s", "v1")).toEqual([]);
    expect(site.vial("v1")).toMatchObject({ doses: 5, given: 5, left: 0, isShort: false });
    expect(site.give("session/s", "v1")).toEqual(["no dose is left in v1; open another vial"]);
    expect(site.here("session/s")).toBe(5);
  });

  test("is used until its last moment, and not a millisecond longer", () => {
    const site = opened();
    const last = 1000 + 30 * MINUTE_MS;
    site.nowMs = last;
    expect(site.give("session/s", "v1")).toEqual([]);
    site.nowMs = last + 1;
    expect(site.give("session/s", "v1")).toEqual([
      expect.stringContaining("throw away the 3 left in it"),
    ]);
    expect(site.go("returned", "session/s", "unit/b", 3, ["v1"])).toHaveLength(1);
    expect(site.go("wasted", "session/s", "waste/w", 3, ["v1"])).toEqual([]);
    expect(site.vial("v1")).toMatchObject({ given: 2, discarded: 3, left: 0 });
  });

  test("is opened where all its doses are, and given of where it is", () => {
    const site = new Site();
    expect(site.go("taken", "unit/a", "session/s", 9)).toEqual([]);
    expect(site.give("session/s", "v1")).toEqual([]);
    expect(site.give("session/s", "v2")).toEqual([
      expect.stringContaining("4 doses there are in closed vials, not the 5 of one"),
    ]);
    expect(site.give("unit/a", "v1")).toEqual([expect.stringContaining("v1 is at session/s")]);
  });

  test("goes by itself with all that is left, in part only into the waste, and to no other site", () => {
    const site = opened();
    site.nowMs++;
    expect(site.go("wasted", "session/s", "waste/w", 1, ["v1"])).toEqual([]);
    const back = (doses: number, codes: string[]) =>
      site.go("returned", "session/s", "unit/b", doses, codes);
    expect(back(2, ["v1"])).toEqual(["in v1 3 doses are left, not 2: count again"]);
    expect(back(6, [])).toEqual([expect.stringContaining("3 are in opened vials")]);
    expect(back(8, ["v1", "v2"])).toEqual([expect.stringContaining("goes by itself")]);
    expect(back(5, [])).toEqual([]);
    expect(back(3, ["v1"])).toEqual([]);
    expect(site.go("sent", "unit/b", "away/site-2", 3, ["v1"])).toEqual([
      expect.stringContaining("goes to no other site"),
    ]);
    expect(site.give("unit/b", "v1")).toEqual([]);
    expect(site.vial("v1")).toMatchObject({ place: "unit/b", given: 2, discarded: 1, left: 2 });
  });

  test("is not given of without its code, nor under another lot; other vaccines are as they were", () => {
    const never = { isCodeUsed: false, isThrownAway: false };
    const facts = { nowMs: 1, vial: null, closedDoses: 10, ...never };
    const asked = { place: "session/s", product: PRODUCT, lot: LOT, code: null };
    expect(vialUse(asked, { ...facts, spec: SPEC })).toMatchObject({ refusal: { field: "code" } });
    expect(vialUse(asked, { ...facts, spec: null })).toEqual({ kind: "one-dose" });
    const vial = opened().vial("v1");
    expect(vialUse({ ...asked, lot: "B", code: "v1" }, { ...facts, spec: SPEC, vial }))
      .toMatchObject({ refusal: { field: "lot" } });
    const thrown = { ...facts, spec: SPEC, isThrownAway: true };
    expect(vialUse({ ...asked, code: "v1" }, thrown)).toMatchObject({ kind: "refused" });
    expect(openingReversalRefusals(vial)).toHaveLength(1);
    expect(openingReversalRefusals(vial === null ? null : { ...vial, given: 0 })).toEqual([]);
  });

  test("that is written off among others has nothing left, and more than it had is told", () => {
    const step = (codes: string[], doses: number, atMs: number): LotStep => ({
      ...{ id: `s${atMs}`, site: "site-1", atMs, from: "session/s", to: "waste/w" },
      ...{ doses, codes, packDoses: 5 },
    });
    const opening = { id: "o", atMs: 1, place: "session/s", doses: 5, useByMs: 9 };
    const later = { ...opening, id: "p", atMs: 2, doses: 7 };
    expect(vialOf("v1", [later, opening], 2, [step(["v1", "v2"], 8, 3)]))
      .toMatchObject({ id: "o", discarded: 3, left: 0, isShort: false });
    expect(vialOf("v1", [opening], 4, [step(["v1"], 2, 3)]))
      .toMatchObject({ discarded: 2, left: 0, isShort: true });
    expect(vialOf("v1", [], 2, [])).toBeNull();
  });

  test("has the doses and the time of its product's leaflet, from the day on that they count", () => {
    const later = { ...SPEC, doses: 10, effective: "2026-06-01" };
    const of = (day: string, product = PRODUCT) => vialSpecOf([later, SPEC], product, day)?.doses;
    expect([of("2025-12-31"), of("2026-01-01"), of("2026-05-31"), of("2026-06-01")])
      .toEqual([undefined, 5, 5, 10]);
    expect(of("2026-06-01", "8000000")).toBeUndefined();
    const { openMinutes: _, ...without } = SPEC;
    expect(vialsConfig.parse([without])[0].openMinutes).toBe(30);
    expect(vialsConfig.safeParse([SPEC, SPEC]).success).toBe(false);
    expect(vialsConfig.safeParse([{ ...SPEC, doses: 1 }]).success).toBe(false);
  });
});

const place = fc.constantFrom("session/s", "unit/a");
const codes = fc.option(fc.constantFrom(...CODES), { freq: 2 })
  .map((code) => code === null ? [] : [code]);
const act = fc.oneof(
  { arbitrary: fc.tuple(fc.constant("give"), place, fc.constantFrom(...CODES)), weight: 3 },
  fc.tuple(
    fc.constant("go"),
    fc.constantFrom<readonly [Step, string, string]>(
      ["taken", "unit/a", "session/s"],
      ["returned", "session/s", "unit/a"],
      ["wasted", "session/s", "waste/w"],
      ["sent", "unit/a", "away/site-2"],
    ),
    fc.integer({ min: 1, max: 8 }),
    codes,
  ),
  fc.tuple(fc.constant("wait"), fc.integer({ min: 1, max: 20 })),
);

test("C14: what came is what was given, thrown away, sent and is there, in any order of arrival", () => {
  fc.assert(fc.property(
    fc.array(act, { maxLength: 40 }),
    fc.array(fc.nat(99), { minLength: 41, maxLength: 41 }),
    (acts, order) => {
      const site = new Site();
      for (const one of acts) {
        site.nowMs++;
        if (one.length === 3) site.give(one[1], one[2]);
        else if (one.length === 4) site.go(...one[1], one[2], one[3]);
        else site.nowMs += one[1] * MINUTE_MS;
      }
      const steps = site.steps.toSorted((one, other) =>
        order[site.steps.indexOf(one)] - order[site.steps.indexOf(other)]
      );
      expect(staysOf(steps)).toEqual(staysOf(site.steps));
      expect(staysOf(steps).some(({ isShort }) => isShort)).toBe(false);
      const gone = (form: string) =>
        steps.filter(({ to }) => to.startsWith(form)).reduce((sum, { doses }) => sum + doses, 0);
      const here = ["unit/a", "session/s"].map((one) => hereOf(steps, site.uses, one));
      expect(Math.min(...here)).toBeGreaterThanOrEqual(0);
      expect(site.uses.length + gone("waste/") + gone("away/") + here[0] + here[1]).toBe(CAME);
      for (const { code, doses, given, discarded, left } of site.vials) {
        expect(given + discarded + left).toBe(doses);
        const openings = site.openings.filter((one) => one.code === code).toReversed();
        const told = vialOf(code, openings, given, steps);
        expect(told).toMatchObject({ given, discarded, left, isShort: false });
      }
      for (const one of ["unit/a", "session/s"]) {
        expect(openDoses(site.vials, one)).toBeLessThanOrEqual(hereOf(steps, site.uses, one));
      }
    },
  ));
});
