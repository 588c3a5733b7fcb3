/** What is taken while the disk is nearly full: by class, so that alarms go on (T4, G2). */
import type { Item } from "../drivers/driver.ts";
import type { Append, Appended, NewEntry } from "../sync/append.ts";
import type { Stamp } from "../sync/entry.ts";
import type { Stream } from "../sync/stream.ts";
import { newEntry } from "./collected_entry.ts";

/** Why nothing new of a stream is taken now. */
export interface NoRoom {
  /** For programs: the disk is nearly full, or it takes nothing at all. */
  readonly code: "disk-full" | "unwritable";
  /** For people. */
  readonly reason: string;
}

/** The way into the journal for what devices and people bring. */
export interface Admission {
  noRoomFor(stream: Stream): NoRoom | null;
  /** As `Journal.append`; alarms and audit have reserved space. */
  append(items: readonly Append[], stamp: Stamp): Promise<Appended[]>;
}

/** Readings of one device that were not stored, in a row. */
interface Gap {
  count: number;
  readonly reason: string;
  readonly first: Stamp;
  last: Stamp;
}

export interface Owed {
  readonly entries: readonly NewEntry[];
  readonly unpaid: () => void;
}

export const NOTHING_OWED: Owed = { entries: [], unpaid: () => {} };

/**
 * What could not be stored and is owed: that there is a gap and how long it is (G7), and the last
 * state of each device. Both are bounded by the number of devices.
 */
export class Unstored {
  readonly #gaps = new Map<string, Gap>();
  readonly #states = new Map<string, NewEntry>();
  /** What is offered again and again counts once. */
  readonly #counted = new WeakSet<Item>();

  /**
   * Takes note of an item for which there was no room; `entry` is what would have been stored.
   * Returns whether it was not told before.
   */
  add(item: Item, entry: NewEntry | null, { reason }: NoRoom, stamp: Stamp): boolean {
    if (this.#counted.has(item)) return false;
    this.#counted.add(item);
    if (item.kind === "state" && entry !== null) this.#states.set(item.device, entry);
    // What its sender keeps will come: it is no gap.
    if ((item.kind !== "reading" && item.kind !== "unreadable") || item.kept) return true;
    const gap = this.#gaps.get(item.device);
    if (gap === undefined) {
      this.#gaps.set(item.device, { count: 1, reason, first: stamp, last: stamp });
    } else {
      gap.count++;
      gap.last = stamp;
    }
    return true;
  }

  /** Takes out what is to be stored before anything else; `unpaid` puts it back. */
  takeOwed(stamp: Stamp): Owed {
    if (this.#gaps.size === 0 && this.#states.size === 0) return NOTHING_OWED;
    const [gaps, states] = [[...this.#gaps], [...this.#states]];
    this.#gaps.clear();
    this.#states.clear();
    const entries = [
      ...gaps.map(([device, { count, reason, first, last }]) =>
        newEntry("reading", "not-stored", stamp, {
          device,
          count,
          reason,
          first: momentOf(first),
          last: momentOf(last),
        })
      ),
      ...states.map(([, entry]) => entry),
    ];
    const unpaid = () => {
      for (const [device, gap] of gaps) {
        const since = this.#gaps.get(device);
        if (since === undefined) this.#gaps.set(device, gap);
        else this.#gaps.set(device, { ...gap, count: gap.count + since.count, last: since.last });
      }
      // A state that came meanwhile is the later one.
      for (const [device, entry] of states) {
        if (!this.#states.has(device)) this.#states.set(device, entry);
      }
    };
    return { entries, unpaid };
  }
}

function momentOf({ wallMs, bootMs }: Stamp): { wallMs: number; bootMs: number } {
  return { wallMs, bootMs };
}
