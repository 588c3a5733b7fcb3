/** Goods arrive: what their journey's record says, and the form if they are refused (C10). */
import * as z from "zod";
import { celsius, code, DOSE_CODES_MAX, doseCode, person, timeMs, words } from "./subject.ts";

const LOTS_MAX = 200;
const MINUTES_MAX = 527_040;

const minutes = z.number().min(0).max(MINUTES_MAX);

export const goodsLot = z.object({
  product: code,
  lot: code,
  quantity: z.number().positive(),
  unit: z.string().min(1).max(20),
  /** Last day of use; `null`, or none: nobody knows. */
  expires: z.iso.date().nullable().optional(),
  /** Packs that were scanned at the door. */
  codes: z.array(doseCode).max(DOSE_CODES_MAX).optional(),
});
export type GoodsLot = z.infer<typeof goodsLot>;

/** 疫苗管理法 第三十八条: whoever receives asks for the record of the whole journey. */
export const journey = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("none"), reason: words }),
  z.object({
    kind: z.literal("record"),
    /** A logger's file, the vehicle's own monitor, or paper. */
    source: z.enum(["logger", "vehicle", "paper"]),
    /** Content hash of the file, where there is one. */
    file: z.string().max(128).optional(),
    fromMs: timeMs,
    toMs: timeMs,
    minCelsius: celsius,
    maxCelsius: celsius,
    minutesBelow: minutes,
    minutesAbove: minutes,
    /** Without a value, or with a broken sensor. */
    minutesUnknown: minutes,
  }).refine(({ fromMs, toMs }) => toMs >= fromMs, {
    path: ["toMs"],
    error: "the journey ends before it begins; exchange the two",
  }),
]);
export type Journey = z.infer<typeof journey>;

/** Body of a `cold-receipt`: what was seen at the door. */
export const receiptBody = z.object({
  id: code,
  site: code,
  /** Number on the papers. */
  consignment: code,
  from: words,
  /** The site of this county that sent it: its steps, and the trace, go on from there. */
  sentBy: code.optional(),
  /** Vehicle or carrier, and who brought it. */
  carrier: words.optional(),
  arrivedMs: timeMs,
  goods: z.array(goodsLot).min(1).max(LOTS_MAX),
  journey,
  /** As read at arrival. */
  arrivalCelsius: celsius.nullable(),
  by: person,
});
export type ReceiptBody = z.infer<typeof receiptBody>;

const decidedFields = {
  id: code,
  site: code,
  receipt: code,
  /** So many of these; none: of all that came. */
  lots: z.array(z.object({ product: code, lot: code, quantity: z.number().positive() }))
    .min(1).max(LOTS_MAX).optional(),
  by: person,
};
/** The unit that it lies in from then on. */
const storedIn = code;

/**
 * Body of a `cold-receipt-decided`, of all goods or of a part of them. What is quarantined is taken
 * in and held back. A refusal is reported (第三十八条): to whom, and when.
 */
export const receiptDecidedBody = z.discriminatedUnion("decision", [
  z.object({ ...decidedFields, decision: z.literal("accepted"), storedIn }),
  z.object({ ...decidedFields, decision: z.literal("quarantined"), storedIn }),
  z.object({
    ...decidedFields,
    decision: z.literal("refused"),
    reason: words,
    reportedTo: words,
    reportedMs: timeMs,
  }),
]);
export type ReceiptDecidedBody = z.infer<typeof receiptDecidedBody>;
