/** What a link is made of, what it tells, and how it is doing. */
import type { BlockedStream } from "./blocked_streams.ts";
import type { OtherCentre } from "./gaps.ts";
import type { NodeKey } from "./identity.ts";
import type { Journal } from "./journal.ts";
import type { OwnLives } from "./own_lives.ts";
import type { Pacer } from "./pacing.ts";
import type { Peer } from "./peer.ts";
import type { Timer } from "./timer.ts";
import type { Wants } from "./wants.ts";

/** What a link needs of its peer. */
export type Shipper = Pick<
  Peer,
  "node" | "positions" | "ship" | "sentBytes" | "receivedBytes"
>;

/** What all links of a node share. */
export interface LinkShared {
  readonly lives: OwnLives;
  readonly wants: Wants;
  readonly pacer: Pacer;
}

export interface LinkOptions extends LinkShared {
  readonly journal: Journal;
  readonly peer: Shipper;
  readonly peerPublicKey: string;
  /** This node's key: signs the heads of own entries. */
  readonly key: NodeKey;
  /** Which origins this link is for. */
  readonly carries: (origin: string) => boolean;
  /** The other centres that this node has links to. */
  readonly others: () => readonly OtherCentre[];
  /** Entries of others are shipped only once the peer has lacked them for so long. */
  readonly relayAfterMs: number;
  /** How often the peer is asked where it stands when nothing else is said. */
  readonly refreshMs: number;
  /** How often it is asked also while it is shipped to; absent: never for that. */
  readonly askEveryMs?: number;
  /** How long the other centres have to hand on what is not held here any more. */
  readonly gapAfterMs: number;
  readonly timer: Timer;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onEvent: (event: LinkEvent) => void;
}

export type LinkEvent =
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly reason: string; readonly hint: string | null }
  | { readonly kind: "shipped"; readonly entries: number }
  /** Nobody has these entries any more: that was said, and stored there. */
  | {
    readonly kind: "gap";
    readonly origin: string;
    readonly stream: string;
    readonly first: number;
    readonly last: number;
  }
  | {
    readonly kind: "blocked";
    readonly origin: string;
    readonly stream: string;
    readonly reason: string;
  };

/** What waits for one destination and why (rule T8). Times count like those of its timer. */
export interface LinkStatus {
  readonly destination: string;
  readonly state: "connecting" | "up" | "down";
  readonly sinceMs: number;
  readonly reason: string | null;
  readonly hint: string | null;
  /** Failures in a row. */
  readonly attempts: number;
  readonly nextTryMs: number | null;
  readonly waitingEntries: number;
  /** Bytes of bodies since the start. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Wall clock of the oldest entry that waits, milliseconds since 1970 UTC. */
  readonly oldestWaitingMs: number | null;
  readonly blocked: readonly BlockedStream[];
}
