import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exposureOf, wayOfDose } from "./exposure.ts";
import { type LotStep, staysOf } from "./stays.ts";

const SITE = "site-1";
let count = 0;

function step(
  atMs: number,
  from: string,
  to: string,
  doses: number,
  more: Partial<LotStep> = {},
): LotStep {
  const packs = { codes: [], packDoses: 1 };
  return { id: `step-${++count}`, site: SITE, atMs, from, to, doses, ...packs, ...more };
}

/** Ten doses come to a fridge, go to another, and from there to a session. */
const STEPS = [
  step(10, "receipt/r", "unit/a", 10),
  step(20, "unit/a", "unit/b", 6),
  step(30, "unit/b", "session/s", 6),
  step(40, "session/s", "unit/b", 2),
  step(50, "unit/a", "waste/w", 4),
];

describe("C14 a lot is in a place", () => {
  test("from the first that comes until the last has left", () => {
    expect(staysOf(STEPS)).toEqual([
      { site: SITE, place: "session/s", fromMs: 30, toMs: null, doses: 4, isShort: false },
      { site: SITE, place: "unit/a", fromMs: 10, toMs: 50, doses: 0, isShort: false },
      { site: SITE, place: "unit/b", fromMs: 20, toMs: 30, doses: 0, isShort: false },
      { site: SITE, place: "unit/b", fromMs: 40, toMs: null, doses: 2, isShort: false },
    ]);
  });

  test("and what leaves without having come is told, not guessed", () => {
    expect(staysOf([step(10, "unit/a", "session/s", 3)])[1]).toEqual(
      { site: SITE, place: "unit/a", fromMs: 10, toMs: 10, doses: 0, isShort: true },
    );
    const swapped = [step(10, "receipt/r", "unit/a", 3), step(10, "unit/a", "unit/b", 3)];
    expect(staysOf(swapped).map(({ isShort }) => isShort)).toEqual([false, false]);
    expect(staysOf(swapped.toReversed())).toEqual(staysOf(swapped));
  });
});

const inA = (fromMs: number, toMs: number | null) => ({
  site: SITE,
  place: "unit/a",
  fromMs,
  toMs,
});
const dose = (place: string, atMs: number, code: string | null = null, site = SITE) => ({
  ...{ site, place, code, atMs },
});

describe("C10 what came by steps", () => {
  const [bad, well] = ["81234560000000000001", "81234560000000000002"];
  const came = (steps: readonly LotStep[], ...ids: LotStep[]) =>
    exposureOf(steps, { site: SITE, steps: new Set(ids.map(({ id }) => id)) });

  test("is itself, wherever it went: not what had come before, nor what comes once it is gone", () => {
    const first = step(10, "receipt/r", "unit/a", 5);
    const before = step(5, "receipt/q", "unit/b", 5);
    const gone = step(30, "unit/a", "waste/w", 3);
    const anew = step(40, "receipt/s", "unit/a", 5);
    const steps = [before, first, step(20, "unit/a", "session/s", 2), gone, anew];
    const { includes } = came(steps, first);
    expect([10, 29, 40, 99].map((ms) => includes(dose("unit/a", ms)))).toEqual([
      ...[true, true, false, false],
    ]);
    expect([includes(dose("session/s", 99)), includes(dose("unit/b", 99))]).toEqual([true, false]);
    // Before all of it is gone nobody can tell counted doses apart.
    const mixed = came(steps.filter((one) => one !== gone), first);
    expect(mixed.includes(dose("unit/a", 99))).toBe(true);
  });

  test("is those packs alone where they were scanned, beside others in the same unit", () => {
    const scanned = (ms: number, code: string) =>
      step(ms, "receipt/r", "unit/a", 1, { codes: [code] });
    const [first, second] = [scanned(10, well), scanned(20, bad)];
    const { includes } = came([first, second], second);
    expect([well, bad, null].map((code) => includes(dose("unit/a", 99, code)))).toEqual([
      ...[false, true, true],
    ]);
  });

  test("or all that a site had before a moment, wherever there", () => {
    const steps = [
      step(10, "receipt/r", "unit/a", 5),
      step(30, "unit/a", "unit/b", 5),
      step(20, "receipt/s", "unit/c", 5),
      step(20, "receipt/s", "unit/c", 5, { site: "site-2" }),
    ];
    const { includes } = exposureOf(steps, { site: SITE, toMs: 20 });
    expect(
      [dose("unit/b", 99), dose("unit/c", 99), dose("unit/c", 99, null, "site-2")].map(includes),
    )
      .toEqual([true, false, false]);
  });
});

