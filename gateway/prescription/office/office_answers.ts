/** What the office answers to programs. */
import * as z from "zod";

const count = z.int().min(0);
const counted = z.array(z.strictObject({ name: z.string(), count }));

export const dayReportAnswer = z.strictObject({
  day: z.string(),
  days: z.int(),
  verdicts: count.describe(
    "Prescriptions with a verdict on them as they came, each version once; later reviews are apart",
  ),
  passes: counted.describe(
    "What rules alone let pass, once, by its code; all codes are named (P8)",
  ),
  outcomes: counted,
  levels: counted.describe("By the gravest finding; none: there is no finding"),
  modes: counted,
  sites: z.array(z.strictObject({
    site: z.string(),
    verdicts: count,
    passes: count,
    degraded: count,
    intercepted: count,
  })),
  degraded: z.strictObject({
    all: count,
    reviewed: count,
    owed: count.describe("Not reviewed by the county yet"),
    otherwise: count.describe("The county's review said otherwise"),
  }),
  waits: z.strictObject({
    decided: count,
    warned: count.describe("Waited 3 min or more"),
    escalated: count.describe("Waited 5 min or more"),
    waiting: count.describe("Waits now, whatever the day"),
    waitingEscalated: count,
  }),
});

export const passesAnswer = z.strictObject({
  passes: z.array(z.strictObject({
    site: z.string(),
    prescription: z.string(),
    version: z.int(),
    code: z.string(),
    verdict: z.string(),
    pack: z.string(),
    at: z.iso.datetime(),
  })),
  next: z.string().nullable().describe("Ask again with after=, for those that follow"),
});

const lengths = z.strictObject({
  count,
  medianMs: count.nullable(),
  p95Ms: count.nullable(),
});
const work = {
  decided: count,
  wait: lengths.describe("Since a pharmacist was waited for"),
  handling: lengths.describe("Since it was taken"),
  inTime: count.describe("Decided within 5 min, of those whose wait is known"),
};

export const workloadAnswer = z.strictObject({
  from: z.string(),
  to: z.string(),
  all: z.strictObject(work).describe("What two centres decided on the same counts once"),
  persons: z.array(z.strictObject({ person: z.string(), ...work })),
  hours: z.array(z.strictObject({ hour: z.int(), ...work })),
});

export const mayGoAnswer = z.array(z.strictObject({
  years: z.int(),
  count: count.describe("Nothing is deleted by itself; destroying takes an approval"),
  firstDay: z.string().nullable(),
  lastDay: z.string().nullable(),
}));

export const sampleAnswer = z.strictObject({
  month: z.string(),
  drawn: z.strictObject({
    seed: z.string(),
    county: z.string(),
    by: z.string(),
    at: z.iso.datetime(),
    outpatients: count.describe("Of how many were drawn"),
    discharges: count,
  }).nullable(),
  items: z.array(z.strictObject({
    site: z.string(),
    prescription: z.string(),
    from: z.enum(["outpatient", "discharge", "pool"]),
    comments: z.array(z.strictObject({
      judgement: z.string(),
      items: z.array(z.string()),
      text: z.string().nullable(),
      person: z.string(),
      at: z.iso.datetime(),
    })),
  })),
});

export const rosterAnswer = z.array(z.strictObject({
  day: z.string(),
  account: z.string(),
  from: z.string(),
  to: z.string(),
  enteredBy: z.string(),
}));

export const casesAnswer = z.array(z.strictObject({
  id: z.string(),
  site: z.string(),
  prescription: z.string(),
  version: z.int(),
  cause: z.string(),
  openedAt: z.iso.datetime(),
}));

export const sameKeysAnswer = z.array(z.strictObject({
  id: z.string(),
  site: z.string(),
  prescription: z.string().describe("The one that came later"),
  version: z.int(),
  receivedAt: z.iso.datetime(),
  first: z.strictObject({ prescription: z.string(), version: z.int() }),
  key: z.string().describe("SHA-256 of the Idempotency-Key, hexadecimal"),
}));

export const toldAnswer = z.strictObject({ id: z.string() });
