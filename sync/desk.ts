/** The receiving end between nodes: what it is made of, and what it keeps while it runs. */
import { Admission, type AdmissionLimits } from "./admission.ts";
import { Buffers } from "./buffers.ts";
import type { DayDigest } from "./day.ts";
import type { Stamp } from "./entry.ts";
import type { NodeKey } from "./identity.ts";
import type { Journal } from "./journal.ts";
import { LifeSums } from "./life_sums.ts";
import type { Nonces } from "./nonces.ts";
import { parseOrigin } from "./origin.ts";
import { Polls } from "./polls.ts";
import { Sessions } from "./session.ts";
import { systemTimer, type Timer } from "./timer.ts";
import { Twins, type TwinSighting } from "./twins.ts";

/** A node that this one knows. */
export interface Member {
  readonly publicKey: string;
  readonly role: "site" | "county";
  /** Keys of before it was replaced: what they signed then still holds. */
  readonly earlierKeys?: readonly string[];
}

/** All keys that have ever been a member's: its heads are signed with one of them. */
export function keysOf({ publicKey, earlierKeys = [] }: Member): readonly string[] {
  return [publicKey, ...earlierKeys];
}

/** What happened at the receiving end, for counters, logs and people. */
export type SyncEvent =
  | { readonly kind: "received"; readonly node: string; readonly entries: number }
  | { readonly kind: "refused"; readonly node: string | null; readonly code: string }
  | {
    readonly kind: "run-refused";
    readonly node: string;
    readonly origin: string;
    readonly stream: string;
    readonly reason: string;
  }
  /** Two boxes say that they are one node: told once, see twins.ts. */
  | { readonly kind: "twins" } & TwinSighting
  /** A member wants to be asked anew where it stands: what was believed of it may be wrong. */
  | { readonly kind: "asked-again"; readonly node: string }
  /** Entries that nobody has any more: their origin says so, and the alarm is written. */
  | {
    readonly kind: "gap";
    readonly node: string;
    readonly origin: string;
    readonly stream: string;
    readonly first: number;
    readonly last: number;
  };

export interface ReceivingEnd {
  readonly journal: Journal;
  /** This node's own name and key. */
  readonly node: string;
  readonly key: NodeKey;
  readonly nonces: Nonces;
  readonly member: (node: string) => Member | undefined;
  /** The moment, for the entries that it writes itself. */
  readonly stamp: () => Stamp;
  readonly onEvent: (event: SyncEvent) => void;
  /** Days of a node's streams behind a place, in order, `limit` at most; none are told without. */
  readonly days?: (
    node: string,
    after: Pick<DayDigest, "origin" | "stream" | "day">,
    limit: number,
  ) => Promise<readonly DayDigest[]>;
  readonly timer?: Timer;
  /** How many requests it works on at a time. */
  readonly limits?: AdmissionLimits;
  /** Aborts when it ends: who waits is answered then. */
  readonly signal?: AbortSignal;
  /** Further routes for members: the body of a request to the body of its answer. */
  readonly more?: ReadonlyMap<
    string,
    (node: string, body: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>
  >;
}

export interface Desk {
  readonly end: ReceivingEnd;
  readonly signal: AbortSignal;
  readonly timer: Timer;
  readonly twins: Twins;
  readonly polls: Polls;
  readonly admission: Admission;
  readonly buffers: Buffers;
  readonly sessions: Sessions;
  readonly sums: LifeSums;
}

export function openDesk(end: ReceivingEnd): Desk {
  const timer = end.timer ?? systemTimer;
  return {
    end,
    signal: end.signal ?? new AbortController().signal,
    timer,
    twins: new Twins(),
    polls: new Polls(end.journal, timer),
    sessions: new Sessions(() => timer.nowMs()),
    buffers: new Buffers(),
    admission: new Admission(() => timer.nowMs(), end.limits),
    sums: new LifeSums(end.journal.hashName),
  };
}

/** Who asks; known by its signature. */
export interface Asker {
  readonly node: string;
  /** Address of the connection, where that is known. */
  readonly remote: string | null;
}

/**
 * Takes in that somebody asks who says in which life it writes; tells of twins. A county may well
 * be several processes on one database, each with a life of its own.
 */
export function noteLife({ end, twins }: Desk, { node, remote }: Asker, self: string): void {
  if (parseOrigin(self)?.node !== node || end.member(node)?.role !== "site") return;
  const sighting = twins.saw(node, self, remote);
  if (sighting !== null) end.onEvent({ kind: "twins", ...sighting });
}

export interface Answer {
  readonly status: number;
  /** Media type; `null`: octets, of which the path says what they are. */
  readonly type: string | null;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly retryAfterMs?: number;
}

export function octets(body: Uint8Array<ArrayBuffer>): Answer {
  return { status: 200, type: null, body };
}
