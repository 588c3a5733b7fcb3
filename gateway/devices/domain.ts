/** Devices of sites: what they say, how they are, and what of it was not taken. */
import * as z from "zod";
import type { Domain, EntryKind } from "../domain.ts";
import { corrections } from "./corrections.ts";
import { catalogueBody, latest, readingBody, silenceBody, stateBody } from "./latest.ts";

const KINDS: readonly EntryKind[] = [
  {
    kind: "reading",
    streams: ["reading"],
    about: "What a device measured, or said of itself",
    body: readingBody.loose(),
  },
  {
    kind: "unreadable",
    streams: ["reading"],
    about: "What a device sent and nobody could read, in base64",
    body: z.object({ device: z.string(), reason: z.string(), bytes: z.string() }).loose(),
  },
  {
    kind: "state",
    streams: ["reading"],
    about: "Whether a device is there, and why not",
    body: stateBody,
  },
  {
    kind: "not-stored",
    streams: ["reading"],
    about: "So many readings of a device were not taken",
    body: z.object({ device: z.string(), count: z.number(), reason: z.string() }).loose(),
  },
  {
    kind: "catalogue",
    streams: ["reading"],
    about: "What a node calls itself and its devices",
    body: catalogueBody.loose(),
  },
  {
    kind: "no-data",
    streams: ["alarm"],
    about: "A device has told no value for too long (C7)",
    body: silenceBody.loose(),
  },
  {
    kind: "data-again",
    streams: ["alarm"],
    about: "A device that was silent tells values again",
    body: silenceBody.loose(),
  },
  {
    kind: "key-conflict",
    streams: ["alarm"],
    about: "An id came again with other bytes (T2)",
    body: z.object({ device: z.string(), id: z.string(), bytes: z.string() }).loose(),
  },
  {
    kind: "refusal",
    streams: ["audit"],
    about: "Somebody or something was turned away",
    body: z.object({ source: z.string(), code: z.string(), who: z.string(), detail: z.string() }),
  },
];

export const devices: Domain = {
  name: "devices",
  kinds: KINDS,
  projections: () => [latest, corrections],
  desk: async () => (await import("./desk.ts")).openDeviceDesk,
  commands: async () => (await import("./commands.ts")).addDeviceCommands,
};
