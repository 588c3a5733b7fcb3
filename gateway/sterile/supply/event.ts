/** Entries that are events in the life of packs, loads and sterilisers. */
import * as z from "zod";
import type { Stamp } from "../../../sync/entry.ts";
import * as bodies from "./supply_body.ts";

const supplyEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("sterile-pack"), body: bodies.packBody }),
  z.object({ kind: z.literal("sterile-receipt"), body: bodies.receiptBody }),
  z.object({ kind: z.literal("sterile-load"), body: bodies.loadBody }),
  z.object({ kind: z.literal("sterile-cycle"), body: bodies.cycleBody }),
  z.object({ kind: z.literal("sterile-assignment"), body: bodies.assignmentBody }),
  z.object({ kind: z.literal("sterile-bowie-dick"), body: bodies.bowieDickBody }),
  z.object({ kind: z.literal("sterile-indicator"), body: bodies.indicatorBody }),
  z.object({ kind: z.literal("sterile-release-step"), body: bodies.releaseStepBody }),
  z.object({ kind: z.literal("sterile-issue"), body: bodies.issueBody }),
  z.object({ kind: z.literal("sterile-use"), body: bodies.useBody }),
  z.object({ kind: z.literal("sterile-recall"), body: bodies.recallBody }),
  z.object({ kind: z.literal("sterile-pack-back"), body: bodies.packBackBody }),
  z.object({ kind: z.literal("sterile-reversal"), body: bodies.reversalBody }),
]);

type Parsed = z.infer<typeof supplyEvent>;
export type SupplyKind = Parsed["kind"];

export interface EventPlace {
  /** `origin/stream/seq`: one event, however often and from wherever it is read. */
  readonly place: string;
  /** Of its entry. */
  readonly time: Stamp;
}
/** Place of what is about to be written. */
export const TO_COME = "to-come";
export type SupplyEvent = EventPlace & Parsed;
export type EventOf<K extends SupplyKind> = Extract<SupplyEvent, { readonly kind: K }>;
export type BodyOf<K extends SupplyKind> = EventOf<K>["body"];

/** Kinds of entries, for whoever reads entries, and their bodies. */
export const SUPPLY_KINDS: readonly (readonly [kind: SupplyKind, body: z.ZodType])[] = supplyEvent
  .options.map(({ shape }) => [shape.kind.value, shape.body]);

/** Reads an entry's body; throws a `ZodError` that names what does not fit. */
export function supplyEventOf(kind: string, body: unknown, place: EventPlace): SupplyEvent {
  return { ...place, ...supplyEvent.parse({ kind, body }) };
}
