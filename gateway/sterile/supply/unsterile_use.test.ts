import { describe, expect, test } from "vitest";
import { RULES } from "../fixture_cycle.ts";
import { Story } from "./fixture_supply.ts";
import { packTrace } from "./pack_trace.ts";
import { toldOfSite } from "./told.ts";
import { type Today, todayBy, unreleasedUses, type UseDoubt, useDoubts } from "./unsterile_use.ts";

const TODAY = "2026-03-02";
const BELIEVED = { day: TODAY, isBelieved: true } as const;

function doubts(
  story: Story,
  patient: string | null = "patient-1",
  today: Today = BELIEVED,
): UseDoubt[] {
  return useDoubts(packTrace(toldOfSite(story.events), "P-1", RULES), today, patient);
}

function stampAt(day: string) {
  return { wallMs: Date.parse(`${day}T00:00:00+08:00`) };
}

/** A load that two persons released. */
function releasedOne(more: Record<string, unknown> = {}): Story {
  const story = new Story();
  const bowieDick = story.morning();
  story.release("L-1", [bowieDick, ...story.sterilised("L-1", "P-1", more)]);
  return story;
}

function receivedOne(more: Record<string, unknown> = {}): Story {
  const story = new Story();
  story.receipt("P-1", more);
  return story;
}

describe("S5 a pack that is not to be used", () => {
  const unsterile: readonly (readonly [UseDoubt, (story: Story) => void])[] = [
    ["never-loaded", (story) => void story.pack("P-1")],
    ["never-sterilised", (story) => {
      story.pack("P-1");
      story.load("L-1", ["P-1"]);
    }],
    ["cycle-failed", (story) => {
      story.pack("P-1");
      story.load("L-1", ["P-1"]);
      story.cycle("C-1", "L-1", "fail");
    }],
    ["cycle-undetermined", (story) => {
      story.pack("P-1");
      story.load("L-1", ["P-1"]);
      story.cycle("C-1", "L-1", "undetermined");
    }],
    ["not-released", (story) => void story.sterilised("L-1", "P-1")],
  ];

  test.each(unsterile)("S5 says why: %s", (doubt, tell) => {
    const story = new Story();
    story.morning();
    tell(story);
    expect(doubts(story)).toEqual([doubt]);
    const use = story.use("P-1", "patient-1");
    expect(unreleasedUses(toldOfSite(story.events), RULES).map(({ body }) => body.id))
      .toEqual([use]);
  });

  test("S5 whose label nobody knows was in no load either", () => {
    expect(doubts(new Story())).toEqual(["unknown-label"]);
  });

  test("S5 one that was released is used, and nothing speaks against it", () => {
    const story = releasedOne({ expires: TODAY });
    expect(doubts(story, null)).toEqual([]);
    story.use("P-1", "patient-1");
    expect(unreleasedUses(toldOfSite(story.events), RULES)).toEqual([]);
    // For the same patient once more, not for another one.
    expect(doubts(story, "patient-1")).toEqual([]);
    expect(doubts(story, "patient-2")).toEqual(["used-before"]);
    expect(doubts(story, null)).toEqual(["used-before"]);
  });

  test("S5 one that was released may still be called back, be unfit, too old, or in two loads", () => {
    expect(doubts(releasedOne({ expires: "2026-03-01" }))).toEqual(["expired"]);
    // A day that is printed is told by a wall clock; that it is in doubt is said (T12).
    const doubted = (day: string) =>
      doubts(
        releasedOne({ expires: TODAY }),
        null,
        todayBy({ ...stampAt(day), clock: "untrusted" }),
      );
    expect(doubted("2026-03-02")).toEqual([]);
    expect(doubted("2026-03-03")).toEqual(["expired", "clock-in-doubt"]);
    const called = releasedOne();
    called.cycle("C-L-1", "L-1", "fail");
    expect(doubts(called)).toEqual(["called-back"]);
    called.back("P-1");
    expect(doubts(called)).toEqual(["called-back", "came-back"]);
    const unfit = releasedOne();
    unfit.chemical("C-L-1", "fail", { place: "inside", pack: "P-1" });
    expect(doubts(unfit)).toEqual(["chemical-failed"]);
    const twice = releasedOne();
    twice.load("L-2", ["P-1"]);
    expect(doubts(twice)).toEqual(["two-loads"]);
  });

  test("S5 one that was received of another supply is used by its label, until it is called back", () => {
    const story = new Story();
    const receipt = story.receipt("P-1", { expires: TODAY });
    expect(doubts(story)).toEqual([]);
    story.use("P-1", "patient-1");
    expect(unreleasedUses(toldOfSite(story.events), RULES)).toEqual([]);
    expect(doubts(story, "patient-2")).toEqual(["used-before"]);
    const recalled = new Story();
    recalled.events.push(...story.events);
    recalled.tellOf("sterile-recall", {
      ...{ steriliser: "S9", supplier: "site-018", cause: "cycle-failed" },
      ...{ because: ["C-7"], packs: ["P-1"] },
    });
    expect(doubts(recalled)).toEqual(["called-back"]);
    // Its receipt was a mistake: nobody answers for it.
    story.reverse(receipt);
    expect(doubts(story)).toEqual(["unknown-label"]);
    expect(unreleasedUses(toldOfSite(story.events), RULES)).toHaveLength(1);
    expect(doubts(receivedOne({ expires: "2026-03-01" }))).toEqual(["expired"]);
    // What was loaded here this site answers for, whatever a label says.
    const loaded = receivedOne();
    loaded.load("L-1", ["P-1"]);
    expect(doubts(loaded)).toEqual(["unknown-label", "never-sterilised"]);
  });

  test("S5 an implant of another supply needs its result, or a class-5 indicator in an emergency", () => {
    const why = (proof?: object) => {
      const story = receivedOne({ implant: true, proof });
      const before = doubts(story);
      story.use("P-1", "patient-1");
      const told = toldOfSite(story.events);
      const { leftUnreleased } = packTrace(told, "P-1", RULES);
      expect(unreleasedUses(told, RULES)).toHaveLength(before.length);
      expect(leftUnreleased).toBe(before.length > 0);
      return before;
    };
    const biological = { indicator: "biological", document: "B-7" };
    const emergency = { indicator: "emergency", document: "E-7", result: "pass", reason: "急诊" };
    expect(why({ ...biological, result: "pass" })).toEqual([]);
    expect(why({ ...emergency, class: 5 })).toEqual([]);
    const bad = [
      undefined,
      { ...biological, result: "fail" },
      { ...emergency, class: 5, result: "fail" },
      { ...emergency, class: 4 },
    ];
    for (const proof of bad) expect(why(proof)).toEqual(["supplier-unproved"]);
  });

  test("S5 a release that is taken back makes its uses such as were not to be", () => {
    const story = releasedOne();
    story.use("P-1", "patient-1");
    const release = story.events.findLast(({ kind }) => kind === "sterile-release-step");
    story.reverse(release?.body.id ?? "");
    expect(unreleasedUses(toldOfSite(story.events), RULES)).toHaveLength(1);
    expect(doubts(story)).toEqual(["not-released"]);
  });
});
