/**
 * What both centres have to show of the scripted week, written down by hand from the rules; nothing
 * of it is asked of the product. Moments are exact to the minute where a value comes each minute,
 * and else those of the next value: `seen`.
 */
import { minuteOf, momentOf } from "../demo/township_week.ts";
import { SILENT_MINUTES } from "./fixture_week_town.ts";

/** Something that has to be told: `what` says of what, and what of it. */
export interface ExpectedAlarm {
  readonly what: string;
  /** Since when, minutes. */
  readonly minute: number;
}

/** One time out of range: what levels it comes to after how many minutes. */
interface Episode {
  readonly unit: string;
  readonly cause: string;
  /** The first minute at which it is out of range, and the first at which it is not any more. */
  readonly since: string;
  readonly back: string;
  readonly levels: readonly number[];
  /** Somebody said what it was while it went on, when it had come to this level. */
  readonly answered?: number;
}

const STRICT = [60];
/** The same, of which nobody said anything for an hour more. */
const UNANSWERED = [60, 120];
const PLATFORM = [30, 60, 60];
/** Of faults and gaps: at once, and after an hour. */
const PLAN = [0, 60, 60];

const EPISODES: readonly Episode[] = [
  // The door is open from 13:00 to 14:35: above 8 °C a minute later, below again at 14:43.
  {
    ...{ unit: "fridge-03", cause: "high", levels: STRICT, answered: 1 },
    ...{ since: "wed 13:01", back: "wed 14:43" },
  },
  {
    ...{ unit: "fridge-05", cause: "sensor-fault", levels: PLAN },
    ...{ since: "wed 09:00", back: "wed 10:30" },
  },
  // Without power from 03:00 to 05:15, while the line to the centres is cut.
  {
    ...{ unit: "fridge-06", cause: "high", levels: UNANSWERED },
    ...{ since: "thu 03:05", back: "thu 05:26" },
  },
  // Over midnight.
  {
    ...{ unit: "fridge-09", cause: "high", levels: PLATFORM, answered: 1 },
    ...{ since: "fri 22:41", back: "sat 00:43" },
  },
  // Too cold for 38 minutes: the first level, and no other.
  {
    ...{ unit: "fridge-11", cause: "low", levels: PLATFORM.slice(0, 1) },
    ...{ since: "sun 02:03", back: "sun 02:41" },
  },
];

/** The first value from a minute on, where one comes each `sampleMinutes`. */
function seen(text: string, sampleMinutes: number): number {
  return Math.ceil(minuteOf(text) / sampleMinutes) * sampleMinutes;
}

/** Of the cold chain, by the site itself: what is raised, what ends, and what nobody explained. */
export function expectedCold(units: readonly string[], sampleMinutes: number) {
  const raised: ExpectedAlarm[] = [];
  const ended: ExpectedAlarm[] = [];
  const unexplained: ExpectedAlarm[] = [];
  for (const { unit, cause, since, back, levels, answered } of EPISODES) {
    const from = seen(since, sampleMinutes);
    for (const [index, after] of levels.entries()) {
      raised.push({ what: `${unit} ${cause} ${index + 1}`, minute: from + after });
    }
    ended.push({ what: `${unit} ${cause}`, minute: seen(back, sampleMinutes) });
    const what = `${unit} ${cause} ${levels.length} recovered`;
    if (answered === undefined) unexplained.push({ what, minute: from });
  }
  // The box was without power from its last value at 14:00 on: a gap begins with the next that is
  // missing, and is an alarm when two are; it is told when the box is back.
  const gap = minuteOf("tue 14:00") + sampleMinutes;
  for (const unit of units) {
    const minutes = [gap + sampleMinutes, gap + 60, gap + 60];
    for (const [index, minute] of minutes.entries()) {
      raised.push({ what: `${unit} no-data ${index + 1}`, minute });
    }
    ended.push({ what: `${unit} no-data`, minute: minuteOf("tue 17:00") });
    unexplained.push({ what: `${unit} no-data ${minutes.length} recovered`, minute: gap });
  }
  return { raised, ended, unexplained };
}

/** What a centre says of the whole site: it was not heard. */
export const EXPECTED_SILENCE = ["tue 14:00", "wed 18:00"].map((since) => ({
  since,
  alarm: momentOf(minuteOf(since) + SILENT_MINUTES),
}));
export const EXPECTED_HEARD = ["tue 17:00", "thu 18:00"];

