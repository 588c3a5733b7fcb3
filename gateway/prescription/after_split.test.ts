import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { configSchema } from "../config.ts";
import { examinedAgain, historyAgain, lookOf, type Repeatable } from "./after_split.ts";
import { LINE, recorded } from "./fixture_codes.ts";
import { reviewConfig } from "./fixture_sources.ts";
import { lifeEventOf } from "./life/event.ts";
import { medicineOf } from "./life/patient_medicines.ts";
import type { VerdictBody } from "./life/verdict_body.ts";
import { historyFor } from "./record/recent.ts";
import { nameOf } from "./record/stored_events.ts";
import { verdictOf } from "./review.ts";
import { readSources } from "./review_sources.ts";

const SITE = "site-017";
const NOON_MS = Date.parse("2026-09-01T12:00:00+08:00");
const DAY_MS = 86_400_000;
/** For which {@link LINE} is: overlapping in time, the rules of tests call two of them red. */
const DAYS = LINE.days;

const sources = (() => {
  using folder = new TemporaryFolder();
  const { prescription: section } = configSchema.parse({
    role: "county",
    node: "county-a",
    title: { zh: "甲", en: "A" },
    prescription: reviewConfig(folder.path, SITE),
  });
  if (section === undefined) throw new Error("There is no such section");
  return readSources(section);
})();

/** A prescription of one patient, with all that rules said of it. */
class One {
  readonly id: string;
  readonly first: Repeatable;
  verdicts: VerdictBody[];

  /** `atMs`: by the clock of the centre that decided it, which may be wrong. */
  constructor(
    id: string,
    { issuedMs, atMs, saw = [], isUnheard = true }: {
      readonly issuedMs: number;
      readonly atMs: number;
      readonly saw?: readonly One[];
      readonly isUnheard?: boolean;
    },
  ) {
    this.id = id;
    const prescription = recorded({ id, issuedAt: new Date(issuedMs).toISOString() });
    const { facts, ...verdict } = verdictOf(
      sources,
      { site: SITE, prescription, hash: "a".repeat(64) },
      {
        mode: "county",
        history: saw.flatMap((other) => other.medicines),
        atMs,
        unheard: isUnheard ? [{ node: "the other", untilMs: null, place: null }] : [],
      },
    );
    if (facts === undefined) throw new Error("A verdict has facts");
    this.first = { ...verdict, facts };
    this.verdicts = [this.first];
  }

  get medicines() {
    const { facts, version } = this.first;
    return facts.lines.map((line) => medicineOf(facts, version, line));
  }

  /** `isHome`: the centre that looks is that which examines this one. */
  lookFrom(isHome: boolean) {
    return lookOf(
      this.verdicts.map((body, n) =>
        lifeEventOf("verdict", body, { place: `${n}`, node: "county", timeMs: n })
      ),
      isHome,
    );
  }

  /** With these here, of the same home; whether a person has to look then. */
  examine(...others: readonly One[]): boolean {
    return this.examineAt(true, others);
  }

  examineAt(isSameHome: boolean, others: readonly One[]): boolean {
    const { facts } = this.first;
    const stored = others.flatMap(({ medicines }) => medicines);
    const history = historyFor({ site: SITE, number: this.id }, facts.issuedMs, stored, []);
    const looks = new Map(
      others.map((one) => [nameOf({ site: SITE, number: one.id }), one.lookFrom(isSameHome)]),
    );
    const again = examinedAgain(
      this.first,
      historyAgain(this.first, history, looks),
      sources.shelf,
    );
    this.verdicts.push(again);
    return again.outcome !== "pass";
  }
}

/** Any time of issue within the days that the other's medicine lasts, and any clocks. */
const times = fc.record({
  issuedMs: fc.integer({ min: NOON_MS, max: NOON_MS + DAYS * DAY_MS - 1 }),
  skewMs: fc.integer({ min: -DAY_MS, max: DAY_MS }),
}).map(({ issuedMs, skewMs }) => ({ issuedMs, atMs: issuedMs + skewMs }));

describe("P11 two conflicting prescriptions, given to the two centres during a split", () => {
  test("P11 are flagged once it has healed, one at least, at any times and by any clocks", () => {
    const order = fc.record({
      isSwapped: fc.boolean(),
      /** Whether the second is here when the first is examined. */
      isHere: fc.boolean(),
      /** What came of that is told before the second is examined; else both are at one time. */
      isTold: fc.boolean(),
      /** One centre examines both, then: where the second is not here, it tells first. */
      isSameHome: fc.boolean(),
      /** The second was decided by a centre that believed to have heard all. */
      isUnheard: fc.boolean(),
    });
    fc.assert(fc.property(times, times, order, (x, y, way) => {
      const { isSwapped, isHere, isSameHome, isUnheard } = way;
      const isTold = way.isTold || isSameHome && !isHere;
      const [one, other] = isSwapped ? ["RX-2", "RX-1"] : ["RX-1", "RX-2"];
      const first = new One(one, x);
      const second = new One(other, { ...y, isUnheard });
      expect([first, second].map(({ first: { outcome } }) => outcome)).toEqual(["pass", "pass"]);
      const before = [...first.verdicts];
      const others = isHere || !isUnheard ? [second] : [];
      const flagged = [first.examineAt(isSameHome, others)];
      if (!isTold) first.verdicts = before;
      if (isUnheard) flagged.push(second.examineAt(isSameHome, [first]));
      return flagged.includes(true);
    }));
  });

  test("P11 of both that are here the one that was issued later is flagged", () => {
    fc.assert(fc.property(times, times, fc.boolean(), (x, y, isLaterFirst) => {
      const [early, late] = [x, y].sort((one, other) => one.issuedMs - other.issuedMs);
      const [first, second] = [new One("RX-1", early), new One("RX-2", late)];
      if (isLaterFirst) return second.examine(first);
      first.examine(second);
      // Unless the earlier one was, since its centre decided it after the other was issued.
      return second.examine(first) || first.verdicts[1].outcome !== "pass";
    }));
  });

  test("P11 nothing is held against the earlier one that was decided in view of it", () => {
    const first = new One("RX-1", { issuedMs: NOON_MS, atMs: NOON_MS + DAY_MS });
    const second = new One("RX-2", { issuedMs: NOON_MS + 1, atMs: NOON_MS + 2, saw: [first] });
    expect(second.first.outcome).toBe("pharmacist");
    expect(first.examine(second)).toBe(false);
    expect(first.verdicts[1].history).toEqual([]);
  });

  test("P11 nor one that was given when it had run out, but one of a moment before", () => {
    const at = { issuedMs: NOON_MS, atMs: NOON_MS };
    const lastMs = Math.max(...new One("RX-1", at).medicines.map(({ untilMs }) => untilMs));
    const after = (ms: number) =>
      new One("RX-2", { issuedMs: lastMs + ms, atMs: lastMs + ms, isUnheard: false });
    expect(new One("RX-1", at).examine(after(0))).toBe(false);
    expect(new One("RX-1", at).examine(after(-1))).toBe(true);
  });
});
