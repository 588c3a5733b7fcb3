/** The configuration's devices with their values in the units that are stored. */
import { toldPoints } from "../drivers/profile.ts";
import { type Config, devicesOf, type SourceConfig } from "./config.ts";

/** Throws `UnitError` where a profile asks for what UCUM cannot convert. */
export async function withStoredUnits(config: Config): Promise<Config> {
  if (config.role !== "site" || !config.sources.some(hasDeviceUnits)) return config;
  return { ...config, sources: await Promise.all(config.sources.map(converted)) };
}

function hasDeviceUnits(source: SourceConfig): boolean {
  return devicesOf(source).some(({ profile }) =>
    toldPoints(profile).some(({ deviceUnit }) => deviceUnit !== undefined)
  );
}

async function converted(source: SourceConfig): Promise<SourceConfig> {
  const { modbusInStoredUnits, mqttInStoredUnits } = await import("../drivers/units.ts");
  const each = <P, D extends { readonly profile: P }>(
    devices: readonly D[],
    convert: (profile: P) => Promise<P>,
  ) =>
    Promise.all(
      devices.map(async (device) => ({ ...device, profile: await convert(device.profile) })),
    );
  switch (source.driver) {
    case "modbus": {
      const devices = await each(source.settings.devices, modbusInStoredUnits);
      return { ...source, settings: { ...source.settings, devices } };
    }
    case "mqtt-client": {
      const devices = await each(source.settings.devices, mqttInStoredUnits);
      return { ...source, settings: { ...source.settings, devices } };
    }
    case "printer":
    case "scale":
      return source;
    case "mqtt-broker": {
      const clients = await Promise.all(source.settings.clients.map(async (client) => ({
        ...client,
        devices: await each(client.devices, mqttInStoredUnits),
      })));
      return { ...source, settings: { ...source.settings, clients } };
    }
  }
}
