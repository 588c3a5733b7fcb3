/** Entries of the cold chain that persons and rules write. */
import * as z from "zod";
import type { Stamp } from "../../../sync/entry.ts";
import { type Age, ageOf, type Present } from "../../age.ts";
import { acknowledgementBody, alarmBody, alarmEndedBody } from "./alarm_body.ts";
import { loggerBody, loggerRowsBody } from "../loggers/logger_body.ts";
import { calibrationBody } from "./calibration_body.ts";
import { quarantineBody, quarantineDecidedBody } from "./quarantine_body.ts";
import { readingBody } from "./reading_body.ts";
import { receiptBody, receiptDecidedBody } from "./receipt_body.ts";
import { suppressionBody, suppressionEndedBody } from "./suppression_body.ts";
import { unitBody } from "./unit_body.ts";

export interface EventPlace {
  /** `origin/stream/seq`: one event, however often and from wherever it is read. */
  readonly place: string;
  /** Who wrote it. */
  readonly node: string;
  /** Wall clock of its entry, milliseconds since 1970 UTC. */
  readonly timeMs: number;
  /** By all clocks of its node, where they are known: how old it is is told by them (T12). */
  readonly written?: Stamp;
}

const coldEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("cold-unit"), body: unitBody }),
  z.object({ kind: z.literal("cold-alarm"), body: alarmBody }),
  z.object({ kind: z.literal("cold-alarm-ended"), body: alarmEndedBody }),
  z.object({ kind: z.literal("cold-acknowledgement"), body: acknowledgementBody }),
  z.object({ kind: z.literal("cold-suppression"), body: suppressionBody }),
  z.object({ kind: z.literal("cold-suppression-ended"), body: suppressionEndedBody }),
  z.object({ kind: z.literal("cold-reading"), body: readingBody }),
  z.object({ kind: z.literal("cold-receipt"), body: receiptBody }),
  z.object({ kind: z.literal("cold-receipt-decided"), body: receiptDecidedBody }),
  z.object({ kind: z.literal("cold-quarantine"), body: quarantineBody }),
  z.object({ kind: z.literal("cold-quarantine-decided"), body: quarantineDecidedBody }),
  z.object({ kind: z.literal("cold-calibration"), body: calibrationBody }),
  z.object({ kind: z.literal("cold-logger"), body: loggerBody }),
  z.object({ kind: z.literal("cold-logger-rows"), body: loggerRowsBody }),
]);

type Parsed = z.infer<typeof coldEvent>;
export type ColdKind = Parsed["kind"];
export type ColdEvent = EventPlace & Parsed;
export type EventOf<K extends ColdKind> = Extract<ColdEvent, { readonly kind: K }>;

/** Reads an entry's body; throws a `ZodError` that names what does not fit. */
export function coldEventOf(kind: string, body: unknown, place: EventPlace): ColdEvent {
  return { ...place, ...coldEvent.parse({ kind, body }) };
}

/** Of a row that this program has made of an entry: it was read with care then. */
const stored = z.custom<Parsed>();

/** The event of which the tables keep kind and body as {@link coldEventOf} gave them. */
export function storedEventOf(kind: string, body: unknown, place: EventPlace): ColdEvent {
  return { ...place, ...stored.parse({ kind, body }) };
}

/**
 * Events of one kind, each id once: as it was told first. The order in which they came tells
 * nothing, and neither do those that came twice.
 */
export function ofKind<K extends ColdKind>(
  events: readonly ColdEvent[],
  kind: K,
): readonly EventOf<K>[] {
  const isOfKind = (event: ColdEvent): event is EventOf<K> => event.kind === kind;
  const byId = new Map<string, EventOf<K>>();
  for (const event of events.filter(isOfKind).sort(byTime)) {
    if (!byId.has(event.body.id)) byId.set(event.body.id, event);
  }
  return [...byId.values()];
}

/** How long ago it was written down, as far as its clocks can be believed (T12). */
export function ageOfEvent({ written, node, timeMs }: EventPlace, present: Present): Age {
  const printed = { wallMs: timeMs, clock: "trusted" } as const;
  return ageOf(written === undefined ? printed : { ...written, node }, present);
}

function byTime(one: EventPlace, other: EventPlace): number {
  return one.timeMs - other.timeMs ||
    (one.place < other.place ? -1 : one.place > other.place ? 1 : 0);
}
