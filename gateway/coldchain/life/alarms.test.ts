import { describe, expect, test } from "vitest";
import type { Stamp } from "../../../sync/entry.ts";
import type { Present } from "../../age.ts";
import type { AlarmBody } from "./alarm_body.ts";
import { PLATFORM_PLANS } from "../rules/plans.ts";
import { minutes, rulesOf, times, toldOf, watching } from "../series/fixture_series.ts";
import { textOrOther } from "../other_text.ts";
import {
  alarmBodiesOf,
  type Episode,
  episodesOf,
  isToDo,
  objectionToAcknowledgement,
} from "./episode.ts";
import {
  dueLevels,
  episodeStart,
  goneOnMs,
  type Message,
  messagesDue,
  planAlarms,
  type Telling,
} from "./escalation.ts";
import type { ColdEvent } from "./event.ts";
import { HOUR_MS, MORNING_MS, OF_UNIT, Story } from "./fixture_life.ts";
import { switchedOffWithin, watchOf } from "./suppression.ts";

const MINUTE_MS = 60_000;
const RECIPIENTS = [
  { id: "keeper", level: 1 },
  { id: "head", level: 2 },
  { id: "nurse", level: 1 },
];

function only(events: readonly ColdEvent[]): Episode {
  const episodes = episodesOf(events);
  expect(episodes).toHaveLength(1);
  return episodes[0];
}

function due(
  events: readonly ColdEvent[],
  sent: readonly Message[] = [],
  more: Partial<Telling> = {},
) {
  return messagesDue(only(events), {
    recipients: RECIPIENTS,
    sent: new Set(sent.map(({ id }) => id)),
    wasSwitchedOff: () => false,
    ...more,
  });
}

/** Asked long afterwards for a moment. */
function watchAt(events: readonly ColdEvent[], ms: number) {
  const longAfterMs = MORNING_MS + 365 * 24 * HOUR_MS;
  return watchOf(events, OF_UNIT, presentAt(longAfterMs), longAfterMs - ms);
}

function presentAt(wallMs: number): Present {
  return { now: { wallMs, bootId: "now", bootMs: 0, clock: "trusted" }, corrections: [] };
}

const told = (messages: readonly Message[]) =>
  messages.map(({ what, level, to }) => [what, level, to]);

