/** Devices on MQTT as tests configure them. */
import { builtInProfiles, readProfiles } from "../profile_library.ts";

const profiles = readProfiles([builtInProfiles()]);

/** Password of every client in tests, and its hash. */
export const PASSWORD = "correct horse";
export const PASSWORD_HASH =
  "$scrypt$ln=12,r=8,p=1$qKj+YH6QizKd9JvXvWjlNg$JXBgKmXCtcH58jsOBUh3ETmoDCelsxzYJXIqGaCBH8E";

export function mqttTestDevice(id: string, profile: string) {
  return { id, profile: profiles.get(profile) };
}

/** Settings of a broker for clients that are one device each, by profile name. */
export function brokerFor(devices: Readonly<Record<string, string>>, more: object = {}) {
  return {
    host: "127.0.0.1",
    port: 0,
    clients: Object.entries(devices).map(([id, profile]) => ({
      username: id,
      passwordHash: PASSWORD_HASH,
      devices: [mqttTestDevice(id, profile)],
    })),
    ...more,
  };
}
