/**
 * Lives: when this node goes on with the one it had, when it begins another, and the entry with
 * which each begins.
 */
import { formatOrigin, isOvertaken, lifeOf } from "./origin.ts";
import type { StreamState } from "./segments.ts";

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
  | "rewritten";

/** Names under which a journal's own state is kept. */
export const META = {
  origin: "origin",
  clean: "clean",
  boot: "boot",
  machine: "machine",
} as const;

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

/** The origin that comes after `previous`, and after `after`, a life that others hold. */
export function nextOrigin(
  node: string,
  nonce: string,
  previous: string | null,
  after: string | undefined,
): string {
  const life = 1 + Math.max(lifeOf(previous), lifeOf(after));
  return formatOrigin({ node, life, nonce });
}

export interface LifeBegun {
  readonly reason: LifeReason;
  /** The life before on this disk. */
  readonly previous: string | null;
  /** Where the journal's streams stand. */
  readonly positions: readonly StreamState[];
  readonly bootId: string;
  readonly machine: string;
}

/** JSON body of a `life` entry: it names the life before, and what of it this disk holds. */
export function lifeBody({ reason, previous, positions, bootId, machine }: LifeBegun): string {
  const ended = positions.filter(({ origin }) => origin === previous);
  return JSON.stringify({
    reason,
    previous: previous === null ? null : {
      origin: previous,
      streams: ended.map(({ stream, seq, hash }) => ({ stream, seq, hash: hash.toHex() })),
    },
    boot: bootId,
    machine,
  });
}