describe("C4 levels", () => {
  const powerOff = PLATFORM_PLANS[0];
  const offline = PLATFORM_PLANS[1];

  test("power-off is told at once, and to the other levels after an hour", () => {
    expect(dueLevels(powerOff, 0, [])).toEqual([1]);
    expect(dueLevels(powerOff, 60 * MINUTE_MS - 1, [1])).toEqual([]);
    expect(dueLevels(powerOff, 60 * MINUTE_MS, [1])).toEqual([2, 3]);
    expect(dueLevels(powerOff, 61 * MINUTE_MS, [1, 2, 3])).toEqual([]);
  });

  test("offline is told after an hour: 59 minutes are none", () => {
    expect([59, 60, 61].map((after) => dueLevels(offline, after * MINUTE_MS, []))).toEqual([
      [],
      [1],
      [1],
    ]);
  });

  test("levels of a plan are one episode, with the same ids wherever they are made", () => {
    const start = episodeStart(OF_UNIT, "power-off", MORNING_MS);
    const [one, two] = planAlarms(start, powerOff, [1, 2]);
    expect(one.episode).toBe(two.episode);
    expect(planAlarms(episodeStart(OF_UNIT, "power-off", MORNING_MS), powerOff, [2])).toEqual([
      two,
    ]);
    expect(two.alarmMs).toBe(MORNING_MS + HOUR_MS);
  });

  test("levels that a series comes to are one episode; the other side is another", () => {
    const rules = rulesOf("platform");
    const series = minutes([...times(61, 8.5), ...times(61, 1.9), 5]);
    const told = toldOf(series, watching("platform"));
    const { begun, ended } = alarmBodiesOf(OF_UNIT, rules, told);
    const episodes = Map.groupBy(begun, ({ episode }) => episode);
    expect([...episodes.values()].map((alarms) => alarms.map(({ cause, level }) => [cause, level])))
      .toEqual([
        expect.arrayContaining([["high", 1], ["high", 2], ["high", 3]]),
        expect.arrayContaining([["low", 1], ["low", 2], ["low", 3]]),
      ]);
    expect(ended.map(({ cause, worstCelsius }) => [cause, worstCelsius])).toEqual([
      ["high", 8.5],
      ["low", 1.9],
    ]);
    expect(new Set(ended.map(({ episode }) => episode))).toEqual(new Set(episodes.keys()));
    expect(alarmBodiesOf(OF_UNIT, rules, told)).toEqual({ begun, ended });
  });

  test("a gap is told at once by the series, its next levels by a plan, in the same episode", () => {
    const gap = [...minutes([5]), ...minutes([5], MORNING_MS + 2 * HOUR_MS)];
    const [first] =
      alarmBodiesOf(OF_UNIT, rulesOf("strict"), toldOf(gap, watching("strict"))).begun;
    const plan = PLATFORM_PLANS[2];
    expect([first.cause, plan.cause, first.level]).toEqual(["no-data", "no-data", 1]);
    const [second] = planAlarms(first, plan, dueLevels(plan, HOUR_MS, [1]));
    expect(second).toMatchObject({ episode: first.episode, level: 2 });
  });

  test("each level goes to its own recipients; a level without any to all of the unit", () => {
    const story = new Story("site-017");
    expect(told(due([story.alarm(1), story.alarm(2), story.alarm(3)]))).toEqual([
      ["alarm", 1, ["keeper", "nurse"]],
      ["alarm", 2, ["head"]],
      ["alarm", 3, ["head", "keeper", "nurse"]],
    ]);
  });

  test("a level that was told is not told again, by whichever node", () => {
    const [site, county] = [new Story("site-017"), new Story("county-a")];
    const first = due([site.alarm(1)]);
    expect(told(due([site.alarm(1), county.alarm(1)], first))).toEqual([]);
  });
});

