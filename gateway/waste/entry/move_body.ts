/** Waste goes from one custodian to another; each move needs both of them (W4). */
import * as z from "zod";
import { CATEGORY_CODES } from "../category.ts";
import { confirmations } from "./confirmation.ts";
import {
  BAGS_MAX,
  code,
  custodian,
  custodianKey,
  movedFields,
  movesNothing,
  NOTHING_MOVED,
  subject,
  words,
} from "./subject.ts";
import { weight } from "./weight.ts";

const TEXT_LENGTH_MAX = 500;

const fields = { ...subject, from: custodian, to: custodian, ...movedFields, confirmations };

const goesNowhere = ({ from, to }: {
  readonly from: z.infer<typeof custodian>;
  readonly to: z.infer<typeof custodian>;
}) => custodianKey(from) === custodianKey(to);
const NOWHERE = { path: ["to"], error: "want another custodian than the one it comes from" };

/** Body of a `waste-handover`: a ward gives bags to whoever collects them, and so on. */
export const handoverBody = z.object(fields)
  .refine((body) => !movesNothing(body), NOTHING_MOVED)
  .refine((body) => !goesNowhere(body), NOWHERE);
export type HandoverBody = z.infer<typeof handoverBody>;

/** What a label says of a bag that the store had not heard of: its clock goes on (W5). */
export const labelSaid = z.object({
  bag: code,
  category: z.enum(CATEGORY_CODES),
  grams: z.int().min(1),
  /** Wall clock of the sealing as printed, milliseconds since 1970 UTC. */
  sealedMs: z.int().min(0),
  clock: z.enum(["untrusted", "holdover", "trusted"]),
  ward: code,
});
export type LabelSaid = z.infer<typeof labelSaid>;

const explained = z.object({ bag: code, explanation: words });

/**
 * Body of a `waste-stored`: the temporary store takes what was collected. What did not balance
 * (W6) is explained here or there is no entry.
 */
export const storedBody = z.object({
  ...fields,
  /** Of all of it together. */
  weight,
  /** What had been collected and is not here: it stays with whoever collected it. */
  missing: z.array(explained).max(BAGS_MAX),
  /** What is here and had not been collected. */
  unexpected: z.array(explained).max(BAGS_MAX),
  weightExplanation: words.optional(),
  labels: z.array(labelSaid).max(BAGS_MAX),
}).refine(
  (body) => !movesNothing(body) || body.missing.length > 0,
  NOTHING_MOVED,
).refine((body) => !goesNowhere(body), NOWHERE)
  .refine(({ to }) => to.kind === "store", { path: ["to"], error: "want a store" })
  .refine(({ bags, missing }) => missing.every(({ bag }) => !bags.includes(bag)), {
    path: ["missing"],
    error: "a bag that is here is not missing",
  });
export type StoredBody = z.infer<typeof storedBody>;

/** Body of a `waste-departed`: the carrier takes it, on a manifest. */
export const departedBody = z.object({ ...fields, manifest: code })
  .refine((body) => !movesNothing(body), NOTHING_MOVED)
  .refine(({ to }) => to.kind === "vehicle", { path: ["to"], error: "want a vehicle" })
  .refine((body) => !goesNowhere(body), NOWHERE);
export type DepartedBody = z.infer<typeof departedBody>;

/** Body of a `waste-received`: the disposer's receipt of what the carrier brought. */
export const receivedBody = z.object({
  ...fields,
  manifest: code,
  /** The disposer's own number of its receipt. */
  receipt: code,
  /**
   * When the disposer received it, by the disposer's word, milliseconds since 1970 UTC; none: it is
   * not told, and when this was written down says nothing of it.
   */
  receivedMs: z.int().min(0).optional(),
  /** What the disposer weighed, grams. */
  grams: z.int().min(1),
  /**
   * What these bags weighed as they were sealed, and by how much that may differ (W6), grams: as
   * the site knew it that wrote this.
   */
  sent: z.object({ grams: z.int().min(0), allowedGrams: z.int().min(0) }).optional(),
  /** What differs from the manifest, as the disposer says it; empty: nothing. */
  difference: z.string().max(TEXT_LENGTH_MAX),
})
  .refine((body) => !movesNothing(body), NOTHING_MOVED)
  .refine(({ to }) => to.kind === "disposer", { path: ["to"], error: "want a disposer" })
  .refine((body) => !goesNowhere(body), NOWHERE);
export type ReceivedBody = z.infer<typeof receivedBody>;

/** Body of a `waste-disposed`: the disposer says that what it received is disposed of. */
export const disposedBody = z.object({
  ...subject,
  manifest: code,
  receipt: code,
  /** 处置方式, such as D10 for burning (国家危险废物 way of disposal). */
  method: code,
  /** When, by the disposer's word; milliseconds since 1970 UTC. */
  disposedMs: z.int().min(0),
  confirmations,
});
export type DisposedBody = z.infer<typeof disposedBody>;
