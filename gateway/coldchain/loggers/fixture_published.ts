/**
 * Numbers that loggers printed and that were published. Rows and daily records are facts of those
 * print-outs; each has the place where it is to be seen.
 */
import { timeOf } from "../evaluate/written.ts";
import { Calendar } from "../series/calendar.ts";
import { loggerSample, type Sample } from "../series/sample.ts";

const MINUTE_MS = 60_000;

/** The repository `msupply-foundation/temperature-sensor`, folder `data`. */
export const FRIDGE_TAG_2L = "Fridge-tag 2 L 130500109088, export of 2022-06-08";
export const ULTRA_LOW = "Fridge-tag Ultra Low 100800001215, export of 2023-04-20";
export const Q_TAG = "Q-tag CLm doc LR RCPJ00010, export of 2022-11-09";
export const Q_TAG_NEXT = "Q-tag CLm doc LR RCPJ00010, export of 2023-04-20";
/** The repository `mortenoh/berlinger_fridge_tag_v2`, folder `data/input`. */
export const FRIDGE_TAG_2 = "Fridge-tag 2 160400343951, export of 2025-06-11";

/** Wall clock of the logger; UTC stands for it, since it has no zone. */
export const LOGGER_CALENDAR = new Calendar("UTC");

export function at(time: string): number {
  const ms = timeOf(time, LOGGER_CALENDAR);
  if (ms === null) throw new Error(`"${time}" is no time`);
  return ms;
}

/** Rows from a time on, so many minutes apart. */
export function rows(from: string, everyMinutes: number, values: readonly number[]): Sample[] {
  const fromMs = at(from);
  return values.map((celsius, index) =>
    loggerSample(fromMs + index * everyMinutes * MINUTE_MS, celsius)
  );
}

/** Minutes of one temperature, as a record's times say: from each time on until the next. */
export function steps(
  ...parts: readonly (readonly [from: string, celsius: number])[]
): Sample[] {
  return parts.slice(0, -1).flatMap(([from, celsius], index) => {
    const count = (at(parts[index + 1][0]) - at(from)) / MINUTE_MS;
    return rows(from, 1, Array.from({ length: count }, () => celsius));
  });
}

/** Five-minute rows of the 2 L around what was out of range, and what its day says of it. */
export const TWO_L_DAYS = [
  {
    date: "2022-05-03",
    minutesAbove: 84,
    alarmAbove: "2022-05-03T10:32",
    rows: rows("2022-05-03 09:26", 5, [
      ...[3.3, 8.0, 14.5, 17.7, 19.3, 20.5, 21.4, 22.0, 22.6, 23.6, 25.7, 22.1, 15.0, 11.1, 9.0],
      ...[7.6, 6.4, 5.3, 4.1, 5.9, 6.3, 6.5, 6.6, 6.6, 6.8, 6.9, 7.0, 7.1, 7.0, 6.8, 6.7, 6.4, 6.2],
      ...[10.2, 8.8, 8.2, 7.9, 7.6, 7.4],
    ]),
  },
  {
    date: "2022-05-04",
    minutesAbove: 14,
    alarmAbove: null,
    rows: rows("2022-05-04 10:31", 5, [7.7, 8.0, 8.2, 8.2, 8.1, 7.9, 7.6]),
  },
  {
    date: "2022-05-05",
    minutesAbove: 385,
    alarmAbove: "2022-05-05T11:00",
    rows: rows("2022-05-05 09:56", 5, [
      ...[7.9, 8.1, 8.5, 8.7, 9.3, 9.7, 10.0, 10.1, 10.3, 10.5, 10.5, 10.6, 10.7, 10.8, 10.8, 10.8],
      ...[10.9, 10.9, 10.9, 10.9, 10.9, 10.9, 10.9, 10.9, 10.9, 10.8, 10.8, 10.8, 10.8, 10.7, 10.6],
      ...[
        10.6,
        10.6,
        10.5,
        10.5,
        10.5,
        10.5,
        10.5,
        10.5,
        10.5,
        10.5,
        10.5,
        10.3,
        9.9,
        9.5,
        9.2,
        9.0,
      ],
      ...[8.8, 8.8, 8.8, 9.0, 9.3, 9.5, 9.8, 10.0, 10.2, 10.5, 10.7, 11.0, 11.2, 11.4, 11.5, 11.7],
      ...[11.8, 12.1, 12.4, 12.3, 12.1, 11.8, 11.5, 11.1, 10.7, 10.3, 9.8, 9.5, 9.0, 8.7, 8.3, 8.0],
      7.6,
    ]),
  },
  {
    date: "2022-05-30",
    minutesAbove: 75,
    alarmAbove: "2022-05-30T16:18",
    rows: rows("2022-05-30 15:11", 5, [
      ...[-0.8, 2.3, 16.4, 21.6, 24.1, 25.9, 26.8, 27.5, 28.0, 27.8, 27.6, 27.8, 27.8, 27.8, 27.7],
      ...[16.9, 9.6, 4.6, 1.3],
    ]),
  },
];

