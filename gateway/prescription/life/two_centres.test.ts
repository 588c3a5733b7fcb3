import { describe, expect, test } from "vitest";
import type { Outcome } from "../verdict.ts";
import type { DecisionBody } from "./decision_body.ts";
import type { LifeEvent } from "./event.ts";
import { idOf, SITE, Story } from "./fixture_life.ts";
import { type Standing, standingOf } from "./standing.ts";

type Choice = Outcome | DecisionBody["decision"];

/** One centre's say: a verdict of rules, or a pharmacist's decision over the rules' question. */
function say(
  centre: Story,
  choice: Choice,
): { readonly all: LifeEvent[]; readonly own: LifeEvent } {
  if (choice === "approve" || choice === "refuse" || choice === "ask" || choice === "sign") {
    const verdict = centre.verdict("pharmacist");
    const own = centre.decision(choice, `pharmacist of ${idOf(verdict)}`);
    return { all: [verdict, own], own };
  }
  const own = centre.verdict(choice);
  return { all: [own], own };
}

const roleOf = ({ sides }: Standing, event: LifeEvent) =>
  sides.find(({ ids }) => ids.includes(idOf(event)))?.role;

const contactOf = ({ due }: Standing) =>
  due.flatMap((one) => one.do === "open-contact-case" ? [one.body] : []);

interface Row {
  readonly a: Choice;
  readonly b: Choice;
  /** Whether it was dispensed on what A said. */
  readonly on: "-" | "A";
  readonly state: string;
  readonly roleA: string;
  readonly roleB: string;
  readonly contact: "-" | "call";
}

/** What A said, what B said, dispensed on A or not: state, what became of each, contact case. */
const TABLE = `
  pass            pass            -  passed       stands     stands   -
  pass            notice          -  noticed      agrees     stands   -
  pass            pharmacist      -  queued       lost       stands   -
  pass            could-not-check -  queued       lost       stands   -
  pass            intercept       -  intercepted  lost       stands   -
  pass            approve         -  approved     agrees     stands   -
  pass            ask             -  asked        lost       stands   -
  pass            refuse          -  refused      lost       stands   -
  notice          notice          -  noticed      stands     stands   -
  notice          pharmacist      -  queued       lost       stands   -
  notice          could-not-check -  queued       lost       stands   -
  notice          intercept       -  intercepted  lost       stands   -
  notice          approve         -  approved     agrees     stands   -
  notice          ask             -  asked        lost       stands   -
  notice          refuse          -  refused      lost       stands   -
  pharmacist      pharmacist      -  queued       stands     stands   -
  pharmacist      could-not-check -  queued       agrees     stands   -
  pharmacist      intercept       -  intercepted  settled    stands   -
  pharmacist      approve         -  approved     settled    stands   -
  pharmacist      ask             -  asked        agrees     stands   -
  pharmacist      refuse          -  refused      settled    stands   -
  could-not-check could-not-check -  queued       stands     stands   -
  could-not-check intercept       -  intercepted  settled    stands   -
  could-not-check approve         -  queued       stands     lost     -
  could-not-check ask             -  asked        agrees     stands   -
  could-not-check refuse          -  refused      settled    stands   -
  intercept       intercept       -  intercepted  stands     stands   -
  intercept       approve         -  intercepted  stands     lost     -
  intercept       ask             -  intercepted  stands     lost     -
  intercept       refuse          -  intercepted  stands     agrees   -
  approve         approve         -  approved     stands     stands   -
  approve         ask             -  asked        lost       stands   -
  approve         refuse          -  refused      lost       stands   -
  ask             ask             -  asked        stands     stands   -
  ask             refuse          -  refused      lost       stands   -
  refuse          refuse          -  refused      stands     stands   -
  pass            pass            A  passed       stands     stands   -
  pass            notice          A  noticed      agrees     stands   -
  pass            pharmacist      A  queued       dispensed  late     call
  pass            could-not-check A  queued       dispensed  late     call
  pass            intercept       A  intercepted  dispensed  late     call
  pass            approve         A  approved     agrees     stands   -
  pass            ask             A  asked        dispensed  late     call
  pass            refuse          A  refused      dispensed  late     call
  notice          pass            A  noticed      stands     agrees   -
  notice          notice          A  noticed      stands     stands   -
  notice          pharmacist      A  queued       dispensed  late     call
  notice          could-not-check A  queued       dispensed  late     call
  notice          intercept       A  intercepted  dispensed  late     call
  notice          approve         A  approved     agrees     stands   -
  notice          ask             A  asked        dispensed  late     call
  notice          refuse          A  refused      dispensed  late     call
  approve         pass            A  approved     stands     agrees   -
  approve         notice          A  approved     stands     agrees   -
  approve         pharmacist      A  approved     stands     settled  -
  approve         could-not-check A  queued       dispensed  late     call
  approve         intercept       A  intercepted  dispensed  late     call
  approve         approve         A  approved     stands     stands   -
  approve         ask             A  asked        dispensed  late     call
  approve         refuse          A  refused      dispensed  late     call
`;

