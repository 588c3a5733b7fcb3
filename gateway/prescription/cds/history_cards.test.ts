import { expect, test } from "vitest";
import type { HistoryReach } from "../facts.ts";
import { HOOK_INSTANCE } from "./fixtures.ts";
import { historyCards } from "./history_cards.ts";

const UNHEARD = [{ node: "county-b", untilMs: Date.UTC(2026, 2, 2, 1, 20), place: null }];

function cards(historyReach: HistoryReach, more: { degraded?: boolean; isApart?: boolean } = {}) {
  const { degraded = false, isApart = false } = more;
  return historyCards(HOOK_INSTANCE, { degraded, historyReach, unheard: isApart ? UNHEARD : [] });
}

test("P5 a check that saw all of the county says nothing of it", () => {
  expect(cards("county")).toEqual([]);
});

test.each(
  [
    ["none", {}, ["未对照既往用药"]],
    ["own-site", {}, ["没有身份证号"]],
    ["own-site", { degraded: true }, ["未查其他机构"]],
    ["none", { degraded: true }, ["未对照既往用药", "未查其他机构"]],
    ["heard", { isApart: true }, ["暂时失去联系"]],
    ["own-site", { isApart: true }, ["没有身份证号", "暂时失去联系"]],
  ] as const,
)("P5 P11 a prescriber is told what was not seen: %s %o", (reach, more, words) => {
  const found = cards(reach, more);
  expect(found).toHaveLength(words.length);
  for (const [index, { summary }] of found.entries()) {
    expect(summary).toContain(words[index]);
    // CDS Hooks 2.0: fewer than 140 characters.
    expect([...summary].length).toBeLessThan(140);
  }
  expect(new Set(found.map(({ uuid }) => uuid)).size).toBe(found.length);
  expect(cards(reach, more)).toEqual(found);
});

test("P11 and since when, in Shanghai, of which centre", () => {
  const [{ detail }] = cards("heard", { isApart: true });
  expect(detail).toContain("2026-03-02 09:20（北京时间）起未能连上 county-b");
  expect(detail).toContain("county-b could not be heard since 2026-03-02 09:20 (UTC+8)");
  const [ever] = historyCards(HOOK_INSTANCE, {
    degraded: false,
    historyReach: "heard",
    unheard: [{ ...UNHEARD[0], untilMs: null }],
  });
  expect(ever.detail).toContain("county-b could not be heard: prescriptions that it took");
});
