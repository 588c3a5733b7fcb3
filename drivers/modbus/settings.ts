/** Settings of one Modbus bus and of the devices on it. */
import * as z from "zod";
import { nameSchema, textSchema } from "../profile_parts.ts";
import { characterMs, serialParts, socketParts } from "../serial/settings.ts";
import { modbusProfile } from "./profile.ts";

/** MODBUS over Serial Line V1.02, 2.5.1.1: 3.5 characters, and no less than this above 19200. */
const GAP_CHARACTERS = 3.5;
const GAP_MS_FAST = 1.75;
const BAUD_FAST = 19_200;

const tcp = z.strictObject({
  type: z.literal("tcp"),
  host: z.string().min(1).max(253).describe("Address of the device or gateway"),
  port: z.number().int().min(1).max(65535).default(502).describe("Its port"),
});
const serial = z.strictObject({ type: z.literal("serial"), ...serialParts });
const rtuOverTcp = z.strictObject({
  type: z.literal("rtu-over-tcp"),
  ...socketParts,
  baud: serialParts.baud.describe("Bits a second on the line behind the converter"),
});

export const connectionSchema = z.discriminatedUnion("type", [tcp, serial, rtuOverTcp]);
export type Connection = z.infer<typeof connectionSchema>;

const device = z.strictObject({
  id: nameSchema.describe("Name of the device, as stored"),
  title: textSchema.optional().describe("What people call it; none: as its profile says"),
  profile: modbusProfile,
  unit: z.number().int().min(0).max(255).default(1).describe("Unit id (slave address)"),
  intervalSeconds: z.number().min(0.1).max(86_400).optional()
    .describe("How often it is asked; none: as its profile says"),
  writes: z.array(nameSchema).max(100).default([])
    .describe("Points that a person may write, of those that its profile declares; none: nothing"),
  writeIntervalSeconds: z.number().min(1).max(86_400).default(10)
    .describe("From one write to the next at least"),
}).superRefine(({ profile, writes }, context) => {
  const writable = profile.points.filter(({ write }) => write !== undefined)
    .map(({ point }) => point);
  const declared = writable.length === 0 ? "none" : writable.join(", ");
  for (const [index, name] of writes.entries()) {
    if (writable.includes(name)) continue;
    const message = `want a point that "${profile.profile}" declares as writable: ${declared}`;
    context.addIssue({ code: "custom", path: ["writes", index], message });
  }
});

export const modbusSettings = z.strictObject({
  connection: connectionSchema.describe("How the devices are reached"),
  devices: z.array(device).min(1).max(247).describe("Devices on this connection"),
}).superRefine(({ connection, devices }, context) => {
  for (const [index, { id, unit, profile }] of devices.entries()) {
    const path = ["devices", index, "unit"];
    const complain = (message: string) => context.addIssue({ code: "custom", path, message });
    const same = devices.slice(0, index).find((other) => other.unit === unit);
    // Over TCP a gateway or PLC may be several devices, each with a profile of its own.
    const mayShare = connection.type === "tcp" && same?.profile.profile !== profile.profile;
    if (same !== undefined && !mayShare) {
      complain(`"${same.id}" has unit ${unit} already: "${id}" would show its values`);
    }
    if (connection.type === "tcp") continue;
    // 0 is for broadcasts, which nobody answers; 248 and up are reserved (V1.02, 2.2).
    if (unit < 1 || unit > 247) complain("want 1 to 247 on a serial line");
  }
});
export type ModbusSettings = z.infer<typeof modbusSettings>;
export type ModbusDevice = ModbusSettings["devices"][number];

/** What a line asks of time: the silence between frames, and how long a character takes. */
export function lineTiming(connection: Connection): { gapMs: number; characterMs: number } {
  if (connection.type === "tcp") return { gapMs: 0, characterMs: 0 };
  const { baud } = connection;
  const { dataBits, parity, stopBits } = connection.type === "serial"
    ? connection
    : { dataBits: 8, parity: "none", stopBits: 1 } as const;
  const character = characterMs({ baud, dataBits, parity, stopBits });
  const gapMs = baud > BAUD_FAST ? GAP_MS_FAST : GAP_CHARACTERS * character;
  return { gapMs, characterMs: character };
}
