/** Devices on MQTT as tests configure them. */
import { builtInProfiles, readProfiles } from "../profile_library.ts";

const profiles = readProfiles(builtInProfiles());

/** Password of every client in tests, and its hash. */
export const PASSWORD = "correct horse";
export const PASSWORD_HASH =
  "$scrypt$ln=12,r=8,p=1$qKj+YH6QizKd9JvXvWjlNg$JXBgKmXCtcH58jsOBUh3ETmoDCelsxzYJXIqGaCBH8E";

export function mqttTestDevice(id: string, profile: string) {
  return { id, profile: profiles.get(profile) };
}

/** What every profile in tests has to say beside its messages. */
const HEAD = {
  protocol: "mqtt",
  title: { zh: "测试设备", en: "Test device" },
  source: "a test",
  intervalSeconds: 60,
};

/** A device whose profile is written in the test itself. */
export function madeUpDevice(id: string, profile: object, more: object = {}) {
  return { id, profile: { ...HEAD, profile: id, ...profile }, ...more };
}

/** A point of such a profile: its name, and where and how it is. */
export function madeUpPoint(point: string, more: object = {}) {
  return { point, title: { zh: "测点", en: point }, example: 0, ...more };
}

/** Settings of a broker with one login, `login`, for all these devices. */
export function brokerOf(devices: readonly object[], more: object = {}) {
  const client = { username: "login", passwordHash: PASSWORD_HASH, devices };
  return { host: "127.0.0.1", port: 0, clients: [client], ...more };
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
