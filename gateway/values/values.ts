/** What a site does with values before they are stored: it computes, and leaves out what is old. */
import type { Outcome, Reading, ReadingItem } from "../../drivers/driver.ts";
import { toldPoints } from "../../drivers/profile.ts";
import type { Ruler } from "../clock.ts";
import { type DeviceConfig, pointIntervalSeconds, shortestIntervalSeconds } from "../config.ts";
import { Computing } from "./computing.ts";
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

  /** What one call of a driver brings, of any devices. */
  begin(): ValuesBatch {
    return new ValuesBatch(this.#devices);
  }
}

/** Items that are stored together: what becomes of each is not known before all of them are. */
export class ValuesBatch {
  readonly #devices: ReadonlyMap<string, DeviceValues>;
  readonly #underWay = new Set<string>();

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
    const first = !this.#underWay.has(item.device);
    const silenced = device.keeping.silenced(item);
    const computed = [...device.computing.computed(item, first), ...silenced];
    if (first && silenced.length === 0 && !device.keeping.isNews(item)) return null;
    this.#underWay.add(item.device);
    return computed.length === 0 ? item : { ...item, readings: [...item.readings, ...computed] };
  }

  /** What became of an item that was prepared. */
  settle(item: ReadingItem, outcome: Outcome): void {
    const device = this.#devices.get(item.device);
    if (outcome.kind !== "stored") return device?.keeping.forget();
    device?.keeping.stored(item);
    device?.computing.stored(item);
  }
}

/** What is good is uncertain for this reason; what is not good stays as it is. */
function doubted(reading: Reading, reason: string): Reading {
  return reading.quality === "good" ? { ...reading, quality: "uncertain", reason } : reading;
}