/** Bag, alarm, level. */
export const EXPECTED_WASTE: readonly ExpectedAlarm[] = [
  // It was collected, and did not come to the store.
  { what: "thu-3 missing-bag site", minute: minuteOf("thu 10:30") },
  { what: "thu-3 missing-bag institution", minute: minuteOf("thu 12:30") },
  { what: "thu-3 missing-bag regulator", minute: minuteOf("fri 10:30") },
  // Sealed on Thursday at 08:30, and in nobody's store.
  { what: "thu-3 warning site", minute: minuteOf("fri 08:30") },
  { what: "thu-3 breach site", minute: minuteOf("sat 08:30") },
  { what: "thu-3 breach institution", minute: minuteOf("sat 08:30") },
  { what: "thu-3 breach regulator", minute: minuteOf("sun 08:30") },
  // The lorry did not come on Friday.
  { what: "fri-1 warning site", minute: minuteOf("sat 08:10") },
  { what: "fri-2 warning site", minute: minuteOf("sat 08:20") },
  { what: "sat-night warning site", minute: minuteOf("sun 23:50") },
];
/** Of these it is said that they are over: they leave with the lorry on Saturday. */
export const EXPECTED_WASTE_OVER: readonly ExpectedAlarm[] = [
  { what: "fri-1 warning site", minute: minuteOf("sat 16:00") },
  { what: "fri-2 warning site", minute: minuteOf("sat 16:00") },
];

/** What has not left with the lorry at the end, where it is, and what is said of it. */
export const EXPECTED_BALANCE: readonly ExpectedAlarm[] = [
  { what: "sat-night stored store/store-1", minute: minuteOf("sun 00:10") },
  { what: "thu-3 handed-over person/carrier missing", minute: minuteOf("thu 10:30") },
];

/** Loads, and the verdict on the cycle of each. */
export const EXPECTED_VERDICTS: readonly ExpectedAlarm[] = [
  { what: "bd-mon pass", minute: minuteOf("mon 07:00") },
  { what: "load-mon pass", minute: minuteOf("mon 07:30") },
  { what: "bd-tue pass", minute: minuteOf("tue 07:00") },
  { what: "load-tue pass", minute: minuteOf("tue 07:30") },
  { what: "bd-wed pass", minute: minuteOf("wed 07:00") },
  { what: "load-wed pass", minute: minuteOf("wed 07:30") },
  { what: "load-wed-cold fail", minute: minuteOf("wed 08:30") },
  { what: "bd-thu pass", minute: minuteOf("thu 07:00") },
  { what: "load-thu pass", minute: minuteOf("thu 07:30") },
  { what: "bd-sun pass", minute: minuteOf("sun 07:00") },
];

/** The test of Thursday grew: while the line was cut. */
export const EXPECTED_STERILE = [
  "biological-failed load-thu",
  "cycle-failed load-wed-cold",
  "recall biological-failed",
];

/** Nobody closes them: the institution hears of each after 2 hours, the regulator after 24. */
export const EXPECTED_STERILE_LEVELS: readonly ExpectedAlarm[] = [
  // Loaded on Wednesday at 08:30, and over some minutes later.
  { what: "cycle-failed load-wed-cold 2", minute: minuteOf("wed 10:40") },
  { what: "cycle-failed load-wed-cold 3", minute: minuteOf("thu 08:40") },
  { what: "biological-failed load-thu 2", minute: minuteOf("thu 18:30") },
  { what: "recall biological-failed 2", minute: minuteOf("thu 18:30") },
  { what: "biological-failed load-thu 3", minute: minuteOf("fri 16:30") },
  { what: "recall biological-failed 3", minute: minuteOf("fri 16:30") },
];

/**
 * All that was released since the test that passed on Tuesday; what was never released stays where
 * it is without a recall.
 */
export const EXPECTED_RECALL = [
  "pack-thu-1 store",
  "pack-thu-2 store",
  "pack-wed-1 used ****456",
  "pack-wed-2 store",
];

const WORDS: Readonly<Record<string, string>> = {
  ...{ high: "too warm", low: "too cold", "sensor-fault": "sensor fault", "no-data": "no data" },
  ...{ recovered: "recovered not explained", pass: "passed", fail: "failed" },
};

/** The same, as a county's pages have it in English. */
export function onPages(
  { unexplained, balance, verdicts }: Readonly<
    Record<"unexplained" | "balance" | "verdicts", readonly string[]>
  >,
  site: string,
) {
  return {
    alarms: unexplained.map((one) => {
      const [, cause, level, state] = one.split(" ");
      return `${WORDS[cause]} ${level} ${WORDS[state]}`;
    }).sort(),
    bags: balance.length,
    cycles: verdicts.map((one) => {
      const [load, verdict] = one.split(" ");
      return `${load} ${WORDS[verdict]}`;
    }).sort(),
    recalls: [`${site} a biological test failed`],
  };
}
