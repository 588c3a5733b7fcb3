/**
 * Tables of the office: slim rows for reports, each of one entry. `early` is the entry's wall clock
 * below zero, so that of two with one id the earlier stands; `place` tells apart what is of one
 * moment. Text columns named `code`, `level`, `mode` hold the words of verdicts.
 */
import type { Column, Table } from "../../sql/table.ts";

const NUMBER = { site: "text", number: "text" } as const;
const ORDER = { wall: "integer", early: "integer", place: "text" } as const satisfies Readonly<
  Record<string, Column>
>;

/** One row a prescription, by its latest version. */
export const MONTHLY: Table = {
  name: "officeprescriptions",
  columns: { ...NUMBER, version: "integer", sample: "text?", received: "integer", ...ORDER },
  key: ["site", "number"],
  indexes: { officeprescriptionsofmonth: ["sample", "received", "site", "number"] },
};

/**
 * `code`: under which rules alone let it pass (P8); `keepuntil`: see `keep.ts`. `uncounted`,
 * `unlisted`: 1 where of its version another verdict counts, or is listed as what it passed by.
 */
export const VERDICTS: Table = {
  name: "officeverdicts",
  columns: {
    ...NUMBER,
    version: "integer",
    mode: "text",
    id: "text",
    outcome: "text",
    level: "text",
    code: "text?",
    pack: "text",
    keepyears: "integer",
    keepuntil: "integer",
    uncounted: "integer?",
    unlisted: "integer?",
    ...ORDER,
  },
  key: ["site", "number", "version", "mode", "id"],
  indexes: {
    officeverdictswritten: ["wall", "place"],
    // All that a report counts by: of a month's verdicts none is looked up itself.
    officeverdictscounted: [
      ...["mode", "wall", "site", "outcome", "level", "code", "uncounted", "unlisted"],
    ],
    officeverdictskept: ["keepyears", "keepuntil", "site", "number"],
  },
};

/**
 * `answers`: a list of those that it is about. `uncounted`: 1 where of what was waited for another
 * decision counts; `repeated`: 1 where another of the same person does.
 */
export const DECISIONS: Table = {
  name: "officedecisions",
  columns: {
    ...NUMBER,
    id: "text",
    version: "integer",
    decision: "text",
    person: "text",
    verdict: "text?",
    since: "integer?",
    taken: "integer?",
    answers: "text",
    uncounted: "integer?",
    repeated: "integer?",
    ...ORDER,
  },
  key: ["site", "number", "id"],
  indexes: { officedecisionswritten: ["wall", "place"] },
};

/** What prescribers insist on (P10). */
export const POOL: Table = {
  name: "officepool",
  columns: { ...NUMBER, id: "text", version: "integer", ...ORDER },
  key: ["site", "number", "id"],
  indexes: { officepoolwritten: ["wall", "place"] },
};

export const GOODS: Table = {
  name: "officegoods",
  columns: { ...NUMBER, id: "text", ...ORDER },
  key: ["site", "number", "id"],
};

export const CONTACTS: Table = {
  name: "officecontacts",
  columns: { ...NUMBER, id: "text", version: "integer", cause: "text", ...ORDER },
  key: ["site", "number", "id"],
  indexes: { officecontactsopened: ["wall", "place"] },
};

export const CLOSINGS: Table = {
  name: "officeclosings",
  columns: {
    ...NUMBER,
    contact: "text",
    id: "text",
    result: "text",
    comment: "text",
    person: "text",
    ...ORDER,
  },
  key: ["site", "number", "contact", "id"],
};

export const SHIFTS: Table = {
  name: "officeshifts",
  columns: {
    day: "text",
    account: "text",
    begins: "text",
    ends: "text",
    duty: "text",
    person: "text",
    ...ORDER,
  },
  key: ["day", "account", "begins"],
};

export const SAMPLES: Table = {
  name: "officesamples",
  columns: {
    month: "text",
    seed: "text",
    county: "text",
    outpatients: "integer",
    discharges: "integer",
    person: "text",
    ...ORDER,
  },
  key: ["month"],
};

/** Those of every seed: `officesamples` says which counts. */
export const SAMPLE_ITEMS: Table = {
  name: "officesampleitems",
  columns: { month: "text", seed: "text", ...NUMBER, sample: "text", rank: "integer" },
  key: ["month", "seed", "site", "number"],
};

export const COMMENTS: Table = {
  name: "officecomments",
  columns: {
    month: "text",
    ...NUMBER,
    id: "text",
    judgement: "text",
    items: "text",
    comment: "text?",
    person: "text",
    ...ORDER,
  },
  key: ["month", "site", "number", "id"],
};

export const OFFICE_TABLES: readonly Table[] = [
  MONTHLY,
  VERDICTS,
  DECISIONS,
  POOL,
  GOODS,
  CONTACTS,
  CLOSINGS,
  SHIFTS,
  SAMPLES,
  SAMPLE_ITEMS,
  COMMENTS,
];
