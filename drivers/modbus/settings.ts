/** Settings of one Modbus connection and of the devices behind it. */
import * as z from "zod";
import { nameSchema, textSchema } from "../profile_parts.ts";
import { modbusProfile } from "./profile.ts";

const tcp = z.strictObject({
  type: z.literal("tcp"),
  host: z.string().min(1).max(253).describe("Address of the device or gateway"),
  port: z.number().int().min(1).max(65535).default(502).describe("Its port"),
});

const device = z.strictObject({
  id: nameSchema.describe("Name of the device, as stored"),
  title: textSchema.optional().describe("What people call it; none: as its profile says"),
  profile: modbusProfile,
  unit: z.number().int().min(0).max(255).default(1).describe("Unit id (slave address)"),
  intervalSeconds: z.number().min(0.1).max(86_400).optional()
    .describe("How often it is asked; none: as its profile says"),
});

export const modbusSettings = z.strictObject({
  connection: z.discriminatedUnion("type", [tcp]).describe("How the devices are reached"),
  devices: z.array(device).min(1).max(247).describe("Devices on this connection"),
});
export type ModbusSettings = z.infer<typeof modbusSettings>;
export type ModbusDevice = ModbusSettings["devices"][number];
