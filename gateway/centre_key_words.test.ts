import { describe, expect, test } from "vitest";
import { NodeKey } from "../sync/identity.ts";
import { streamTo } from "../sync/stream.ts";
import { TablesDesk } from "./fixture_tables.ts";
import { CENTRE_KEY, type CentreKeyWord, vouched } from "./centre_key_words.ts";

const WORD: CentreKeyWord = {
  centre: "county-a",
  publicKey: "new",
  replaced: "old",
  by: "county-b",
};
const PINNED = { publicKey: "old", earlierKeys: ["older"] };
const isBelieved = (by: string) => by.startsWith("county-");

describe("a pinned key", () => {
  test("is replaced by the one that the other centre vouches for", () => {
    expect(vouched("county-a", PINNED, [WORD], isBelieved)).toEqual(WORD);
  });

  test.each<[string, Partial<CentreKeyWord>]>([
    ["of the centre itself, whose key of before may be in other hands", { by: "county-a" }],
    ["of a node that is no centre", { by: "site-2" }],
    ["on another centre", { centre: "county-c" }],
    ["that replaces another key", { replaced: "unknown" }],
    ["that brings back a key that was replaced", { publicKey: "older" }],
    ["that changes nothing", { publicKey: "old" }],
  ])("stays at a word %s", (_what, changed) => {
    expect(vouched("county-a", PINNED, [{ ...WORD, ...changed }], isBelieved)).toBeNull();
  });
});

test("a word counts in a site's own stream, and in the audit of the county's nodes alone", async () => {
  const publicKey = () => NodeKey.create().publicKey;
  const word = () => ({ centre: "county-a", publicKey: publicKey(), replaces: ["old"] });
  await using site = await TablesDesk.open({ node: "site-1" });
  await site.append(CENTRE_KEY, word(), 1, "audit");
  await site.append(CENTRE_KEY, { ...word(), publicKey: "none" }, 2, streamTo("site-1"));
  const counts = word();
  await site.append(CENTRE_KEY, counts, 3, streamTo("site-1"));
  await site.tables.caughtUp(site.journal);
  const rows = await site.tables.rows("SELECT publickey, saidby FROM centrekeys");
  expect(rows.map((row) => [row.text("publickey"), row.text("saidby")]))
    .toEqual([[counts.publicKey, "site-1"]]);
});
