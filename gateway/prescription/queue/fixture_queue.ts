/** Items and journals for tests of the queue. */
import type { Claim, QueueItem } from "./queue_item.ts";

export const SITE = "site-017";

/** In the order of `prescription`, where nothing else is asked for. */
export function item(prescription: string, more: Partial<QueueItem> = {}): QueueItem {
  return {
    site: SITE,
    prescription,
    version: 1,
    purpose: "decide",
    not: [],
    over: [],
    order: { emergency: 1, severity: 2, sinceMs: 1000 },
    senior: false,
    decidedFence: 0,
    ...more,
  };
}

/** Keys of decisions, as the journal keeps them: each is there once, however often appended. */
export class Decisions {
  readonly keys = new Set<string>();

  append(claim: Claim): Promise<string> {
    const key = keyOf(claim);
    this.keys.add(key);
    return Promise.resolve(key);
  }

  has(claim: Claim): Promise<boolean> {
    return Promise.resolve(this.keys.has(keyOf(claim)));
  }
}

export function keyOf({ site, prescription, store, fence }: Claim): string {
  return [site, prescription, store, fence].join("/");
}