describe("C14 an excursion", () => {
  test("is of those that were there while it lasted, at the exact moments", () => {
    const isExposed = (fromMs: number, toMs: number | null) =>
      exposureOf(STEPS, inA(fromMs, toMs)).includes(dose("session/s", 35));
    expect(isExposed(5, 10)).toBe(false);
    expect(isExposed(5, 11)).toBe(true);
    expect(isExposed(20, 21)).toBe(true);
    expect(isExposed(21, null)).toBe(false);
  });

  test("follows them to other places, and not to where they have not come yet", () => {
    const { stays, includes } = exposureOf(STEPS, inA(12, 15));
    expect(stays.map(({ place, sinceMs }) => [place, sinceMs])).toEqual(
      expect.arrayContaining([["unit/a", 12], ["unit/b", 20], ["session/s", 30], ["unit/b", 40]]),
    );
    expect(includes(dose("session/s", 29))).toBe(false);
    expect(includes(dose("session/s", 30))).toBe(true);
    expect(includes(dose("session/other", 30))).toBe(false);
  });

  test("of scanned packs is of those alone that were there", () => {
    const steps = [
      step(10, "receipt/r", "unit/a", 2, { codes: ["c1", "c2"] }),
      step(20, "unit/a", "session/s", 1, { codes: ["c1"] }),
      step(30, "receipt/q", "unit/a", 1, { codes: ["c3"] }),
      step(40, "unit/a", "session/t", 2, { codes: ["c2", "c3"] }),
    ];
    const { includes } = exposureOf(steps, inA(22, 25));
    expect(includes(dose("session/s", 45, "c1"))).toBe(false);
    expect(includes(dose("session/t", 45, "c2"))).toBe(true);
    expect(includes(dose("session/t", 45, "c3"))).toBe(false);
    // Nobody scanned it: it may be one of them.
    expect(includes(dose("session/t", 45))).toBe(true);
    expect(includes(dose("session/t", 45, "c9"))).toBe(false);
  });

  test("of scanned vials of several doses is of those vials alone", () => {
    const vials = (codes: readonly string[]) => ({ codes, packDoses: 5 });
    const steps = [
      step(10, "receipt/r", "unit/a", 10, vials(["v1", "v2"])),
      step(20, "unit/a", "session/s", 5, vials(["v1"])),
      step(30, "unit/a", "session/s", 5, vials(["v2"])),
    ];
    const { includes } = exposureOf(steps, inA(22, 25));
    expect(includes(dose("session/s", 45, "v1"))).toBe(false);
    expect(includes(dose("session/s", 45, "v2"))).toBe(true);
    // Of a vial and doses beside it that nobody scanned: those may be any.
    const counted = steps.with(1, step(20, "unit/a", "session/s", 6, vials(["v1"])));
    expect(exposureOf(counted, inA(12, 15)).includes(dose("session/s", 45, "v3"))).toBe(true);
  });

  test("goes along to another site, whose clock may be slow", () => {
    const steps = [
      step(10, "receipt/r", "unit/a", 5),
      step(5_000_000, "unit/a", "away/site-2", 5),
      step(4_000_000, "away/site-1", "unit/z", 5, { site: "site-2" }),
    ];
    const { includes } = exposureOf(steps, inA(20, 30));
    expect(includes(dose("unit/z", 6_000_000, null, "site-2"))).toBe(true);
    expect(includes(dose("unit/z", 6_000_000, null, "site-3"))).toBe(false);
    expect(wayOfDose(steps, dose("unit/z", 6_000_000, null, "site-2"))).toEqual([
      { site: SITE, place: "unit/a", fromMs: 10, toMs: 5_000_000 },
      { site: "site-2", place: "unit/z", fromMs: 4_000_000, toMs: 6_000_000 },
    ]);
  });
});