const CHOICES: readonly Choice[] = [
  "pass",
  "notice",
  "pharmacist",
  "could-not-check",
  "intercept",
  "approve",
  "ask",
  "refuse",
];

const choiceOf = (text: string): Choice => {
  const found = CHOICES.find((one) => one === text);
  if (found === undefined) throw new Error(`no choice: ${text}`);
  return found;
};

const ROWS = TABLE.trim().split("\n").map((line): Row => {
  const [a, b, on, state, roleA, roleB, contact] = line.trim().split(/ +/);
  return {
    a: choiceOf(a),
    b: choiceOf(b),
    on: on === "A" ? "A" : "-",
    state,
    roleA,
    roleB,
    contact: contact === "call" ? "call" : "-",
  };
});

const PASS_OF = { "pass": "pass", "notice": "notice" } as const;

describe("P11 two centres decide in a split", () => {
  test("the table has every pair, and every pair that could be dispensed", () => {
    const keys = new Set(ROWS.map(({ a, b, on }) => `${[a, b].sort().join()} ${on}`));
    const dispensed = new Set(ROWS.filter(({ on }) => on === "A").map(({ a, b }) => `${a} ${b}`));
    expect(ROWS).toHaveLength(36 + 24);
    expect([...keys].filter((key) => key.endsWith("-"))).toHaveLength(36);
    expect(dispensed.size).toBe(3 * CHOICES.length);
  });

  for (const { a, b, on, state, roleA, roleB, contact } of ROWS) {
    const goods = on === "A" ? ", dispensed on A's" : "";
    const names = [["county-a", "county-b"], ["county-b", "county-a"]];
    test.each(names)(
      `P11 A says ${a}, B says ${b}${goods}: ${state}, ${contact} (%s)`,
      (...both) => {
        const [one, other] = both.map((name) => new Story(name));
        const [ofA, ofB] = [say(one, a), say(other, b)];
        const pass = a === "pass" || a === "notice" ? PASS_OF[a] : "approved";
        const site = new Story(SITE);
        const goods = on === "A" ? [site.dispensing(ofA.own, pass)] : [];
        const standing = standingOf([one.prescription(), ...ofA.all, ...ofB.all, ...goods]);
        expect(standing).toMatchObject({ state, version: 1, earlier: [] });
        expect([roleOf(standing, ofA.own), roleOf(standing, ofB.own)]).toEqual([roleA, roleB]);
        expect(contactOf(standing)).toHaveLength(contact === "call" ? 1 : 0);
        const mayPass = ["passed", "noticed", "approved"].includes(state);
        expect(standing.pass !== null).toBe(mayPass);
        expect(standing.goods.state).toBe(on === "A" ? "wholly" : "none");
      },
    );
  }

  test("P11 the case names what was dispensed and what is against it, and is opened once", () => {
    const [a, b, site] = [new Story("county-a"), new Story("county-b"), new Story(SITE)];
    const pass = a.verdict("pass");
    const refusal = b.decision("refuse", "P-1");
    const goods = site.dispensing(pass, "pass");
    const events = [a.prescription(), pass, b.verdict("pharmacist"), refusal, goods];
    const [body] = contactOf(standingOf(events));
    expect(body).toMatchObject({
      cause: "stricter-decision",
      dispensings: [idOf(goods)],
      against: [idOf(refusal)],
    });
    const opened = [...events, a.write("contact-case", { ...body })];
    expect(contactOf(standingOf(opened))).toEqual([]);
    expect(standingOf(opened).openCases).toEqual([body]);
    // Both centres open the same one.
    expect(standingOf([...opened, b.write("contact-case", { ...body })]).openCases).toEqual([body]);

    const second = a.decision("refuse", "P-2");
    expect(contactOf(standingOf([...opened, second]))).toHaveLength(1);

    const { site: of, prescription } = body;
    const closing = { case: body.id, site: of, prescription, result: "reached" };
    const closed = a.write("contact-case-closed", {
      ...closing,
      comment: "已停药",
      by: { id: "P-1" },
    });
    const after = standingOf([...opened, closed]);
    expect([after.openCases, contactOf(after)]).toEqual([[], []]);
  });

  test("P11 a part was dispensed on the looser: that stands, and the rest does not leave", () => {
    const [a, b, site] = [new Story("county-a"), new Story("county-b"), new Story(SITE)];
    const pass = a.verdict("pass");
    const part = site.dispensing(pass, "pass", {
      lines: [{ line: 1, quantity: { value: "10", unit: "片" } }],
    });
    const standing = standingOf([a.prescription(), pass, b.verdict("intercept"), part]);
    expect(standing).toMatchObject({
      state: "intercepted",
      pass: null,
      goods: { state: "partly" },
    });
    expect(contactOf(standing)).toHaveLength(1);
    const back = site.goodsBack({ lines: [{ line: 1, quantity: { value: "10", unit: "片" } }] });
    const returned = standingOf([a.prescription(), pass, b.verdict("intercept"), part, back]);
    expect(returned.goods.state).toBe("returned");
    expect(contactOf(returned)).toEqual([]);
  });

  test("P11 one number and version with two contents: none passes until there is a higher one", () => {
    const [a, b, site] = [new Story("county-a"), new Story("county-b"), new Story(SITE)];
    const other = "b".repeat(64);
    const pass = a.verdict("pass");
    const events = [a.prescription(), pass, b.prescription({}, other)];
    const standing = standingOf(events);
    expect(standing).toMatchObject({ state: "conflict", pass: null });
    expect(standing.due).toContainEqual({ do: "change", because: ["a".repeat(64), other] });
    const out = standingOf([...events, site.dispensing(pass, "pass")]);
    expect(contactOf(out)).toMatchObject([{ cause: "two-contents" }]);
    const higher = a.prescription({ version: 2 }, "c".repeat(64));
    expect(standingOf([...events, higher])).toMatchObject({ state: "screening", version: 2 });
  });

  test("P11 the same prescription at both centres, and a person who says it twice, are one", () => {
    const [a, b] = [new Story("county-a"), new Story("county-b")];
    const first = a.decision("approve", "P-1");
    const again = b.decision("approve", "P-1", null, { comment: "同意" });
    const standing = standingOf([a.prescription(), b.prescription(), first, again]);
    expect(standing.sides).toHaveLength(1);
    expect(standing.sides[0].ids).toEqual([idOf(first), idOf(again)]);
    expect(standing).toMatchObject({ state: "approved", pass: "approved" });
  });

  test("P11 the county outranks the site's own rules, but for what those call black", () => {
    const [a, site] = [new Story("county-a"), new Story(SITE)];
    const held = site.verdict("could-not-check", { mode: "degraded" });
    const released = standingOf([
      a.prescription(),
      held,
      a.verdict("pass", { mode: "after-review" }),
    ]);
    expect(released).toMatchObject({ state: "passed", pass: "pass" });
    expect(roleOf(released, held)).toBe("settled");
    const black = site.verdict("intercept", { mode: "degraded" });
    expect(standingOf([a.prescription(), black, a.verdict("pass")]).state).toBe("intercepted");
  });

  test("P11 a decision known only by the token that was used counts as a decision", () => {
    const [a, site] = [new Story("county-a"), new Story(SITE)];
    const events = [
      a.prescription(),
      a.verdict("pharmacist"),
      site.dispensing("a decision that has not come", "approved"),
    ];
    expect(standingOf(events)).toMatchObject({ state: "approved", by: "pharmacists" });
    expect(contactOf(standingOf(events))).toEqual([]);
    const against = standingOf([...events, a.decision("refuse", "P-1")]);
    expect(against.state).toBe("refused");
    expect(contactOf(against)).toHaveLength(1);
  });
});
