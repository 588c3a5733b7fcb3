/**
 * Examples for presets of which no logger's print-out was found in public. A record is what was
 * measured somewhere, and what was said of it. A text states a limit and a time; the example of it
 * is ours, on either side of the limit: it is no print-out. The places were read in November 2026,
 * as stored copies.
 */
import { expect, test } from "vitest";
import { alarmMinutes, MINUTE_MS, MORNING_MS, toldOf, watching } from "../series/fixture_series.ts";
import { loggerSample } from "../series/sample.ts";

interface Published {
  readonly preset: string;
  readonly of: "record" | "text";
  readonly says: string;
  readonly place: string;
  readonly everyMinutes: number;
  /** One after the other. */
  readonly stretches: readonly (readonly [celsius: number, minutes: number])[];
  readonly alarms: readonly (readonly [rule: string, minute: number])[];
}

const ACHC = "ACHC, Surveyor 2024 No. 2, page 15: online.flippingbook.com/view/372459749/16-17";
const ALABAMA = "Alabama VFC, Data Logger Guidelines: online.documentine.com/" +
  "vfc-digital-data-logger-thermometer/2/alabama-data-logger-guidelines.html";
const MARYLAND = "Maryland VFC: marylandvfc.org/responding-to-a-temperature-excursion";
const JPAC = "JPAC, Cold Chain issues, April 2007: transfusionguidelines.org/Index.aspx?" +
  "Publication=REGS&Section=23&pageid=1199";
const SETPOINTS = "Zebra, Blood bank refrigerator setpoints matter: zebra.com/us/en/" +
  "resource-library/environmental-sensing-insights/articles/" +
  "blood-bank-refrigerator-setpoints-matter.html";
const MT100 = "B Medical Systems MT100, 2.4.1: manualshive.com/en/manual/b-medical-systems/" +
  "mt100/3051733?page=10";

/** A bag that warms in a straight line: °C at each minute. */
function warming(fromCel: number, toCel: number, inMinutes: number, minutes: number) {
  return Array.from(
    { length: minutes },
    (_, minute) => [fromCel + (toCel - fromCel) * minute / inMinutes, 1] as const,
  );
}

const FREEZER: readonly Omit<Published, "preset">[] = [
  {
    of: "text",
    says: "a row each 5 minutes; above -15 °C for 60 minutes is an alarm, 55 are none",
    place: ALABAMA,
    everyMinutes: 5,
    stretches: [[-15, 240], [-14.9, 55], [-15, 5], [-14.9, 60], [-18, 5]],
    alarms: [["freezer-high", 360]],
  },
  {
    of: "text",
    says: "above -15 °C is out of range, of a door that stood open for 20 minutes nobody is told",
    place: MARYLAND,
    everyMinutes: 1,
    stretches: [[-15, 60], [-5, 20], [-18, 60]],
    alarms: [],
  },
  {
    of: "text",
    says: "a paper log: 6, 7 and 8 °F are too warm; 5, 4 and 3 °F are not",
    place: "I-CARE, Temperature Log: studylib.net/doc/18403500",
    everyMinutes: 60,
    stretches: [5, 4, 3, 6, 5, 7, 5, 8, 5].map((fahrenheit) => [(fahrenheit - 32) / 1.8, 60]),
    alarms: [["freezer-high", 240], ["freezer-high", 360], ["freezer-high", 480]],
  },
];

