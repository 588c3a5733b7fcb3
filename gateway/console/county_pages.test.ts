import { describe, expect, test } from "vitest";
import type { EqualityView } from "../fleet/equality.ts";
import { viewOf } from "./language.ts";
import { equalityBanner } from "./county_pages.ts";

const STATUS = { links: [{ destination: "county-b", state: "not-enrolled", hint: "" }] } as const;

function stream(state: EqualityView["state"], lagEntries = 0, lagSeconds = 0): EqualityView {
  const standing = { seq: 5, hash: "00" };
  const names = { node: "site-1", origin: "site-1.1-a", stream: "reading" };
  return { ...names, here: standing, there: standing, state, lagEntries, lagSeconds };
}

describe("G6: the banner says", () => {
  test.each([
    {
      what: "equal only where every hash is",
      streams: [stream("equal"), stream("equal")],
      tone: "good",
      zh: "两中心完全一致",
      en: "Both centres are equal",
    },
    {
      what: "in step where the rest is on its way, in no colour of good",
      streams: [stream("equal"), stream("behind", 2, 3), stream("ahead", 1, 9)],
      tone: "idle",
      zh: "基本同步，3 条在途",
      en: "In step, 3 on the way",
    },
    {
      what: "by how much this centre is behind",
      streams: [stream("equal"), stream("ahead", 40, 600), stream("ahead", 2, 60)],
      tone: "warn",
      zh: "本中心落后 42 条",
      en: "This centre is behind by 42 entries",
    },
    {
      what: "not equal where the other is behind",
      streams: [stream("equal"), stream("behind", 40, 600)],
      tone: "warn",
      zh: "两中心尚不一致",
      en: "The centres are not equal yet",
    },
    {
      what: "not equal where one stream is unknown",
      streams: [stream("equal"), stream("unknown")],
      tone: "warn",
      zh: "两中心尚不一致",
      en: "The centres are not equal yet",
    },
    {
      what: "forked before all else",
      streams: [stream("fork"), stream("ahead", 40, 600)],
      tone: "bad",
      zh: "两中心存在分叉",
      en: "The centres have forked",
    },
  ])("$what", async ({ streams, tone, zh, en }) => {
    for (const [language, text] of [["zh", zh], ["en", en]] as const) {
      const shown = String(await equalityBanner(viewOf(language), STATUS, streams));
      expect(shown).toContain(`<strong>${text}</strong>`);
      expect(shown).toContain(`class="banner ${tone}"`);
    }
  });
});
