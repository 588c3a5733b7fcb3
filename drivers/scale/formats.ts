/** The formats of scales' frames, by their names in profiles. */
import * as z from "zod";
import { a12e } from "./a12e.ts";
import { equals } from "./equals.ts";
import type { FrameFormat } from "./frame.ts";
import { toledo } from "./toledo.ts";
import { yaohuaContinuous, yaohuaReply } from "./yaohua.ts";

export const formatSchema = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("yaohua").describe("XK3190 continuous: 12 bytes with an XOR checksum"),
  }),
  z.strictObject({
    name: z.literal("yaohua-reply").describe("XK3190's answer to a command: 14 bytes, XOR"),
    address: z.string().regex(/^[A-Z]$/, "want A to Z").default("A")
      .describe("Communication address of the indicator, 1 being A"),
  }),
  z.strictObject({
    name: z.literal("equals").describe("= and the weight as displayed; no checksum"),
    characters: z.number().int().min(5).max(12).default(8).describe("Characters behind the ="),
    reversed: z.boolean().default(false).describe("The lowest place comes first"),
  }),
  z.strictObject({
    name: z.literal("a12e").describe("XK3190-A12(E): 15 bytes, XOR, with unit and gross or net"),
  }),
  z.strictObject({
    name: z.literal("toledo").describe("Mettler Toledo continuous: 17 bytes and a checksum"),
    checksum: z.enum(["7-bit", "8-bit", "none"]).default("7-bit")
      .describe("Bits of the sum that are complemented; none: switched off in the indicator"),
    tellsZeroed: z.boolean().default(true)
      .describe("Bit 6 of status byte B means that it was not zeroed since power-up"),
  }),
]);
export type FormatConfig = z.infer<typeof formatSchema>;

export function formatOf(config: FormatConfig): FrameFormat {
  switch (config.name) {
    case "yaohua":
      return yaohuaContinuous;
    case "yaohua-reply":
      return yaohuaReply(config.address);
    case "equals":
      return equals(config);
    case "a12e":
      return a12e;
    case "toledo":
      return toledo(config);
  }
}
