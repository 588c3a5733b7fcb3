import { describe, expect, test } from "vitest";
import { idOf, SITE, Story } from "./fixture_life.ts";
import { standingOf } from "./standing.ts";
import type { Finding, Outcome } from "../verdict.ts";

const MISSED = [{ node: "county-b", untilMs: 1, place: null }];
const facts = {
  site: SITE,
  id: "RX-1",
  setting: "outpatient",
  form: "western",
  rescue: false,
  doses: null,
  issuedMs: 1,
  validDays: 0,
  reasons: { longer: false, pain: false, longTerm: false },
  diagnoses: [],
  patient: {
    ...{ key: "k", sex: null, ageDays: null, weightGrams: null, pregnant: null },
    ...{ breastfeeding: null, renal: null, allergies: null },
  },
  prescriber: { id: "D-7", rights: null, title: null },
  lines: [{
    ...{ line: 1, group: null, drug: null, ingredients: null, atc: [], classes: [], route: null },
    ...{ frequency: null, days: 1, supplyMilliDays: null, quantity: null },
  }],
  unknowns: [],
  mapping: "mapping 1",
};
const APART = { unheard: MISSED, facts };
const AGAIN = { mode: "after-split", facts } as const;
const told = () => ({ a: new Story("county-a"), b: new Story("county-b") });
/** As verdicts of the fixture have them. */
const LEVELS: Readonly<Record<Outcome, readonly Finding["level"][]>> = {
  "pass": [],
  "notice": ["yellow"],
  "pharmacist": ["orange"],
  "could-not-check": ["could-not-check"],
  "intercept": ["black"],
};
const due = { do: "after-split", version: 1 };

describe("P11 a centre that could not hear the other one", () => {
  test.each(["pass", "notice"] as const)("P11 owes another look at its %s, once", (outcome) => {
    const { a } = told();
    const events = [a.prescription(), a.verdict(outcome, { ...APART, token: "a.b.c" })];
    expect(standingOf(events).due).toEqual([due]);
    const again = [...events, a.verdict(outcome, AGAIN)];
    expect(standingOf(again).due).toEqual([]);
    expect(standingOf(again)).toMatchObject({ pass: outcome });
  });

  test.each(["pharmacist", "could-not-check", "intercept"] as const)(
    "P11 owes none at its %s, which nobody may dispense",
    (outcome) => {
      const { a } = told();
      const { due: all } = standingOf([a.prescription(), a.verdict(outcome, APART)]);
      expect(all.map((one) => one.do)).not.toContain("after-split");
    },
  );

  test("P11 owes none where the other has passed it with all that both have", () => {
    const { a, b } = told();
    const events = [a.prescription(), a.verdict("pass", { ...APART, token: "a.b.c" })];
    expect(standingOf([...events, b.verdict("pass", { facts })]).due).toEqual([]);
    expect(standingOf([...events, b.verdict("pass", APART)]).due).toEqual([due]);
  });

  test("P11 P12 owes one after it looked at what a site had passed alone", () => {
    const { a } = told();
    const site = new Story(SITE);
    const alone = site.verdict("pass", { mode: "degraded", token: "a.b.c", facts });
    const looked = a.verdict("pass", { ...APART, mode: "after-review" });
    expect(standingOf([site.prescription(), alone]).due)
      .toEqual([{ do: "after-review", version: 1 }]);
    expect(standingOf([site.prescription(), alone, looked]).due).toEqual([due]);
  });

  test("P11 owes one at what a person let pass by what it had, and at a rescue order", () => {
    const { a } = told();
    const asked = [a.prescription(), a.verdict("pharmacist", APART)];
    const approved = [...asked, a.decision("approve", "P-1", null, { token: "a.b.c" })];
    expect(standingOf(approved)).toMatchObject({ state: "approved", due: [due] });
    const again = a.verdict("pharmacist", AGAIN);
    expect(standingOf([...approved, again])).toMatchObject({ state: "approved", due: [] });
    const rescue = a.prescription({ rescue: true });
    expect(standingOf([rescue, a.verdict("pharmacist", APART)]).due).toContainEqual(due);
  });

  test("P11 leaves what a person has refused, and what the HIS took back", () => {
    const { a } = told();
    const events = [a.prescription(), a.verdict("pass", { ...APART, token: "a.b.c" })];
    expect(standingOf([...events, a.decision("refuse", "P-1")]).due.map((one) => one.do))
      .not.toContain("after-split");
    expect(standingOf([...events, a.taken()]).due).toEqual([]);
  });
});

