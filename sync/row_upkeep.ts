/** What is done to segments when there is time: they are looked through, and written anew. */
import type { DurableRow } from "./durable_row.ts";
import { memberOf } from "./segment_row.ts";
import { revised } from "./segment_name.ts";
import type { Change, Segments } from "./segments.ts";

export class RowUpkeep {
  readonly #segments: Segments;
  readonly #durable: DurableRow;
  #scrubbing: Generator<void> | null = null;
  #rekeying: Generator<void> | null = null;

  constructor(segments: Segments, durable: DurableRow) {
    this.#segments = segments;
    this.#durable = durable;
  }

  /** Looks at a part of what is stored, so that damage is found before anybody needs it. */
  scrub(): void {
    const work = this.#scrubbing ?? this.#looked();
    // After an error it begins anew.
    this.#scrubbing = null;
    this.#scrubbing = stepped(work);
  }

  /**
   * Takes a step in writing segments anew that are under an at-rest key that is to go, one after
   * the other; how many are left.
   */
  rekey(): number {
    const work = this.#rekeying ?? this.#rekeyed();
    this.#rekeying = null;
    this.#rekeying = stepped(work);
    const left = this.#durable.row.outdated().length;
    // What is still there under the old key is not written anew until it is gone.
    if (left === 0) this.#durable.row.clearAway();
    return left;
  }

  stop(): void {
    this.#scrubbing?.return(undefined);
    this.#rekeying?.return(undefined);
  }

  *#looked(): Generator<void> {
    for (const { name } of this.#durable.row.members()) {
      // Meanwhile it may have been pruned, or written anew.
      if (!this.#isThere(name)) continue;
      for (const look of [this.#durable.looked(name), this.#durable.proved(name)]) {
        for (const _ of look) {
          yield;
          if (!this.#isThere(name)) break;
        }
        yield;
        if (!this.#isThere(name)) break;
      }
    }
  }

  #isThere(name: string): boolean {
    return this.#durable.row.members().some((one) => one.name === name);
  }

  *#rekeyed(): Generator<void> {
    const { row } = this.#durable;
    for (const name of row.outdated()) {
      if (name === row.currentName) this.#durable.leaveNewest();
      yield* this.#rekeyedOne(name);
    }
  }

  *#rekeyedOne(name: string): Generator<void> {
    const { row } = this.#durable;
    if (!this.#isThere(name)) return;
    const next = revised(name);
    const draft = this.#segments.draft(next);
    try {
      for (const changes of this.#durable.proved(name)) {
        draft.add(changes);
        yield;
        // Meanwhile it may have been pruned, or salvaged.
        if (!this.#isThere(name)) return;
      }
      for (const changes of this.#durable.keysOf(name)) draft.add(changes);
      const state = row.with(name, (segment) => segment.state());
      draft.add([
        ...state.streams.map((state): Change => ({ kind: "stream", state })),
        ...state.receipts.map((receipt): Change => ({ kind: "receipt", receipt })),
        ...[...state.meta].map(([name, value]): Change => ({ kind: "meta", name, value })),
      ]);
      const published = memberOf(next, draft.publish());
      row.letGo(name);
      row.replaceBy(name, published);
      row.unlink(name);
    } finally {
      draft.discard();
    }
  }
}

/** The work, unless it is done. */
function stepped(work: Generator<void>): Generator<void> | null {
  return work.next().done ? null : work;
}
