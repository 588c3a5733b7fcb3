import { expect, test } from "vitest";
import { cardsOf, incompleteCard } from "./cards.ts";
import { findingOf, HOOK_INSTANCE } from "./fixtures.ts";
import { readFeedback } from "./feedback.ts";

const ALL = { hookInstance: HOOK_INSTANCE, selected: null };
const LEVELS = ["black", "red", "orange", "yellow", "blue", "could-not-check"] as const;

test("a card's indicator is its finding's level, and what is forbidden has no reason to go on", () => {
  const cards = cardsOf(LEVELS.map((level) => findingOf(level, [1])), ALL);
  expect(cards.map(({ indicator }) => indicator)).toEqual([
    "critical",
    "critical",
    "warning",
    "info",
    "info",
    "warning",
  ]);
  expect(cards.map(({ overrideReasons }) => (overrideReasons ?? []).length > 0)).toEqual([
    false,
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(cards[1].overrideReasons?.every(({ display }) => display.length > 0)).toBe(true);
});

test("a card has its source with the address that it names, and text that Markdown does not change", () => {
  const [card] = cardsOf([findingOf("red", [1])], ALL);
  expect(card.source.url).toBe("https://example.org/label?id=1");
  expect(card.summary).toBe("依据说明书，[red]");
  expect(card.detail).toContain("依据说明书，\\[red\\]");
});

test("a summary has fewer than 140 characters, whatever they are", () => {
  const finding = findingOf("red", []);
  const long = { ...finding, text: { zh: "𠮷".repeat(300), en: "" } };
  const [card] = cardsOf([long], ALL);
  expect([...card.summary]).toHaveLength(139);
  expect(card.summary.isWellFormed()).toBe(true);
});

test("cards are about the selected lines, or about the prescription; asked again they are the same", () => {
  const findings = [findingOf("red", [1]), findingOf("orange", [2, 3]), findingOf("yellow", [])];
  const selected = cardsOf(findings, { ...ALL, selected: [3] });
  expect(selected.map(({ indicator }) => indicator)).toEqual(["warning", "info"]);
  expect(cardsOf(findings, ALL).slice(1)).toEqual(selected);
  expect(new Set(cardsOf(findings, ALL).map(({ uuid }) => uuid)).size).toBe(3);
});

test("what is not complete is a card that names the fields", () => {
  const card = incompleteCard(
    [{ field: "a[0].b", message: "it is missing" }],
    HOOK_INSTANCE,
    "info",
  );
  expect(card.detail).toBe("* a\\[0\\].b: it is missing");
});

test("a feedback names the card, what was done and why", () => {
  const [{ uuid }] = cardsOf([findingOf("red", [1])], ALL);
  const told = {
    card: uuid,
    outcome: "overridden",
    overrideReason: { reason: { code: "no-alternative" }, userComment: "无其他药" },
    outcomeTimestamp: "2026-03-02T01:20:00Z",
  };
  const read = (document: object) =>
    readFeedback(new TextEncoder().encode(JSON.stringify(document)), "application/json");
  expect(read({ feedback: [told] })).toEqual({ kind: "feedback", feedback: [told] });
  const faults = read({ feedback: [{ ...told, card: "1", outcome: "ignored" }] });
  expect(faults).toMatchObject({
    kind: "refused",
    problem: {
      status: 400,
      faults: [{ field: "feedback[0].card" }, { field: "feedback[0].outcome" }],
    },
  });
  expect(read({ feedback: [] }).kind).toBe("refused");
});
