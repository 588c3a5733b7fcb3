/**
 * Bags that stayed with whoever collected them, though that person came to a store since (W6). The
 * store could not miss them when it was cut off from the ward that gave them: it shows once both
 * entries are in one place.
 */
import type { Stamp } from "../../../sync/entry.ts";
import { byTime } from "../entry/event.ts";
import { custodianKey } from "../entry/subject.ts";
import type { BagStanding } from "../life/bag.ts";
import type { Ledger } from "../life/ledger.ts";

export interface LeftBehind {
  readonly bag: string;
  readonly site: string;
  /** Id of the store's entry that should have had it, and when that was. */
  readonly stored: string;
  readonly node: string;
  readonly time: Stamp;
}

/** Of each bag the first store that it should have come to. */
export function leftBehind({ bags, deliveries }: Ledger): LeftBehind[] {
  const brought = new Map<string, Ledger["deliveries"][number][]>();
  for (const event of [...deliveries].sort(byTime)) {
    const key = custodianKey(event.body.from);
    brought.set(key, [...brought.get(key) ?? [], event]);
  }
  return [...bags.values()].flatMap((standing): LeftBehind[] => {
    const { bag, site, custodian, missing } = standing;
    const collected = collectedAt(standing);
    if (custodian === null || missing !== null || collected === null) return [];
    // What is in its history names it, or moved a box that it lies in.
    const own = new Set(standing.history.map(({ id }) => id));
    const first = brought.get(custodianKey(custodian))?.find(({ body, time }) =>
      !own.has(body.id) && isLater(time, collected)
    );
    if (first === undefined) return [];
    return [{ bag, site, stored: first.body.id, node: first.node, time: first.time }];
  });
}

function collectedAt({ state, movedBy, history }: BagStanding): Stamp | null {
  if (state !== "handed-over") return null;
  return history.find(({ id }) => movedBy.includes(id))?.time ?? null;
}

/** By the boot-time clock where one machine wrote both, else by wall clocks. */
function isLater(time: Stamp, than: Stamp): boolean {
  return time.bootId === than.bootId ? time.bootMs > than.bootMs : time.wallMs > than.wallMs;
}
