import { describe, expect, test } from "vitest";
import type { LifeEvent } from "./event.ts";
import { idOf, SITE, Story } from "./fixture_life.ts";
import { standingOf } from "./standing.ts";
import type { Earlier, Finding } from "../verdict.ts";

const AFTER = { mode: "after-review" } as const;
const finding = (level: Finding["level"], more: Partial<Finding> = {}): Finding => ({
  rule: "interaction",
  level,
  lines: [1, 2],
  text: { zh: "规则", en: "rule" },
  source: "demonstration",
  inputs: { otherDrug: "D2" },
  missing: [],
  ...more,
});

/** Approved by the site's pharmacist over these findings, the line being down. */
function approvedAlone(...findings: readonly Finding[]) {
  return approvedWith([], findings);
}

/** The same by this history. */
function approvedWith(history: readonly object[], findings: readonly Finding[]) {
  const [a, site] = [new Story("county-a"), new Story(SITE)];
  const outcome = findings.some(({ level }) => level === "orange")
    ? "pharmacist"
    : "could-not-check";
  const verdict = site.verdict(outcome, { mode: "degraded", findings, history });
  const approval = site.decision("approve", "P-site", null, { token: "a.b.c" });
  const events: LifeEvent[] = [site.prescription(), verdict, approval];
  const later = (...found: readonly Finding[]) => {
    const all = [...findings, ...found];
    const outcome = all.some(({ level }) => level === "could-not-check")
      ? "could-not-check"
      : "pharmacist";
    return a.verdict(outcome, { ...AFTER, findings: found });
  };
  return { a, site, verdict, approval, events, later };
}

const orange = finding("orange");
const unchecked = finding("could-not-check", { missing: ["history"], inputs: {} });

/** The medicine was collected earlier, and there. */
const collected = (site: string, more: Partial<Earlier> = {}): Earlier => ({
  ...{ site, prescription: "RX-7", version: 1, line: 1, drug: "morphine" },
  ...{ issuedMs: 1_772_000_000_000, untilMs: 1_772_900_000_000 },
  ...more,
});
const twice = (level: Finding["level"], ...earlier: Earlier[]) =>
  finding(level, { rule: "controlled-twice", lines: [1], inputs: { past: true }, earlier });

describe("P12 an approval over one earlier collection", () => {
  const atA = twice("orange", collected("site-a"));

  test("P12 covers the same one, found again, also where its fields stand in another order", () => {
    const { events, later } = approvedAlone(atA);
    const { drug, site, ...rest } = collected("site-a");
    const again = later(twice("orange", { ...rest, site, drug }));
    expect(standingOf([...events, again])).toMatchObject({ state: "approved", pass: "approved" });
  });

  test.each([
    ["at another site", collected("site-b")],
    ["on another prescription", collected("site-a", { prescription: "RX-8" })],
    ["on another day", collected("site-a", { issuedMs: 1_772_100_000_000 })],
    ["by a later version of it", collected("site-a", { version: 2 })],
    ["that lasts longer", collected("site-a", { untilMs: 1_773_000_000_000 })],
  ])("P12 does not cover one %s, which nobody has seen", (_, other) => {
    const { a, events, later } = approvedAlone(atA);
    const review = later(atA, twice("orange", other));
    expect(standingOf([...events, review])).toMatchObject({ state: "queued", pass: null });
    const looked = [...events, review, a.decision("approve", "P-1")];
    expect(standingOf(looked)).toMatchObject({ state: "approved", pass: "approved" });
  });

  test("P12 nor one of before findings told what they rest on", () => {
    const { earlier: _earlier, ...untold } = atA;
    const { events, later } = approvedAlone(untold);
    expect(standingOf([...events, later(atA)])).toMatchObject({ state: "queued", pass: null });
  });

  test("P12 of before covers those that its history had, and nobody is called for them", () => {
    const { earlier: _earlier, ...untold } = atA;
    const { version: _version, line: _line, ...had } = collected("site-a");
    const plain = { ingredients: [], atc: [], classes: [], route: null };
    const state = (history: readonly object[], ...found: readonly Finding[]) => {
      const { events, later, site, approval } = approvedWith(history, [untold]);
      const out = site.dispensing(approval, "approved");
      const { state, due } = standingOf([...events, out, later(...found)]);
      return [state, due.some((one) => one.do === "open-contact-case")];
    };
    const ofBefore = [{ ...had, ...plain }];
    expect(state(ofBefore, atA)).toEqual(["approved", false]);
    // What it did not have, in a graver level, and of a node that tells what it rests on.
    const atB = twice("orange", collected("site-b"));
    expect(state(ofBefore, atB)).toEqual(["queued", true]);
    expect(state(ofBefore, twice("red", collected("site-a"))).at(1)).toBe(true);
    expect(state([{ ...collected("site-a"), ...plain }], atA)).toEqual(["queued", true]);
  });

  test("P12 that could not be checked is of those medicines alone, also beyond what is named", () => {
    const hash = "c".repeat(64);
    const of = (site: string, more: Partial<Finding> = {}) =>
      finding("could-not-check", { missing: ["history"], earlier: [collected(site)], ...more });
    const beside = of("site-a", { earlierBeside: { count: 3, hash } });
    const { events, later } = approvedAlone(of("site-a"), beside);
    const state = (one: Finding) => standingOf([...events, later(one)]).state;
    expect(state(beside)).toBe("approved");
    expect(state(of("site-b"))).toBe("queued");
    const others = { count: 3, hash: "d".repeat(64) };
    expect(state(of("site-a", { earlierBeside: others }))).toBe("queued");
  });
});

