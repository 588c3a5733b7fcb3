/** The alarm that another prescription came under a key that is taken (T2). */
import type { NewEntry } from "../../../sync/append.ts";
import type { Stamp } from "../../../sync/entry.ts";
import * as z from "zod";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { subject } from "../life/subject.ts";

export const CONFLICT = "prescription-conflict";

/** Body: the prescription that was refused, and who sent it. */
export const conflictBody = subject.extend({ who: z.string() });
export type ConflictBody = z.infer<typeof conflictBody>;

/** However often it is sent, it is one alarm. */
export function conflictEntry(body: ConflictBody, time: Stamp): NewEntry {
  const { site, prescription, version, hash } = body;
  const id = entryId(CONFLICT, prescription, version, hash);
  return once(newEntry("alarm", CONFLICT, time, body), `${CONFLICT}/${site}`, id);
}
