/** Settings of the line to one printer port. */
import * as z from "zod";
import { nameSchema, textSchema } from "../profile_parts.ts";
import { ownSerialSettings, socketSettings } from "../serial/settings.ts";
import { CHARSETS, printerProfile } from "./profile.ts";

const device = z.strictObject({
  id: nameSchema.describe("Name of the device, as stored"),
  title: textSchema.optional().describe("What people call it; none: as its profile says"),
  profile: printerProfile,
  charset: z.enum(CHARSETS).optional()
    .describe("How its bytes are letters; none: as its profile says"),
});

export const printerSettings = z.strictObject({
  connection: z.discriminatedUnion("type", [ownSerialSettings, socketSettings])
    .describe("How the port is reached"),
  devices: z.array(device).length(1).describe("The device that prints: a line has one"),
});
export type PrinterSettings = z.infer<typeof printerSettings>;
