import { describe, expect, test } from "vitest";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { configSchema } from "../config.ts";
import { examinedAgain } from "./after_split.ts";
import { answerFhir } from "./fhir/answer.ts";
import { reviewed } from "./fhir/fixture_reviewed.ts";
import { facts, LINE, recorded } from "./fixture_codes.ts";
import { reviewConfig } from "./fixture_sources.ts";
import type { Mode } from "./life/pass.ts";
import { faultsOf, found, reviewerOf, type RuleSource } from "./pack/fixture_pack.ts";
import { type Circumstances, verdictOf } from "./review.ts";
import { readSources } from "./review_sources.ts";
import { answerJson } from "./reviewed.ts";

const SITE = "site-017";
const TWICE: Partial<RuleSource> = {
  id: "controlled-twice",
  level: "red",
  per: "pair",
  applies: { classes: ["narcotic", "psychotropic-1"] },
  with: { classes: ["narcotic", "psychotropic-1"], history: "only" },
  inputs: ["history", "past"],
  when: "past",
};
const MORPHINE = {
  ...LINE,
  drug: { code: "008" },
  dose: { value: "1", unit: "支" },
  quantity: { value: "1", unit: "支" },
};
/** A number that means nothing at another site. */
const CARD = { id: { system: "local", value: "42" } };

describe("P5 how far a patient's history reaches", () => {
  test("P5 is the county under a resident ID, the own site under a number of its own", () => {
    expect(facts().historyReach).toBe("county");
    expect(facts({ patient: CARD }).historyReach).toBe("own-site");
    const other = { id: { system: "other", value: "42" } };
    expect(facts({ patient: other }).historyReach).toBe("own-site");
  });

  test("P5 P12 is the own site's where that decides alone, whatever the number", () => {
    expect(facts({}, { reach: "own-site" }).historyReach).toBe("own-site");
  });

  test("P5 is none without a number that can be, and where it could not be had", () => {
    expect(facts({ patient: { id: undefined } }).historyReach).toBe("none");
    const wrong = { id: { system: "resident-id", value: "110105194912310021" } };
    expect(facts({ patient: wrong }).historyReach).toBe("none");
    expect(facts({}, { history: null }).historyReach).toBe("none");
  });
});

describe("P5 a rule about what other sites gave out", () => {
  const reviewer = reviewerOf([TWICE]);
  const short = { historyReach: "own-site" } as const;

  test.each(["narcotic", "psychotropic-1"] as const)("P5 could not check a %s by one", (one) => {
    const lines = [{ classes: [one] }];
    expect(found(reviewer, { lines })).toEqual([]);
    expect(found(reviewer, { ...short, lines })).toEqual(["controlled-twice could-not-check"]);
  });

  test("P5 also says what the own site gave out", () => {
    const lines = [{ classes: ["narcotic" as const] }];
    const history = [{ classes: ["narcotic" as const] }];
    expect(found(reviewer, { ...short, lines, history }))
      .toEqual(["controlled-twice could-not-check", "controlled-twice red"]);
  });

  test("P5 leaves other drugs alone, and other rules that look at history", () => {
    expect(found(reviewer, { ...short, lines: [{ classes: ["psychotropic-2"] }] })).toEqual([]);
    const same: Partial<RuleSource> = {
      per: "pair",
      with: { same: "ingredient" },
      inputs: ["history"],
    };
    const lines = [{ ingredients: ["ibuprofen"] }];
    expect(found(reviewerOf([same]), { ...short, lines })).toEqual([]);
    const declared = {
      ...same,
      inputs: [{ name: "history", missing: "could-not-check" as const, reach: "county" as const }],
    };
    expect(found(reviewerOf([declared]), { ...short, lines })).toEqual(["rule-1 could-not-check"]);
  });

  test("P5 nothing but history has a reach", () => {
    const inputs = [{
      name: "days",
      missing: "could-not-check" as const,
      reach: "county" as const,
    }];
    expect(faultsOf([{ per: "line", inputs, when: "days > 1" }]))
      .toEqual(["rules.0.inputs: only history has a reach, not days"]);
  });
});

describe("P5 P12 morphine, of whose patient the history is empty", () => {
  function sources() {
    using folder = new TemporaryFolder();
    const { prescription: section } = configSchema.parse({
      role: "county",
      node: "county-a",
      title: { zh: "甲", en: "A" },
      prescription: reviewConfig(folder.path, SITE, { rules: [TWICE] }),
    });
    if (section === undefined) throw new Error("There is no such section");
    return readSources(section);
  }
  const full = (mode: Mode, patient: object, more: Partial<Circumstances> = {}) => {
    const prescription = recorded({ patient, lines: [MORPHINE] });
    const one = { site: SITE, prescription, hash: "a".repeat(64) };
    const atMs = Date.parse(prescription.issuedAt);
    return verdictOf(sources(), one, { mode, history: [], atMs, ...more });
  };
  const verdict = (...asked: Parameters<typeof full>) => {
    const { outcome, facts } = full(...asked);
    return [outcome, facts?.historyReach];
  };
  const unheard = [{ node: "county-b", untilMs: null, place: null }];

  test("P5 passes only where no site of the county gave any out", () => {
    expect(verdict("county", {})).toEqual(["pass", "county"]);
    expect(verdict("county", CARD)).toEqual(["could-not-check", "own-site"]);
    expect(verdict("county", { id: undefined })).toEqual(["could-not-check", "none"]);
  });

  test("P5 P11 waits for one at a centre that cannot hear the other: that may know of some", () => {
    expect(verdict("county", {}, { unheard })).toEqual(["could-not-check", "heard"]);
    expect(verdict("county", CARD, { unheard })).toEqual(["could-not-check", "own-site"]);
    expect(verdict("county", { id: undefined }, { unheard })).toEqual(["could-not-check", "none"]);
  });

  test("P11 is examined again with all that both centres had", () => {
    const { facts, ...apart } = full("county", {}, { unheard });
    if (facts === undefined) throw new Error("A verdict has facts");
    const again = examinedAgain({ ...apart, facts }, [], sources().shelf);
    expect([again.outcome, again.facts?.historyReach]).toEqual(["pass", "county"]);
  });

  test("P11 two centres that had other histories give two verdicts, of the same one", () => {
    const past = ["RX-7", "RX-8"].map((prescription) => ({
      ...{ site: "site-1", prescription, issuedMs: 1, untilMs: 2, drug: "ibuprofen" },
      ...{ ingredients: [], atc: [], classes: [], route: null },
    }));
    const [one, other] = [full("county", {}, { history: past }), full("county", {})];
    expect(one.outcome).toBe(other.outcome);
    expect(one.id).not.toBe(other.id);
    expect(full("county", {}, { history: past.toReversed() }).id).toBe(one.id);
    expect(full("county", {}, { history: null }).id).not.toBe(other.id);
  });

  test("P5 P12 waits for a pharmacist at a site that is cut off, until the county has looked", () => {
    expect(verdict("degraded", {})).toEqual(["could-not-check", "own-site"]);
    expect(verdict("after-review", {})).toEqual(["pass", "county"]);
  });
});

test.each(["county", "heard", "own-site", "none", null] as const)(
  "P5 a HIS is told how far the history reached: %s",
  (historyReach) => {
    const review = reviewed({ historyReach });
    expect(answerJson(review).historyReach).toBe(historyReach);
    const task = JSON.stringify(answerFhir(review));
    expect(task.includes("history-reach")).toBe(historyReach !== null);
    expect(task).toContain(historyReach ?? "");
  },
);
