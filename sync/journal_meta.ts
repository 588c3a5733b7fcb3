/** Names under which a journal's own state is kept. */
export const META = {
  /** The life that is written. */
  origin: "origin",
  /** `1` after a clean close, `0` while the journal is open, in that boot, on that machine. */
  clean: "clean",
  boot: "boot",
  machine: "machine",
  /** Highest order of a key, and journal time (journal_keys.ts). */
  order: "order",
  time: "time",
  /** Counts commits that were made to find out whether there can be any. */
  probe: "probe",
  /** What is missing of the journal (journal_holes.ts). */
  holes: "holes",
  /** Of a segment: what it has to say of those whose place it takes (journal_debts.ts). */
  debts: "debts",
  /** Of these, what lives have told of. */
  told: "told",
} as const;
