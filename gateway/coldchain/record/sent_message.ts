/** Which messages about the cold chain people were told: entries of our own among all. */
import * as z from "zod";
import type { Entry } from "../../../sync/entry.ts";
import { nodeOf } from "../../../sync/origin.ts";
import { bodyOf } from "../../projection.ts";
import { type Parameter, storable } from "../../sql/sql.ts";

const NOTIFICATION = "notification";
/** Codes of what is told begin with it. */
export const COLD_CODE = "cold-";

const body = z.object({
  id: z.string(),
  subject: z.string(),
  site: z.string(),
  what: z.object({ code: z.string().startsWith(COLD_CODE) }),
});

/** A row of `coldsent`, or none. */
export function sentIn(entry: Entry): Parameter[][] {
  const { kind, origin, stream } = entry;
  if (kind !== NOTIFICATION || stream !== "alarm") return [];
  const read = body.safeParse(bodyOf(entry));
  if (!read.success || read.data.site !== nodeOf(origin)) return [];
  const { id, subject, site } = read.data;
  return [id, subject].every((name) => storable(name) === name)
    ? [[site, subject, id, origin]]
    : [];
}
