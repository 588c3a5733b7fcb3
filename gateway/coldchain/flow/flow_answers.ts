/** What routes about doses take and give. */
import * as z from "zod";
import { code, doseCode, words } from "../life/subject.ts";
import { movedBody } from "./flow_body.ts";
import { placeSchema } from "./place.ts";
import { personSchema } from "./recipient.ts";

/** Names what is asked, so that it is written once: as long as the ids of entries. */
const id = code.regex(/^[A-Za-z0-9._-]+$/, "want letters, digits, . _ -").describe(
  "Made by whoever asks, one for each step: the same again is written once",
);

const { step, lots } = movedBody.shape;

export const moveRequest = z.strictObject({
  id,
  step,
  from: placeSchema,
  to: placeSchema,
  lots,
  reason: z.string().max(500).default(""),
});

export const useRequest = z.strictObject({
  id,
  place: placeSchema,
  product: code,
  lot: code,
  expires: z.iso.date().nullable().default(null),
  code: doseCode.nullable().default(null),
  person: personSchema,
});

export const reverseRequest = z.strictObject({ what: code, reason: words });

export const doneAnswer = z.object({ id: z.string() });

export const scanQuery = z.object({
  typed: z.string().max(400).describe("As the scanner typed it"),
  site: z.string().max(64).optional().describe("At a county: whose list of lots; none: its own"),
});

export const scanAnswer = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("read"),
    code: z.string().nullable(),
    product: z.string(),
    lot: z.string().nullable(),
    expires: z.string().nullable(),
    name: z.string(),
    isDoubtful: z.boolean(),
  }),
  z.object({
    kind: z.literal("unreadable"),
    reason: z.object({ zh: z.string(), en: z.string() }),
  }),
]);

const at = { site: z.string(), place: z.string() };

export const stockAnswer = z.object({
  stock: z.array(z.object({
    ...at,
    product: z.string(),
    lot: z.string(),
    doses: z.int(),
    expires: z.string().nullable(),
  })),
});

export const vialsQuery = z.object({
  site: z.string().max(64).optional().describe("At a county: whose; none: its own"),
});

export const vialsAnswer = z.object({
  vials: z.array(z.object({
    id: z.string().describe("Of its opening, by which that is reversed"),
    ...{ product: z.string(), lot: z.string(), code: z.string(), place: z.string() },
    ...{ openedMs: z.number(), useByMs: z.number() },
    doses: z.int().describe("That were in it: those given, discarded and left"),
    ...{ given: z.int(), discarded: z.int(), left: z.int() },
  })),
});

const given = z.object({
  ...at,
  id: z.string(),
  product: z.string(),
  lot: z.string(),
  code: z.string().nullable(),
  atMs: z.number(),
  shown: z.string().describe("Masked"),
  by: z.string(),
});

const episode = z.object({
  site: z.string(),
  episode: z.string(),
  unit: z.string(),
  cause: z.string(),
  sinceMs: z.number(),
  endedMs: z.number().nullable(),
  worstCelsius: z.number().nullable(),
});

export const excursionAnswer = z.object({
  episode,
  lots: z.array(z.object({
    product: z.string(),
    lot: z.string(),
    here: z.array(z.object({ ...at, doses: z.int() })),
    givenCount: z.int(),
  })),
  given: z.array(given),
  givenCount: z.int(),
  sites: z.array(z.string()),
  isCut: z.boolean(),
});

export const dosesAnswer = z.object({
  doses: z.array(given.extend({
    way: z.array(z.object({
      ...at,
      fromMs: z.number(),
      toMs: z.number(),
      episodes: z.array(episode),
    })),
  })),
});

export const personQuery = z.strictObject({
  system: z.enum(["resident-id", "immunisation-record"]),
  number: z.string().trim().min(4).max(32),
});
