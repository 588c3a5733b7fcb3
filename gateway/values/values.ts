/** What a site does with values before they are stored: computes, and leaves out what is no news. */
import type { ReadingItem } from "../../drivers/driver.ts";
import { toldPoints } from "../../drivers/profile.ts";
import { type DeviceConfig, intervalSecondsOf } from "../config.ts";
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
    this.#devices = new Map(devices.map((device) => [device.id, {
      keeping: new Keeping(toldPoints(device.profile)),
      computing: new Computing(
        device.profile.computed,
        silentAfterMs(intervalSecondsOf(device) * 1000),
      ),
    }]));
  }

  /** The item with what follows from it; `null` where its device's profile does not keep it. */
  prepared(item: ReadingItem): ReadingItem | null {
    const device = this.#devices.get(item.device);
    if (device === undefined) return item;
    const computed = device.computing.computed(item);
    if (!device.keeping.isNews(item)) return null;
    device.keeping.note(item);
    device.computing.note(item);
    return computed.length === 0 ? item : { ...item, readings: [...item.readings, ...computed] };
  }

  /** What was prepared last of a device was not stored after all. */
  unsure(device: string): void {
    this.#devices.get(device)?.keeping.forget();
    this.#devices.get(device)?.computing.forget();
  }
}
