import { describe, expect, test } from "vitest";
import type { Due } from "./due.ts";
import type { LifeEvent } from "./event.ts";
import { idOf, PRESCRIBER, SITE, Story } from "./fixture_life.ts";
import { standingOf } from "./standing.ts";
import type { Finding } from "../verdict.ts";

const due = <K extends Due["do"]>(events: readonly LifeEvent[], kind: K) =>
  standingOf(events).due.filter((one): one is Extract<Due, { do: K }> => one.do === kind);

function redOne() {
  const [a, site] = [new Story("county-a"), new Story(SITE)];
  const verdict = a.verdict("pharmacist", { levels: ["red", "orange"] });
  return { a, site, verdict, events: [a.prescription(), verdict] };
}

describe("P3 P10 P14 a red finding", () => {
  test("P3 waits for a pharmacist, and the prescriber may sign already", () => {
    const { verdict, events } = redOne();
    expect(standingOf(events)).toMatchObject({ state: "queued", pass: null, severity: 0 });
    expect(due(events, "answer"))
      .toEqual([{ do: "answer", to: [idOf(verdict)], needsSignature: true }]);
    expect(due(events, "review")).toMatchObject([{ purpose: "decide", not: [] }]);
  });

  test("P3 does not pass by one pharmacist without the prescriber's second signature", () => {
    const { a, events } = redOne();
    const approval = a.decision("approve", "P-1");
    const standing = standingOf([...events, approval, a.decision("approve", "P-2")]);
    expect(standing).toMatchObject({ state: "asked", pass: null });
    expect(due([...events, approval], "answer"))
      .toEqual([{ do: "answer", to: [idOf(approval)], needsSignature: true }]);
  });

  test("P14 passes once two persons signed over the prescriber's insistence, not one twice", () => {
    const { a, site, verdict, events } = redOne();
    const insisted = site.answer("insist", verdict);
    const answered = [...events, insisted];
    expect(standingOf(answered)).toMatchObject({ state: "queued", pass: null });
    const one = [...answered, a.decision("sign", "P-1", insisted)];
    expect(standingOf(one)).toMatchObject({ state: "signing", pass: null });
    expect(due(one, "review")).toMatchObject([
      { purpose: "second-signature", not: ["P-1"], over: [idOf(insisted)] },
    ]);
    const twice = [...one, a.decision("approve", "P-1", insisted)];
    expect(standingOf(twice)).toMatchObject({ state: "signing", pass: null });
    const two = [...twice, a.decision("sign", "P-2", insisted)];
    expect(standingOf(two)).toMatchObject({ state: "approved", pass: "signed" });
    expect(due(two, "review")).toEqual([]);
    expect(due(two, "issue-token")).toEqual([{ do: "issue-token", outcome: "signed" }]);
    expect(due([...two, a.passToken("signed")], "issue-token")).toEqual([]);
  });

  test("P14 signatures from before the insistence, or over two of them, do not add up", () => {
    const { a, site, verdict, events } = redOne();
    const insisted = site.answer("insist", verdict);
    const early = a.decision("sign", "P-1");
    const mixed = [...events, early, insisted, a.decision("sign", "P-2", insisted)];
    expect(standingOf(mixed)).toMatchObject({ state: "signing", pass: null });
    const other = site.answer("insist", early);
    const apart = [...mixed, other, a.decision("sign", "P-3", other)];
    expect(standingOf(apart)).toMatchObject({ state: "signing", pass: null });
    // There may be no more than these two pharmacists: each may sign where the other did.
    const [review] = due(apart, "review");
    expect(review).toMatchObject({ not: ["P-2"], over: [idOf(insisted)] });
    const both = [...apart, a.decision("sign", "P-3", insisted)];
    expect(standingOf(both)).toMatchObject({ state: "approved", pass: "signed" });
  });

  describe("P14 two who signed over what they saw", () => {
    function signedTwice() {
      const { a, site, verdict, events } = redOne();
      const insisted = site.answer("insist", verdict);
      const signed = ["P-1", "P-2"].map((by) => a.decision("sign", by, insisted));
      return { a, site, insisted, signed: [...events, insisted, ...signed] };
    }
    const finding = (level: Finding["level"], rule = `rule-${level}`): Finding => ({
      ...{ rule, level, lines: [], inputs: {}, missing: [] },
      ...{ text: { zh: "规则", en: "rule" }, source: "demonstration" },
    });
    const later = (b: Story, ...more: readonly Finding[]) =>
      b.verdict("pharmacist", { findings: [finding("red"), ...more] });

    test("P3 P14 have signed over the same, found again, and over what is less grave", () => {
      const { signed } = signedTwice();
      const again = later(new Story("county-b"), finding("orange"), finding("yellow"));
      expect(standingOf([...signed, again])).toMatchObject({ state: "approved", pass: "signed" });
      const less = later(new Story("county-b"), finding("orange", "rule-red"));
      expect(standingOf([...signed, less])).toMatchObject({ state: "approved", pass: "signed" });
    });

    test("P3 P14 have not over another red finding: the prescriber and two persons sign anew", () => {
      const { site, signed } = signedTwice();
      const b = new Story("county-b", 1_772_416_900_000);
      const found = later(b, finding("red", "interaction"));
      const events: LifeEvent[] = [...signed, found];
      const tell = (event: LifeEvent) => events.push(event);
      expect(standingOf(events)).toMatchObject({ state: "queued", pass: null, by: "rules" });
      expect(due(events, "answer"))
        .toEqual([{ do: "answer", to: [idOf(found)], needsSignature: true }]);
      expect(due(events, "review")).toMatchObject([{ purpose: "decide", not: [], over: [] }]);
      // Whoever signs over the insistence of before has seen it, and the prescriber has not.
      const approval = b.decision("approve", "P-1");
      tell(approval);
      expect(standingOf(events)).toMatchObject({ state: "asked", pass: null });
      const insisted = site.answer("insist", approval);
      tell(insisted);
      expect(due(events, "review")).toMatchObject([{ over: [idOf(insisted)] }]);
      tell(b.decision("sign", "P-1", insisted));
      expect(standingOf(events)).toMatchObject({ state: "signing", pass: null });
      tell(b.decision("sign", "P-2", insisted));
      expect(standingOf(events)).toMatchObject({ state: "approved", pass: "signed" });
      expect(due(events, "review")).toEqual([]);
    });

    test("P3 P14 nor where only the second of them saw it", () => {
      const { a, site, verdict, events } = redOne();
      const insisted = site.answer("insist", verdict);
      const first = a.decision("sign", "P-1", insisted);
      const found = later(a, finding("red", "interaction"));
      const second = a.decision("sign", "P-2", insisted);
      const all = [...events, insisted, first, found, second];
      for (const order of [all, all.toReversed()]) {
        expect(standingOf(order)).toMatchObject({ state: "asked", pass: null });
        expect(due(order, "answer"))
          .toEqual([{ do: "answer", to: [idOf(second)], needsSignature: true }]);
      }
    });

    test("P14 of an orange finding besides, one pharmacist who saw it decides", () => {
      const { signed } = signedTwice();
      const b = new Story("county-b", 1_772_416_900_000);
      const found = later(b, finding("orange", "interaction"));
      expect(standingOf([...signed, found])).toMatchObject({ state: "queued", pass: null });
      const approved = standingOf([...signed, found, b.decision("approve", "P-1")]);
      expect(approved).toMatchObject({ state: "approved", pass: "signed", due: [{}] });
    });

    test("P11 and the patient is called where goods are out", () => {
      const { site, signed } = signedTwice();
      const found = later(new Story("county-b"), finding("red", "interaction"));
      const goods = site.dispensing(signed[signed.length - 1], "signed");
      const events = [...signed, goods, found];
      expect(due(events, "open-contact-case")).toMatchObject([{
        body: { against: [idOf(found)] },
      }]);
      expect(due(events, "review")).toMatchObject([{ purpose: "afterwards" }]);
    });
  });

  test("P3 another's signature is none: only the prescriber's own counts", () => {
    const { a, site, verdict, events } = redOne();
    const foreign = site.answer("insist", verdict, { by: { id: "D-8" } });
    const standing = standingOf([
      ...events,
      foreign,
      a.decision("sign", "P-1", foreign),
      a.decision("sign", "P-2", foreign),
    ]);
    expect(standing).toMatchObject({ state: "queued", pass: null });
    expect(standing.answers).toMatchObject([{ answer: "insist", counts: false }]);
    expect(PRESCRIBER).not.toBe("D-8");
  });

  test("P3 a mere explanation does not do", () => {
    const { a, site, events } = redOne();
    const ask = a.decision("ask", "P-1");
    const explained = site.answer("explain", ask);
    const standing = standingOf([
      ...events,
      ask,
      explained,
      a.decision("sign", "P-1", explained),
      a.decision("sign", "P-2", explained),
    ]);
    expect(standing).toMatchObject({ state: "asked", pass: null });
  });

  test("P10 an insistence is shown for the comment pool, and a serious one is refused", () => {
    const { a, site, events } = redOne();
    const refusal = a.decision("refuse", "P-1");
    const insisted = site.answer("insist", refusal);
    const open = standingOf([...events, refusal, insisted]);
    expect(open).toMatchObject({ state: "queued", by: "prescriber" });
    expect(open.sides.map(({ role }) => role)).toEqual(["agrees", "answered"]);
    expect(open.answers).toMatchObject([{ answer: "insist", counts: true }]);
    const again = [...events, refusal, insisted, a.decision("refuse", "P-2", insisted)];
    const standing = standingOf([...again, a.decision("sign", "P-3", insisted)]);
    expect(standing).toMatchObject({ state: "refused", pass: null, by: "pharmacists" });
  });

  test("P10 a refusal stands against words alone", () => {
    const { a, site, events } = redOne();
    const refusal = a.decision("refuse", "P-1");
    const standing = standingOf([...events, refusal, site.answer("explain", refusal)]);
    expect(standing).toMatchObject({ state: "refused" });
  });
});

