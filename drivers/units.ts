/**
 * Units that devices tell, converted into those that are stored, by UCUM. The library with its
 * table of units takes 20 MiB, which a site without such a device keeps.
 */
import * as z from "zod";
import type { ModbusProfile } from "./modbus/profile.ts";
import type { MqttProfile } from "./mqtt/profile.ts";
import type { Profile } from "./profile.ts";

/** A profile asks for a conversion that UCUM does not know. */
export class UnitError extends Error {
  override name = "UnitError";
}

const conversion = z.object({ status: z.literal("succeeded"), toVal: z.number() });
const validity = z.object({ status: z.string() });

interface Linear {
  readonly factor: number;
  readonly offset: number;
}

async function ucum() {
  const { default: library } = await import("@lhncbc/ucum-lhc");
  return library.UcumLhcUtils.getInstance();
}

/** Whether it is a code of UCUM, as `Cel`, `%`, `kW.h` are, and `°C` and `kWh` are not. */
export async function isUnit(code: string): Promise<boolean> {
  return validity.parse((await ucum()).validateUnitString(code)).status === "valid";
}

/** What has to be done with a number of one unit; throws {@link UnitError}. */
async function linear(from: string, to: string): Promise<Linear> {
  const library = await ucum();
  const [zero, span] = [0, 1000].map((value) => {
    const result = conversion.safeParse(library.convertUnitTo(from, value, to));
    if (!result.success) {
      throw new UnitError(`Cannot convert "${from}" into "${to}": want two UCUM codes of one kind`);
    }
    return result.data.toVal;
  });
  // Without the noise of binary fractions: 1000 degrees Fahrenheit are 5000/9 kelvin.
  const clean = (value: number) => Number(value.toPrecision(14));
  return { factor: clean((span - zero) / 1000), offset: clean(zero) };
}

interface Scaled {
  readonly scale: number;
  readonly offset: number;
}

async function scaledInto<T extends Scaled>(place: T, from: string, to: string): Promise<T> {
  const { factor, offset } = await linear(from, to);
  return { ...place, scale: place.scale * factor, offset: place.offset * factor + offset };
}

/** A Modbus profile with all its points in the units that are stored; throws {@link UnitError}. */
export async function modbusInStoredUnits(profile: ModbusProfile): Promise<ModbusProfile> {
  const points = await Promise.all(profile.points.map(async (point) => {
    const { deviceUnit, unit, register } = point;
    if (deviceUnit === undefined) return point;
    return { ...point, register: await scaledInto(register, deviceUnit, unit) };
  }));
  return { ...profile, points };
}

/** As {@link modbusInStoredUnits}, of MQTT. */
export async function mqttInStoredUnits(profile: MqttProfile): Promise<MqttProfile> {
  const converted = <T extends Scaled & { deviceUnit?: string | undefined; unit: string }>(
    points: readonly T[],
  ) =>
    Promise.all(
      points.map((point) =>
        point.deviceUnit === undefined ? point : scaledInto(point, point.deviceUnit, point.unit)
      ),
    );
  const messages = await Promise.all(
    profile.messages.map(async (message) => ({
      ...message,
      points: await converted(message.points),
    })),
  );
  return { ...profile, messages, metrics: await converted(profile.metrics) };
}

/** As {@link modbusInStoredUnits}, of any protocol. */
export function inStoredUnits(profile: Profile): Promise<Profile> {
  switch (profile.protocol) {
    case "modbus":
      return modbusInStoredUnits(profile);
    case "mqtt":
      return mqttInStoredUnits(profile);
    case "printer":
    case "scale":
      // A scale's frames name their unit, and its driver converts from it; printed lines have none.
      return Promise.resolve(profile);
  }
}