describe("P12 an approval is of the findings that its verdict has", () => {
  test.each([
    ["the same again", orange],
    ["what is less than the pharmacist saw", finding("yellow")],
    ["what could not be checked for the same want", unchecked],
  ])("P12 and holds against %s", (_, found) => {
    const { events, later } = approvedAlone(orange, unchecked);
    expect(standingOf([...events, later(found)]))
      .toMatchObject({ state: "approved", pass: "approved", due: [] });
  });

  test.each([
    ["of another rule", finding("orange", { rule: "duplicate" })],
    ["on another line", finding("orange", { lines: [1, 3] })],
    ["of another medicine", finding("orange", { inputs: { otherDrug: "D3" } })],
    [
      "that could not be checked for another want",
      finding("could-not-check", {
        missing: ["weight"],
      }),
    ],
  ])("P12 but not against one %s: it waits until somebody has looked", (_, found) => {
    const { a, events, later } = approvedAlone(orange, unchecked);
    const review = later(orange, found);
    const standing = standingOf([...events, review]);
    expect(standing).toMatchObject({
      state: "queued",
      pass: null,
      due: [{ do: "review", purpose: "decide" }],
    });
    const looked = standingOf([...events, review, a.decision("approve", "P-1")]);
    expect(looked).toMatchObject({ state: "approved", pass: "approved", due: [] });
  });

  test("P12 what could not be checked covers nothing that came out of it", () => {
    const { events, later } = approvedAlone(unchecked);
    expect(standingOf([...events, later(orange)])).toMatchObject({ state: "queued", pass: null });
  });

  test("P11 P12 is looked at afterwards, and the patient called, where goods are out", () => {
    const { a, site, approval, events, later } = approvedAlone(unchecked);
    const goods = site.dispensing(approval, "approved");
    const review = later(orange);
    const all = [...events, goods, review];
    for (const order of [all, all.toReversed()]) {
      expect(standingOf(order).due).toMatchObject([
        { do: "review", purpose: "afterwards", order: { emergency: 2 } },
        {
          do: "open-contact-case",
          body: { cause: "after-review", dispensings: [idOf(goods)], against: [idOf(review)] },
        },
      ]);
    }
    const looked = standingOf([...all, a.decision("approve", "P-1")]);
    expect(looked).toMatchObject({ state: "approved", due: [] });
  });

  test("P12 the same pharmacist may look at both, and has then said two things", () => {
    const { events, later, site } = approvedAlone(unchecked);
    const review = later(orange);
    const again = site.decision("approve", "P-site", null, { verdict: idOf(review) });
    expect(standingOf([...events, review, again])).toMatchObject({ state: "approved", due: [] });
  });

  test("P11 an approval of a verdict that has not come here yet opens no case", () => {
    const { site, verdict, approval, events, later } = approvedAlone(orange);
    const goods = site.dispensing(approval, "approved");
    const review = later(orange, unchecked);
    const all = [...events, goods, review];
    const without = all.filter((one) => one !== verdict);
    expect(standingOf(without)).toMatchObject({ state: "approved", due: [] });
    expect(standingOf(all).due.map((one) => one.do)).toContain("open-contact-case");
  });

  test("P12 a verdict that nobody named is covered by nobody", () => {
    const [a, site] = [new Story("county-a"), new Story(SITE)];
    const blind = site.decision("approve", "P-site");
    expect(standingOf([site.prescription(), blind, a.verdict("pharmacist")]).state).toBe("queued");
  });
});