describe("C9 acknowledging", () => {
  const story = new Story("site-017");
  const one = story.alarm(1);
  const two = story.alarm(2);
  const seen = story.acknowledged(1);

  test("needs a cause and a comment", () => {
    expect(() => story.acknowledged(1, { comment: " " })).toThrow("comment");
    expect(() => story.acknowledged(1, { comment: undefined })).toThrow("comment");
    expect(() => story.acknowledged(1, { found: undefined })).toThrow("found");
    expect(() => story.acknowledged(1, { by: undefined })).toThrow("by");
  });

  test("closes what was seen, and the next level opens it again", () => {
    expect(only([one]).state).toBe("open");
    expect(only([one, seen]).state).toBe("acknowledged");
    expect(only([one, seen, two]).state).toBe("reopened");
    expect(told(due([one, seen]))).toEqual([]);
    expect(told(due([one, seen, two]))).toEqual([["reopened", 2, ["head"]]]);
    expect(only([one, two, story.acknowledged(2)]).state).toBe("acknowledged");
  });

  test("of a level that was not reached, or behind which there is one, is refused", () => {
    const episode = only([one, two]);
    expect(objectionToAcknowledgement(episode, { level: 3 })).toBe("not-reached");
    expect(objectionToAcknowledgement(episode, { level: 2 })).toBeNull();
    expect(objectionToAcknowledgement(episode, { level: 1 })).toBe("next-level");
  });

  test("a recovery is told to all who heard of it, once", () => {
    const first = due([one, two]);
    const over = [one, two, story.ended(MORNING_MS + 3 * HOUR_MS)];
    expect(only(over)).toMatchObject({
      state: "recovered",
      worstCelsius: 11.2,
      isExplained: false,
    });
    const end = due(over, first);
    expect(told(end)).toEqual([["recovered", 2, ["head", "keeper", "nurse"]]]);
    expect(due(over, [...first, ...end])).toEqual([]);
    expect(only([...over, seen]).isExplained).toBe(true);
  });

  test("C8: an end because of other rules is none until somebody acknowledges just that", () => {
    const changed = story.ended(MORNING_MS + 3 * HOUR_MS, { because: "rules-changed" });
    const events = [one, two, changed];
    const open = { state: "rules-changed", endedMs: null };
    expect(only(events)).toMatchObject(open);
    // A person who acknowledged before it was so has not seen it.
    const before = story.acknowledged(2);
    expect(only([...events, before])).toMatchObject(open);
    const objected = (said: object) =>
      objectionToAcknowledgement(only(events), { level: 2, ...said });
    expect([objected({}), objected({ rulesChanged: true })]).toEqual(["rules-changed", null]);
    const seen = story.acknowledged(2, { rulesChanged: true });
    expect(only([...events, seen])).toMatchObject({
      state: "rules-changed",
      endedMs: MORNING_MS + 3 * HOUR_MS,
    });
    const first = due(events);
    expect(told(first)).toEqual(told(due([one, two])));
    const then = due(events, first);
    expect(told(then)).toEqual([["rules-changed", 2, ["head", "keeper", "nurse"]]]);
    expect(due([...events, seen], [...first, ...then])).toEqual([]);
    // A value in range is the end that it is.
    expect(only([...events, story.ended(MORNING_MS + 4 * HOUR_MS)]).state).toBe("recovered");
  });

  test("C4: a cause, and a reason of an end, that only newer nodes know is kept and goes on", () => {
    const cause = "lid-open";
    const newer = [
      story.alarm(1, { cause }),
      story.ended(MORNING_MS + HOUR_MS, { cause, because: "unit-sold" }),
      story.acknowledged(1, { cause, found: "lid-broken" }),
    ];
    const episode = only(newer);
    expect(episode).toMatchObject({ cause, state: "unit-sold", endedMs: null });
    expect(isToDo({ ...episode, isOver: false })).toBe(true);
    expect(told(due(newer))).toEqual([]);
    const texts = { high: { zh: "高温", en: "high" } };
    expect(textOrOther(texts, "high")).toBe(texts.high);
    expect(textOrOther(texts, cause)).toEqual({ zh: "其他（lid-open）", en: "other (lid-open)" });
    expect(textOrOther(texts, "constructor").en).toBe("other (constructor)");
    expect(only([...newer, story.ended(MORNING_MS + 2 * HOUR_MS, { cause })]).state)
      .toBe("recovered");
    expect(() => story.alarm(1, { cause: "No word" })).toThrow("cause");
  });

  test("what came and went before anybody heard of it is told, and then that it is over", () => {
    const over = [one, story.ended(MORNING_MS + 2 * HOUR_MS)];
    const late = due(over);
    expect(told(late)).toEqual([["alarm", 1, ["keeper", "nurse"]]]);
    expect(told(due(over, late))).toEqual([["recovered", 1, ["keeper", "nurse"]]]);
  });
});

