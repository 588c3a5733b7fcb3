/** What a `clock-trusted` entry says: from when on the clock is right, and how wrong it was. */
import * as z from "zod";

export const clockTrustedBody = z.object({
  bootId: z.string(),
  sinceBootMs: z.int(),
  bootMs: z.int(),
  offsetMs: z.int(),
});