const TRANSPORT: readonly Omit<Published, "preset">[] = [
  {
    of: "text",
    says: "five readings in a row: 4 above, a return, 4 above are none; the fifth is one",
    place: "LogTag Analyzer User Guide (ThermoWorks TRIX-8), page 39 (its limit is 20 °C)",
    everyMinutes: 1,
    stretches: [[9, 4], [5, 1], [9, 4], [5, 1], [9, 5], [5, 1]],
    alarms: [["platform-transport-high", 15]],
  },
  {
    of: "text",
    says: "air of a blood refrigerator: 2 and 8 °C, with a delay of 10 minutes",
    place: JPAC,
    everyMinutes: 1,
    stretches: [[2, 10], [1.9, 10], [8, 10], [8.1, 10], [5, 1]],
    alarms: [
      ["platform-transport-low", 15],
      ["platform-transport-low-2", 20],
      ["platform-transport-high", 35],
      ["platform-transport-high-2", 40],
    ],
  },
  {
    of: "text",
    says: "a row each 5 minutes; below 2 °C for 15 minutes",
    place: ALABAMA,
    everyMinutes: 5,
    stretches: [[2, 30], [1.9, 10], [2, 5], [1.9, 15], [5, 5]],
    alarms: [
      ["platform-transport-low", 35],
      ["platform-transport-low-2", 40],
      ["platform-transport-low", 50],
      ["platform-transport-low-2", 55],
      ["platform-transport-low-3", 60],
    ],
  },
];

/** Of blood that is kept at 2 to 6 °C; rules have the preset's name before them. */
const BLOOD: readonly (Omit<Published, "preset" | "alarms"> & {
  readonly presets: readonly ("red-cells" | "whole-blood")[];
  readonly alarms: readonly (readonly [side: "low" | "high", minute: number])[];
})[] = [
  {
    presets: ["red-cells", "whole-blood"],
    of: "text",
    says: "the blood's core: 2 and 6 °C, no delay, a value each 5 minutes",
    place: JPAC,
    everyMinutes: 5,
    stretches: [[2, 30], [1.9, 5], [6, 30], [6.1, 5], [4, 5]],
    alarms: [["low", 30], ["high", 65]],
  },
  {
    presets: ["red-cells", "whole-blood"],
    of: "record",
    says: "a bag of 2 °C on a bench has 6 °C after 7.5 minutes (a straight line between is ours)",
    place: SETPOINTS,
    everyMinutes: 1,
    stretches: warming(2, 6, 7.5, 10),
    alarms: [["high", 8]],
  },
  {
    presets: ["red-cells", "whole-blood"],
    of: "record",
    says: "a bag of 4 °C on a bench has 6 °C after 3.0 minutes (a straight line between is ours)",
    place: SETPOINTS,
    everyMinutes: 1,
    stretches: warming(4, 6, 3, 10),
    alarms: [["high", 4]],
  },
  {
    presets: ["red-cells"],
    of: "record",
    says: "a refrigerator went to 9 °C, above its 6 °C for some two hours",
    place: "PathLabTalk, Out of temp blood: pathlabtalk.com/forum/index.php?/topic/3099",
    everyMinutes: 1,
    stretches: [[4, 30], [9, 120], [4, 30]],
    alarms: [["high", 30]],
  },
  {
    presets: ["red-cells"],
    of: "record",
    says: "coolers that came back with 7 to 9, rarely 10 °C: FDA Form 483",
    place: "CBBS e-Network Forum: cbbsweb.org/enf/2002/bloodxfr_hosp.html",
    everyMinutes: 1,
    stretches: [[7, 1], [4, 1], [9, 1], [4, 1], [10, 1], [4, 1]],
    alarms: [["high", 0], ["high", 2], ["high", 4]],
  },
  {
    presets: ["whole-blood"],
    of: "record",
    says: "whole blood at room temperature (here 22 °C) for the day of its collection: adulterated",
    place: "FDA Warning Letter CHI-41-01: fda.gov/ICECI/EnforcementActions/WarningLetters/" +
      "ucm178304.htm",
    everyMinutes: 60,
    stretches: [[22, 480]],
    alarms: [["high", 0]],
  },
  {
    presets: ["whole-blood"],
    of: "text",
    says: "whole blood stays between 2 and 6 °C, an alarm signals what is not meant to be",
    place: MT100,
    everyMinutes: 1,
    stretches: [[2, 60], [6, 60], [6.1, 1], [6, 60], [1.9, 1], [2, 60]],
    alarms: [["high", 120], ["low", 181]],
  },
];

