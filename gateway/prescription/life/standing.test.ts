import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LifeEvent } from "./event.ts";
import { ALL, idOf, OTHER_HASH, PRESCRIBER, SITE, Story } from "./fixture_life.ts";
import { type Standing, standingOf } from "./standing.ts";

const V2 = { version: 2, hash: OTHER_HASH };

/** Of everything something, at two centres and the site, most of it against the rest. */
function everything(rescue: boolean): LifeEvent[] {
  const [a, b] = [new Story("county-a"), new Story("county-b")];
  // The clocks agree to the millisecond, so that the order has to come from elsewhere.
  const site = new Story(SITE);
  const degraded = site.verdict("pass", { mode: "degraded" });
  const red = a.verdict("pharmacist", { levels: ["red"] });
  const ask = a.decision("ask", "P-1");
  const refusal = b.decision("refuse", "P-2");
  const explained = site.answer("explain", ask);
  const insisted = site.answer("insist", refusal);
  const signed = a.decision("sign", "P-3", insisted);
  const second = a.verdict("pass", V2);
  const used = site.dispensing(degraded, "degraded-pass");
  const events = [
    a.prescription({ rescue }),
    b.prescription({ rescue }),
    b.prescription({ rescue }, OTHER_HASH),
    degraded,
    red,
    b.verdict("notice", { mode: "after-review" }),
    a.verdict("intercept", { mode: "after-review" }),
    ask,
    refusal,
    explained,
    insisted,
    site.answer("accept", red),
    site.answer("insist", red, { by: { id: "somebody else" } }),
    signed,
    b.decision("sign", "P-4", insisted),
    b.decision("sign", "P-3", insisted),
    a.decision("approve", "P-5", explained),
    b.decision("approve", "P-6"),
    used,
    b.dispensing("unknown", "signed", { part: 2 }),
    b.dispensing(red, "rescue", { lines: [ALL[0]] }),
    site.goodsBack({ lines: [ALL[1]] }),
    a.prescription({ version: 2 }, OTHER_HASH),
    second,
    b.passToken("signed"),
    site.dispensing(second, "pass", V2),
    site.taken(),
    site.taken(2),
  ];
  const due = standingOf(events).due;
  const cases = due.flatMap((one) => one.do === "open-contact-case" ? [one.body] : []);
  const alarms = due.flatMap((one) => one.do === "alarm-double-use" ? [one.body] : []);
  return [
    ...events,
    ...cases.map((body) => a.write("contact-case", { ...body })),
    ...alarms.map((body) => b.write("prescription-double-use", { ...body })),
  ];
}

/** Some of everything, each of it once, in the order in which it was written. */
const POOLS = [everything(false), everything(true)];
const someEvents = fc.constantFrom(...POOLS)
  .chain((events) => fc.subarray(events, { minLength: 1 }));
const arrivals = someEvents.chain((events) =>
  fc.record({
    events: fc.constant(events),
    order: fc.shuffledSubarray(events, { minLength: events.length }),
    repeats: fc.array(fc.constantFrom(...events), { maxLength: 10 }),
    cut: fc.nat({ max: events.length }),
  })
);

const RUNS = { numRuns: 1000 };

describe("P11 P12 the standing is the same", () => {
  test("whatever order events came in, and however often", () => {
    fc.assert(
      fc.property(arrivals, ({ events, order, repeats }) => {
        expect(standingOf([...repeats, ...order, ...repeats])).toEqual(standingOf(events));
      }),
      RUNS,
    );
  });

  test("in whatever batches, and after whatever restart, they became rows", () => {
    fc.assert(
      fc.property(arrivals, ({ events, order, repeats, cut }) => {
        const rows = new Map<string, LifeEvent>();
        for (const batch of [order.slice(0, cut), repeats, order.slice(cut), repeats]) {
          for (const event of batch) rows.set(event.place, event);
          if (rows.size > 0) standingOf([...rows.values()]);
        }
        expect(standingOf([...rows.values()])).toEqual(standingOf(events));
      }),
      RUNS,
    );
  });

  test("of events that went through a body's text and back", () => {
    const events = everything(false);
    expect(standingOf(events.map((event) => structuredClone(event)))).toEqual(standingOf(events));
  });
});

describe("P3 P8 whatever was said", () => {
  const holds = (rule: (standing: Standing, events: readonly LifeEvent[]) => boolean) =>
    fc.assert(
      fc.property(someEvents, (events) => rule(standingOf(events), events)),
      RUNS,
    );
  const verdicts = (events: readonly LifeEvent[], version: number) =>
    events.flatMap((event) =>
      event.kind === "verdict" && event.body.version === version ? [event.body] : []
    );

  test("P3 black never passes", () => {
    holds(({ pass, version }, events) =>
      pass === null || verdicts(events, version).every(({ outcome }) => outcome !== "intercept")
    );
  });

  test("P3 P14 red passes by two persons over one insistence of the prescriber, or as a rescue", () => {
    holds(({ pass, version, sides }, events) => {
      const ruling = verdicts(events, version).filter(({ mode }) => mode !== "degraded");
      const isRed = ruling.some(({ findings }) => findings.some(({ level }) => level === "red"));
      // A token that was used, and whose signatures have not come here, tells of both of them.
      const isVouched = events.some(({ kind, body }) =>
        kind === "dispensing" && "outcome" in body && body.outcome === "signed"
      );
      if (!isRed || pass === null || pass === "rescue" || isVouched) return true;
      const signers = sides.filter(({ role, choice }) => role === "stands" && choice === "sign");
      return pass === "signed" && new Set(signers.map(({ person }) => person)).size === 2 &&
        events.some(({ kind, body }) =>
          kind === "answer" && "answer" in body && body.answer === "insist" &&
          body.by.id === PRESCRIBER
        );
    });
  });

  test("P3 what is only waited for never passes: there is a verdict or a decision on it", () => {
    holds(({ pass, sides }, events) =>
      pass === null || pass === "rescue" || events.some(({ kind }) => kind === "dispensing") ||
      sides.some(({ choice }) => ["pass", "notice", "approve", "sign"].includes(choice))
    );
  });

  test("P9 what a higher version or the HIS ended never passes", () => {
    holds(({ pass, state, earlier }) =>
      earlier.every((one) => one.pass === null && one.state === "superseded") &&
      (pass === null || (state !== "cancelled" && state !== "conflict"))
    );
  });

  test("P11 nothing that was decided is hidden", () => {
    holds(({ sides, earlier }, events) => {
      const shown = new Set([...sides, ...earlier.flatMap((one) => one.sides)]
        .flatMap(({ ids }) => ids));
      return events.filter(({ kind }) => kind === "verdict" || kind === "decision")
        .every((event) => shown.has(idOf(event)));
    });
  });

  test("T10 whatever does not pass and is not over is due to somebody", () => {
    holds(({ state, due }) => {
      const isOver = ["cancelled", "withdrawn"].includes(state);
      const passes = ["passed", "noticed", "approved", "rescue"].includes(state);
      const todo = ["screen", "review", "answer", "change"];
      return isOver || passes || due.some((one) => todo.includes(one.do));
    });
  });
});

test("events of no prescription, or of two, are refused", () => {
  const other = new Story("county-a").prescription({ id: "RX-2" });
  expect(() => standingOf([])).toThrow("events of 0 of them");
  expect(() => standingOf([other, new Story("county-b").prescription()]))
    .toThrow("events of 2 of them");
});
