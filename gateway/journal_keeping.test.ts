import { describe, expect, test } from "vitest";
import { mayGo } from "../sync/journal_retention.ts";
import { type Receipt, receiptKey } from "../sync/segments.ts";
import { type Keeping, whatMayGo } from "./journal_keeping.ts";

const DAY_MS = 86_400_000;
const RECORD = {
  origin: "site-1.1-0000000000000001",
  stream: "record",
  first: 1,
  last: 50,
} as const;
const SITE: Keeping = {
  role: "site",
  retentionDays: 30,
  centres: ["county-a", "county-b"],
  lost: new Set(),
};

/** Whether a site's records may go, so long after the newest, by receipts up to these. */
function goes(keeping: Keeping, ageMs: number, receipts: Readonly<Record<string, number>>) {
  const may = whatMayGo(keeping);
  if (may === null) return false;
  const { origin, stream } = RECORD;
  const given = Object.entries(receipts).map(([centre, seq]): [string, Receipt] => {
    const receipt = {
      ...{ centre, origin, stream, seq },
      ...{ hash: new Uint8Array(32), signature: new Uint8Array(64) },
    };
    return [receiptKey(receipt), receipt];
  });
  return mayGo("site-1", RECORD, 0, new Map(given), { ...may, nowMs: ageMs });
}

describe("C11 S6 G2: records of temperatures, and of cycles with their curves", () => {
  const both = { "county-a": 50, "county-b": 50 };

  test("stay with a county for ever: fifteen years later nothing of them may go", () => {
    const county: Keeping = { ...SITE, role: "county" };
    expect(whatMayGo(county)).toBeNull();
    expect(goes(county, 15 * 366 * DAY_MS, both)).toBe(false);
  });

  test("leave a site once both centres have all of them, and its time is over", () => {
    expect(goes(SITE, 30 * DAY_MS + 1, both)).toBe(true);
    expect(goes(SITE, 30 * DAY_MS, both)).toBe(false);
  });

  test.each([
    ["no receipt", {}],
    ["one", { "county-a": 50 }],
    ["the other only up to the one before the last", { "county-a": 50, "county-b": 49 }],
  ])("never before that, however old they are: %s", (_, receipts) => {
    expect(goes(SITE, 15 * 366 * DAY_MS, receipts)).toBe(false);
  });

  test("nor from a site with one centre, or with none that is left", () => {
    const late = 15 * 366 * DAY_MS;
    expect(goes({ ...SITE, centres: ["county-a"] }, late, both)).toBe(false);
    expect(goes({ ...SITE, lost: new Set(SITE.centres) }, late, both)).toBe(false);
    const oneLost = { ...SITE, lost: new Set(["county-b"]) };
    expect([goes(oneLost, late, { "county-a": 50 }), goes(oneLost, late, { "county-b": 50 })])
      .toEqual([true, false]);
  });
});
