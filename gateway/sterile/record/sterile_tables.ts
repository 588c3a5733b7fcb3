/** Tables of sterile supply: what was written, and where cycles, loads, packs, alarms stand. */
import type { Table } from "../../sql/table.ts";

/** Every entry of sterile supply, by its place. */
export const EVENTS: Table = {
  name: "sterileevents",
  columns: {
    origin: "text",
    stream: "text",
    seq: "integer",
    site: "text",
    kind: "text",
    node: "text",
    wall: "integer",
    bootid: "text",
    bootms: "integer",
    clock: "text",
    body: "text",
  },
  key: ["origin", "stream", "seq"],
  wide: true,
};

/** Under which keys an entry of a site is found; see `keysIn`. */
export const KEYS: Table = {
  name: "sterilekeys",
  columns: { site: "text", name: "text", origin: "text", stream: "text", seq: "integer" },
  key: ["site", "name", "origin", "stream", "seq"],
  indexes: { sterilekeysofstream: ["origin", "stream", "seq"] },
};

/**
 * Each cycle by the judgement that stands; `started` and `ended` by wall clocks. `life`, `seq`: its
 * place among all that its steriliser did; `wall` to `bootms`: its start, as `Ran` has it.
 */
export const CYCLES: Table = {
  name: "sterilecycles",
  columns: {
    site: "text",
    cycle: "text",
    steriliser: "text",
    number: "text?",
    started: "integer",
    ended: "integer?",
    load: "text?",
    loadtype: "text?",
    program: "text?",
    source: "text",
    verdict: "text",
    held: "real?",
    lowest: "real?",
    highest: "real?",
    f0: "real",
    offsaturation: "real?",
    judged: "integer",
    life: "integer",
    seq: "integer",
    wall: "integer",
    bootid: "text",
    bootms: "real",
  },
  key: ["site", "cycle"],
  indexes: {
    sterilecyclesstarted: ["started", "site", "cycle"],
    sterilecyclesofsite: ["site", "started", "cycle"],
    sterilecyclesofdevice: ["site", "steriliser", "started", "cycle"],
    sterilecyclesplaced: ["site", "steriliser", "life", "seq", "cycle"],
  },
};

/** `waits`: 1 while no cycle was judged to be its own, else NULL. */
export const LOADS: Table = {
  name: "sterileloads",
  columns: {
    site: "text",
    load: "text",
    steriliser: "text",
    type: "text",
    packs: "integer",
    wall: "integer",
    cycle: "text?",
    waits: "integer?",
  },
  key: ["site", "load"],
  indexes: {
    sterileloadswall: ["wall", "site", "load"],
    sterileloadsofsite: ["site", "wall", "load"],
  },
  sparse: { sterileloadswaiting: { of: "waits", columns: ["site", "steriliser", "wall", "load"] } },
};

/**
 * `state` is a word of `Whereabouts`; `since`: of that, by wall clocks. `supplier`: of one that was
 * received, else NULL; `untold`: 1 where that has called it back, and its site was not told so.
 */
export const PACKS: Table = {
  name: "sterilepacks",
  columns: {
    site: "text",
    pack: "text",
    title: "text?",
    implant: "integer",
    expires: "text?",
    state: "text",
    place: "text?",
    since: "integer?",
    supplier: "text?",
    untold: "integer?",
  },
  key: ["site", "pack"],
  sparse: {
    sterilepackssupplied: { of: "supplier", columns: ["supplier", "pack", "site"] },
    sterilepacksuntold: { of: "untold", columns: ["site", "pack"] },
  },
};

/**
 * `open`: 1 until a person has said what came of it, else NULL; `node` to `clock`: who
 * raised it, and when; `level`: up to whom it has come; `rises`: 1 while it is open and may come
 * further, else NULL; `why`: words with spaces in between.
 */
export const ALARMS: Table = {
  name: "sterilealarms",
  columns: {
    site: "text",
    alarm: "text",
    what: "text",
    steriliser: "text?",
    subject: "text",
    since: "integer",
    node: "text",
    wall: "integer",
    bootid: "text",
    bootms: "integer",
    clock: "text",
    level: "integer",
    rises: "integer?",
    why: "text?",
    comment: "text?",
    open: "integer?",
  },
  key: ["site", "alarm"],
  indexes: {
    sterilealarmssince: ["since", "site", "alarm"],
    sterilealarmsofkind: ["what", "site", "since", "alarm"],
  },
  sparse: {
    sterilealarmsopen: { of: "open", columns: ["since", "site", "alarm"] },
    sterilealarmsopenofkind: { of: "open", columns: ["site", "what", "alarm"] },
    sterilealarmsrising: { of: "rises", columns: ["site", "alarm"] },
  },
};

/** By what each is judged now. */
export const STERILISERS: Table = {
  name: "sterilisers",
  columns: { site: "text", steriliser: "text", wall: "integer", body: "text" },
  key: ["site", "steriliser"],
};

/**
 * Recalls as entries tell of them; what became of each pack is told by its own events. `supplier`:
 * of what another site called back, else NULL.
 */
export const RECALLS: Table = {
  name: "sterilerecalls",
  columns: {
    site: "text",
    recall: "text",
    steriliser: "text",
    cause: "text",
    packs: "integer",
    wall: "integer",
    supplier: "text?",
  },
  key: ["site", "recall"],
  indexes: { sterilerecallswall: ["wall", "site", "recall"] },
  sparse: { sterilerecallssupplied: { of: "supplier", columns: ["site", "recall"] } },
};

export const STERILE_TABLES: readonly Table[] = [
  EVENTS,
  KEYS,
  CYCLES,
  LOADS,
  PACKS,
  ALARMS,
  STERILISERS,
  RECALLS,
];