const PLATELETS: readonly Omit<Published, "preset">[] = [
  ...[[19.8, 24.2], [19.8, 24.6], [19.9, 24.5]].map(([low, high]) => ({
    of: "record" as const,
    says: `an incubator's alarms at ${low} and ${high} °C: both outside of the range`,
    place: ACHC,
    everyMinutes: 1,
    stretches: [[22, 10], [low, 1], [22, 10], [high, 1], [22, 1]] as const,
    alarms: [["platelets-low", 10], ["platelets-high", 21]] as const,
  })),
  {
    of: "text",
    says: "platelets stay between 20 and 24 °C",
    place: MT100,
    everyMinutes: 1,
    stretches: [[20, 60], [24, 60]],
    alarms: [],
  },
];

const PLASMA: readonly Omit<Published, "preset">[] = [
  {
    of: "record",
    says: "a freezer's alarm at -17.0 °C: outside of the range",
    place: ACHC,
    everyMinutes: 1,
    stretches: [[-30, 10], [-17, 1], [-30, 10]],
    alarms: [["plasma-high", 10]],
  },
  {
    of: "text",
    says: "stored at -18 °C or colder",
    place: "21 CFR 640.34(b): cfr.laws-info.com/text/21/640/34",
    everyMinutes: 1,
    stretches: [[-18, 60], [-65, 60], [-17.9, 1], [-18, 60]],
    alarms: [["plasma-high", 120]],
  },
  {
    of: "text",
    says: "preferably at -30 °C or below, but not above -18 °C",
    place:
      "San Joaquin, Storage of blood components: lfweb.sjgov.org/WebLink/1/doc/666822/Page99.aspx",
    everyMinutes: 1,
    stretches: [[-30, 60], [-18, 60], [-17, 1], [-30, 60]],
    alarms: [["plasma-high", 120]],
  },
];

const STRICT: readonly Omit<Published, "preset">[] = [
  {
    of: "text",
    says: "a row each 5 minutes; above 8 °C for 60 minutes is an alarm, 55 are none",
    place: ALABAMA,
    everyMinutes: 5,
    stretches: [[8, 240], [8.1, 55], [8, 5], [8.1, 60], [5, 5]],
    alarms: [["strict-high", 360]],
  },
  {
    of: "text",
    says: "below 2.0 °C for 60 consecutive minutes is reported",
    place: MARYLAND,
    everyMinutes: 1,
    stretches: [[2, 60], [1.9, 59], [2, 1], [1.9, 60], [5, 1]],
    alarms: [["strict-low", 180]],
  },
];

const all = (preset: string, cases: readonly Omit<Published, "preset">[]): Published[] =>
  cases.map((one) => ({ preset, ...one }));

const PUBLISHED: readonly Published[] = [
  ...all("freezer", FREEZER),
  ...all("platform-transport", TRANSPORT),
  ...BLOOD.flatMap(({ presets, alarms, ...one }) =>
    presets.map((preset): Published => ({
      ...one,
      preset,
      alarms: alarms.map(([side, minute]) => [`${preset}-${side}`, minute] as const),
    }))
  ),
  ...all("platelets", PLATELETS),
  ...all("plasma", PLASMA),
  ...all("strict", STRICT),
];

test.each(PUBLISHED)("C2 C3 $preset, of a $of: $says ($place)", (one) => {
  const values = one.stretches.flatMap(([celsius, minutes]) =>
    Array.from({ length: minutes / one.everyMinutes }, () => celsius)
  );
  const everyMs = one.everyMinutes * MINUTE_MS;
  const samples = values.map((celsius, index) =>
    loggerSample(MORNING_MS + index * everyMs, celsius)
  );
  const told = toldOf(samples, watching(one.preset, { intervalMs: everyMs }));
  const alarms = alarmMinutes(told).sort(([, , alarm], [, , other]) => alarm - other);
  expect(alarms.map(([rule, , alarm]) => [rule, alarm])).toEqual(one.alarms);
});

test("C2 each preset without print-outs has three published examples or more", () => {
  const count = (preset: string) => PUBLISHED.filter((one) => one.preset === preset).length;
  const presets = ["freezer", "platform-transport", "red-cells", "whole-blood", "platelets"];
  for (const preset of [...presets, "plasma"]) {
    expect([preset, count(preset) >= 3]).toEqual([preset, true]);
  }
});
