/** Tables of waste: what nodes wrote of it, and where bags, loads, manifests and alarms stand. */
import type { Table } from "../../sql/table.ts";

/** Every entry about waste, by its place. */
export const WASTE_EVENTS: Table = {
  name: "wasteevents",
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

/** Under which keys an entry is found; see `keysOf`. */
export const WASTE_KEYS: Table = {
  name: "wastekeys",
  columns: { name: "text", origin: "text", stream: "text", seq: "integer" },
  key: ["name", "origin", "stream", "seq"],
  indexes: { wastekeysofstream: ["origin", "stream", "seq"] },
};

/**
 * Where each bag stands, by the rules' defaults; `standing` is the whole `BagStanding`. `sealed`:
 * the earliest sealing by wall clocks. `held`: who holds it, as `custodianKey` has it, until the
 * disposer does, else NULL. `missing`: the store's entry that says so. `unsettled`: its turn where
 * somebody has to look (it is not disposed of yet, entries disagree or wait for a second person),
 * see `bagTurn`, else NULL. `faults`: other bags that were weighed by the same reading. `untold`: 1
 * where a site that has a word on it lacks another's, else NULL. `last`: the latest entry about it
 * by wall clocks. `digest`: of `standing` and `faults`, so that who knows a bag sees that it stands
 * as it did.
 */
export const WASTE_BAGS: Table = {
  name: "wastebags",
  columns: {
    bag: "text",
    site: "text",
    state: "text",
    category: "text?",
    ward: "text?",
    grams: "integer?",
    sealed: "integer?",
    held: "text?",
    inload: "text?",
    manifest: "text?",
    receipt: "text?",
    missing: "text?",
    conflicts: "integer",
    pending: "integer",
    faults: "integer",
    unsettled: "text?",
    untold: "integer?",
    last: "integer",
    standing: "text",
    digest: "text",
  },
  key: ["bag"],
  wide: true,
  indexes: { wastebagssealed: ["site", "sealed", "bag"] },
  sparse: {
    wastebagsheld: { of: "held", columns: ["held", "bag", "grams"] },
    wastebagsinload: { of: "inload", columns: ["inload", "bag"] },
    wastebagsonmanifest: { of: "manifest", columns: ["manifest", "bag"] },
    wastebagsofreceipt: { of: "receipt", columns: ["receipt", "bag"] },
    wastebagsunsettled: { of: "unsettled", columns: ["site", "unsettled"] },
    wastebagsturn: { of: "unsettled", columns: ["unsettled"] },
    wastebagswatched: { of: "unsettled", columns: ["site", "bag", "digest"] },
    wastebagsuntold: { of: "untold", columns: ["bag"] },
  },
};

/**
 * Of each bag the sites that have a word on it and do not have it now: there it was once, or may
 * have been. `sealed` and `last` as its own row has them.
 */
export const WASTE_PASSED: Table = {
  name: "wastepassed",
  columns: { bag: "text", site: "text", sealed: "integer", last: "integer" },
  key: ["bag", "site"],
  indexes: { wastepassedsealed: ["site", "sealed", "bag"] },
};

/**
 * Each filling of a box. `around`: the larger load that it stands in, NULL where it stands in none,
 * or entries disagree (`conflicts` is 1 then). `boxedby`: ids of the entries that put it there.
 */
export const WASTE_LOADS: Table = {
  name: "wasteloads",
  columns: {
    load: "text",
    box: "text?",
    around: "text?",
    conflicts: "integer",
    boxedby: "text",
  },
  key: ["load"],
  sparse: {
    wasteloadsaround: { of: "around", columns: ["around", "load"] },
    wasteloadsofbox: { of: "box", columns: ["box", "load"] },
  },
};

/**
 * Each transfer manifest, by what was written of it; `standing` has it whole, but for what its bags
 * say: those stand in their own table. `began`: its first entry by wall clocks. `faults`: how many
 * receipts and disposals do not fit what left, NULL where all do.
 */
export const WASTE_MANIFESTS: Table = {
  name: "wastemanifests",
  columns: {
    manifest: "text",
    site: "text",
    number: "text?",
    stage: "text",
    numbers: "integer",
    drafts: "integer",
    began: "integer",
    faults: "integer?",
    standing: "text",
  },
  key: ["manifest"],
  wide: true,
  indexes: {
    wastemanifestsbegan: ["site", "began", "manifest"],
    wastemanifestslatest: ["began", "manifest"],
  },
  sparse: {
    wastemanifestsnumber: { of: "number", columns: ["number", "manifest"] },
    wastemanifestsfaults: { of: "faults", columns: ["site", "manifest"] },
  },
};

/** Each alarm; `raised`: how often. `unsettled`: its turn while it is not over, see `alarmTurn`. */
export const WASTE_ALARMS: Table = {
  name: "wastealarms",
  columns: {
    alarm: "text",
    site: "text",
    rule: "text",
    name: "text",
    level: "text",
    subject: "text",
    basis: "text",
    hours: "real?",
    certain: "integer",
    since: "integer",
    raised: "integer",
    unsettled: "text?",
  },
  key: ["alarm"],
  indexes: { wastealarmssince: ["site", "since", "alarm"] },
  sparse: {
    wastealarmsunsettled: { of: "unsettled", columns: ["site", "unsettled"] },
    wastealarmsturn: { of: "unsettled", columns: ["unsettled"] },
    wastealarmswatched: { of: "unsettled", columns: ["site", "alarm"] },
    wastealarmsabout: { of: "unsettled", columns: ["site", "subject", "alarm"] },
  },
};

export const WASTE_TABLES: readonly Table[] = [
  WASTE_EVENTS,
  WASTE_KEYS,
  WASTE_BAGS,
  WASTE_PASSED,
  WASTE_LOADS,
  WASTE_MANIFESTS,
  WASTE_ALARMS,
];
