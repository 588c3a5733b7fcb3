/** A bag from its sealing on: weighed, put into a box. */
import * as z from "zod";
import { CATEGORY_CODES } from "../category.ts";
import { areTwo, confirmations, NEEDS_TWO } from "./confirmation.ts";
import {
  AFTER_MAX,
  BAGS_MAX,
  blobHash,
  code,
  LOADS_MAX,
  movesNothing,
  NOTHING_MOVED,
  subject,
} from "./subject.ts";
import { weight } from "./weight.ts";

const NAME_LENGTH_MAX = 100;

const isConfirmed = (body: {
  readonly weight: z.infer<typeof weight>;
  readonly confirmations: z.infer<typeof confirmations>;
}) => body.weight.from === "scale" || areTwo(body.confirmations);

/** Body of a `waste-sealed`: what the label says of this bag from now on (W1). */
export const sealedBody = z.object({
  ...subject,
  bag: code,
  category: z.enum(CATEGORY_CODES),
  /** Where the waste came from: a ward, a village clinic. */
  source: z.object({ ward: code, name: z.string().max(NAME_LENGTH_MAX).optional() }),
  weight,
  photo: blobHash.optional(),
  confirmations,
}).refine(isConfirmed, NEEDS_TWO);
export type SealedBody = z.infer<typeof sealedBody>;

/** Body of a `waste-weighed`: a bag is put on a scale once more. */
export const weighedBody = z.object({ ...subject, bag: code, weight, confirmations })
  .refine(isConfirmed, NEEDS_TWO);
export type WeighedBody = z.infer<typeof weighedBody>;

/**
 * Body of a `waste-boxed`: bags, or whole loads (小箱进大箱), go into a load. A load is one
 * filling of one box: boxes are used again, loads never. `outOf` is the load they lay in before.
 */
export const boxedBody = z.object({
  ...subject,
  load: code,
  box: code,
  bags: z.array(code).max(BAGS_MAX),
  loads: z.array(code).max(LOADS_MAX),
  outOf: code.nullable(),
  /** Ids of the entries that last put these into a box, as far as whoever wrote this knew. */
  after: z.array(code).max(AFTER_MAX),
  confirmations,
}).refine((body) => !movesNothing(body), NOTHING_MOVED)
  .refine(({ load, loads, outOf }) => load !== outOf && !loads.includes(load), {
    path: ["load"],
    error: "a load cannot go into itself",
  });
export type BoxedBody = z.infer<typeof boxedBody>;
