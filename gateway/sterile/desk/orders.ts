/** What persons ask for, as it comes from pages and programs. */
import * as z from "zod";
import { secondPerson } from "../../people/second_person.ts";
import { LOADS } from "../rules.ts";

const code = z.string().trim().min(1).max(64);
const words = z.string().trim().min(1).max(500);
const PACKS_MAX = 500;

/** Names the act: sent again under it, it is the same, and stands once. */
const act = {
  id: z.string().regex(/^[\w.:-]{6,64}$/, "want 6 to 64 letters, digits, and . : - _")
    .describe("Names the act: sent again, it is the same"),
};
const result = z.enum(["pass", "fail"]).describe("fail: it did not change as it has to, or grew");

export const packOrder = z.strictObject({
  ...act,
  pack: code.describe("What its label says; each packing has a label of its own"),
  title: words.describe("What it is"),
  implant: z.boolean().describe("It stays in the patient's body"),
  expires: z.iso.date().nullable().describe("Last day on which it may be used"),
  checked: secondPerson.describe("Who looked at it before it was closed"),
});

const proofFields = {
  result,
  document: code.describe("Number of the document of its supplier that has the result"),
};
const supplierProof = z.discriminatedUnion("indicator", [
  z.strictObject({ indicator: z.literal("biological"), ...proofFields }),
  z.strictObject({
    indicator: z.literal("emergency"),
    ...proofFields,
    class: z.int().min(1).max(6).describe("ISO 11140-1; of the indicator in its test pack"),
    reason: words.describe("Why it cannot wait for the biological result"),
  }),
]);

export const receiptOrder = z.strictObject({
  ...act,
  pack: code.describe("What its label says, by which its supplier calls it back"),
  title: words.describe("What it is"),
  implant: z.boolean().describe("It stays in the patient's body"),
  supplier: code.describe("Who sterilised it; of a site of the county the name of its node"),
  lot: code.describe("Cycle, load or lot, as the label has it"),
  sterilisedOn: z.iso.date().describe("Day on which it was sterilised"),
  expires: z.iso.date().describe("Last day on which it may be used"),
  proof: supplierProof.optional().describe(
    "Needed of an implant: by what its supplier released it",
  ),
  checked: secondPerson.describe("Who looked at the pack and its label, too"),
});

export const loadOrder = z.strictObject({
  ...act,
  load: code.describe("Names the load"),
  steriliser: code.describe("Id of the steriliser"),
  type: z.enum(LOADS).describe("What it is; test: a test pack and nothing else"),
  packs: z.array(code).max(PACKS_MAX).describe("Labels of its packs"),
  program: code.optional().describe("The program that was chosen, where the device tells none"),
  cycle: code.optional().describe("Its cycle, where that is over already"),
});

export const assignOrder = z.strictObject({
  ...act,
  load: code.describe("The load that lay in the cycle"),
});

export const bowieDickOrder = z.strictObject({ ...act, cycle: code, result });

export const indicatorOrder = z.discriminatedUnion("indicator", [
  z.strictObject({
    ...act,
    indicator: z.literal("chemical"),
    cycle: code,
    class: z.int().min(1).max(6).describe("ISO 11140-1"),
    place: z.enum(["outside", "inside", "pcd"]).describe("pcd: in a test pack of its own"),
    pack: code.optional().describe("Of which pack; none: of the whole load"),
    result,
  }),
  z.strictObject({
    ...act,
    indicator: z.literal("biological"),
    cycle: code,
    controlGrew: z.boolean().describe(
      "Whether the control grew; if not, a pass says nothing, and it is done again",
    ),
    batch: code.optional(),
    result,
  }),
]);

export const stepOrder = z.strictObject({
  ...act,
  step: z.enum(["check", "release"]),
  seen: z.array(code).min(1).max(PACKS_MAX)
    .describe("Ids of all that the person had before him, as the load's page has them"),
  emergency: z.strictObject({ reason: words }).optional()
    .describe("Implants, before the biological result: why it cannot wait"),
  by: secondPerson.optional().describe("Who does it, if not who is signed in"),
});

export const issueOrder = z.strictObject({ ...act, pack: code, place: words });
export const useOrder = z.strictObject({
  ...act,
  pack: code,
  patient: code.describe("The patient's number at the site"),
  place: words,
});
export const backOrder = z.strictObject({
  ...act,
  pack: code,
  recall: code,
  outcome: z.enum(["returned", "destroyed", "not-found"]),
  comment: words.optional(),
});
export const reversalOrder = z.strictObject({
  ...act,
  reverses: code.describe("Id of the entry that was a mistake"),
  reason: words,
});
export const closeOrder = z.strictObject({ comment: words.describe("What was found and done") });
