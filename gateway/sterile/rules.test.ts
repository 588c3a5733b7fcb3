import { describe, expect, test } from "vitest";
import { programNamed, steriliserSchema } from "./program.ts";
import { GRAVITY, PREVACUUM } from "./fixture_cycle.ts";
import { type Rule, ruleBookSchema, rulesOn } from "./rules.ts";
import { STANDARD_RULES } from "./standard_rules.ts";

const messagesOf = (book: unknown) =>
  ruleBookSchema.safeParse(book).error?.issues.map(({ message }) => message) ?? [];

describe("rules are configuration", () => {
  test("S1 each has an id, a source and a day, and a newer edition holds from its day on", () => {
    const newer: Rule = {
      id: "s3-gap",
      kind: "gap",
      seconds: 5,
      source: "a county's own",
      effective: "2026-03-02",
    };
    const book = ruleBookSchema.parse([...STANDARD_RULES, newer]);
    expect(rulesOn(book, "2026-03-01").one("gap")?.seconds).toBe(10);
    expect(rulesOn(book, "2026-03-02").one("gap")?.seconds).toBe(5);
    expect(rulesOn(book, "2017-05-31").holds).toEqual([]);
    expect(rulesOn(book, "2017-06-01").holds).toHaveLength(3);
  });

  test("a book that lacks a rule, or has two for one thing, is refused with what is wrong", () => {
    const without = STANDARD_RULES.filter(({ kind }) => kind !== "gap");
    expect(messagesOf(without)).toEqual(['want one rule "gap"; there is none']);
    const [hold] = STANDARD_RULES;
    expect(messagesOf([...STANDARD_RULES, hold])).toEqual([
      "there are two editions of s1-hold-prevacuum from 2017-06-01; leave one out",
    ]);
    const gap = STANDARD_RULES.find(({ kind }) => kind === "gap");
    expect(messagesOf([...STANDARD_RULES, { ...gap, id: "s3-other" }]))
      .toEqual(['want one rule "gap"; there are s3-gap, s3-other']);
    expect(messagesOf([{ ...hold, id: "W1" }])).toContain(
      "want an id such as s1-hold-prevacuum",
    );
  });
});

describe("programs are data", () => {
  const steriliser = { id: "S1", temperatures: ["chamber"], altitudeMetres: 40 };

  test("S1 a program is found by what the device calls it, and by nothing like it", () => {
    const one = steriliserSchema.parse({ ...steriliser, programs: [PREVACUUM, GRAVITY] });
    expect(programNamed(one, " 标准 134 ")?.id).toBe("p134");
    expect(programNamed(one, "g121")?.id).toBe("g121");
    for (const name of ["标准", "wrapped 134", "", null]) {
      expect(programNamed(one, name)).toBeNull();
    }
  });

  test("a name that means two programs is refused with both", () => {
    const other = { ...GRAVITY, names: ["WRAPPED 134"] };
    const result = steriliserSchema.safeParse({ ...steriliser, programs: [PREVACUUM, other] });
    expect(result.error?.issues[0]).toMatchObject({
      path: ["programs", 1, "names"],
      message: '"WRAPPED 134" is program p134 already; give each name to one program',
    });
  });
});

describe("the README's table of rules", () => {
  const readme = Deno.readTextFileSync(new URL("./README.md", import.meta.url));
  const [table, toConfirm] = readme.slice(readme.indexOf("## Rules")).split("### To be confirmed");

  test("has each rule, with its number", () => {
    const rows = new Map(
      [...table.matchAll(/^\| `(s\d-[a-z-]+)` *\| (.+?) *\|/gm)].map(([, id, text]) => [id, text]),
    );
    expect([...rows.keys()].sort()).toEqual(STANDARD_RULES.map(({ id }) => id).sort());
    for (const rule of STANDARD_RULES) {
      expect(`${rule.id}: ${rows.get(rule.id)}`).toMatch(new RegExp(`\\b${numberOf(rule)}\\b`));
    }
  });

  test("lists what is to be confirmed, and nothing else", () => {
    const listed = [...toConfirm.matchAll(/`(s\d-[a-z-]+)`/g)].map(([, id]) => id).sort();
    const marked = STANDARD_RULES.flatMap(({ id, toConfirm }) =>
      toConfirm === undefined ? [] : [id]
    );
    expect(listed).toEqual(marked.sort());
    // A number that nobody but us has said is to be confirmed.
    const uncited = STANDARD_RULES.filter(({ source }) =>
      source.startsWith("Tributary acceptance")
    );
    expect(uncited.length).toBeGreaterThan(0);
    expect(marked).toEqual(expect.arrayContaining(uncited.map(({ id }) => id)));
  });
});

function numberOf(rule: Rule): number {
  if ("seconds" in rule) return rule.seconds;
  if ("kelvin" in rule) return rule.kelvin;
  if ("hours" in rule) return rule.hours;
  if ("days" in rule) return rule.days;
  if ("years" in rule) return rule.years;
  if ("persons" in rule) return rule.persons;
  if ("class" in rule) return rule.class;
  if ("institutionHours" in rule) return rule.institutionHours;
  return "count" in rule ? rule.count : rule.results;
}