describe("C10, C14 what went from one site to another", () => {
  const DAY_MS = 86_400_000;
  const other = { site: "site-2" };
  /** All five were exposed and sent; so many came of them. Five that nothing is about follow. */
  const follow = (came: number, laterMs: number) => [
    step(10, "receipt/r", "unit/a", 5),
    step(20, "unit/a", "away/site-2", 5),
    step(30, "away/site-1", "unit/y", came, other),
    step(laterMs - 1, "receipt/q", "unit/b", 5),
    step(laterMs, "unit/b", "away/site-2", 5),
    step(laterMs + 10, "away/site-1", "unit/z", 5, other),
  ];
  const isExposed = (steps: readonly LotStep[], place = "unit/z") =>
    exposureOf(steps, inA(12, 15)).includes(dose(place, 9 * DAY_MS, null, "site-2"));
  const metA = (steps: readonly LotStep[]) =>
    wayOfDose(steps, dose("unit/z", 9 * DAY_MS, null, "site-2"))
      .some(({ place }) => place === "unit/a");

  test("is not among what follows once all of it had come, as far as both clocks can say", () => {
    const after = follow(5, 31 + DAY_MS);
    expect([isExposed(after), isExposed(after, "unit/y"), metA(after)])
      .toEqual([false, true, false]);
    const meanwhile = follow(5, 30 + DAY_MS);
    expect([isExposed(meanwhile), metA(meanwhile)]).toEqual([true, true]);
  });

  test("may be among it while fewer have come than had left, or more than anybody sent", () => {
    const fewer = follow(4, 3 * DAY_MS);
    expect([isExposed(fewer), metA(fewer)]).toEqual([true, true]);
    const more = follow(5, 3 * DAY_MS).filter(({ from }) => from !== "unit/b");
    expect([isExposed(more), metA(more)]).toEqual([true, true]);
  });
});

describe("C14 the way of a dose", () => {
  test("is back through all places where it may have been, until it left them", () => {
    expect(wayOfDose(STEPS, dose("session/s", 35))).toEqual([
      { site: SITE, place: "unit/a", fromMs: 10, toMs: 20 },
      { site: SITE, place: "unit/b", fromMs: 20, toMs: 30 },
      { site: SITE, place: "session/s", fromMs: 30, toMs: 35 },
    ]);
  });

  test("of a scanned pack begins when that came", () => {
    const steps = [
      step(10, "receipt/r", "unit/a", 1, { codes: ["c1"] }),
      step(20, "receipt/q", "unit/a", 1, { codes: ["c2"] }),
      step(30, "unit/a", "session/s", 2, { codes: ["c1", "c2"] }),
    ];
    const first = wayOfDose(steps, dose("session/s", 40, "c2"))[0];
    expect(first).toMatchObject({ place: "unit/a", fromMs: 20, toMs: 30 });
  });
});

const PLACES = ["unit/a", "unit/b", "session/s"] as const;

/** Packs that are moved about, one by one, as they really were; and what was written of it. */
const historyOf = (isScanned: fc.Arbitrary<boolean>) =>
  fc.array(
    fc.record({
      minute: fc.integer({ min: 1, max: 30 }),
      from: fc.constantFrom("new", ...PLACES),
      to: fc.constantFrom(...PLACES),
      packs: fc.integer({ min: 1, max: 3 }),
      isScanned,
    }),
    { maxLength: 20 },
  ).map((moves) => {
    const where = new Map<string, { place: string; sinceMs: number }>();
    const been: { pack: string; place: string; fromMs: number; toMs: number }[] = [];
    const steps: LotStep[] = [];
    for (const [n, move] of moves.toSorted((a, b) => a.minute - b.minute).entries()) {
      const atMs = move.minute * 100 + n;
      const packs = move.from === "new"
        ? Array.from({ length: move.packs }, (_, k) => `pack-${n}-${k}`)
        : [...where].filter(([, { place }]) => place === move.from).map(([pack]) => pack)
          .slice(0, move.packs);
      if (packs.length === 0 || move.from === move.to) continue;
      for (const pack of packs) {
        const before = where.get(pack);
        if (before !== undefined) {
          been.push({ pack, place: before.place, fromMs: before.sinceMs, toMs: atMs });
        }
        where.set(pack, { place: move.to, sinceMs: atMs });
      }
      const from = move.from === "new" ? `receipt/r${n}` : move.from;
      const codes = move.isScanned ? packs : [];
      const of = { doses: packs.length, codes, packDoses: 1 };
      steps.push({ id: `s${n}`, site: SITE, atMs, from, to: move.to, ...of });
    }
    for (const [pack, { place, sinceMs }] of where) {
      been.push({ pack, place, fromMs: sinceMs, toMs: Infinity });
    }
    return { steps, been, where };
  });

