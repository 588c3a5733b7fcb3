/** Who and what was turned away lately: listed for the technician, who may want to adopt it. */
import type { RefusalItem } from "../drivers/driver.ts";

export interface Refusal {
  readonly source: string;
  readonly code: RefusalItem["code"];
  readonly who: string;
  /** Of the last time. */
  readonly detail: string;
  readonly count: number;
  /** Wall clock, milliseconds since 1970 UTC. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Different ones kept; the one that was quiet longest goes first. */
const REFUSALS_MAX = 200;
/** Different ones that become evidence in an hour: made-up names must not fill the disk. */
const EVIDENCE_MAX = 200;
const HOUR_MS = 3_600_000;

export class Refusals {
  readonly #refusals = new Map<string, Refusal>();
  #hour = { sinceMs: 0, evidence: 0 };

  /** Returns true when it is evidence: the like was not seen before, nor too many in this hour. */
  add(source: string, { code, who, detail }: RefusalItem, nowMs: number): boolean {
    const key = `${source} ${code} ${who}`;
    const known = this.#refusals.get(key);
    this.#refusals.delete(key);
    const count = (known?.count ?? 0) + 1;
    const firstMs = known?.firstMs ?? nowMs;
    this.#refusals.set(key, { source, code, who, detail, count, firstMs, lastMs: nowMs });
    if (this.#refusals.size > REFUSALS_MAX) {
      for (const oldest of this.#refusals.keys()) {
        this.#refusals.delete(oldest);
        break;
      }
    }
    return known === undefined && this.#isEvidence(nowMs);
  }

  #isEvidence(nowMs: number): boolean {
    // The wall clock may have been set back.
    if (Math.abs(nowMs - this.#hour.sinceMs) > HOUR_MS) {
      this.#hour = { sinceMs: nowMs, evidence: 0 };
    }
    return this.#hour.evidence++ < EVIDENCE_MAX;
  }

  /** The latest first. */
  list(): Refusal[] {
    return [...this.#refusals.values()].reverse();
  }
}
