/**
 * The late-reply guard of one unit on a serial line. An answer in RTU does not name its question:
 * one that comes late passes every check of the next question of its length. So after a question
 * that was not answered in time nothing is asked while an answer may still come; then a read of
 * another length finds the step again, of registers that may be read anyway (where there is none,
 * the wait has to do); then two reads have to agree. Pure: an event and a moment in, a state and
 * what to do out.
 */
import {
  answerBytes,
  functionOf,
  isBits,
  READ_MAX,
  type ReadRequest,
  type Request,
} from "./request.ts";

/** What answers to two questions have in common when they cannot be told apart. */
export type Signature = string;

export type Trust =
  | { readonly kind: "trusted" }
  /** An answer to one of these may come until then. */
  | { readonly kind: "waiting"; readonly untilMs: number; readonly late: readonly Signature[] }
  /** It is in step again; so many pairs of reads did not agree. */
  | { readonly kind: "doubted"; readonly differing: number };

export type GuardEvent =
  /** Somebody wants to read a block. */
  | { readonly kind: "wanted" }
  /** A question had no answer in time, or more than one. */
  | { readonly kind: "failed"; readonly signature: Signature; readonly latenessMs: number }
  /** Answers come in the midst of noise, again and again: it may hide others. */
  | { readonly kind: "noisy" }
  /** The read of another length was answered in its turn; or there is none, and all was waited. */
  | { readonly kind: "resynchronised" }
  /** A block was read, and again in another length if it has one; noise tells nothing apart. */
  | { readonly kind: "compared"; readonly agree: boolean; readonly toldApart: boolean };

export type GuardAction =
  | { readonly kind: "read" }
  | { readonly kind: "wait"; readonly untilMs: number }
  /** Read with another signature than these; its values are not used. */
  | { readonly kind: "resynchronise"; readonly avoid: readonly Signature[] }
  | { readonly kind: "read-twice" }
  | { readonly kind: "use" }
  | { readonly kind: "discard" };

export interface Step {
  readonly trust: Trust;
  readonly action: GuardAction;
}

/**
 * So many pairs may differ: values change between two reads. Then their lengths have spoken: each
 * read of a pair was answered in its own length, in turn, which a line out of step cannot do. Where
 * no other length may be read, each was answered in its turn behind a wait that left none open.
 */
const PAIRS_MAX = 3;
/** Signatures remembered of questions that are still open. */
const LATE_MAX = 4;

export const TRUSTED: Trust = { kind: "trusted" };

export function guard(trust: Trust, nowMs: number, event: GuardEvent): Step {
  switch (event.kind) {
    case "wanted":
      return { trust, action: wanted(trust, nowMs) };
    case "failed": {
      const { signature, latenessMs } = event;
      const before = trust.kind === "waiting" ? trust.late : [];
      const late = [...before.filter((one) => one !== signature), signature].slice(-LATE_MAX);
      const untilMs = nowMs + latenessMs;
      return { trust: { kind: "waiting", untilMs, late }, action: { kind: "discard" } };
    }
    case "noisy":
    case "resynchronised":
      return { trust: { kind: "doubted", differing: 0 }, action: { kind: "read-twice" } };
    case "compared": {
      const differing = trust.kind === "doubted" ? trust.differing + 1 : 1;
      const inStep = differing >= PAIRS_MAX && event.toldApart;
      if (event.agree || inStep) return { trust: TRUSTED, action: { kind: "use" } };
      if (differing >= PAIRS_MAX) {
        return { trust: { kind: "doubted", differing: 0 }, action: { kind: "discard" } };
      }
      return { trust: { kind: "doubted", differing }, action: { kind: "read-twice" } };
    }
  }
}

function wanted(trust: Trust, nowMs: number): GuardAction {
  switch (trust.kind) {
    case "trusted":
      return { kind: "read" };
    case "doubted":
      return { kind: "read-twice" };
    case "waiting":
      return nowMs < trust.untilMs
        ? { kind: "wait", untilMs: trust.untilMs }
        : { kind: "resynchronise", avoid: trust.late };
  }
}

export function signatureOf(request: Request): Signature {
  // An answer to a write says which, so that it is told apart from one to a read in any case.
  const bytes = request.kind === "read" ? answerBytes(request) : "written";
  return `${functionOf(request)} ${bytes}`;
}

/**
 * A read of a block whose answer has another length than these, if there is one: a part of the
 * block, else some more beside it, as far as that is `allowed`. It overlaps the block.
 */
export function otherRead(
  block: ReadRequest,
  avoid: readonly Signature[],
  allowed: (request: ReadRequest) => boolean,
): ReadRequest | null {
  const { table, start, count } = block;
  const shorter = isBits(table) ? [count - 8, 8, 1] : [count - 1, count - 2, 1];
  const counts = [...shorter.filter((one) => one > 0 && one < count), count + 1, count + 8];
  const candidates = [
    ...counts.map((one): ReadRequest => ({ kind: "read", table, start, count: one })),
    ...(start > 0 ? [{ kind: "read", table, start: start - 1, count: count + 1 } as const] : []),
  ];
  return candidates.find((one) =>
    !avoid.includes(signatureOf(one)) && one.count <= READ_MAX[one.table] &&
    one.start + one.count <= 65_536 && (isWithin(one, block) || allowed(one))
  ) ?? null;
}

/**
 * A read that no answer to these can pass for, near the first of these blocks that has one, or the
 * block itself. `null` where there is none, as of a single register with nothing that may be read
 * along: then it is waited until no answer can come any more, and two reads have to agree.
 */
export function apartRead(
  blocks: readonly ReadRequest[],
  avoid: readonly Signature[],
  allowed: (request: ReadRequest) => boolean,
): ReadRequest | null {
  for (const block of blocks) {
    const other = otherRead(block, avoid, allowed);
    if (other !== null) return other;
    if (!avoid.includes(signatureOf(block))) return block;
  }
  return null;
}

function isWithin(part: ReadRequest, whole: ReadRequest): boolean {
  return part.table === whole.table && part.start >= whole.start &&
    part.start + part.count <= whole.start + whole.count;
}

/** What was read: a word a register, or a bit each. */
export interface Seen {
  readonly request: ReadRequest;
  readonly values: readonly (number | boolean)[];
}

/** Whether two answers say the same of what both of them read. */
export function agree(first: Seen, second: Seen): boolean {
  if (first.request.table !== second.request.table) return false;
  const shift = second.request.start - first.request.start;
  const from = Math.max(0, shift);
  const end = Math.min(first.request.count, shift + second.request.count);
  for (let at = from; at < end; at++) {
    if (first.values[at] !== second.values[at - shift]) return false;
  }
  return end > from;
}