/** All rows of the Q-tag's journey, ten minutes apart. */
export const Q_TAG_ROWS = rows("2022-11-08 04:49", 10, [
  ...[
    4.4,
    3.2,
    2.1,
    2.1,
    2.4,
    2.6,
    2.1,
    1.6,
    1.8,
    2.2,
    2.3,
    1.7,
    1.6,
    1.9,
    2.3,
    2.1,
    1.5,
    1.7,
    2.1,
  ],
  ...[
    2.3,
    1.7,
    1.6,
    1.9,
    2.2,
    2.1,
    1.5,
    1.7,
    2.1,
    2.3,
    1.7,
    1.6,
    1.9,
    2.2,
    2.1,
    1.5,
    1.7,
    2.1,
    2.3,
  ],
  ...[
    1.7,
    1.6,
    1.9,
    2.2,
    2.7,
    2.7,
    2.4,
    1.7,
    1.2,
    1.3,
    0.9,
    1.2,
    1.6,
    1.8,
    1.4,
    1.2,
    1.6,
    1.9,
    1.7,
  ],
  ...[
    1.3,
    1.6,
    1.9,
    2.1,
    1.5,
    1.4,
    1.8,
    2.2,
    1.9,
    1.4,
    1.6,
    1.9,
    2.0,
    1.4,
    1.5,
    1.8,
    2.2,
    2.0,
    1.5,
  ],
  ...[
    1.6,
    2.0,
    2.1,
    1.4,
    1.5,
    1.8,
    2.2,
    1.8,
    1.4,
    2.0,
    2.1,
    1.5,
    1.7,
    1.4,
    1.7,
    2.2,
    3.4,
    3.2,
    2.7,
  ],
  ...[2.3, 2.1, 2.0, 1.6, 1.7, 2.1, 2.2, 7.0, 15.1, 19.0, 21.1, 22.2, 22.4, 22.4, 22.8, 23.2, 22.9],
  ...[22.7, 22.7, 23.4, 23.8, 24.1, 24.3, 24.1, 23.9, 23.3, 23.6, 23.5, 24.1],
]);

/** How many of the 424 rows of the same Q-tag's next journey have each temperature. */
export const Q_TAG_NEXT_COUNTS: readonly (readonly [celsius: number, rows: number])[] = [
  ...[[9.7, 3], [9.8, 5], [9.9, 25], [10, 5], [10.1, 24], [10.2, 51], [10.3, 36]] as const,
  ...[[10.4, 70], [10.5, 30], [10.6, 59], [10.7, 39], [10.8, 23], [10.9, 25]] as const,
  ...[[11, 2], [11.1, 16], [11.2, 8], [11.3, 2], [12.7, 1]] as const,
];
