import { describe, expect, test } from "vitest";
import { AUTOMATIC_PASSES, automaticPass } from "./pass.ts";
import { idOf, SITE, Story } from "./fixture_life.ts";
import { standingOf } from "./standing.ts";

const told = () => ({ a: new Story("county-a"), site: new Story(SITE) });
const AFTER = { mode: "after-review" } as const;
const ALONE = { mode: "degraded" } as const;

describe("P12 the site decided alone", () => {
  test("P12 a clean pass is marked, dispensed, and owed a review until the county has looked", () => {
    const { a, site } = told();
    const pass = site.verdict("pass", { ...ALONE, token: "a.b.c" });
    const events = [site.prescription(), pass, site.dispensing(pass, "degraded-pass")];
    const standing = standingOf(events);
    expect(standing).toMatchObject({ state: "passed", pass: "degraded-pass" });
    expect(standing.due).toEqual([{ do: "after-review", version: 1 }]);
    const reviewed = standingOf([...events, a.verdict("pass", AFTER)]);
    expect(reviewed).toMatchObject({ state: "passed", due: [] });
    expect(reviewed.sides.map(({ role }) => role)).toEqual(["stands", "agrees"]);
  });

  test.each(["pharmacist", "could-not-check", "intercept"] as const)(
    "P12 a later %s of what was dispensed opens a contact case at once",
    (outcome) => {
      const { a, site } = told();
      const pass = site.verdict("pass", ALONE);
      const goods = site.dispensing(pass, "degraded-pass");
      const review = a.verdict(outcome, AFTER);
      const standing = standingOf([site.prescription(), pass, goods, review]);
      expect(standing.due.find((one) => one.do === "open-contact-case")).toMatchObject({
        body: { cause: "after-review", dispensings: [idOf(goods)], against: [idOf(review)] },
      });
      expect(standing.sides.map(({ role }) => role)).toEqual(["late", "dispensed"]);
      const queued = standing.due.filter((one) => one.do === "review");
      // All is out: nobody waits for the pharmacist who looks at it.
      expect(queued).toMatchObject(outcome === "intercept" ? [] : [{ purpose: "afterwards" }]);
    },
  );

  test("P12 a later notice of what was dispensed is none stricter", () => {
    const { a, site } = told();
    const pass = site.verdict("pass", ALONE);
    const goods = site.dispensing(pass, "degraded-pass");
    const review = a.verdict("notice", AFTER);
    expect(standingOf([site.prescription(), pass, goods, review]).due).toEqual([]);
  });

  test("P12 what the site's pharmacist approved holds, but not against red or black", () => {
    const { a, site } = told();
    const verdict = site.verdict("could-not-check", ALONE);
    const approval = site.decision("approve", "P-site");
    const goods = site.dispensing(approval, "approved");
    const events = [site.prescription(), verdict, approval, goods];
    const after = (levels: readonly ("red")[]) =>
      standingOf([...events, a.verdict("pharmacist", { ...AFTER, levels })]);
    expect(standingOf([...events, a.verdict("notice", AFTER)]))
      .toMatchObject({ state: "approved", due: [] });
    // A pharmacist has to see it, or the prescriber signs first.
    expect(after(["red"])).toMatchObject({ state: "queued", pass: null });
    expect(after(["red"]).due.some((one) => one.do === "open-contact-case")).toBe(true);
    const black = standingOf([...events, a.verdict("intercept", AFTER)]);
    expect(black.due.some((one) => one.do === "open-contact-case")).toBe(true);
  });

  test("P12 what was held is released by the county's review", () => {
    const { a, site } = told();
    const held = [site.prescription(), site.verdict("pharmacist", ALONE)];
    expect(standingOf(held)).toMatchObject({ state: "queued", pass: null });
    const review = a.verdict("notice", { ...AFTER, token: "a.b.c" });
    expect(standingOf([...held, review])).toMatchObject({ state: "noticed", pass: "notice" });
  });

  test("P12 versions that were replaced meanwhile are owed their review too", () => {
    const { site } = told();
    const second = { version: 2, hash: "b".repeat(64) };
    const events = [
      site.prescription(),
      site.verdict("pass", ALONE),
      site.prescription({ version: 2 }, second.hash),
      site.verdict("pass", { ...ALONE, ...second, token: "a.b.c" }),
    ];
    expect(standingOf(events).due)
      .toEqual([{ do: "after-review", version: 2 }, { do: "after-review", version: 1 }]);
  });
});

describe("P12 a rescue order", () => {
  test.each(["pharmacist", "could-not-check"] as const)(
    "P12 does not wait for %s, and is reviewed afterwards with no case",
    (outcome) => {
      const { a, site } = told();
      const verdict = a.verdict(outcome, { token: "a.b.c" });
      const events = [
        a.prescription({ rescue: true }),
        verdict,
        site.dispensing(verdict, "rescue"),
      ];
      const standing = standingOf(events);
      expect(standing).toMatchObject({ state: "rescue", pass: "rescue" });
      expect(standing.due)
        .toMatchObject([{ do: "review", purpose: "afterwards", order: { emergency: 2 } }]);
      const approved = standingOf([...events, a.decision("approve", "P-1")]);
      expect(approved).toMatchObject({ state: "approved", due: [] });
      const refused = standingOf([...events, a.decision("refuse", "P-1")]);
      expect(refused.due.some((one) => one.do === "open-contact-case")).toBe(true);
    },
  );

  test("P12 red asks for its signatures afterwards; black is intercepted in any case", () => {
    const { a } = told();
    const order = a.prescription({ rescue: true });
    const red = standingOf([order, a.verdict("pharmacist", { levels: ["red"] })]);
    expect(red).toMatchObject({ state: "rescue", pass: "rescue" });
    expect(red.due.map((one) => one.do)).toEqual(["review", "answer", "issue-token"]);
    expect(standingOf([order, a.verdict("intercept")]))
      .toMatchObject({ state: "intercepted", pass: null });
  });

  test("P12 is known as one by its token where the prescription has not come yet", () => {
    const { a, site } = told();
    const verdict = a.verdict("pharmacist");
    const standing = standingOf([verdict, site.dispensing(verdict, "rescue")]);
    expect(standing).toMatchObject({ state: "rescue", hashes: ["a".repeat(64)] });
    expect(standing.due.some((one) => one.do === "open-contact-case")).toBe(false);
  });
});

test("P8 every automatic pass has a code of its own; what waits or is stopped has none", () => {
  expect(automaticPass("pass", "county", false)).toBe("pass");
  expect(automaticPass("pass", "after-review", false)).toBe("pass");
  expect(automaticPass("notice", "county", true)).toBe("notice");
  expect(automaticPass("pass", "degraded", false)).toBe("degraded-pass");
  expect(automaticPass("notice", "degraded", false)).toBe("degraded-notice");
  for (const outcome of ["pharmacist", "could-not-check"] as const) {
    expect(automaticPass(outcome, "county", true)).toBe("rescue");
    expect(automaticPass(outcome, "degraded", true)).toBe("rescue");
    expect(automaticPass(outcome, "county", false)).toBeNull();
  }
  expect(automaticPass("intercept", "degraded", true)).toBeNull();
  expect(new Set(AUTOMATIC_PASSES).size).toBe(5);
});
