/** Entries that are events in a prescription's life. */
import * as z from "zod";
import { compiledSchema } from "../../compiled_schema.ts";
import { contactBody, contactClosedBody } from "./contact_body.ts";
import { answerBody, decisionBody } from "./decision_body.ts";
import { dispensingBody, doubleUseBody, returnBody } from "./dispensing_body.ts";
import { passTokenBody } from "./pass.ts";
import { prescriptionBody, voidBody } from "./prescription_body.ts";
import { sameKeyBody, sameKeySeenBody } from "./same_key_body.ts";
import { verdictBody } from "./verdict_body.ts";

export interface EventPlace {
  /** `origin/stream/seq`: one event, however often and from wherever it is read. */
  readonly place: string;
  /** Who wrote it. */
  readonly node: string;
  /** Wall clock of its entry, milliseconds since 1970 UTC. */
  readonly timeMs: number;
}

const lifeEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("prescription"), body: prescriptionBody }),
  z.object({ kind: z.literal("prescription-void"), body: voidBody }),
  z.object({ kind: z.literal("verdict"), body: verdictBody }),
  z.object({ kind: z.literal("decision"), body: decisionBody }),
  z.object({ kind: z.literal("answer"), body: answerBody }),
  z.object({ kind: z.literal("pass-token"), body: passTokenBody }),
  z.object({ kind: z.literal("dispensing"), body: dispensingBody }),
  z.object({ kind: z.literal("dispensing-return"), body: returnBody }),
  z.object({ kind: z.literal("prescription-double-use"), body: doubleUseBody }),
  z.object({ kind: z.literal("prescription-same-key"), body: sameKeyBody }),
  z.object({ kind: z.literal("prescription-same-key-seen"), body: sameKeySeenBody }),
  z.object({ kind: z.literal("contact-case"), body: contactBody }),
  z.object({ kind: z.literal("contact-case-closed"), body: contactClosedBody }),
]);

const compiled = compiledSchema(lifeEvent);

type Parsed = z.infer<typeof lifeEvent>;
export type LifeKind = Parsed["kind"];
export type LifeEvent = EventPlace & Parsed;
export type EventOf<K extends LifeKind> = Extract<LifeEvent, { readonly kind: K }>;

/** Kinds of entries that are events. */
export const LIFE_KINDS: ReadonlySet<string> = new Set(
  lifeEvent.options.map(({ shape }) => shape.kind.value),
);

/** Reads an entry's body; throws a `ZodError` that names what does not fit. */
export function lifeEventOf(kind: string, body: unknown, place: EventPlace): LifeEvent {
  return { ...place, ...compiled().parse({ kind, body }) };
}

/** Of a row that this program has made of an entry: it was read with care then. */
const stored = z.custom<Parsed>();

/** The event of which the tables keep kind and body as {@link lifeEventOf} gave them. */
export function storedEventOf(kind: string, body: unknown, place: EventPlace): LifeEvent {
  return { ...place, ...stored.parse({ kind, body }) };
}

/** The prescription that an event is about: (site, number). */
export function numberOf(event: LifeEvent): { site: string; prescription: string } {
  const { site, prescription } = event.body;
  return { site, prescription: typeof prescription === "string" ? prescription : prescription.id };
}
