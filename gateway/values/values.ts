/** What a site does with values before they are stored: it computes, and leaves out what is old. */
import type { Outcome, ReadingItem } from "../../drivers/driver.ts";
import { toldPoints } from "../../drivers/profile.ts";
import { type DeviceConfig, pointIntervalSeconds, shortestIntervalSeconds } from "../config.ts";
import { Computing } from "./computing.ts";
import { Keeping } from "./keeping.ts";
import { silentAfterMs } from "./silence.ts";

interface DeviceValues {
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
      return [device.id, { keeping, computing: new Computing(device.profile.computed, gapMs) }];
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
  /** Devices of which it is on its way that they do not tell some point any more. */
  readonly #silenced = new Set<string>();

  constructor(devices: ReadonlyMap<string, DeviceValues>) {
    this.#devices = devices;
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
    const found = device.keeping.silenced(item);
    const silenced = this.#silenced.has(item.device) ? [] : found;
    if (silenced.length > 0) this.#silenced.add(item.device);
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
