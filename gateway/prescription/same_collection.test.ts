import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cardsOf } from "./cds/cards.ts";
import type { HistoryLine } from "./facts.ts";
import { answerFhir } from "./fhir/answer.ts";
import { reviewed } from "./fhir/fixture_reviewed.ts";
import { idOf, SITE, Story, SUBJECT } from "./life/fixture_life.ts";
import { standingOf } from "./life/standing.ts";
import { verdictBody } from "./life/verdict_body.ts";
import type { PackCaseSource } from "./pack/case.ts";
import { checkPack } from "./pack/folder.ts";
import { factsFrom } from "./pack/fixture_pack.ts";
import { Shelf } from "./pack/shelf.ts";
import { replayed } from "./release/replay.ts";
import { EARLIER_MAX, type Finding, finding, outcomeOf } from "./verdict.ts";

const shelf = new Shelf();
for (const name of ["legal", "demonstration"]) {
  const { reviewer } = checkPack(fileURLToPath(new URL(`./packs/${name}`, import.meta.url)));
  shelf.add({ identity: name, signer: "a test", reviewer });
}
shelf.switchTo(["legal", "demonstration"]);

const DAY_MS = 86_400_000;

/** Collected at that site; it has not run out. */
const collected = (site: string, more: Partial<HistoryLine> = {}): HistoryLine => ({
  ...{ site, prescription: "RX-1", version: 1, line: 1, drug: "morphine-tablet" },
  ...{ issuedMs: Date.parse("2026-11-01T09:00:00+08:00"), atc: ["N02AA01"], route: "oral" },
  untilMs: Date.parse("2026-11-01T09:00:00+08:00") + 3 * DAY_MS,
  ingredients: [{ code: "morphine", perDose: null, perDay: null }],
  classes: ["narcotic"],
  ...more,
});

const MORPHINE: PackCaseSource["prescription"] = {
  prescriber: { rights: ["narcotic"] },
  lines: [{
    ...{ drug: "morphine-tablet", ingredients: ["morphine"], atc: ["N02AA01"] },
    ...{ classes: ["narcotic"], route: "oral" },
  }],
};

/** What both packs find of morphine after these. */
function foundAfter(...history: readonly HistoryLine[]): readonly Finding[] {
  const { facts, atMs } = factsFrom(MORPHINE);
  return shelf.review({ ...facts, history }, atMs).findings;
}

const restOn = (findings: readonly Finding[], rule: string) =>
  findings.filter((one) => one.rule === rule)
    .map(({ earlier }) => (earlier ?? []).map(({ site }) => site));

const TWICE = "legal/controlled-twice";

describe("P6 P12 a finding of what was collected earlier", () => {
  test("P6 names the collection: site, number, version, line and day", () => {
    const findings = foundAfter(collected("site-a"));
    const twice = findings.find(({ rule }) => rule === TWICE);
    expect(finding.parse(twice).earlier).toEqual([{
      ...{ site: "site-a", prescription: "RX-1", version: 1, line: 1, drug: "morphine-tablet" },
      ...{ issuedMs: 1_793_494_800_000, untilMs: 1_793_494_800_000 + 3 * DAY_MS },
    }]);
    // What does not look at the history rests on none of it.
    expect(findings.filter(({ earlier }) => earlier !== undefined).map(({ rule }) => rule).sort())
      .toEqual(["demonstration/twice-class", "demonstration/twice-ingredient", TWICE]);
  });

  test.each([TWICE, "demonstration/twice-ingredient"])(
    "P12 %s is another one for another collection, and the same for the same",
    (rule) => {
      const of = (...sites: readonly string[]) =>
        foundAfter(...sites.map((site) => collected(site))).filter((one) => one.rule === rule);
      expect(of("site-a")).toEqual(of("site-a"));
      expect(of("site-a")).not.toEqual(of("site-b"));
      expect(of("site-a", "site-b")).toEqual([...of("site-a"), ...of("site-b")]);
    },
  );

  test("P6 P11 is the same in whatever order a centre has read the history", () => {
    const history = [
      ...["site-a", "site-b"].map((site) => collected(site)),
      collected("site-b", { line: 2 }),
      collected("site-b", { version: 2 }),
      collected("site-c", { drug: null }),
      collected("site-d", { drug: null }),
    ];
    const findings = foundAfter(...history);
    const each = ["site-a", "site-b", "site-b", "site-b", "site-c", "site-d"];
    expect(restOn(findings, TWICE)).toEqual([["site-c", "site-d"], ...each.map((one) => [one])]);
    const unchecked = findings.filter(({ level }) => level === "could-not-check");
    expect(unchecked.map(({ missing }) => missing)).toContainEqual(["history"]);
    for (const { missing, earlier = [] } of unchecked) {
      if (missing.join() !== "history") continue;
      expect(earlier.map(({ site }) => site)).toEqual(["site-c", "site-d"]);
    }
    const orders = fc.shuffledSubarray(history, { minLength: history.length });
    fc.assert(
      fc.property(orders, (order) => {
        expect(foundAfter(...order)).toEqual(findings);
      }),
      { numRuns: 30 },
    );
  });

  test("P6 has a limit to what it names, and is told from others beyond that, too", () => {
    const unknown = (count: number, last: string) =>
      Array.from({ length: count }, (_, index) =>
        collected("site-c", {
          drug: null,
          prescription: index === count - 1 ? last : `RX-${String(index).padStart(3, "0")}`,
        }));
    const of = (history: readonly HistoryLine[]) =>
      foundAfter(...history).find((one) => one.rule === TWICE && one.missing.join() === "history");
    const [full, more, other] = [
      of(unknown(EARLIER_MAX, "RX-z")),
      of(unknown(EARLIER_MAX + 5, "RX-z")),
      of(unknown(EARLIER_MAX + 5, "RX-zz")),
    ];
    expect([full?.earlier?.length, full?.earlierBeside]).toEqual([EARLIER_MAX, undefined]);
    expect([more?.earlier?.length, more?.earlierBeside?.count]).toEqual([EARLIER_MAX, 5]);
    expect(more?.earlier).toEqual(other?.earlier);
    expect(more?.earlierBeside?.hash).not.toBe(other?.earlierBeside?.hash);
    expect(finding.parse(more)).toEqual(more);
  });
});

