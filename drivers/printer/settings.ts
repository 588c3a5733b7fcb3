/** Settings of the line to one printer port. */
import * as z from "zod";
import { nameSchema, textSchema } from "../profile_parts.ts";
import { serialParts, type SerialSettings, socketSettings } from "../serial/settings.ts";
import { CHARSETS, printerProfile } from "./profile.ts";

const serial = z.strictObject({
  type: z.literal("serial"),
  port: serialParts.port,
  baud: serialParts.baud.unwrap().optional().describe("Bits a second; none: as its profile says"),
  dataBits: serialParts.dataBits.unwrap().optional()
    .describe("Bits of one character; none: as its profile says"),
  parity: serialParts.parity.unwrap().optional()
    .describe("Its parity bit; none: as its profile says"),
  stopBits: serialParts.stopBits.unwrap().optional()
    .describe("Its stop bits; none: as its profile says"),
});

const device = z.strictObject({
  id: nameSchema.describe("Name of the device, as stored"),
  title: textSchema.optional().describe("What people call it; none: as its profile says"),
  profile: printerProfile,
  charset: z.enum(CHARSETS).optional()
    .describe("How its bytes are letters; none: as its profile says"),
});

export const printerSettings = z.strictObject({
  connection: z.discriminatedUnion("type", [serial, socketSettings])
    .describe("How the port is reached"),
  devices: z.array(device).length(1).describe("The device that prints: a line has one"),
});
export type PrinterSettings = z.infer<typeof printerSettings>;

/** The line with what the settings leave to the profile. */
export function lineOf(
  { connection, devices: [{ profile }] }: PrinterSettings,
): SerialSettings | z.infer<typeof socketSettings> {
  if (connection.type === "socket") return connection;
  const { baud, dataBits, parity, stopBits } = connection;
  return {
    ...{ type: "serial", port: connection.port },
    baud: baud ?? profile.serial.baud,
    dataBits: dataBits ?? profile.serial.dataBits,
    parity: parity ?? profile.serial.parity,
    stopBits: stopBits ?? profile.serial.stopBits,
  };
}
