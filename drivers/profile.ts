/** Device profiles: what is known of a kind of device, as data. One YAML file is one device. */
import * as z from "zod";
import { modbusProfile } from "./modbus/profile.ts";
import { mqttProfile, pointsOf } from "./mqtt/profile.ts";
import { printerProfile } from "./printer/profile.ts";
import type { Keep, Text } from "./profile_parts.ts";
import { scaleProfile } from "./scale/profile.ts";

export const profileSchema = z.discriminatedUnion("protocol", [
  modbusProfile,
  mqttProfile,
  scaleProfile,
  printerProfile,
]);
export type Profile = z.infer<typeof profileSchema>;

/** Of a measuring point, what is the same for all protocols. */
export interface AnyPoint {
  readonly point: string;
  readonly title: Text;
  readonly unit: string;
  readonly deviceUnit?: string | undefined;
  readonly labels?: Readonly<Record<string, Text>> | undefined;
  readonly keep?: Keep | undefined;
}

/** Every point that a device of this profile tells, in the profile's order. */
export function toldPoints(profile: Profile): readonly AnyPoint[] {
  return profile.protocol === "mqtt" ? pointsOf(profile) : profile.points;
}
