/** Entries about doses, and whose word counts on them. */
import * as z from "zod";
import type { Entry } from "../../../sync/entry.ts";
import type { EntryKind } from "../../domain.ts";
import { bodyOf } from "../../projection.ts";
import { sayOf } from "../../site_say.ts";
import { lotsBody, movedBody, openedBody, reversedBody, usedBody } from "./flow_body.ts";

const flowEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("cold-moved"), body: movedBody }),
  z.object({ kind: z.literal("cold-used"), body: usedBody }),
  z.object({ kind: z.literal("cold-opened"), body: openedBody }),
  z.object({ kind: z.literal("cold-reversed"), body: reversedBody }),
  z.object({ kind: z.literal("cold-lots"), body: lotsBody }),
]);
export type FlowEvent = z.infer<typeof flowEvent>;
export type FlowKind = FlowEvent["kind"];

const RECORD = ["record", "to"] as const;

const ROWS: Readonly<Record<FlowKind, readonly [about: string, body: z.ZodType]>> = {
  "cold-moved": ["Doses were stored, moved, taken to a session, thrown away", movedBody],
  "cold-used": ["A dose was given to somebody", usedBody],
  "cold-opened": ["A vial of several doses was opened, and until when it is used", openedBody],
  "cold-reversed": ["One of these was written by mistake", reversedBody],
  "cold-lots": ["Which trace codes are of which lot", lotsBody],
};

export const FLOW_KINDS: readonly EntryKind[] = Object.entries(ROWS)
  .map(([kind, [about, body]]) => ({ kind, streams: RECORD, about, body }));

const KINDS: ReadonlySet<string> = new Set(Object.keys(ROWS));

/**
 * The event that an entry tells, or `null`: of what cannot be read, and of what its writer has no
 * say in.
 */
export function flowEventIn(entry: Entry, authorities: readonly string[]): FlowEvent | null {
  if (!KINDS.has(entry.kind)) return null;
  const { data: event } = flowEvent.safeParse({ kind: entry.kind, body: bodyOf(entry) });
  if (event === undefined || !isStorable(JSON.stringify(event))) return null;
  return sayOf(entry, event.body.site, authorities) === null ? null : event;
}

/** Nothing that a table would keep as something else, and so take for another's. */
function isStorable(json: string): boolean {
  return !/\\u(0000|d[89a-f])/i.test(json);
}

export function isStorableId(id: string): boolean {
  return isStorable(JSON.stringify(id));
}
