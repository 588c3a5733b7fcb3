/** What was said of one version of a prescription, each thing once. */
import type { Prescription } from "../prescription.ts";
import type { AnswerBody, DecisionBody } from "./decision_body.ts";
import type { DispensingBody, ReturnBody } from "./dispensing_body.ts";
import type { EventOf, EventPlace, LifeEvent, LifeKind } from "./event.ts";
import type { PassTokenBody } from "./pass.ts";
import type { VerdictBody } from "./verdict_body.ts";

/** One thing, maybe told by several entries: by both centres, or again after a crash. */
export interface Told<B> {
  /** Of the earliest entry; of two of one time, of the one whose place comes first. */
  readonly body: B;
  readonly timeMs: number;
  readonly node: string;
  /** Ids in the bodies of all its entries, sorted. */
  readonly ids: readonly string[];
}

export interface ToldOfVersion {
  readonly version: number;
  /** All contents that go by this version; more than one is a conflict. */
  readonly hashes: readonly string[];
  /** `null`: it has not come yet, or there are several. */
  readonly prescription: Prescription | null;
  /** When the first of its entries was written; `null` before one has come. */
  readonly receivedMs: number | null;
  readonly verdicts: readonly Told<VerdictBody>[];
  readonly decisions: readonly Told<DecisionBody>[];
  readonly answers: readonly Told<AnswerBody>[];
  readonly passTokens: readonly Told<PassTokenBody>[];
  readonly dispensings: readonly Told<DispensingBody>[];
  readonly returns: readonly Told<ReturnBody>[];
}

/** Events of one kind; the order in which they came tells nothing. */
export function ofKind<K extends LifeKind>(
  events: readonly LifeEvent[],
  kind: K,
): EventOf<K>[] {
  const isOfKind = (event: LifeEvent): event is EventOf<K> => event.kind === kind;
  return events.filter(isOfKind).sort(byTime);
}

function byTime(one: EventPlace, other: EventPlace): number {
  return one.timeMs - other.timeMs || (one.place < other.place ? -1 : 1);
}

/** `events` of one version, each place once. */
export function toldOfVersion(version: number, events: readonly LifeEvent[]): ToldOfVersion {
  const received = ofKind(events, "prescription");
  const hashes = sorted(events.flatMap(({ body }) => "hash" in body ? [body.hash] : []));
  return {
    version,
    hashes,
    prescription: hashes.length === 1 ? received[0]?.body.prescription ?? null : null,
    receivedMs: received[0]?.timeMs ?? null,
    verdicts: once(ofKind(events, "verdict"), ({ id, mode, outcome }) => [id, mode, outcome]),
    // The same person saying the same of the same twice, here or at two centres, says it once.
    decisions: once(
      ofKind(events, "decision"),
      ({ decision, answers, by, verdict }) => [decision, by.id, verdict, ...sorted(answers)],
    ),
    answers: once(ofKind(events, "answer"), ({ answer, to, by }) => [answer, to, by.id]),
    passTokens: once(ofKind(events, "pass-token"), ({ id }) => [id]),
    dispensings: once(
      ofKind(events, "dispensing"),
      ({ id, part, token, lines }) => [id, part, token, goodsText(lines)],
    ),
    returns: once(
      ofKind(events, "dispensing-return"),
      ({ id, part, lines }) => [id, part, goodsText(lines)],
    ),
  };
}

function goodsText(lines: DispensingBody["lines"]): string {
  return JSON.stringify(lines.map(({ line, quantity }) => [line, quantity.value, quantity.unit]));
}

function once<B extends { readonly id: string }>(
  inOrder: readonly (EventPlace & { readonly body: B })[],
  keyOf: (body: B) => readonly (string | number | null)[],
): Told<B>[] {
  const found = new Map<string, { first: EventPlace & { readonly body: B }; ids: string[] }>();
  for (const event of inOrder) {
    const key = JSON.stringify(keyOf(event.body));
    const told = found.get(key) ?? { first: event, ids: [] };
    told.ids.push(event.body.id);
    found.set(key, told);
  }
  return [...found.values()].map(({ first: { body, timeMs, node }, ids }) => ({
    body,
    timeMs,
    node,
    ids: sorted(ids),
  }));
}

export function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
