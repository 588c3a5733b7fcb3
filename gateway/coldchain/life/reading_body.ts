/** A temperature that a person read and wrote down (C6). */
import * as z from "zod";
import { celsius, code, person, timeMs, unitFields, words } from "./subject.ts";

/** Body of a `cold-reading`. */
export const readingBody = z.object({
  id: code,
  ...unitFields,
  takenMs: timeMs,
  celsius,
  comment: words.optional(),
  /** It was written down on a later day than it was read: shown, and not counted as in time. */
  late: z.literal(true).optional(),
  by: person,
});
export type ReadingBody = z.infer<typeof readingBody>;
