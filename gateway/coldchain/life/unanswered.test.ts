import { expect, test } from "vitest";
import { UNANSWERED_PLAN } from "../rules/plans.ts";
import { PRESETS } from "../rules/presets.ts";
import { episodesOf } from "./episode.ts";
import { HOUR_MS, MORNING_MS, Story } from "./fixture_life.ts";
import { hasLevels, unansweredAlarms } from "./unanswered.ts";

const MINUTE_MS = 60_000;
const AT_MS = MORNING_MS + HOUR_MS;

/** Levels that are due so many minutes after the first, with the minute of each. */
function due(minutes: number, told: readonly number[], answers: readonly [number, number][]) {
  const story = new Story("site-017");
  const events = [
    ...told.map((level) => story.alarm(level, { alarmMs: AT_MS })),
    ...answers.map(([level, minute]) => ({
      ...story.acknowledged(level),
      timeMs: AT_MS + minute * MINUTE_MS,
    })),
  ];
  const [episode] = episodesOf(events);
  return unansweredAlarms(episode, UNANSWERED_PLAN.minutes, {
    firstAgoMs: minutes * MINUTE_MS,
    answeredAgoMs: episode.acknowledgements.map(({ timeMs }) =>
      AT_MS + minutes * MINUTE_MS - timeMs
    ),
  }).map(({ level, alarmMs }) => [level, (alarmMs - AT_MS) / MINUTE_MS]);
}

test.each(
  [
    ["before the hour", 59.9, [1], [], []],
    ["nobody answers for an hour", 60, [1], [], [[2, 60]]],
    ["what is told is told", 60, [1, 2], [], []],
    ["nor for two hours", 120, [1, 2], [], [[3, 120]]],
    ["the process was away meanwhile", 300, [1], [], [[2, 60], [3, 120]]],
    ["one who answers has an hour", 84.9, [1], [[1, 25]], []],
    ["then it is opened again", 85, [1], [[1, 25]], [[2, 85]]],
    ["and the third an hour later", 145, [1, 2], [[1, 25]], [[3, 145]]],
    ["one who answers the second has an hour", 149.9, [1, 2], [[1, 25], [2, 90]], []],
    ["and no more", 150, [1, 2], [[1, 25], [2, 90]], [[3, 150]]],
    ["there is no level behind the third", 999, [1, 2, 3], [], []],
  ] as const,
)("C4 C9: levels of a limit that has one: %s", (_, minutes, told, answers, wanted) => {
  expect(due(minutes, [...told], answers.map(([level, at]) => [level, at]))).toEqual(wanted);
});

test("C4: limits with levels of their own are the platform's, and no other preset's", () => {
  const having = PRESETS.filter(({ rules }) =>
    rules.some(({ id, level }) => level === 1 && hasLevels(rules, id))
  );
  expect(having.map(({ name }) => name)).toEqual(["platform", "platform-transport"]);
});
