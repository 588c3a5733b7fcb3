/** Tables of doses: what was done with them, where each lot is, whose codes they are. */
import type { Table } from "../../sql/table.ts";

const PLACE = { origin: "text", stream: "text", seq: "integer" } as const;

/**
 * A lot's part of a step. `void`: 1 of what does not count, since it was reversed, or is told twice
 * under one id.
 */
export const MOVES: Table = {
  name: "coldmoves",
  columns: {
    site: "text",
    id: "text",
    product: "text",
    lot: "text",
    ...PLACE,
    wall: "integer",
    at: "integer",
    step: "text",
    source: "text",
    target: "text",
    doses: "integer",
    /** As JSON. */
    codes: "text",
    /** Doses of a pack that is whole. */
    pack: "integer",
    expires: "text?",
    void: "integer?",
    body: "text",
  },
  key: ["site", "id", "product", "lot", "origin", "stream", "seq"],
  wide: true,
  indexes: {
    coldmovesofstream: ["origin", "stream", "seq"],
    coldmovesoflot: ["product", "lot", "site", "at"],
    coldmovesat: ["site", "at"],
  },
  sparse: { coldmovesvoid: { of: "void", columns: ["step", "wall"] } },
};

/** A dose that was given. */
export const USES: Table = {
  name: "colduses",
  columns: {
    site: "text",
    id: "text",
    ...PLACE,
    wall: "integer",
    at: "integer",
    product: "text",
    lot: "text",
    place: "text",
    code: "text?",
    person: "text",
    shown: "text",
    sealed: "text",
    by: "text",
    void: "integer?",
  },
  key: ["site", "id", "origin", "stream", "seq"],
  indexes: {
    coldusesofstream: ["origin", "stream", "seq"],
    coldusesoflot: ["product", "lot", "site", "at"],
    // All that counting asks for.
    coldusesofplace: ["product", "lot", "site", "place", "void"],
    coldusesofperson: ["person", "at"],
  },
  sparse: { coldusesofcode: { of: "code", columns: ["code"] } },
};

/** A vial of several doses was opened; `wall` to `clock`: when that was written down. */
export const OPENINGS: Table = {
  name: "coldopenings",
  columns: {
    site: "text",
    id: "text",
    ...PLACE,
    wall: "integer",
    bootid: "text",
    bootms: "integer",
    clock: "text",
    at: "integer",
    product: "text",
    lot: "text",
    code: "text",
    place: "text",
    doses: "integer",
    useby: "integer",
    body: "text",
    void: "integer?",
  },
  key: ["site", "id", "origin", "stream", "seq"],
  indexes: {
    coldopeningsofstream: ["origin", "stream", "seq"],
    coldopeningsofcode: ["site", "product", "lot", "code"],
  },
};

/** See `vial.ts`; `open`: 1 while a dose is left in it, else NULL. */
export const VIALS: Table = {
  name: "coldvials",
  columns: {
    site: "text",
    product: "text",
    lot: "text",
    code: "text",
    id: "text",
    opened: "integer",
    useby: "integer",
    place: "text",
    doses: "integer",
    used: "integer",
    discarded: "integer",
    rest: "integer",
    short: "integer",
    open: "integer?",
  },
  key: ["site", "product", "lot", "code"],
  indexes: { coldvialsofcode: ["site", "code"], coldvialsopened: ["site", "opened"] },
  sparse: { coldvialsopen: { of: "open", columns: ["site", "useby"] } },
};

export const REVERSALS: Table = {
  name: "coldreversals",
  columns: { site: "text", what: "text", ...PLACE, body: "text" },
  key: ["site", "what", "origin", "stream", "seq"],
  indexes: { coldreversalsofstream: ["origin", "stream", "seq"] },
};

/** See `stays.ts`; `here`: 1 while not all have left by a step, else NULL. */
export const STAYS: Table = {
  name: "coldstays",
  columns: {
    site: "text",
    product: "text",
    lot: "text",
    place: "text",
    since: "integer",
    until: "integer?",
    doses: "integer",
    short: "integer",
    here: "integer?",
    expires: "text?",
  },
  key: ["site", "product", "lot", "place", "since"],
  indexes: { coldstaysofplace: ["site", "place", "since"] },
  sparse: { coldstayshere: { of: "here", columns: ["site", "place", "product", "lot"] } },
};

/** Ranges of trace codes, of one product each; `site` empty: of all. */
export const LOT_CODES: Table = {
  name: "coldlotcodes",
  columns: {
    product: "text",
    first: "text",
    last: "text",
    lot: "text",
    site: "text",
    ...PLACE,
    expires: "text?",
    name: "text",
  },
  key: ["product", "first", "last", "lot", "site", "origin", "stream", "seq"],
  indexes: { coldlotcodesofstream: ["origin", "stream", "seq"] },
};

export const FLOW_TABLES: readonly Table[] = [
  ...[MOVES, USES, OPENINGS, REVERSALS],
  ...[STAYS, VIALS, LOT_CODES],
];
