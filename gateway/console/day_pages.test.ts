import { describe, expect, test } from "vitest";
import type { NodeComparison, StreamComparison, StreamDay } from "../fleet/comparison.ts";
import { viewOf } from "./language.ts";
import { daysPage, onlyThereList } from "./day_pages.ts";

const ORIGIN = "site-1.2-0000000000000000";
const OLD = "site-1.1-0000000000000000";
const HASH = "ab".repeat(32);

function stream(more: Partial<StreamComparison>): StreamComparison {
  const standing = { seq: 9, hash: HASH };
  return {
    node: "site-1",
    origin: ORIGIN,
    stream: "reading",
    state: "equal",
    here: standing,
    there: standing,
    firstDifference: null,
    days: 1,
    differing: [],
    ...more,
  };
}

function day(more: Partial<StreamDay>): StreamDay {
  const side = { count: 3, hash: HASH };
  return {
    origin: ORIGIN,
    stream: "reading",
    day: "2026-11-24",
    state: "equal",
    here: side,
    there: side,
    ...more,
  };
}

async function shown(language: "zh" | "en", found: NodeComparison, failure: string | null = null) {
  const compared = { found, atMs: Date.now(), failure };
  return String(await daysPage(viewOf(language), "site-1", compared));
}

describe("G6: the page of days says", () => {
  test.each<[string, Partial<StreamComparison>, string, string, string]>([
    ["equal", {}, "good", "两中心完全一致", "Both centres are equal"],
    [
      "which entry differs first",
      { state: "different", firstDifference: 1234 },
      "bad",
      "第一个不同的条目：1234",
      "the first entry that differs is 1234",
    ],
    [
      "from where on the other lacks entries",
      { state: "behind", firstDifference: 7 },
      "warn",
      "对方缺少自 7 起的条目",
      "the other lacks entries from 7 on",
    ],
    [
      "from where on this one does",
      { state: "only-there", firstDifference: 1 },
      "warn",
      "本中心缺少自 1 起的条目",
      "this centre lacks entries from 1 on",
    ],
    [
      "that the other lacks some in between",
      { state: "different" },
      "bad",
      "对方缺少其中一些条目",
      "the other lacks some entries in between",
    ],
  ])("%s", async (_what, more, tone, zh, en) => {
    for (const [language, text] of [["zh", zh], ["en", en]] as const) {
      const html = await shown(language, { streams: [stream(more)], days: [day({})] });
      expect(html).toContain(text);
      expect(html).toContain(`class="banner ${tone}"`);
    }
  });

  test("no more that all is equal once the other centre does not answer", async () => {
    const html = await shown(
      "en",
      { streams: [stream({})], days: [day({})] },
      "no answer for 30 s",
    );
    expect(html).not.toContain("Both centres are equal");
    expect(html).toContain('class="banner warn"');
  });

  test("a day of two lives once, with the sum and the newest life's hash", async () => {
    const newer = { count: 2, hash: "cd".repeat(32) };
    const days = [day({ origin: OLD }), day({ here: newer, there: newer })];
    const html = await shown("en", {
      streams: [stream({}), stream({ origin: OLD })],
      days,
    });
    expect(html.split("2026-11-24</th>")).toHaveLength(2);
    expect(html).toMatch(/<div>5<\/div>/);
    expect(html).toContain("cdcdcdcd…");
  });

  test("a day that differs, however many equal ones come before it", async () => {
    const equal = Array.from(
      { length: 200 },
      (_, n) => day({ day: `2027-01-01 ${String(n).padStart(3, "0")}` }),
    );
    const old = day({ day: "2020-02-02", state: "different", there: null });
    const html = await shown("zh", { streams: [stream({})], days: [...equal, old] });
    expect(html).toContain("2020-02-02");
    expect(html).toContain("不一致");
    expect(html.split("<tr>").length).toBeLessThan(140);
  });
});

test("G6: streams that only the other centre holds are listed", async () => {
  const found = [{
    origin: OLD,
    stream: "alarm",
    floor: 1,
    seq: 42,
    hash: new Uint8Array(32).fill(1),
  }];
  const html = String(
    await onlyThereList(viewOf("zh"), { found, atMs: Date.now(), failure: null }),
  );
  expect(html).toContain("仅另一中心持有");
  expect(html).toContain(OLD);
  expect(html).toContain("42");
  const none = await onlyThereList(viewOf("zh"), { found: [], atMs: Date.now(), failure: null });
  expect(String(none)).toBe("");
});
