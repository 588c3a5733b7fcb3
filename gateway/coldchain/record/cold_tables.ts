/** Tables of what persons and rules say: each event, and what stands of units, alarms, stock. */
import type { Table } from "../../sql/table.ts";

/**
 * Every event by its subject (see `subjectOf`). `at`: the moment that it is about, where that is
 * not its own: when a temperature was read.
 */
export const EVENTS: Table = {
  name: "coldevents",
  columns: {
    site: "text",
    subject: "text",
    origin: "text",
    stream: "text",
    seq: "integer",
    kind: "text",
    id: "text",
    node: "text",
    wall: "integer",
    bootid: "text",
    bootms: "integer",
    clock: "text",
    at: "integer?",
    body: "text",
  },
  key: ["site", "subject", "origin", "stream", "seq"],
  wide: true,
  indexes: {
    coldeventsofstream: ["origin", "stream", "seq"],
    coldeventsbyid: ["site", "id"],
  },
  sparse: { coldeventsat: { of: "at", columns: ["site", "subject", "at"] } },
};

/** Units by their latest word; `watched`: 1, or NULL of those that are not watched any more. */
export const UNITS: Table = {
  name: "coldunits",
  columns: { site: "text", unit: "text", watched: "integer?", wall: "integer", body: "text" },
  key: ["site", "unit"],
};

/**
 * `state` is a word of `EpisodeState`, `level` the highest so far, `explained` 0 or 1; `todo`: 1
 * while somebody has to look at it or to say what it was, `goes`: 1 while it goes on, else NULL.
 */
export const EPISODES: Table = {
  name: "coldepisodes",
  columns: {
    site: "text",
    episode: "text",
    unit: "text",
    cause: "text",
    state: "text",
    level: "integer",
    rule: "text",
    since: "integer",
    ended: "integer?",
    worst: "real?",
    explained: "integer",
    todo: "integer?",
    goes: "integer?",
  },
  key: ["site", "episode"],
  indexes: {
    coldepisodessince: ["since", "site", "episode"],
    coldepisodesofunit: ["site", "unit", "since"],
  },
  sparse: {
    coldepisodestodo: { of: "todo", columns: ["since", "site", "episode"] },
    coldepisodesgoing: { of: "goes", columns: ["site", "unit", "goes"] },
    coldepisodesofcause: { of: "goes", columns: ["unit", "cause", "site"] },
  },
};

/**
 * `held`: 1 while a quarantine of the lot is undecided, else NULL; `lost`: 1 of what is to be
 * destroyed or sent back, and no more than that; `barred`: 1 of both. `since`: of what is undecided
 * the first, else of what is barred, or was, the last. `disputed`: two decided otherwise.
 * `said`: ids of its quarantines and decisions, as JSON.
 */
export const LOTS: Table = {
  name: "coldlots",
  columns: {
    site: "text",
    unit: "text",
    product: "text",
    lot: "text",
    state: "text",
    disputed: "integer",
    since: "integer",
    held: "integer?",
    barred: "integer?",
    lost: "integer?",
    said: "text",
  },
  key: ["site", "unit", "product", "lot"],
  sparse: {
    coldlotsheld: { of: "held", columns: ["since", "site", "unit", "product", "lot"] },
    coldlotslost: { of: "lost", columns: ["since", "site", "unit", "product", "lot"] },
    coldlotsbarred: { of: "barred", columns: ["site", "product", "lot", "unit"] },
  },
};

/** `state` is a word of `ReceiptState`; `todo`: 1 while nobody decided, else NULL. */
export const RECEIPTS: Table = {
  name: "coldreceipts",
  columns: {
    site: "text",
    receipt: "text",
    consignment: "text",
    sender: "text",
    arrived: "integer",
    state: "text",
    causes: "text",
    todo: "integer?",
  },
  key: ["site", "receipt"],
  indexes: {
    coldreceiptsarrived: ["arrived", "site", "receipt"],
    coldreceiptsofsite: ["site", "arrived"],
  },
  sparse: { coldreceiptstodo: { of: "todo", columns: ["arrived", "site", "receipt"] } },
};

/** What people were told of an episode, by the ids of messages. */
export const SENT: Table = {
  name: "coldsent",
  columns: { site: "text", episode: "text", id: "text", origin: "text" },
  key: ["site", "episode", "id", "origin"],
  indexes: { coldsentoforigin: ["origin"] },
};

export const LIFE_TABLES: readonly Table[] = [EVENTS, UNITS, EPISODES, LOTS, RECEIPTS, SENT];
