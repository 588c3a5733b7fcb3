/** Device profiles: what is known of a kind of device, as data. One YAML file is one device. */
import * as z from "zod";
import { modbusProfile } from "./modbus/profile.ts";
import { mqttProfile } from "./mqtt/profile.ts";

export const profileSchema = z.discriminatedUnion("protocol", [modbusProfile, mqttProfile]);
export type Profile = z.infer<typeof profileSchema>;