test("P6 a verdict is made again, also one of before findings told what they rest on", () => {
  const { facts: { history: _none, ...facts }, atMs } = factsFrom(MORPHINE);
  const history = ["site-b", "site-a"].map((one) => collected(one));
  const packs = ["demonstration", "legal"];
  const { findings } = shelf.review({ ...facts, history }, atMs, packs);
  const verdict = (found: readonly Finding[]) =>
    verdictBody.parse({
      ...{ ...SUBJECT, id: "verdict", mode: "county", outcome: outcomeOf(found), findings: found },
      ...{ pack: packs.join("+"), mapping: "mapping", history, facts, atMs },
    });
  const made = (found: readonly Finding[]) => replayed(verdict(found), shelf).result;
  expect(made(findings)).toBe("equal");
  const untold = findings.map(({ earlier: _earlier, ...rest }) => rest).toReversed();
  expect(made(untold)).toBe("equal");
  expect(made(untold.slice(1))).toBe("different");
  const elsewhere = findings.map(({ earlier, ...rest }) =>
    earlier === undefined
      ? rest
      : { ...rest, earlier: earlier.map((one) => ({ ...one, site: "site-z" })) }
  );
  expect(made(elsewhere)).toBe("different");
});

test("P3 P12 P14 what was signed over one collection does not let another pass", () => {
  const [a, b, site] = [new Story("county-a"), new Story("county-b"), new Story(SITE)];
  const verdict = (centre: Story, ...sites: readonly string[]) => {
    const findings = foundAfter(...sites.map((one) => collected(one)));
    return centre.verdict(outcomeOf(findings), { findings });
  };
  const seen = verdict(a, "site-a");
  const insisted = site.answer("insist", seen);
  const signed = ["P-1", "P-2"].map((by) => a.decision("sign", by, insisted));
  const events = [a.prescription(), seen, insisted, ...signed];
  expect(standingOf(events)).toMatchObject({ state: "approved", pass: "signed" });
  expect(standingOf([...events, verdict(b, "site-a")]))
    .toMatchObject({ state: "approved", pass: "signed" });
  const both = verdict(b, "site-a", "site-b");
  for (const other of [verdict(b, "site-b"), both]) {
    const standing = standingOf([...events, other]);
    expect(standing).toMatchObject({ state: "queued", pass: null });
    expect(standing.due).toContainEqual({ do: "answer", to: [idOf(other)], needsSignature: true });
  }
});

test("a prescriber is told of which earlier prescription it is, by a card and in FHIR", () => {
  const findings = foundAfter(collected("site-a")).filter(({ rule }) => rule === TWICE);
  const [card] = cardsOf(findings, { hookInstance: "instance", selected: null });
  expect(card.detail).toContain("站点 site-a，处方 RX-1，2026-11-01");
  expect(card.detail).toContain("site site-a, prescription RX-1, 2026-11-01");
  const answer = JSON.parse(JSON.stringify(answerFhir(reviewed({ findings }))));
  const [own, earlier] = answer.entry[1].resource.implicated;
  expect(own.identifier.assigner).toBeUndefined();
  expect(earlier).toMatchObject({
    type: "MedicationRequest",
    identifier: { value: "RX-1", assigner: { display: "site-a" } },
  });
  expect(earlier.display).toContain("2026-11-01");
});
