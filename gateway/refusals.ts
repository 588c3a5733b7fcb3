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

export class Refusals {
  readonly #refusals = new Map<string, Refusal>();

  /** Returns true when the like was not seen before. */
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
    return known === undefined;
  }

  /** The latest first. */
  list(): Refusal[] {
    return [...this.#refusals.values()].reverse();
  }
}