describe("P11 what the joined history says", () => {
  test("P11 stops what is not dispensed where it is stricter, and waits for a person", () => {
    const { a, b } = told();
    const events = [
      a.prescription(),
      a.verdict("pass", { ...APART, token: "a.b.c" }),
      b.verdict("pharmacist", AGAIN),
    ];
    const standing = standingOf(events);
    expect(standing).toMatchObject({ state: "queued", pass: null });
    expect(standing.sides.map(({ mode, role }) => `${mode} ${role}`).sort())
      .toEqual(["after-split stands", "county lost"]);
    expect(standingOf([...events, b.decision("approve", "P-1")]).state).toBe("approved");
  });

  test("P11 opens a contact case where it is dispensed: goods that left stay a fact", () => {
    const { a, b } = told();
    const pass = a.verdict("pass", { ...APART, token: "a.b.c" });
    const goods = a.dispensing(pass, "pass");
    const again = b.verdict("intercept", AGAIN);
    const standing = standingOf([a.prescription(), pass, goods, again]);
    expect(standing.due.find((one) => one.do === "open-contact-case")).toMatchObject({
      body: { cause: "after-split", dispensings: [idOf(goods)], against: [idOf(again)] },
    });
    expect(standing.sides.map(({ mode, role }) => `${mode} ${role}`).sort())
      .toEqual(["after-split late", "county dispensed"]);
  });

  /** Approved by a person at A, by what that had; B examines it again. */
  function approvedApart(...outcomes: readonly Outcome[]) {
    const { a, b } = told();
    const verdict = a.verdict(outcomes[0], APART);
    const approval = a.decision("approve", "P-1", null, { token: "a.b.c" });
    const levels = outcomes.flatMap((one) => LEVELS[one]);
    const again = b.verdict("pharmacist", { ...AGAIN, levels });
    return { a, b, events: [a.prescription(), verdict, approval], approval, again };
  }

  test("P11 what a person saw stays as it was decided", () => {
    const { a, events, approval, again } = approvedApart("pharmacist");
    expect(standingOf([...events, again]))
      .toMatchObject({ state: "approved", pass: "approved", due: [], openCases: [] });
    const goods = a.dispensing(approval, "approved");
    expect(standingOf([...events, goods, again])).toMatchObject({ state: "approved", due: [] });
  });

  test("P11 what the person did not see stops it, and waits for one", () => {
    const { b, events, again } = approvedApart("pharmacist", "could-not-check");
    for (const all of [[...events, again], [again, ...events]]) {
      expect(standingOf(all)).toMatchObject({
        state: "queued",
        pass: null,
        due: [{ do: "review", purpose: "decide" }],
      });
    }
    const looked = [...events, again, b.decision("approve", "P-2")];
    expect(standingOf(looked)).toMatchObject({ state: "approved", pass: "approved", due: [] });
  });

  test("P11 and opens a contact case at once where goods are out on what the person saw", () => {
    const { a, events, approval, again } = approvedApart("pharmacist", "could-not-check");
    const goods = a.dispensing(approval, "approved");
    const { due: all } = standingOf([...events, goods, again]);
    expect(all).toMatchObject([
      { do: "review", purpose: "afterwards" },
      {
        do: "open-contact-case",
        body: { cause: "after-split", dispensings: [idOf(goods)], against: [idOf(again)] },
      },
    ]);
  });

  test("P11 loosens nothing", () => {
    const { a, b } = told();
    const events = [
      a.prescription(),
      a.verdict("notice", { ...APART, token: "a.b.c" }),
      b.verdict("pass", AGAIN),
    ];
    expect(standingOf(events)).toMatchObject({ state: "noticed", pass: "notice", due: [] });
  });
});
