/** What a keeper tells of goods at the door: what came, how it travelled, what becomes of it. */
import * as z from "zod";
import { entryId } from "../../collected_entry.ts";
import { journey } from "../life/receipt_body.ts";
import { celsius, code, DOSE_CODES_MAX, doseCode, timeMs, words } from "../life/subject.ts";
import { DOSES_MAX, LOTS_MAX } from "./flow_body.ts";

export const RECEIPT_DECISIONS = ["accepted", "quarantined", "refused"] as const;

const goods = z.strictObject({
  product: code,
  lot: code,
  expires: z.iso.date().nullable().default(null).describe("Last day of use; null: nobody knows"),
  doses: z.int().min(1).max(DOSES_MAX),
  codes: z.array(doseCode).max(DOSE_CODES_MAX).default([]).describe("Packs that were scanned"),
  decision: z.enum(RECEIPT_DECISIONS)
    .describe("Taken in, taken in and held back until somebody decides, or sent back"),
  storedIn: code.optional().describe("The unit that it is put into; none of what is refused"),
});

const ofFile = z.strictObject({
  kind: z.literal("file"),
  file: code.describe("Id of a logger's file that was imported at this site"),
  leftMs: timeMs.nullable().default(null)
    .describe("When it left, milliseconds since 1970 UTC; null: with the file's first row"),
});

export const receiptOrder = z.strictObject({
  id: code.regex(/^[A-Za-z0-9._-]+$/, "want letters, digits, . _ -")
    .describe("Names the receipt: sent again, it is the same"),
  consignment: code.describe("Number on the papers"),
  from: words.describe("The supplier: who sent it"),
  sentBy: code.optional()
    .describe(
      "Where a site of this county sent it: its name, so that the trace goes on from there",
    ),
  carrier: words.optional().describe("Vehicle or carrier, and who brought it"),
  arrivedMs: timeMs.optional().describe("When, milliseconds since 1970 UTC; none: now"),
  goods: z.array(goods).min(1).max(LOTS_MAX),
  journey: z.discriminatedUnion("kind", [...journey.options, ofFile])
    .describe("The record of the whole journey: typed, of a file, or that there is none"),
  arrivalCelsius: celsius.nullable().describe(
    "As read at arrival; null: nobody could read it, and nothing is accepted",
  ),
  reason: words.optional().describe("Why something is held back though its record is in order"),
  refusal: z.strictObject({
    reason: words,
    reportedTo: words.describe("Whom it was reported to (疫苗管理法 第三十八条)"),
    reportedMs: timeMs.optional().describe("When; none: now"),
  }).optional().describe("Of what is refused"),
}).superRefine(({ goods }, { addIssue }) => {
  const wrong = (path: (string | number)[], message: string) =>
    addIssue({ code: "custom", path: ["goods", ...path], message });
  const keys = goods.map(({ product, lot, decision, storedIn }) =>
    JSON.stringify([product, lot, decision, storedIn ?? null])
  );
  if (new Set(keys).size < keys.length) wrong([], "one lot stands twice; add its doses up");
  const codes = goods.flatMap(({ codes }) => codes);
  if (codes.length > DOSE_CODES_MAX) wrong([], `more than ${DOSE_CODES_MAX} codes; write two`);
  if (new Set(codes).size < codes.length) wrong([], "one code stands twice");
  for (const [at, { doses, codes, decision, storedIn }] of goods.entries()) {
    if (codes.length > doses) {
      wrong([at, "codes"], `${codes.length} codes for ${doses} doses; count again`);
    }
    if ((decision === "refused") !== (storedIn === undefined)) {
      wrong(
        [at, "storedIn"],
        decision === "refused" ? "what is refused is not stored; leave it out" : "name the unit",
      );
    }
  }
});
export type ReceiptOrder = z.infer<typeof receiptOrder>;

export const receiptAnswer = z.object({
  id: z.string(),
  state: z.string().describe("A word of the list of receipts, such as accepted or quarantined"),
  causes: z.array(z.string()).describe("What the record of the journey says against it"),
});

/** The step by which goods of a receipt are put away in a unit. */
export function putAwayId(site: string, receipt: string, unit: string): string {
  return entryId("cold-moved", site, receipt, unit);
}
