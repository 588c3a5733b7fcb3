/** That one key of a sender's bears two contents (T2, P11), and that a person has seen it. */
import * as z from "zod";
import { code, contentHash, person, subject, words } from "./subject.ts";

/**
 * Body of a `prescription-same-key`: its prescription came under an `Idempotency-Key` that another
 * content has, which came `first` at a node that could not be heard. Both stand.
 */
export const sameKeyBody = subject.extend({
  id: code,
  /** SHA-256 of the key, in hexadecimal digits: nobody knows of what a sender makes keys. */
  key: contentHash,
  first: subject.omit({ site: true }),
  rule: z.literal("T2"),
});
export type SameKeyBody = z.infer<typeof sameKeyBody>;

/** Body of a `prescription-same-key-seen`: `of` is the id of what a person has looked into. */
export const sameKeySeenBody = subject.extend({
  id: code,
  of: code,
  comment: words,
  by: person,
});
export type SameKeySeenBody = z.infer<typeof sameKeySeenBody>;
