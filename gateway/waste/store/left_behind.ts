/**
 * Bags that stayed with whoever collected them, though that person came to a store since (W6). The
 * store could not miss them when it was cut off from the ward that gave them: it shows once both
 * entries are in one place.
 */
import type { Stamp } from "../../../sync/entry.ts";
import { byTime, type EventOf } from "../entry/event.ts";
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

type Delivery = EventOf<"waste-stored">;

/** Of each bag the first store that it should have come to. */
export function leftBehind({ bags, deliveries }: Pick<Ledger, "bags" | "deliveries">) {
  const brought = Map.groupBy(deliveries, ({ body }) => custodianKey(body.from));
  return [...bags.values()].flatMap((standing): LeftBehind[] => {
    const way = wayOf(standing);
    if (way === null) return [];
    const missed = (brought.get(way.holder) ?? []).filter((event) => isMissedBy(event, way));
    // Of one machine the first by its boot-time clock, of the others by wall clocks.
    const [here, elsewhere] = [true, false].map((isHere) =>
      missed.filter(({ time }) => (time.bootId === way.since.bootId) === isHere)
    );
    const first = [here.sort(byBoot).at(0), elsewhere.sort(byTime).at(0)]
      .filter((event) => event !== undefined).sort(byTime).at(0);
    if (first === undefined) return [];
    const { bag, site } = standing;
    return [{ bag, site, stored: first.body.id, node: first.node, time: first.time }];
  });
}

/** A bag that was collected, and that no store took or missed. */
export interface Way {
  /** Who has it, as `custodianKey` has it, and since when. */
  readonly holder: string;
  readonly since: Stamp;
  /** Ids of entries that name it, or moved a box that it lies in. */
  readonly own: ReadonlySet<string>;
}

export function wayOf({ state, custodian, missing, movedBy, history }: BagStanding): Way | null {
  if (state !== "handed-over" || custodian === null || missing !== null) return null;
  const since = history.find(({ id }) => movedBy.includes(id))?.time;
  if (since === undefined) return null;
  return { holder: custodianKey(custodian), since, own: new Set(history.map(({ id }) => id)) };
}

/** Whether the bag should have been in this delivery of its holder's. */
export function isMissedBy({ body, time }: Delivery, { since, own }: Way): boolean {
  return !own.has(body.id) && isLater(time, since);
}

/** By the boot-time clock where one machine wrote both, else by wall clocks. */
function isLater(time: Stamp, than: Stamp): boolean {
  return time.bootId === than.bootId ? time.bootMs > than.bootMs : time.wallMs > than.wallMs;
}

function byBoot(one: Delivery, other: Delivery): number {
  return one.time.bootMs - other.time.bootMs || byTime(one, other);
}
