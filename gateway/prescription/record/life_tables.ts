/** Tables of prescriptions: what nodes wrote of each, where it stands, what patients have. */
import type { Table } from "../../sql/table.ts";

/** Every event of every prescription, by the place of its entry. */
export const EVENTS: Table = {
  name: "prescriptionevents",
  columns: {
    site: "text",
    number: "text",
    origin: "text",
    stream: "text",
    seq: "integer",
    kind: "text",
    node: "text",
    wall: "integer",
    /** Under which it was sent, where it has a key beside its number. */
    sendkey: "text?",
    body: "text",
  },
  key: ["site", "number", "origin", "stream", "seq"],
  wide: true,
  indexes: {
    // With the number, so that what comes next stands at its end.
    prescriptioneventsofstream: ["origin", "stream", "seq"],
  },
  sparse: { prescriptioneventsofkey: { of: "sendkey", columns: ["site", "sendkey"] } },
};

/**
 * Where each stands, by its latest version. `state`, `decidedby`, `pass`, `goods` and `review` are
 * words of `Standing`; `owed`: what the county's rules have not looked at yet, `screen`,
 * `after-review` or `after-split`; `todo`: 1 where a node has to do something by itself (a token, a
 * case, an alarm), else NULL; `answer`: whether the prescriber has to answer; `cases`: patients to
 * be called.
 */
export const PRESCRIPTIONS: Table = {
  name: "prescriptions",
  columns: {
    site: "text",
    number: "text",
    version: "integer",
    hash: "text",
    state: "text",
    decidedby: "text?",
    pass: "text?",
    outcome: "text?",
    goods: "text",
    severity: "integer",
    emergency: "integer?",
    since: "integer?",
    review: "text?",
    owed: "text?",
    todo: "integer?",
    answer: "integer",
    cases: "integer",
    received: "integer?",
    issued: "integer?",
    patient: "text?",
  },
  key: ["site", "number"],
  indexes: {
    prescriptionsreceived: ["received"],
    prescriptionsbystate: ["state", "received"],
  },
  sparse: {
    prescriptionsinreview: {
      of: "review",
      columns: ["emergency", "severity", "since", "site", "number"],
    },
    prescriptionsowed: { of: "owed", columns: ["owed", "received", "site", "number"] },
    prescriptionstodo: { of: "todo", columns: ["received", "site", "number"] },
  },
};

/** Codes that nobody had mapped when rules looked, each in its place of a prescription. */
export const UNMAPPED: Table = {
  name: "unmappedcodes",
  columns: {
    site: "text",
    number: "text",
    version: "integer",
    place: "text",
    section: "text",
    code: "text",
    words: "text?",
    issued: "integer",
    received: "integer",
  },
  key: ["site", "number", "version", "place"],
  indexes: {
    unmappedreceived: ["received", "site", "number", "version", "place"],
    unmappedofsite: ["site", "received", "number", "version", "place"],
  },
};

/**
 * Medicines that a patient has of one prescription, or is about to get; `until`: when the last of
 * them runs out.
 */
export const PATIENT_LINES: Table = {
  name: "patientlines",
  columns: {
    site: "text",
    number: "text",
    patient: "text",
    until: "integer",
    /** A list of `HistoryLine`, by version and line. */
    body: "text",
  },
  key: ["site", "number", "patient"],
  wide: true,
  indexes: { patientlinesuntil: ["patient", "until"] },
};
