/** What a site does with values before they are stored: it computes, and leaves out what is old. */
import type { Outcome, Reading, ReadingItem } from "../../drivers/driver.ts";
import { toldPoints } from "../../drivers/profile.ts";
import type { Ruler } from "../clock.ts";
import { type DeviceConfig, pointIntervalSeconds, shortestIntervalSeconds } from "../config.ts";
import { type Before, Computing, isOfNow, type LastTold } from "./computing.ts";
import { Keeping } from "./keeping.ts";
import { Lateness } from "./lateness.ts";
import { silentAfterMs } from "./silence.ts";

interface DeviceValues {
  readonly lateness: Lateness;
  readonly keeping: Keeping;
  readonly computing: Computing;
}

export class Values {
  readonly #devices: ReadonlyMap<string, DeviceValues>;

  constructor(devices: readonly DeviceConfig[]) {
    this.#devices = new Map(devices.map((device) => {
      const silentMs = (point: string) => silentAfterMs(pointIntervalSeconds(device, point) * 1000);
      const keeping = new Keeping(toldPoints(device.profile), silentMs);
      const gapMs = silentAfterMs(shortestIntervalSeconds(device) * 1000);
      const computing = new Computing(device.profile.computed, gapMs);
      return [device.id, { lateness: new Lateness(silentMs), keeping, computing }];
    }));
  }

  /**
   * Takes up where devices stood before this process. Before that there are no differences, as
   * nobody knows what was stored last.
   */
  recall(last: readonly LastTold[]): void {
    const told = Map.groupBy(last, ({ device }) => device);
    for (const [id, { computing }] of this.#devices) computing.recall(told.get(id) ?? []);
  }

  /** What one call of a driver brings, of any devices. */
  begin(): ValuesBatch {
    return new ValuesBatch(this.#devices);
  }
}

/** Items that are stored together: what becomes of each is not known before all of them are. */
export class ValuesBatch {
  readonly #devices: ReadonlyMap<string, DeviceValues>;
  /** By device, what of it is on its way to the disk. */
  readonly #underWay = new Map<string, Before>();
  /** Items that count for switches once it is known what became of them, or of those before. */
  readonly #unseen = new Set<ReadingItem>();
  /** Devices of which it is on its way that they do not tell some point any more. */
  readonly #silenced = new Set<string>();

  constructor(devices: ReadonlyMap<string, DeviceValues>) {
    this.#devices = devices;
  }

  /**
   * The item as far as it is one of now: what was told late is marked (G7), and what may be of
   * some time ago is uncertain where no time of its own, by a clock that can be trusted, tells.
   */
  judged(item: ReadingItem, ruler: Ruler): ReadingItem {
    const came = ruler(item.receivedMs);
    if (this.#devices.get(item.device)?.lateness.isLate(item, came)) {
      return { ...item, historical: true };
    }
    const { doubt, deviceMs, readings } = item;
    if (doubt === undefined) return item;
    if (deviceMs !== null && came.clock !== "untrusted") {
      const { doubt: _resolved, ...sure } = item;
      return sure;
    }
    return { ...item, readings: readings.map((reading) => doubted(reading, doubt)) };
  }

  /**
   * The item with what follows from it; `null` where it says nothing that is not stored already,
   * and its device's profile does not keep that. It is compared with what is on the disk, never
   * with what is on its way there.
   */
  prepared(item: ReadingItem): ReadingItem | null {
    const device = this.#devices.get(item.device);
    if (device === undefined) return item;
    const before = this.#underWay.get(item.device) ?? "nothing";
    const found = device.keeping.silenced(item);
    const silenced = this.#silenced.has(item.device) ? [] : found;
    const computed = [...device.computing.computed(item, before), ...silenced];
    const undecided = item.identity !== null || before === "undecided";
    if (!undecided) device.computing.seen(item);
    if (before === "nothing" && silenced.length === 0 && !device.keeping.isNews(item)) return null;
    const whole = { ...item, readings: [...item.readings, ...computed] };
    const prepared = computed.length === 0 ? item : whole;
    if (silenced.length > 0) this.#silenced.add(item.device);
    // What is not of now moves nothing.
    if (!isOfNow(item)) return prepared;
    if (undecided) this.#unseen.add(prepared);
    this.#underWay.set(item.device, undecided ? "undecided" : "seen");
    return prepared;
  }

  /** What became of an item that was prepared. */
  settle(item: ReadingItem, outcome: Outcome): void {
    const device = this.#devices.get(item.device);
    const isStored = outcome.kind === "stored";
    // What has no id is no repeat of anything, whether there is room for it or not.
    if (this.#unseen.has(item) && (isStored || item.identity === null)) {
      device?.computing.seen(item);
    }
    if (!isStored) return device?.keeping.forget();
    device?.keeping.stored(item);
    device?.computing.stored(item);
  }
}

/** What is good is uncertain for this reason; what is not good stays as it is. */
function doubted(reading: Reading, reason: string): Reading {
  return reading.quality === "good" ? { ...reading, quality: "uncertain", reason } : reading;
}
