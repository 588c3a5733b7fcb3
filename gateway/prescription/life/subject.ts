/** Of what an entry speaks, by whom, and under which id. */
import * as z from "zod";
import { isPlainText } from "../plain_text.ts";

/** As in the recorded prescription. */
const CODE_LENGTH_MAX = 64;
const TEXT_LENGTH_MAX = 500;

/** As long as the number or the account of a person may be. */
export const PERSON_ID_MAX = CODE_LENGTH_MAX;

export const code = z.string().min(1).max(CODE_LENGTH_MAX);
/** Words of a person, which can be read: a reason, a comment. */
export const words = z.string().min(1).max(TEXT_LENGTH_MAX, { abort: true })
  .refine(isPlainText, "want text that can be read, without control characters");

/** SHA-256 of the normalised prescription (RFC 8785, before mapping), in hexadecimal digits. */
export const contentHash = z.string().regex(/^[0-9a-f]{64}$/);

/** One prescription, whatever its version. */
export const numberFields = {
  /** The site's node, without its life. */
  site: code,
  /** The HIS's own number. */
  prescription: code,
};

/** One version of one prescription of one site, and what it says. */
export const subject = z.object({
  ...numberFields,
  version: z.int().min(1).max(1000),
  hash: contentHash,
});
export type Subject = z.infer<typeof subject>;

/** Whoever acts: an own credential each (P14), or the HIS's number of a prescriber. */
export const person = z.object({ id: code, name: z.string().max(TEXT_LENGTH_MAX).optional() });
export type Person = z.infer<typeof person>;

/** Under which its sender sent it (T2). */
export const senderKey = z.object({ channel: code, id: z.string().min(1).max(255) });
