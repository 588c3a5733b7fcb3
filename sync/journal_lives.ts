/**
 * Lives: when this node goes on with the one it had, when it begins another, and the entry with
 * which each begins.
 */
import type { Missing } from "./journal_holes.ts";
import { META } from "./journal_meta.ts";
import type { Repair } from "./journal_salvage.ts";
import { formatOrigin, isOvertaken, lifeOf } from "./origin.ts";
import type { Change, StreamState } from "./segments.ts";

/**
 * Why a life began:
 *
 * - `first`: the journal is new;
 * - `unclean`: the journal was not closed before this open, so its tail may be lost;
 * - `reboot`: it was, but in another boot: the disk may be an image of then;
 * - `moved`: it was written by another machine: a card in another box, or a copy of it;
 * - `overtaken`: others hold a later life of this node, so this is an old image;
 * - `fork`: others hold other entries under the numbers of this life;
 * - `salvaged`: damaged segments were set aside, what could be was taken over (see `repairs`);
 * - `backlog`: what this life still had to ship cannot be shipped in its order;
 * - `shared`: a process opened a store that others may write to as well, each in its own life;
 * - `rewritten`: a segment was written anew because its disk failed.
 */
export type LifeReason =
  | "first"
  | "unclean"
  | "reboot"
  | "moved"
  | "overtaken"
  | "fork"
  | "salvaged"
  | "backlog"
  | "shared"
  | "rewritten";

/** What a journal knows of itself when it is opened. */
export interface Opener {
  /** Boot id of this moment, 32 hexadecimal digits. */
  readonly bootId: string;
  /** Names this hardware; empty where nobody can say. */
  readonly machine: string;
  /** The latest life of this node that others hold, where that is known. */
  readonly after: string | undefined;
}

/** Why a new life begins at this open; `null` where the last one goes on. */
export function reasonAtOpen(
  meta: ReadonlyMap<string, string>,
  held: readonly StreamState[],
  { bootId, machine, after }: Opener,
): LifeReason | null {
  const previous = meta.get(META.origin);
  if (previous === undefined) return "first";
  if (isOvertaken(previous, held, after)) return "overtaken";
  if (meta.get(META.machine) !== machine) return "moved";
  if (meta.get(META.clean) !== "1") return "unclean";
  return meta.get(META.boot) === bootId ? null : "reboot";
}

/** The origin that comes after `previous`, and after all of `others` that are of this node. */
export function nextOrigin(
  node: string,
  nonce: string,
  previous: string | null,
  others: readonly string[],
): string {
  const lives = [previous, ...others.filter((origin) => origin.startsWith(`${node}.`))].map(lifeOf);
  return formatOrigin({ node, life: 1 + Math.max(...lives), nonce });
}

export interface LifeBegun {
  readonly reason: LifeReason;
  /** The life before on this disk. */
  readonly previous: string | null;
  /** Where the journal's streams stand. */
  readonly positions: readonly StreamState[];
  readonly bootId: string;
  readonly machine: string;
  /** What was damaged since the last life began, and what is missing for it. */
  readonly repairs?: readonly Repair[];
  readonly missing?: readonly Missing[];
}

/** So many repairs and missing spans are named in an entry; of the rest it has the number. */
const REPAIRS_MAX = 16;
const MISSING_MAX = 256;
const REASON_MAX = 300;

/**
 * JSON body of a `life` entry: it names the life before, and what of it this disk holds; and,
 * after damage, what was done and what is missing.
 */
export function lifeBody(begun: LifeBegun): string {
  const { reason, previous, positions, bootId, machine, repairs = [], missing = [] } = begun;
  const ended = positions.filter(({ origin }) => origin === previous);
  return JSON.stringify({
    reason,
    previous: previous === null ? null : {
      origin: previous,
      streams: ended.map(({ stream, seq, hash }) => ({ stream, seq, hash: hash.toHex() })),
    },
    boot: bootId,
    machine,
    ...(repairs.length + missing.length === 0 ? {} : {
      repairs: {
        segments: repairs.slice(0, REPAIRS_MAX).map(({ segment, reason, entries }) => ({
          segment,
          reason: reason.slice(0, REASON_MAX),
          entries,
        })),
        missing: missing.slice(0, MISSING_MAX),
        moreSegments: Math.max(0, repairs.length - REPAIRS_MAX),
        moreMissing: Math.max(0, missing.length - MISSING_MAX),
      },
    }),
  });
}

/** What says, after a power cut, that the journal was open, in which boot, on what. */
export function openedChanges(bootId: string, machine: string): Change[] {
  return [
    { kind: "meta", name: META.clean, value: "0" },
    { kind: "meta", name: META.boot, value: bootId },
    { kind: "meta", name: META.machine, value: machine },
  ];
}
