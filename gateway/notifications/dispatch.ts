/**
 * What one channel does next: pure, of what waits for it and what came of its last tries. A contact
 * gets one message in an interval, however many alarms there are, and what is critical first; a
 * channel that does not work is tried with one message at a time (T9).
 */
import { BACKOFF, type BackoffLimits, backoffMs } from "../../sync/backoff.ts";
import { FOLDED_MAX } from "./delivery.ts";

/** Of one notification that a contact has to be told of by this channel. */
export interface Waiting {
  readonly notification: string;
  readonly contact: string;
  /** 0 is told first. */
  readonly severity: number;
  /** When it was handed over; the oldest is told first. */
  readonly wallMs: number;
  /** The message that tells it; `null`: it stands in none yet. */
  readonly message: string | null;
}

export interface DispatchLimits {
  /** From one message to a contact to the next. */
  readonly foldMs: number;
  /** Messages that begin in any hour: a subscription costs, and a network bars who floods it. */
  readonly perHour: number;
  /** What nobody took for so long is told to people in another way. */
  readonly expireMs: number;
  readonly backoff?: BackoffLimits;
}

/** Failures in a row, and when to try again; times are those of a steady clock. */
interface Pace {
  readonly failures: number;
  readonly nextMs: number;
}

interface ContactPace extends Pace {
  /** When the last message to it was begun. */
  readonly begunMs: number;
}

export interface DispatchState {
  readonly channel: Pace;
  readonly contacts: ReadonlyMap<string, ContactPace>;
  /** When the messages of the last hour were begun. */
  readonly begun: readonly number[];
  /** Since when each waits, as far as this process knows. */
  readonly seen: ReadonlyMap<string, number>;
}

const FRESH: Pace = { failures: 0, nextMs: -Infinity };
const FRESH_CONTACT: ContactPace = { ...FRESH, begunMs: -Infinity };
export const IDLE: DispatchState = {
  channel: FRESH,
  contacts: new Map(),
  begun: [],
  seen: new Map(),
};

const HOUR_MS = 3_600_000;

export type Step =
  /** These make a message, which is told to the disk before it is sent. */
  | { readonly kind: "compose"; readonly contact: string; readonly notifications: string[] }
  | { readonly kind: "send"; readonly contact: string; readonly message: string }
  /** They waited too long. */
  | { readonly kind: "expire"; readonly contact: string; readonly notifications: string[] }
  /** Nothing until then; `null`: until something comes. */
  | { readonly kind: "wait"; readonly untilMs: number | null };

/** What came of sending. */
export type Attempt =
  | { readonly kind: "delivered"; readonly detail: string }
  /** It will never be taken. */
  | { readonly kind: "refused"; readonly detail: string }
  /** `channel`: nothing gets through now; `contact`: this one does not, others may. */
  | { readonly kind: "failed"; readonly of: "channel" | "contact"; readonly detail: string };

/** The state in which it is known since when each of these waits, and nothing of others. */
export function noting(
  state: DispatchState,
  waiting: readonly Waiting[],
  nowMs: number,
): DispatchState {
  const names = waiting.map(nameOf);
  return { ...state, seen: new Map(names.map((name) => [name, state.seen.get(name) ?? nowMs])) };
}

/** What to do now with what waits; all that waits was noted. */
export function nextStep(
  state: DispatchState,
  waiting: readonly Waiting[],
  limits: DispatchLimits,
  nowMs: number,
): Step {
  const byContact = Map.groupBy(waiting.toSorted(inOrder), ({ contact }) => contact);
  let untilMs = Infinity;
  for (const [contact, all] of byContact) {
    const late = all.filter((one) =>
      nowMs - (state.seen.get(nameOf(one)) ?? nowMs) >=
        limits.expireMs
    );
    if (late.length > 0) return { kind: "expire", contact, notifications: folded(late) };
  }
  for (const [contact, all] of byContact) {
    const message = all.find(({ message }) => message !== null)?.message ?? null;
    const readyMs = readyAt(state, contact, message !== null, limits);
    if (readyMs > nowMs) {
      untilMs = Math.min(untilMs, readyMs);
    } else if (message !== null) {
      return { kind: "send", contact, message };
    } else {
      return { kind: "compose", contact, notifications: folded(all) };
    }
  }
  for (const sinceMs of state.seen.values()) untilMs = Math.min(untilMs, sinceMs + limits.expireMs);
  return { kind: "wait", untilMs: untilMs === Infinity ? null : untilMs };
}

/** A message was begun: the next one to this contact waits for the interval. */
export function afterComposing(
  state: DispatchState,
  contact: string,
  nowMs: number,
): DispatchState {
  const pace = { ...(state.contacts.get(contact) ?? FRESH_CONTACT), begunMs: nowMs };
  const begun = [...state.begun.filter((ms) => nowMs - ms < HOUR_MS), nowMs];
  return { ...state, begun, contacts: new Map(state.contacts).set(contact, pace) };
}

/** `random` is in [0, 1). */
export function afterAttempt(
  state: DispatchState,
  contact: string,
  attempt: Attempt,
  { nowMs, random, backoff = BACKOFF }: {
    readonly nowMs: number;
    readonly random: number;
    readonly backoff?: BackoffLimits;
  },
): DispatchState {
  const before = state.contacts.get(contact) ?? FRESH_CONTACT;
  const failed = ({ failures }: Pace): Pace => ({
    failures: failures + 1,
    nextMs: nowMs + backoffMs(failures + 1, random, backoff),
  });
  if (attempt.kind === "failed" && attempt.of === "channel") {
    return { ...state, channel: failed(state.channel) };
  }
  const pace = attempt.kind === "failed" ? failed(before) : FRESH;
  const contacts = new Map(state.contacts).set(contact, { ...before, ...pace });
  return { ...state, channel: FRESH, contacts };
}

/** When a contact's message may be sent, or its next one begun. */
export function readyAt(
  { channel, contacts, begun }: DispatchState,
  contact: string,
  isBegun: boolean,
  { foldMs, perHour }: Pick<DispatchLimits, "foldMs" | "perHour">,
): number {
  const { nextMs, begunMs } = contacts.get(contact) ?? FRESH_CONTACT;
  const readyMs = Math.max(channel.nextMs, nextMs);
  if (isBegun) return readyMs;
  const full = begun.length < perHour ? -Infinity : begun[begun.length - perHour] + HOUR_MS;
  return Math.max(readyMs, begunMs + foldMs, full);
}

function folded(waiting: readonly Waiting[]): string[] {
  return waiting.slice(0, FOLDED_MAX).map(({ notification }) => notification);
}

function inOrder(one: Waiting, other: Waiting): number {
  return one.severity - other.severity || one.wallMs - other.wallMs ||
    byText(one.notification, other.notification) || byText(one.contact, other.contact);
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function nameOf({ notification, contact }: Waiting): string {
  return `${contact} ${notification}`;
}
