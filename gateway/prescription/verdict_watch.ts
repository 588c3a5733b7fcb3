/** Verdicts of the county as they come down to a site, for those who wait for one (P12). */
import type { Entry } from "../../sync/entry.ts";
import type { Journal } from "../../sync/journal.ts";
import type { StreamState } from "../../sync/segments.ts";
import { type Stream, streamTo } from "../../sync/stream.ts";
import { systemTimer, type Timer } from "../../sync/timer.ts";
import type { EventOf } from "./life/event.ts";
import { hearNew } from "../new_entries.ts";
import { eventIn } from "./record/life_entry.ts";
import type { Taken } from "./record/recent.ts";

export type ToldVerdict = EventOf<"verdict">;

type Version = Pick<Taken, "site" | "number" | "version" | "hash">;

/** Somebody who waits for one verdict. */
export class Wait implements Disposable {
  readonly #told = Promise.withResolvers<void>();
  readonly #end: () => void;
  verdict: ToldVerdict | null = null;

  constructor(end: () => void) {
    this.#end = end;
  }

  tell(verdict: ToldVerdict): void {
    this.verdict ??= verdict;
    this.#told.resolve();
  }

  /** The verdict, as soon as it is here; `null` after so long. */
  async within(
    ms: number,
    timer: Pick<Timer, "pause"> = systemTimer,
  ): Promise<ToldVerdict | null> {
    const over = new AbortController();
    await Promise.race([this.#told.promise, timer.pause(ms, over.signal)]);
    over.abort();
    return this.verdict;
  }

  [Symbol.dispose](): void {
    this.#end();
  }
}

export class VerdictWatch {
  readonly #journal: Pick<Journal, "changes" | "read">;
  readonly #stream: Stream;
  readonly #waits = new Map<string, Set<Wait>>();

  constructor(journal: Pick<Journal, "changes" | "read">, site: string) {
    this.#journal = journal;
    this.#stream = streamTo(site);
  }

  /** From now on; whoever may be told before waiting begins so before. */
  wait(version: Version): Wait {
    const name = waitName(version);
    const waits = this.#waits.get(name) ?? new Set();
    this.#waits.set(name, waits);
    const wait: Wait = new Wait(() => {
      waits.delete(wait);
      if (waits.size === 0) this.#waits.delete(name);
    });
    waits.add(wait);
    return wait;
  }

  run(signal: AbortSignal): Promise<void> {
    const isToldHere = ({ stream }: StreamState) => stream === this.#stream;
    return hearNew(this.#journal, isToldHere, (entries) => {
      for (const entry of entries) this.#hear(entry);
    }, signal);
  }

  #hear(entry: Entry): void {
    if (entry.kind !== "verdict" || this.#waits.size === 0) return;
    const event = eventIn(entry, []);
    if (event?.kind !== "verdict") return;
    const { site, prescription: number, version, hash } = event.body;
    for (const wait of this.#waits.get(waitName({ site, number, version, hash })) ?? []) {
      wait.tell(event);
    }
  }
}

function waitName({ site, number, version, hash }: Version): string {
  return [site, version, hash, number].join("/");
}
