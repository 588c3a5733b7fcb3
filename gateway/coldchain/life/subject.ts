/** Of what an entry speaks, by whom, and under which id. */
import * as z from "zod";

const CODE_LENGTH_MAX = 64;
const TEXT_LENGTH_MAX = 500;

export const code = z.string().min(1).max(CODE_LENGTH_MAX);
/**
 * A word that a newer node knows and this one does not: its entry counts, and the word is shown as
 * `other_text.ts` says. Whoever is upgraded last drops no alarm.
 */
export const newerCode = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);
/** Of one pack: 20 digits, or `(01)GTIN(21)SERIAL`. */
export const doseCode = code;
/** With 20 digits each they stay far below what one entry holds. */
export const DOSE_CODES_MAX = 2000;
/** Words of a person: a cause, a reason, a comment. Blanks are none. */
export const words = z.string().max(TEXT_LENGTH_MAX)
  .refine((text) => text.trim() !== "", { error: "write it in words" });

/** A unit that keeps something cold: of a site, by its node without its life. */
export const unitFields = { site: code, unit: code };

/** Stands for all units of a site, in what a county says of a silent one: no unit has this name. */
export const WHOLE_SITE = "*";

/** Whoever acts, by an own credential. */
export const person = z.object({ id: code, name: z.string().max(TEXT_LENGTH_MAX).optional() });
export type Person = z.infer<typeof person>;

/** Milliseconds since 1970 UTC. */
export const timeMs = z.number().min(0);
export const celsius = z.number().min(-273.15).max(200);
