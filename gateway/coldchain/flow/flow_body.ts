/** Doses of vaccine on their way: what persons write of it, as entries (疫苗管理法 第四十五条). */
import * as z from "zod";
import { code, DOSE_CODES_MAX, doseCode, person, timeMs, words } from "../life/subject.ts";
import { formOf, type PlaceForm, placeSchema } from "./place.ts";
import { PACK_DOSES_MAX } from "./vial_config.ts";

/** Of one step; more are another. */
export const LOTS_MAX = 50;
export const DOSES_MAX = 100_000;

const day = z.iso.date();

const movedLot = z.object({
  product: code,
  lot: code,
  /** Last day of use; `null`: nobody knows. */
  expires: day.nullable(),
  doses: z.int().min(1).max(DOSES_MAX),
  /** Packs that were scanned; none: counted by hand. With all the doses: it is these alone. */
  codes: z.array(doseCode).max(DOSE_CODES_MAX),
  /** Of a pack that is whole; none: one. */
  packDoses: z.int().min(1).max(PACK_DOSES_MAX).optional(),
});
export type MovedLot = z.infer<typeof movedLot>;

/** Steps by what they lead from and to. */
export const STEPS = {
  "stored": { from: ["receipt", "away"], to: ["unit"] },
  "moved": { from: ["unit"], to: ["unit"] },
  "taken": { from: ["unit"], to: ["session"] },
  "returned": { from: ["session"], to: ["unit"] },
  "sent": { from: ["unit"], to: ["away"] },
  "wasted": { from: ["unit", "session"], to: ["waste"] },
  "expired": { from: ["unit", "session"], to: ["waste"] },
} as const satisfies Readonly<
  Record<string, { readonly from: readonly PlaceForm[]; readonly to: readonly PlaceForm[] }>
>;
export type Step = keyof typeof STEPS;

const STEP_NAMES: readonly Step[] = Object.keys(STEPS).filter(isStep);

export function isStep(name: string): name is Step {
  return Object.hasOwn(STEPS, name);
}

/** Body of a `cold-moved`. */
export const movedBody = z.object({
  id: code,
  site: code,
  step: z.enum(STEP_NAMES),
  from: placeSchema,
  to: placeSchema,
  lots: z.array(movedLot).min(1).max(LOTS_MAX),
  /** Why it was thrown away; may be empty of other steps. */
  reason: z.string().max(500),
  atMs: timeMs,
  by: person,
}).superRefine(({ step, from, to, lots, reason }, { addIssue }) => {
  const wrong = (path: (string | number)[], message: string) =>
    addIssue({ code: "custom", path, message });
  const allows = (forms: readonly PlaceForm[], place: string) => forms.includes(formOf(place));
  const { from: froms, to: tos } = STEPS[step];
  if (!allows(froms, from)) wrong(["from"], `"${step}" is from ${froms.join(" or ")}`);
  if (!allows(tos, to)) wrong(["to"], `"${step}" is to ${tos.join(" or ")}`);
  if (from === to) wrong(["to"], "it is there already; name another place");
  if (step === "wasted" && reason.trim() === "") wrong(["reason"], "write why it is thrown away");
  const keys = new Set(lots.map(({ product, lot }) => JSON.stringify([product, lot])));
  if (keys.size < lots.length) wrong(["lots"], "one lot stands twice; add its doses up");
  const codes = lots.flatMap(({ codes }) => codes);
  if (codes.length > DOSE_CODES_MAX) {
    wrong(["lots"], `more than ${DOSE_CODES_MAX} codes; write two entries`);
  }
  if (new Set(codes).size < codes.length) wrong(["lots"], "one code stands twice");
  for (const [at, { doses, codes }] of lots.entries()) {
    if (codes.length > doses) {
      wrong(["lots", at, "codes"], `${codes.length} codes for ${doses} doses; count again`);
    }
  }
});
export type MovedBody = z.infer<typeof movedBody>;

/** Whom it was given to, so that nobody reads a number in it: see `recipient.ts`. */
export const recipientSchema = z.object({
  key: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Masked, as pages show it. */
  shown: z.string().max(64),
  /** Number and name, for who may see them, with their reason in the audit. */
  sealed: z.string().max(1024),
});
export type Recipient = z.infer<typeof recipientSchema>;

const givenPlace = placeSchema.refine((place) => ["session", "unit"].includes(formOf(place)), {
  error: "a dose is given out of a session or a unit",
});

/** Body of a `cold-used`: one dose, to one person. */
export const usedBody = z.object({
  id: code,
  site: code,
  /** Of a session, or of a unit out of which it was given. */
  place: givenPlace,
  product: code,
  lot: code,
  expires: day.nullable(),
  code: doseCode.nullable(),
  recipient: recipientSchema,
  atMs: timeMs,
  by: person,
});
export type UsedBody = z.infer<typeof usedBody>;

/** Body of a `cold-opened`: a vial of several doses; those that are given of it bear its code. */
export const openedBody = z.object({
  id: code,
  site: code,
  place: givenPlace,
  product: code,
  lot: code,
  code: doseCode,
  /** That were in it. */
  doses: z.int().min(2).max(PACK_DOSES_MAX),
  /** The last moment at which it may be used. */
  useByMs: timeMs,
  /** Where both numbers are from. */
  source: words,
  atMs: timeMs,
  by: person,
}).refine(({ useByMs, atMs }) => useByMs > atMs, {
  path: ["useByMs"],
  error: "it ends before the vial is opened; look at the open-vial limit again",
});
export type OpenedBody = z.infer<typeof openedBody>;

/** Body of a `cold-reversed`: something was written by mistake; it is kept, and counts not. */
export const reversedBody = z.object({
  id: code,
  site: code,
  /** Id of the step, use or opening. */
  what: code,
  reason: words,
  by: person,
});
export type ReversedBody = z.infer<typeof reversedBody>;

export const RANGES_MAX = 500;

/** Body of a `cold-lots`: a part of a list of codes and lots. */
export const lotsBody = z.object({
  id: code,
  /** Whose stock it is about; `null`: all sites', a county's word. */
  site: code.nullable(),
  ranges: z.array(z.object({
    from: z.string().regex(/^8\d{19}$/),
    to: z.string().regex(/^8\d{19}$/),
    lot: code,
    expires: day.nullable(),
    name: z.string().max(64),
  })).min(1).max(RANGES_MAX),
  by: person,
});
export type LotsBody = z.infer<typeof lotsBody>;