describe("P3 other levels", () => {
  test("P3 black stays intercepted, however much is signed", () => {
    const [a, site] = [new Story("county-a"), new Story(SITE)];
    const verdict = a.verdict("intercept", { levels: ["black", "red"] });
    const insisted = site.answer("insist", verdict);
    const signed = [a.decision("sign", "P-1", insisted), a.decision("sign", "P-2", insisted)];
    const standing = standingOf([a.prescription(), verdict, insisted, ...signed]);
    expect(standing).toMatchObject({ state: "intercepted", pass: null, by: "rules" });
    expect(standing.due).toEqual([{ do: "change", because: [idOf(verdict)] }]);
    expect(standing.sides.map(({ role }) => role)).toEqual(["stands", "lost", "lost"]);
  });

  test.each(["orange", "could-not-check"] as const)("P3 %s passes by one pharmacist", (level) => {
    const a = new Story("county-a");
    const outcome = level === "orange" ? "pharmacist" : level;
    const events = [a.prescription(), a.verdict(outcome, { levels: [level] })];
    expect(standingOf(events)).toMatchObject({ state: "queued", pass: null });
    const approved = [...events, a.decision("approve", "P-1", null, { token: "a.b.c" })];
    expect(standingOf(approved)).toMatchObject({ state: "approved", pass: "approved", due: [] });
  });

  test("P3 P8 no time passes it: the state tells since when it waits, and nothing else", () => {
    const a = new Story("county-a", 0);
    const events = [a.prescription(), a.verdict("could-not-check")];
    expect(standingOf.length).toBe(1);
    expect(standingOf(events)).toMatchObject({ state: "queued", pass: null });
    expect(due(events, "review")[0].order).toEqual({ emergency: 1, severity: 1, sinceMs: 2000 });
  });

  test("a question, its answer and the queue again; then one pharmacist decides", () => {
    const [a, site] = [new Story("county-a", 0), new Story(SITE, 60_000)];
    const ask = a.decision("ask", "P-1");
    const asked = [a.prescription(), a.verdict("pharmacist"), ask];
    expect(standingOf(asked).state).toBe("asked");
    expect(due(asked, "review")).toEqual([]);
    expect(due(asked, "answer"))
      .toEqual([{ do: "answer", to: [idOf(ask)], needsSignature: false }]);
    const answer = site.answer("explain", ask);
    const queued = [...asked, answer];
    expect(standingOf(queued)).toMatchObject({ state: "queued", pass: null });
    expect(due(queued, "review")[0].order.sinceMs).toBe(61_000);
    expect(standingOf([...queued, a.decision("approve", "P-2")]).state).toBe("queued");
    expect(due(queued, "review")[0].over).toEqual([idOf(answer)]);
    const approved = standingOf([...queued, a.decision("approve", "P-2", answer)]);
    expect(approved).toMatchObject({ state: "approved", pass: "approved" });
  });

  test("P10 a second refusal, answered too, leaves the last answer to decide about", () => {
    const [a, site] = [new Story("county-a"), new Story(SITE)];
    const first = a.decision("refuse", "P-1");
    const insisted = site.answer("insist", first);
    const second = a.decision("refuse", "P-2", insisted);
    const again = site.answer("insist", second);
    const events = [a.prescription(), a.verdict("pharmacist"), first, insisted, second];
    expect(standingOf(events).state).toBe("refused");
    expect(due([...events, again], "review")[0].over).toEqual([idOf(again)]);
    const approved = standingOf([...events, again, a.decision("approve", "P-3", again)]);
    expect(approved).toMatchObject({ state: "approved", pass: "approved" });
  });

  test("P11 questions of both centres, both answered, are settled by one decision over both", () => {
    const [a, b, site] = [new Story("county-a"), new Story("county-b"), new Story(SITE)];
    const asks = [a.decision("ask", "P-1"), b.decision("ask", "P-2")];
    const answers = asks.map((ask) => site.answer("explain", ask));
    const events = [a.prescription(), a.verdict("pharmacist"), ...asks, ...answers];
    expect(standingOf(events.slice(0, -1)).state).toBe("asked");
    const over = answers.map(idOf);
    expect(due(events, "review")[0].over).toEqual(over);
    expect(standingOf([...events, a.decision("approve", "P-3", answers[0])]).state).toBe("queued");
    const approval = a.decision("approve", "P-3", null, { answers: over });
    expect(standingOf([...events, approval]).state).toBe("approved");
  });

  test("a prescriber who accepts takes this version back; a higher one starts anew", () => {
    const [a, site] = [new Story("county-a"), new Story(SITE)];
    const verdict = a.verdict("pharmacist");
    const events = [a.prescription(), verdict, site.answer("accept", verdict)];
    const approved = [...events, a.decision("approve", "P-1")];
    expect(standingOf(approved)).toMatchObject({ state: "withdrawn", pass: null });
    const higher = [...events, a.prescription({ version: 2 }, "b".repeat(64))];
    expect(standingOf(higher)).toMatchObject({
      state: "screening",
      version: 2,
      due: [{ do: "screen", version: 2 }],
    });
  });
});
