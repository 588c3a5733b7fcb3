/** What could not be decided: it is tried again later, and holds up no other (T6, T10). */
import { isDiskFailure } from "../../disk_failure.ts";
import type { Log } from "../../log.ts";
import { nameOf, type RecordKey } from "./stored_events.ts";

const AGAIN_MS = 60_000;

export class SetAside {
  readonly #log: Log;
  readonly #untilMs = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  get size(): number {
    return this.#untilMs.size;
  }

  has(key: RecordKey): boolean {
    const untilMs = this.#untilMs.get(nameOf(key));
    if (untilMs === undefined) return false;
    if (performance.now() < untilMs) return true;
    this.#untilMs.delete(nameOf(key));
    return false;
  }

  /** Runs `work`; what the disk is to blame for it throws on, all else is set aside and logged. */
  async guard(
    work: () => Promise<unknown> | null,
    { site, prescription: { id } }: {
      readonly site: string;
      readonly prescription: { readonly id: string };
    },
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isDiskFailure(error)) throw error;
      this.#untilMs.set(nameOf({ site, number: id }), performance.now() + AGAIN_MS);
      this.#log({ kind: "prescription-stuck", site, reason: String(error) });
    }
  }
}
