/**
 * What is written down of packs, loads, cycles and tests. Every body has an id: whoever writes the
 * same again, or at another node, gives the same; `site` is the node without its life.
 */
import * as z from "zod";
import { VERDICTS } from "../judge.ts";
import { DOUBT_REASONS, FAIL_REASONS } from "../reason.ts";
import { LOADS, METHODS } from "../rules.ts";

const CODE_LENGTH_MAX = 64;
const TEXT_LENGTH_MAX = 500;
/** A large steriliser holds 18 baskets of some 20 packs. */
const PACKS_MAX = 500;
export const REASONS_MAX = 50;
/** What a print-out says, in a reason. */
export const REASON_TEXT_LENGTH_MAX = 200;

const code = z.string().min(1).max(CODE_LENGTH_MAX);
const words = z.string().min(1).max(TEXT_LENGTH_MAX);
/** Whoever did it, by an own credential. */
const person = z.strictObject({ id: code, name: z.string().max(TEXT_LENGTH_MAX).optional() });
export type Person = z.infer<typeof person>;

const subject = { id: code, site: code };

/** A moment, as a node had it: within one boot its own clock orders, else the wall clock. */
export const moment = z.strictObject({ wallMs: z.int(), bootId: code, bootMs: z.number() });
export type Moment = z.infer<typeof moment>;

export const packBody = z.strictObject({
  ...subject,
  /** What its label says; each packing has a label of its own. */
  pack: code,
  title: words,
  /** Stays in the patient's body (植入物). */
  implant: z.boolean(),
  by: person,
  /** Who looked at it before it was closed. */
  checkedBy: person,
  expires: z.iso.date().nullable(),
});

const proofFields = { result: z.enum(["pass", "fail"]), document: code };

/** By what another supply released it: a result, and the number of the document that has it. */
const supplierProof = z.discriminatedUnion("indicator", [
  z.strictObject({ indicator: z.literal("biological"), ...proofFields }),
  /** Before the biological result: by a chemical indicator in a test pack, and why. */
  z.strictObject({
    indicator: z.literal("emergency"),
    ...proofFields,
    class: z.int().min(1).max(6),
    reason: words,
  }),
]);

/** A pack that another supply sterilised came to this site: what its label says. */
export const receiptBody = z.strictObject({
  ...subject,
  /** Its label, which is also by what its supply calls it back. */
  pack: code,
  title: words,
  implant: z.boolean(),
  /** Who sterilised it: of a site of the county the name of its node. */
  supplier: code,
  /** Cycle, load or lot, as its supplier names it. */
  lot: code,
  sterilisedOn: z.iso.date(),
  expires: z.iso.date(),
  /** Of an implant, which is not used without. */
  proof: supplierProof.optional(),
  by: person,
  /** Who looked at the pack and its label beside him. */
  checkedBy: person,
});

/** A load was put into a steriliser. */
export const loadBody = z.strictObject({
  ...subject,
  load: code,
  steriliser: code,
  type: z.enum(LOADS),
  packs: z.array(code).max(PACKS_MAX),
  /** The program that was chosen, where the device does not tell it. */
  program: code.optional(),
  by: person,
});

const reason = z.strictObject({
  code: z.enum([...FAIL_REASONS, ...DOUBT_REASONS]),
  rule: code.nullable(),
  found: z.number().optional(),
  wanted: z.number().optional(),
  bootMs: z.number().optional(),
  text: z.string().max(REASON_TEXT_LENGTH_MAX).optional(),
});

