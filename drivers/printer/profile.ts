/** What a printer port's profile says: how its bytes are letters, and how its port is set. */
import * as z from "zod";
import { pointParts, profileParts } from "../profile_parts.ts";
import { serialProfile } from "../serial/settings.ts";

export const CHARSETS = ["utf-8", "gb18030", "windows-1252"] as const;

export const printerProfile = z.strictObject({
  protocol: z.literal("printer"),
  ...profileParts,
  charset: z.enum(CHARSETS).default("utf-8").describe("How its bytes are letters"),
  serial: serialProfile,
  points: z.array(z.strictObject({ ...pointParts, unit: z.literal("").default("") })).length(1)
    .describe("One point: each printed line is a value of it"),
});
