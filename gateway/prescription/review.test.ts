import { expect, test } from "vitest";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { configSchema } from "../config.ts";
import type { HistoryLine } from "./facts.ts";
import { recorded } from "./fixture_codes.ts";
import { reviewConfig } from "./fixture_sources.ts";
import { verdictBody } from "./life/verdict_body.ts";
import type { RuleSource } from "./pack/fixture_pack.ts";
import { type Circumstances, verdictOf } from "./review.ts";
import { readSources } from "./review_sources.ts";

const SITE = "site-017";
const HASH = "a".repeat(64);
const RX = recorded();
const AT_MS = Date.parse(RX.issuedAt);
const PLAIN: Circumstances = { mode: "county", history: [], atMs: AT_MS };

function sources(rules?: readonly Partial<RuleSource>[]) {
  using folder = new TemporaryFolder();
  const section = reviewConfig(folder.path, SITE, rules === undefined ? {} : { rules });
  const config = configSchema.parse({
    role: "county",
    node: "county-a",
    title: { zh: "甲", en: "A" },
    prescription: section,
  });
  if (config.prescription === undefined) throw new Error("There is no such section");
  return readSources(config.prescription);
}

const past: HistoryLine = {
  site: "site-9",
  prescription: "1",
  issuedMs: AT_MS - 1,
  untilMs: AT_MS + 1,
  drug: "amoxicillin-capsule-250mg",
  ingredients: [{ code: "amoxicillin", perDose: null, perDay: null }],
  atc: ["J01CA04"],
  classes: [],
  route: "oral",
};

test("P6: a verdict has all that gives it again: the packs, what rules saw, the history", () => {
  const own = sources();
  const circumstances = { ...PLAIN, history: [past] };
  const verdict = verdictOf(own, { site: SITE, prescription: RX, hash: HASH }, circumstances);
  expect(verdictBody.parse(JSON.parse(JSON.stringify(verdict)))).toEqual(verdict);
  expect(verdict).toMatchObject({ outcome: "pharmacist", findings: [{ rule: "test/twice" }] });
  const { facts, history, pack } = verdict;
  if (facts === undefined) throw new Error("The verdict has no facts");
  const again = own.shelf.review({ ...facts, history }, AT_MS, pack.split("+"));
  expect(again.findings).toEqual(verdict.findings);
});

test("P11: two nodes with the same packs give one verdict one id, each mode another", () => {
  const reviewable = { site: SITE, prescription: RX, hash: HASH };
  const own = sources();
  const one = verdictOf(own, reviewable, PLAIN);
  expect(verdictOf(own, reviewable, PLAIN).id).toBe(one.id);
  expect(verdictOf(own, reviewable, { ...PLAIN, mode: "degraded" }).id).not.toBe(one.id);
  expect(verdictOf(sources([{}]), reviewable, PLAIN).id).not.toBe(one.id);
});

test("P14: who prescribes is decided on the day of issue, by no pack", () => {
  const own = sources([{ when: "false" }]);
  const of = (issuedAt: string, used = own) => {
    const subject = { site: SITE, prescription: recorded({ issuedAt }), hash: HASH };
    const { outcome, findings } = verdictOf(used, subject, {
      ...PLAIN,
      atMs: Date.parse(issuedAt),
    });
    return [outcome, findings.map(({ rule }) => rule)];
  };
  // dr-1 is registered from 1 January 2024, in Shanghai.
  expect(of("2024-01-01T00:00:00+08:00")).toEqual(["pass", []]);
  expect(of("2023-12-31T23:59:59+08:00")).toEqual(["intercept", ["tributary/prescriber"]]);
  const unheld = { ...own, registry: null };
  expect(of("2024-01-01T00:00:00+08:00", unheld))
    .toEqual(["could-not-check", ["tributary/prescriber"]]);
  // Without a pack nothing passes; what is forbidden is so all the same.
  expect(of("2023-12-31T23:59:59+08:00", { ...own, packs: [] }))
    .toEqual(["intercept", ["tributary/prescriber", "tributary/no-pack"]]);
});

test("P5: a site without a mapping passes nothing", () => {
  const verdict = verdictOf(sources(), { site: "site-9", prescription: RX, hash: HASH }, PLAIN);
  expect(verdict).toMatchObject({ outcome: "could-not-check" });
  expect(verdict.mapping).toMatch(/^none\+/);
});

test("P5: a history that is too long to be of use is none, and none passes as empty", () => {
  const reviewable = { site: SITE, prescription: RX, hash: HASH };
  const full = Array.from({ length: 500 }, () => ({ ...past, ingredients: [] }));
  const fits = verdictOf(sources(), reviewable, { ...PLAIN, history: full });
  expect([fits.outcome, fits.history?.length]).toEqual(["pass", 500]);
  const over = verdictOf(sources(), reviewable, { ...PLAIN, history: [...full, past] });
  expect([over.outcome, over.history]).toEqual(["could-not-check", null]);
});

test("of more findings than an entry holds, the gravest stay and decide", () => {
  const rule = (level: RuleSource["level"], n: number) => ({ id: `${level}-${n}`, level });
  const rules = [
    ...Array.from({ length: 250 }, (_, n) => rule("yellow", n)),
    rule("black", 1),
  ];
  const verdict = verdictOf(sources(rules), { site: SITE, prescription: RX, hash: HASH }, PLAIN);
  expect(verdict.findings).toHaveLength(200);
  expect([verdict.outcome, verdict.findings[0].level]).toEqual(["intercept", "black"]);
});
