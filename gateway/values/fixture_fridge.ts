/** A fridge behind MQTT, for tests of what becomes of its values. */
import { mqttProfile } from "../../drivers/mqtt/profile.ts";
import type { DeviceConfig } from "../config.ts";

const title = { zh: "冰箱", en: "Fridge" };

/** It tells so often, and these points in one message; further points are computed of them. */
export function fridgeOf(
  intervalSeconds: number,
  points: readonly object[],
  computed: readonly object[] = [],
): DeviceConfig {
  const named = (parts: readonly object[]) => parts.map((part) => ({ title, ...part }));
  return {
    id: "fridge-1",
    profile: mqttProfile.parse({
      profile: "fridge",
      title,
      source: "a test",
      protocol: "mqtt",
      intervalSeconds,
      messages: [{ topic: "fridges/{device}", points: named(points) }],
      computed: named(computed),
    }),
  };
}
