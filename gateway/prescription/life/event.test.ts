import { entryId } from "../../collected_entry.ts";
import { expect, test } from "vitest";
import { LIFE_KINDS, lifeEventOf } from "./event.ts";
import { SITE, Story, SUBJECT } from "./fixture_life.ts";

const PLACE = { place: "site-017.1-0/record/1", node: SITE, timeMs: 1 };

test("the kinds of a prescription's life are told apart from all others", () => {
  expect([...LIFE_KINDS].sort()).toEqual([
    "answer",
    "contact-case",
    "contact-case-closed",
    "decision",
    "dispensing",
    "dispensing-return",
    "pass-token",
    "prescription",
    "prescription-double-use",
    "prescription-same-key",
    "prescription-same-key-seen",
    "prescription-void",
    "verdict",
  ]);
  expect(() => lifeEventOf("reading", {}, PLACE)).toThrow();
});

test("a body of a later program, with more fields, is read", () => {
  const { body } = new Story(SITE).decision("approve", "P-1");
  expect(lifeEventOf("decision", { ...body, mood: "good" }, PLACE).body).toEqual(body);
});

test.each([
  ["P10 an insistence without a reason", "answer", { reason: undefined }, "reason"],
  ["P10 an insistence without a second signature", "answer", { signature: undefined }, "signature"],
  ["P10 a refusal without words", "decision", { comment: undefined }, "comment"],
  ["P9 a hash that is none", "answer", { hash: "A".repeat(64) }, "hash"],
  ["P9 a part that is none", "dispensing", { part: 0 }, "part"],
  ["P9 too many parts", "dispensing", { part: 101 }, "part"],
  ["P9 a quantity below nothing", "dispensing", {
    lines: [{ line: 1, quantity: { value: "-1", unit: "片" } }],
  }, "lines"],
  ["P9 a return without a reason", "dispensing-return", { reason: "" }, "reason"],
])("%s is refused by the name of its field", (_, kind, change, field) => {
  const site = new Story(SITE);
  const refusal = site.decision("refuse", "P-1");
  const events = [
    refusal,
    site.answer("insist", refusal),
    site.dispensing(refusal, "approved"),
    site.goodsBack(),
  ];
  const body = events.find((event) => event.kind === kind)?.body;
  expect(() => lifeEventOf(kind, body, PLACE)).not.toThrow();
  expect(() => lifeEventOf(kind, { ...body, ...change }, PLACE)).toThrow(`"${field}"`);
});

test("P11 an id is made of what it is about: the same everywhere, and of nothing else", () => {
  const { site, prescription } = SUBJECT;
  expect(entryId("verdict", site, prescription, 1)).toBe(entryId("verdict", site, prescription, 1));
  const others = [
    entryId("verdict", site, prescription, 1),
    entryId("verdict", site, prescription, "1"),
    entryId("verdict", `${site}"`, prescription, 1),
    entryId("verdict", site + prescription, "", 1),
    entryId("decision", site, prescription, 1),
  ];
  expect(new Set(others).size).toBe(others.length);
});
