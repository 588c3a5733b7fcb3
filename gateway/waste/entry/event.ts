/** Entries that are events in the life of waste. */
import * as z from "zod";
import type { Stamp } from "../../../sync/entry.ts";
import { boxedBody, sealedBody, weighedBody } from "./bag_body.ts";
import { confirmationBody } from "./confirmation.ts";
import { resolutionBody, reversalBody } from "./correction_body.ts";
import { manifestBody, manifestNumberBody } from "./manifest_body.ts";
import { departedBody, disposedBody, handoverBody, receivedBody, storedBody } from "./move_body.ts";

export interface EventPlace {
  /** `origin/stream/seq`: one event, however often and from wherever it is read. */
  readonly place: string;
  /** Who wrote it. */
  readonly node: string;
  readonly time: Stamp;
  /** Of what a county told of it: to which site, and where it was written. Absent: it is that. */
  readonly told?: { readonly to: string; readonly place: string };
}

const wasteEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("waste-sealed"), body: sealedBody }),
  z.object({ kind: z.literal("waste-weighed"), body: weighedBody }),
  z.object({ kind: z.literal("waste-boxed"), body: boxedBody }),
  z.object({ kind: z.literal("waste-handover"), body: handoverBody }),
  z.object({ kind: z.literal("waste-stored"), body: storedBody }),
  z.object({ kind: z.literal("waste-departed"), body: departedBody }),
  z.object({ kind: z.literal("waste-received"), body: receivedBody }),
  z.object({ kind: z.literal("waste-disposed"), body: disposedBody }),
  z.object({ kind: z.literal("waste-manifest"), body: manifestBody }),
  z.object({ kind: z.literal("waste-manifest-number"), body: manifestNumberBody }),
  z.object({ kind: z.literal("waste-confirmation"), body: confirmationBody }),
  z.object({ kind: z.literal("waste-reversal"), body: reversalBody }),
  z.object({ kind: z.literal("waste-resolution"), body: resolutionBody }),
]);

type Parsed = z.infer<typeof wasteEvent>;
export type WasteKind = Parsed["kind"];
export type WasteEvent = EventPlace & Parsed;
export type EventOf<K extends WasteKind> = Extract<WasteEvent, { readonly kind: K }>;

/** Moves from one custodian to another. */
export type MoveKind = "waste-handover" | "waste-stored" | "waste-departed" | "waste-received";
export type MoveEvent = EventOf<MoveKind>;

/** Kinds of entries that are events. */
export const WASTE_KINDS: ReadonlySet<string> = new Set(
  wasteEvent.options.map(({ shape }) => shape.kind.value),
);

/** Reads an entry's body; throws a `ZodError` that names what does not fit. */
export function wasteEventOf(kind: string, body: unknown, place: EventPlace): WasteEvent {
  return { ...place, ...wasteEvent.parse({ kind, body }) };
}

export function ofKind<K extends WasteKind>(
  events: readonly WasteEvent[],
  kind: K,
): EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => event.kind === kind);
}

export function isMove(event: WasteEvent): event is MoveEvent {
  return event.kind === "waste-handover" || event.kind === "waste-stored" ||
    event.kind === "waste-departed" || event.kind === "waste-received";
}

/**
 * An order that depends on nothing but the entries, and is the same at a node that was told of
 * them: by wall clock, then by where they were written, what was written before what was told.
 */
export function byTime(one: Ordered, other: Ordered): number {
  return one.time.wallMs - other.time.wallMs ||
    byText(one.told?.place ?? one.place, other.told?.place ?? other.place) ||
    Number(one.told !== undefined) - Number(other.told !== undefined) ||
    byText(one.place, other.place);
}

type Ordered = Pick<EventPlace, "place" | "time" | "told">;

function byText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
