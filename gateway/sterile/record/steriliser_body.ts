/** By what a site judges one of its sterilisers: written whenever that changes. */
import * as z from "zod";
import { steriliserSchema } from "../program.ts";

const code = z.string().min(1).max(64);

export const steriliserBody = z.strictObject({
  id: code,
  site: code,
  steriliser: code,
  title: z.strictObject({ zh: z.string().max(200), en: z.string().max(200) }),
  device: code,
  /** Its phases come as values, or as printed lines. */
  source: z.enum(["samples", "printed"]),
  settings: steriliserSchema,
});
export type SteriliserBody = z.infer<typeof steriliserBody>;
