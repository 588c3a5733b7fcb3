import { describe, expect, test } from "vitest";
import { idOf, SITE, Story } from "./fixture_life.ts";
import { standingOf } from "./standing.ts";

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

  test("P11 leaves what a person has decided, and what the HIS took back", () => {
    const { a } = told();
    const events = [a.prescription(), a.verdict("pass", { ...APART, token: "a.b.c" })];
    expect(standingOf([...events, a.decision("approve", "P-1")]).due).toEqual([]);
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
