/**
 * What a segment that was salvaged says of that, so that a process that dies right behind it
 * leaves no repair of which nobody is told: the next open begins the life that tells.
 */
import * as z from "zod";
import type { Missing } from "./journal_holes.ts";
import { META } from "./journal_meta.ts";
import type { Repair } from "./journal_salvage.ts";
import { parseSegmentName } from "./segment_name.ts";
import type { Change, SegmentState } from "./segments.ts";

/** Ends of streams that are lost; those beyond are found by whoever has them. */
const LOST_MAX = 1000;

const noteSchema = z.object({
  segment: z.string(),
  reason: z.string(),
  entries: z.number(),
  lost: z.array(
    z.object({ origin: z.string(), stream: z.string(), first: z.number(), last: z.number() }),
  ),
});
const toldSchema = z.array(z.string());

export type RepairNote = Repair & { readonly lost: readonly Missing[] };

export function repairNote(repair: Repair, lost: readonly Missing[]): Change {
  const value = JSON.stringify({ ...repair, lost: lost.slice(0, LOST_MAX) });
  return { kind: "meta", name: META.repair, value };
}

/** The repair that a segment is the outcome of; `null` for all others. */
export function noteIn({ meta }: Pick<SegmentState, "meta">): RepairNote | null {
  const text = meta.get(META.repair);
  return text === undefined ? null : noteSchema.safeParse(parsed(text)).data ?? null;
}

/** Segments of which a life has told that they were repaired. */
export function toldIn(meta: ReadonlyMap<string, string>): string[] {
  return toldSchema.safeParse(parsed(meta.get(META.told) ?? "[]")).data ?? [];
}

/** Takes note that a life has told of these; of segments whose place is gone nobody asks. */
export function toldChange(segments: Iterable<string>, row: readonly string[]): Change {
  const numbers = new Set(row.map((name) => parseSegmentName(name)?.number));
  const known = [...new Set(segments)].filter((name) =>
    numbers.has(parseSegmentName(name)?.number)
  );
  return { kind: "meta", name: META.told, value: JSON.stringify(known) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