const history = historyOf(fc.boolean());

const excursion = fc.record({
  place: fc.constantFrom(...PLACES),
  fromMs: fc.integer({ min: 0, max: 3200 }),
  lengthMs: fc.integer({ min: 1, max: 1500 }),
});

describe("C14 a pack that came by name", () => {
  const came = step(10, "receipt/r", "session/s", 2, { codes: ["c1", "c2"] });
  const back = step(30, "unit/a", "session/s", 1);
  const given = (code: string, atMs = 40) => dose("session/s", atMs, code);

  test("may have left and come back among doses that were only counted", () => {
    const steps = [came, step(20, "session/s", "unit/a", 1), back];
    const { includes } = exposureOf(steps, inA(20, 25));
    expect([includes(given("c1")), includes(given("c2"))]).toEqual([true, true]);
    expect(includes(given("c1", 20))).toBe(false);
    expect(wayOfDose(steps, given("c1")).map(({ place }) => place)).toContain("unit/a");
  });

  test("and left by name may have come back so, while the other was there all the time", () => {
    const steps = [came, step(20, "session/s", "unit/a", 1, { codes: ["c1"] }), back];
    const { includes } = exposureOf(steps, inA(20, 25));
    expect([includes(given("c1")), includes(given("c2"))]).toEqual([true, false]);
    expect(wayOfDose(steps, given("c1")).map(({ place }) => place)).toContain("unit/a");
    expect(wayOfDose(steps, given("c2")).map(({ place }) => place)).toEqual(["session/s"]);
  });
});

describe("C14 whatever packs went which way", () => {
  test("none that was exposed is left out, in either direction, scanned or counted", () => {
    fc.assert(
      fc.property(history, excursion, ({ steps, been, where }, { place, ...span }) => {
        const [fromMs, toMs] = [span.fromMs, span.fromMs + span.lengthMs];
        const { includes } = exposureOf(steps, { site: SITE, place, fromMs, toMs });
        for (const [pack, now] of where) {
          const wasThere = been.some((one) =>
            one.pack === pack && one.place === place && one.fromMs < toMs && one.toMs >= fromMs
          );
          if (!wasThere) continue;
          const atMs = Math.max(10_000, now.sinceMs);
          for (const code of [pack, null]) {
            const given = dose(now.place, atMs, code);
            expect(includes(given)).toBe(true);
            expect(
              wayOfDose(steps, given).some((one) =>
                one.place === place && one.fromMs < toMs && one.toMs >= fromMs
              ),
            ).toBe(true);
          }
        }
      }),
      { numRuns: Number(Deno.env.get("TRIBUTARY_RUNS") ?? 500) },
    );
  });

  test("and where all were scanned, no other is told", () => {
    const scanned = historyOf(fc.constant(true));
    fc.assert(
      fc.property(scanned, excursion, ({ steps, been, where }, { place, ...span }) => {
        const [fromMs, toMs] = [span.fromMs, span.fromMs + span.lengthMs];
        const { includes } = exposureOf(steps, { site: SITE, place, fromMs, toMs });
        for (const [pack, now] of where) {
          const wasThere = been.some((one) =>
            one.pack === pack && one.place === place && one.fromMs < toMs && one.toMs >= fromMs
          );
          const given = dose(now.place, 10_000, pack);
          expect(includes(given)).toBe(wasThere);
          expect(
            wayOfDose(steps, given).some((one) =>
              one.place === place && one.fromMs < toMs && one.toMs >= fromMs
            ),
          ).toBe(wasThere);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("the order in which steps are told makes no difference", () => {
    fc.assert(
      fc.property(
        history,
        excursion,
        fc.infiniteStream(fc.nat()),
        (told, { place, ...span }, keys) => {
          const shuffled = told.steps.map((one) => ({ one, key: keys.next().value ?? 0 }))
            .toSorted((a, b) => a.key - b.key).map(({ one }) => one);
          expect(staysOf(shuffled)).toEqual(staysOf(told.steps));
          const at = { site: SITE, place, fromMs: span.fromMs, toMs: span.fromMs + span.lengthMs };
          const sorted = (steps: readonly LotStep[]) =>
            exposureOf(steps, at).stays.map((stay) => JSON.stringify(stay)).sort();
          expect(sorted(shuffled)).toEqual(sorted(told.steps));
        },
      ),
    );
  });
});
