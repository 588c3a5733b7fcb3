/**
 * Tables of series. A series is a point that is told in °C; the samples of each life lie in parts
 * of a fixed count, each with what it tells and what it carries on, so that a year of minutes is
 * some thousand rows and what comes late has only the parts behind it told anew.
 */
import type { Column, Table } from "../../sql/table.ts";

const SERIES = { site: "text", device: "text", point: "text" } as const satisfies Readonly<
  Record<string, Column>
>;
/** In this order parts follow one another. */
const PART = { life: "integer", origin: "text", part: "integer" } as const satisfies Readonly<
  Record<string, Column>
>;

/**
 * `samples`: see `packed_samples.ts`; `carry`: a `PartCarry`; `count`: of samples; `seq`: of the
 * last one's entry; walls: its earliest and latest moment.
 */
export const PARTS: Table = {
  name: "coldparts",
  columns: {
    ...SERIES,
    ...PART,
    count: "integer",
    seq: "integer",
    fromwall: "integer",
    towall: "integer",
    samples: "text",
    carry: "text",
  },
  key: [...Object.keys(SERIES), ...Object.keys(PART)],
  wide: true,
  indexes: {
    coldpartsbytime: [...Object.keys(SERIES), "towall"],
    coldpartsoforigin: ["origin", "site", "device", "point"],
  },
};

/** What a part knows of a day: `body` is a `DayTold`; a day adds up all of its parts. */
export const PART_DAYS: Table = {
  name: "coldpartdays",
  columns: { ...SERIES, date: "text", ...PART, body: "text" },
  key: [...Object.keys(SERIES), "date", ...Object.keys(PART)],
  wide: true,
  indexes: { coldpartdaysofpart: [...Object.keys(SERIES), ...Object.keys(PART)] },
};

/**
 * Entries of alarms that a part asks for, by the ids that they have wherever they are made; `due`:
 * 1 while no entry of that id is here, else NULL.
 */
export const TOLD: Table = {
  name: "coldtold",
  columns: {
    ...SERIES,
    ...PART,
    id: "text",
    kind: "text",
    episode: "text",
    wall: "integer",
    body: "text",
    due: "integer?",
  },
  key: [...Object.keys(SERIES), ...Object.keys(PART), "id"],
  wide: true,
  indexes: { coldtoldbyid: ["site", "id"], coldtoldofepisode: ["site", "episode"] },
  sparse: { coldtolddue: { of: "due", columns: ["site", "wall", "id"] } },
};

/** Units that ever named a point as a probe of theirs. */
export const PROBES: Table = {
  name: "coldprobes",
  columns: { ...SERIES, unit: "text" },
  key: [...Object.keys(SERIES), "unit"],
  indexes: { coldprobesofunit: ["site", "unit"] },
};

export const SERIES_TABLES: readonly Table[] = [PARTS, PART_DAYS, TOLD, PROBES];