/** What the rules say of a cycle, for one load. */
export const cycleBody = z.strictObject({
  ...subject,
  cycle: code,
  steriliser: code,
  /** The device's own number. */
  number: code.nullable(),
  load: code.nullable(),
  /** As what the load was judged. */
  loadType: z.enum(LOADS).nullable(),
  program: code.nullable(),
  method: z.enum(METHODS).nullable(),
  source: z.enum(["samples", "printed"]),
  started: moment,
  ended: moment.nullable(),
  /** How much of the device's entries it rests on: of two judgements the one that knows more. */
  upTo: z.strictObject({ life: z.int().min(0), seq: z.int().min(0) }),
  verdict: z.enum(VERDICTS),
  reasons: z.array(reason).max(REASONS_MAX),
  holdSeconds: z.number().nullable(),
  lowestCel: z.number().nullable(),
  highestCel: z.number().nullable(),
  f0Minutes: z.number(),
  /** Steam that was off its pressure, K (S4). */
  offSaturation: z.number().nullable(),
  /** Day in China whose rules it is judged by. */
  rulesDay: z.iso.date(),
});

/** A person says which load lay in a cycle, where that could not be told by itself. */
export const assignmentBody = z.strictObject({ ...subject, cycle: code, load: code, by: person });

/** A Bowie-Dick test, read by a person. */
export const bowieDickBody = z.strictObject({
  ...subject,
  steriliser: code,
  cycle: code,
  result: z.enum(["pass", "fail"]),
  by: person,
});

const indicatorFields = { ...subject, steriliser: code, cycle: code, by: person };

export const indicatorBody = z.discriminatedUnion("indicator", [
  z.strictObject({
    ...indicatorFields,
    indicator: z.literal("chemical"),
    /** ISO 11140-1. */
    class: z.int().min(1).max(6),
    /** On a pack, in it, or in a test pack of its own (PCD). */
    place: z.enum(["outside", "inside", "pcd"]),
    /** Of which pack; none: of the whole load. */
    pack: code.optional(),
    result: z.enum(["pass", "fail"]),
  }),
  z.strictObject({
    ...indicatorFields,
    indicator: z.literal("biological"),
    /** `fail`: it grew. */
    result: z.enum(["pass", "fail"]),
    /** Whether the control, which was not sterilised, grew; if not, a pass says nothing. */
    controlGrew: z.boolean(),
    batch: code.optional(),
  }),
]);

/** One of the two steps by which a load is released. */
export const releaseStepBody = z.strictObject({
  ...subject,
  load: code,
  step: z.enum(["check", "release"]),
  /** Ids of all that the person had before him: judgements, tests, indicators, the first step. */
  seen: z.array(code).min(1).max(PACKS_MAX),
  /** Implants, before the biological result: why it cannot wait. */
  emergency: z.strictObject({ reason: words }).optional(),
  by: person,
});

export const issueBody = z.strictObject({ ...subject, pack: code, place: words, by: person });

export const useBody = z.strictObject({
  ...subject,
  pack: code,
  /** The patient's number at the site. */
  patient: code,
  place: words,
  by: person,
});

/** What became of a pack that was called back. */
export const packBackBody = z.strictObject({
  ...subject,
  pack: code,
  recall: code,
  outcome: z.enum(["returned", "destroyed", "not-found"]),
  comment: words.optional(),
  by: person,
});

export const RECALL_CAUSES = [
  "cycle-failed",
  /** A judgement that knows more does not say that it passed. */
  "cycle-undetermined",
  "chemical-failed",
  "biological-failed",
  "bowie-dick-failed",
  /** What it was released by was taken back, or was another load's. */
  "proof-withdrawn",
] as const;
export type RecallCause = typeof RECALL_CAUSES[number];

/** Packs have to come back, and patients are to be looked after. */
export const recallBody = z.strictObject({
  ...subject,
  /** Where the supplier is another site, one of that. */
  steriliser: code,
  /** The site that called back what this one received; none: it is its own recall. */
  supplier: code.optional(),
  cause: z.enum(RECALL_CAUSES),
  /** Ids of the judgement, test or indicator. */
  because: z.array(code).min(1),
  packs: z.array(code).min(1).max(20 * PACKS_MAX),
});
export type RecallBody = z.infer<typeof recallBody>;

/**
 * Takes an entry back that a person wrote by mistake; nothing is edited. A result that failed, and
 * a use on a patient, are taken back by another person only.
 */
export const reversalBody = z.strictObject({
  ...subject,
  reverses: code,
  reason: words,
  by: person,
});
