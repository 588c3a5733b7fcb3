/** What every node tells of itself: its lives, clock, disk and keys, and what left it. */
import * as z from "zod";
import { DISK_STATES } from "../disk_rules.ts";
import type { Domain, EntryKind } from "../domain.ts";
import { clockTrustedBody } from "../clock_trust.ts";

const span = z.object({ origin: z.string(), stream: z.string() });

const clockChange = z.object({
  beforeMs: z.number(),
  afterMs: z.number(),
  deltaMs: z.number(),
  bootMs: z.number(),
}).loose();

const diskBody = z.object({ from: z.string(), usedPercent: z.number() }).loose();

const KINDS: readonly EntryKind[] = [
  {
    kind: "life",
    streams: ["audit"],
    about: "A life begins, and why; the first entry of its origin",
    body: z.object({ reason: z.string() }).loose(),
  },
  {
    kind: "gap",
    streams: ["alarm"],
    about: "Entries of an origin are nowhere: its stream goes on behind them",
    body: span.extend({ first: z.number(), last: z.number() }),
  },
  {
    kind: "fork",
    streams: ["alarm"],
    about: "A centre holds other entries under the numbers of this node",
    body: span.extend({ centre: z.string(), common: z.number(), own: z.number() }),
  },
  {
    kind: "adopted",
    streams: ["audit"],
    about: "What follows was written in an earlier life, and is written again",
    body: span.extend({ first: z.number(), last: z.number() }),
  },
  {
    kind: "clock-step",
    streams: ["audit"],
    about: "The wall clock was set",
    body: clockChange,
  },
  {
    kind: "clock-drift",
    streams: ["audit"],
    about: "The wall clock went wrong little by little",
    body: clockChange,
  },
  {
    kind: "clock-trusted",
    streams: ["audit"],
    about: "The wall clock is right from now on, and how wrong it was",
    body: clockTrustedBody,
  },
  ...DISK_STATES.map((state): EntryKind => ({
    kind: `disk-${state}`,
    streams: ["alarm"],
    about: "How full the disk is, and what it takes now",
    body: diskBody,
  })),
  {
    kind: "journal-unwritable",
    streams: ["alarm"],
    about: "The journal could not be written, for so long",
    body: z.object({ reason: z.string(), seconds: z.number() }).loose(),
  },
  {
    kind: "key-rotation",
    streams: ["audit"],
    about: "A new at-rest key",
    body: z.object({ given: z.string().nullable() }),
  },
  {
    kind: "rebuild",
    streams: ["audit"],
    about: "Tables are being made anew from the journal, for a person",
    body: z.object({ projections: z.array(z.string()), evenSo: z.boolean(), who: z.string() }),
  },
  {
    kind: "export",
    streams: ["audit"],
    about: "Entries left this node in a file",
    body: z.object({}).loose(),
  },
];

export const node: Domain = {
  name: "node",
  kinds: KINDS,
  projections: () => [],
  desk: async () => (await import("./desk.ts")).openNodeDesk,
  commands: async () => (await import("./commands.ts")).addRebuildCommand,
};
