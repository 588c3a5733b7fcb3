/** What entries say differently about one bag, and what persons resolved of it. */
import { entryId } from "../../collected_entry.ts";
import type { Stamp } from "../../../sync/entry.ts";
import type { Dispute } from "../entry/correction_body.ts";
import { type EventOf, ofKind, type WasteEvent } from "../entry/event.ts";
import type { Effects } from "./effect.ts";

/** One of the things that are said, for the person who has to say which is right. */
export interface Alternative {
  /** Of the entry. */
  readonly id: string;
  readonly node: string;
  /** When it was written. */
  readonly time: Stamp;
  /** A code, grams, a custodian as `kind/id`, a load. */
  readonly says: string;
}

export interface Conflict {
  /** The same wherever it is seen: made of what disagrees. */
  readonly id: string;
  readonly subject: string;
  readonly about: Dispute;
  readonly alternatives: readonly Alternative[];
  /** Resolutions so far that do not settle it: they contradict each other, or knew less. */
  readonly resolutions: readonly string[];
}

export type Resolution = EventOf<"waste-resolution">;

/**
 * Resolutions by what they are about; those reversed or replaced are gone. One replaces others of
 * its own subject and dispute alone: whoever looks at another bag need not know of it.
 */
export class Resolutions {
  readonly #bySubject = new Map<string, Resolution[]>();

  constructor(events: readonly WasteEvent[], effects: Effects) {
    const standing = ofKind(events, "waste-resolution").filter((one) => effects.stands(one));
    const all = Map.groupBy(standing, ({ body: { about, subject } }) => `${about}/${subject}`);
    for (const [key, own] of all) {
      const over = new Set(own.flatMap(({ body }) => body.over));
      this.#bySubject.set(key, own.filter(({ body }) => !over.has(body.id)));
    }
  }

  of(subject: string, about: Dispute): readonly Resolution[] {
    return this.#bySubject.get(`${about}/${subject}`) ?? [];
  }

  /**
   * Ids of entries that do not count for this any more. Where two contradict, neither does; and
   * nothing is set aside for what it does not disagree with, as `disagree` has it.
   */
  setAside(
    subject: string,
    about: Dispute,
    disagree: () => (kept: string, against: string) => boolean,
  ): ReadonlySet<string> {
    const own = this.of(subject, about);
    if (own.length === 0) return new Set();
    const isOpen = disagree();
    const agreed = own.filter((one) => !own.some((other) => contradict(one, other)));
    return new Set(
      agreed.flatMap(({ body: { keeps, against } }) => against.filter((id) => isOpen(keeps, id))),
    );
  }

  conflict(subject: string, about: Dispute, alternatives: readonly Alternative[]): Conflict {
    const sorted = [...alternatives].sort((one, other) =>
      byWord(one.id, other.id) || byWord(one.node, other.node) || byWord(one.says, other.says)
    );
    return {
      id: entryId("conflict", about, subject, ...sorted.map(({ id }) => id)),
      subject,
      about,
      alternatives: sorted,
      resolutions: this.of(subject, about).map(({ body }) => body.id).sort(),
    };
  }
}

function byWord(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function contradict({ body: one }: Resolution, { body: other }: Resolution): boolean {
  return one.against.includes(other.keeps) || other.against.includes(one.keeps);
}