describe("C8 switching off", () => {
  const story = new Story("site-017");
  const fromMs = MORNING_MS + HOUR_MS;
  const off = (more: Record<string, unknown> = {}) =>
    story.tell("cold-suppression", {
      state: "for-a-while",
      fromMs,
      untilMs: fromMs + 24 * HOUR_MS,
      reason: "除霜",
      by: { id: "nurse-li" },
      ...more,
    });

  test("needs person, reason and an end within 24 hours", () => {
    expect(off().kind).toBe("cold-suppression");
    expect(() => off({ untilMs: fromMs + 24 * HOUR_MS + 1 })).toThrow("at most 24 hours");
    expect(() => off({ untilMs: fromMs })).toThrow("before it begins");
    expect(() => off({ untilMs: undefined })).toThrow("untilMs");
    expect(() => off({ reason: "  " })).toThrow("reason");
    expect(() => off({ by: undefined })).toThrow("by");
  });

  const endOf = (by: ColdEvent, endedMs: number, written?: Stamp): ColdEvent => ({
    ...story.tell("cold-suppression-ended", {
      suppression: by.body.id,
      endedMs,
      by: { id: "technician" },
    }),
    ...written === undefined ? {} : { written, timeMs: written.wallMs },
  });

  test("lasts up to its end, which is out already", () => {
    const events = [off()];
    const at = (ms: number) => watchAt(events, fromMs + ms).state;
    expect([at(-1), at(0), at(24 * HOUR_MS - 1), at(24 * HOUR_MS)]).toEqual([
      "watched",
      "for-a-while",
      "for-a-while",
      "watched",
    ]);
    const other = { ...OF_UNIT, unit: "fridge-2" };
    expect(watchOf(events, other, presentAt(fromMs)).state).toBe("watched");
  });

  test("does not reach back before it was said", () => {
    const backdated = off({ fromMs: MORNING_MS, untilMs: fromMs });
    const at = (ms: number) => watchAt([backdated], ms).state;
    expect([at(backdated.timeMs - 1), at(backdated.timeMs)]).toEqual(["watched", "for-a-while"]);
  });

  test("a repair has no end of its own, until somebody says that it is done", () => {
    const repair = off({ state: "under-repair", untilMs: undefined });
    const month = MORNING_MS + 30 * 24 * HOUR_MS;
    expect(watchAt([repair, off()], fromMs)).toMatchObject({
      state: "under-repair",
      untilMs: null,
    });
    expect(watchAt([repair], month).state).toBe("under-repair");
    const done = endOf(repair, month);
    expect(watchAt([done, repair], month - 1).state).toBe("under-repair");
    expect(watchAt([done, repair], month).state).toBe("watched");
  });

  describe("C8 T12: a wall clock that is set back 22 hours makes none of its hours longer", () => {
    const written = (hour: number, backHours = 0): Stamp => ({
      wallMs: fromMs + (hour - backHours) * HOUR_MS,
      ...{ bootId: "a", bootMs: (1 + hour) * HOUR_MS, clock: "trusted" },
    });
    const by = { ...off(), timeMs: fromMs, written: written(0) };
    const present = (hour: number, backHours: number): Present => ({
      now: written(hour, backHours),
      corrections: [],
    });

    test("not where it is asked for", () => {
      const at = (hour: number) => watchOf([by], OF_UNIT, present(hour, 22));
      expect(at(23)).toMatchObject({
        state: "for-a-while",
        // An hour is left, by the clock that people see.
        untilMs: fromMs + 2 * HOUR_MS,
      });
      expect([at(24).state, at(45).state]).toEqual(["watched", "watched"]);
    });

    test("and what somebody ended stays ended", () => {
      const end = endOf(by, fromMs + HOUR_MS, written(1));
      expect(watchOf([by, end], OF_UNIT, present(2, 2)).state).toBe("watched");
    });

    test("nor is any of it lost in a report", () => {
      const end = endOf(by, fromMs + HOUR_MS, written(23, 22));
      const [told] = switchedOffWithin([by, end], { fromMs, toMs: fromMs + 30 * HOUR_MS });
      expect(told).toMatchObject({ fromMs, ended: { endedMs: fromMs + 23 * HOUR_MS } });
    });
  });

  test("what goes on is told afterwards, what ended in it is not", () => {
    const untilMs = MORNING_MS + 5 * HOUR_MS;
    const wasSwitchedOff = ({ alarmMs }: AlarmBody) =>
      watchAt([off({ untilMs })], alarmMs).state !== "watched";
    const one = story.alarm(1);
    expect(told(due([one], [], { wasSwitchedOff }))).toEqual([["alarm", 1, ["keeper", "nurse"]]]);
    const over = [one, story.ended(untilMs - 1)];
    expect(due(over, [], { wasSwitchedOff })).toEqual([]);
  });
});

test.each(
  [
    ["at once", 0, 100, "trusted", 5],
    ["a look later", 0.1, 100, "trusted", 5.1],
    ["by a clock that was set on meanwhile", 90, 100, "trusted", 6],
    ["once the machine was on again", 90, 10, "trusted", 95],
    ["and its clock cannot be believed", 90, 10, "untrusted", 6],
    ["by a clock that was set back", -90, 100, "trusted", 5],
  ] as const,
)("C4 T12: so long it had gone on when it was written down %s", (_, late, up, clock, wanted) => {
  const sinceMs = MORNING_MS;
  const alarmMs = sinceMs + 5 * 60_000;
  const written = { wallMs: alarmMs + late * 60_000, bootMs: up * 60_000, bootId: "a", clock };
  expect(goneOnMs({ sinceMs, alarmMs }, written) / 60_000).toBeCloseTo(wanted);
});
